// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PropertyId, ShareId} from "./Ids.sol";

/// @title Income of houses, to whoever owned a share when it came in
/// @notice A deposit raises the house's income per share by the same amount for each share; a share's income since its
/// mark belongs to its owner. A move settles it to the seller first, so a sale never moves income.
/// @dev Income per share is kept in units of 1e9 wei (a billionth of a coin) in 64 bits, so that four marks share a
/// slot; what a deposit leaves over (less than the share count in units) waits for the next one.
/// Law: totalDeposited = totalClaimed + sum of claimable + sum of what waits, to the wei.
interface IIncomeDistributor {
    /// @notice Emitted when `amount` (wei of coin) came in for a house; `perShareUnits` is the house's new total a
    /// share, in units of 1e9 wei.
    event IncomeDeposited(PropertyId indexed propertyId, address indexed from, uint256 amount, uint256 perShareUnits);

    /// @notice Emitted when income (wei of coin) of `shareId` was credited to `owner`: at a claim or before a move.
    event IncomeSettled(ShareId indexed shareId, address indexed owner, uint256 amount);

    /// @notice Emitted when `amount` (wei of coin) earned by `wallet` was paid to `to`.
    event IncomeClaimed(address indexed wallet, address indexed to, uint256 amount);

    /// @notice Thrown when a deposit is zero.
    error ZeroDeposit(PropertyId propertyId);

    /// @notice Thrown when a house has no shares yet.
    error NotTokenized(PropertyId propertyId);

    /// @notice Thrown when a house's income per share would pass 2^64 units (18.4 thousand million dollars a share).
    error IncomeOverflow(PropertyId propertyId, uint256 perShareUnits);

    /// @notice Thrown when `caller` is not the wallet that took the place of `oldWallet`; `current` is.
    error NotCurrentWallet(address oldWallet, address caller, address current);

    /// @notice Thrown when `caller` is not the certificate.
    error NotCertificate(address caller);

    /// @notice Pays `amount` (wei of coin, approved before) to the present owners of a house. Anyone.
    function deposit(PropertyId propertyId, uint256 amount) external;

    /// @notice Settles the named shares and pays the caller, who owns them all (else the certificate's `NotShareOwner`),
    /// all his income, also of shares that he has sold. An empty list pays what was settled before.
    /// A wallet that was replaced by recovery claims for the one that took its place.
    /// @return amount Wei of coin paid.
    function claim(ShareId[] calldata shareIds) external returns (uint256 amount);

    /// @notice Pays income settled to the lost wallet `oldWallet` to the caller, who took its place.
    /// @return amount Wei of coin paid.
    function claimRecovered(address oldWallet) external returns (uint256 amount);

    /// @notice Credits the income of `shareId` to `owner`. The certificate, before each move.
    /// @return amount Wei of coin credited.
    function settle(ShareId shareId, address owner) external returns (uint256 amount);

    /// @notice Income (wei of coin) of a share since it was last settled.
    function pendingOf(ShareId shareId) external view returns (uint256);

    /// @notice Income (wei of coin) settled to `wallet` and not yet paid.
    function settledOf(address wallet) external view returns (uint256);

    /// @notice What `claim(shareIds)` would pay `wallet` (wei of coin), counting only shares it owns, each once.
    function claimable(address wallet, ShareId[] calldata shareIds) external view returns (uint256);

    /// @notice A house's income per share so far in units of 1e9 wei, and what waits for the next deposit (wei).
    function houseIncome(PropertyId propertyId) external view returns (uint256 perShareUnits, uint256 waiting);

    /// @notice Wei of coin ever deposited and ever paid out.
    function totals() external view returns (uint256 totalDeposited, uint256 totalClaimed);
}
