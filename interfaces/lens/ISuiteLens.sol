// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHomeDollar} from "../coin/IHomeDollar.sol";
import {ICredentialRegistry} from "../identity/ICredentialRegistry.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {IPropertyRegistry} from "../property/IPropertyRegistry.sol";
import {IShareCertificate} from "../property/IShareCertificate.sol";
import {IGovernanceLens} from "./IGovernanceLens.sol";
import {ILoanLens} from "./ILoanLens.sol";
import {IMarketLens} from "./IMarketLens.sol";
import {IOracleLens} from "./IOracleLens.sol";
import {ITreasuryLens} from "./ITreasuryLens.sol";

/// @title One read-only view over the suite, for front-ends
/// @notice Pages of wallets, houses, certificates, values, prices and the coin. Nothing is kept here and nothing reverts: bounds are
/// clipped, and a part that could not be read is left empty with `complete` false, so that an empty answer is never
/// mistaken for a true zero.
/// @dev A page ends after `MAX_PROPERTIES_PER_PAGE()` houses, or after the house with which it has looked at
/// `MAX_SHARES_PER_PAGE()` shares or more; it says where the next one begins. Read pages of one block together.
interface ISuiteLens is IOracleLens {
    /// @notice A share in the hands of the wallet that was asked for.
    /// @param millionths Its part of the house.
    /// @param pendingIncome Income since the share was last settled (wei of coin).
    /// @param moveNumber How often it has moved.
    /// @param frozen Whether the court froze it for its owner.
    /// @param lienHolder Contract that holds the lien, or zero.
    /// @param leaseHolder Contract that holds the lease, or zero.
    /// @param complete False if a part could not be read.
    struct Holding {
        ShareId shareId;
        PropertyId propertyId;
        uint8 shareNumber;
        uint8 shareCount;
        uint32 millionths;
        uint256 pendingIncome;
        uint32 moveNumber;
        bool frozen;
        address lienHolder;
        address leaseHolder;
        bool complete;
    }

    /// @notice What a wallet has, as far as this page of houses shows.
    /// @param credential Its credential as a whole.
    /// @param currentWallet The wallet that stands for it today: itself, or the one that took its place.
    /// @param coins Balance of coin (wei).
    /// @param frozenCoins Amount of coin that the court froze (wei); may exceed the balance.
    /// @param settledIncome Income settled to it and not yet paid (wei of coin).
    /// @param pendingIncome Sum of the pending income of `holdings` (wei of coin).
    /// @param holdings Its shares in the houses of this page.
    /// @param nextProperty House to continue from; 0 at the end.
    /// @param complete False if a part could not be read.
    struct WalletPage {
        ICredentialRegistry.Credential credential;
        address currentWallet;
        uint256 coins;
        uint256 frozenCoins;
        uint256 settledIncome;
        uint256 pendingIncome;
        Holding[] holdings;
        PropertyId nextProperty;
        bool complete;
    }

    /// @notice A house with its shares.
    /// @param shares How many of its shares exist: 0 before it is tokenized, then all.
    /// @param sharesUnmoved How many of them have never moved and are with their first owner.
    /// @param sharesSold How many belong to somebody else than the holding entity.
    /// @param owners Owner of share k at index k - 1; empty before it is tokenized.
    /// @param incomePerShareUnits Income per share so far, in units of 1e9 wei of coin.
    /// @param incomeWaiting What waits for the next deposit (wei of coin).
    /// @param complete False if a part could not be read.
    struct PropertySummary {
        PropertyId propertyId;
        IPropertyRegistry.Property property;
        uint8 shares;
        uint8 sharesUnmoved;
        uint8 sharesSold;
        address[] owners;
        uint256 incomePerShareUnits;
        uint256 incomeWaiting;
        bool complete;
    }

    /// @notice A page of houses.
    /// @param nextProperty House to continue from; 0 at the end.
    /// @param complete False if a part could not be read.
    struct PropertyPage {
        PropertySummary[] properties;
        PropertyId nextProperty;
        bool complete;
    }

    /// @notice A certificate and what is not on the paper.
    /// @param exists Whether the share was tokenized; everything else is empty if not.
    /// @param certificate Everything the paper shows.
    /// @param pendingIncome Income since the share was last settled (wei of coin).
    /// @param locked Whether a lien or a lease locks it (ERC-5192).
    /// @param frozen Whether the court froze it for its owner.
    /// @param user Who has the use of it (ERC-4907), until `userExpires` (seconds); zero if nobody.
    /// @param approvedBuyer To whom the manager lets it move, until `approvalDeadline` (seconds); zero if nobody.
    /// @param fingerprint What an offer names (ERC-5646).
    /// @param complete False if a part could not be read.
    struct CertificatePage {
        bool exists;
        IShareCertificate.Certificate certificate;
        uint256 pendingIncome;
        bool locked;
        bool frozen;
        address user;
        uint256 userExpires;
        address approvedBuyer;
        uint40 approvalDeadline;
        bytes32 fingerprint;
        bool complete;
    }

    /// @notice The coin and the size of the suite, amounts in wei of coin.
    /// @param coins Total supply.
    /// @param minters Row of each minter asked for, in order.
    /// @param propertyCount How many houses are registered.
    /// @param incomeDeposited Income ever deposited.
    /// @param incomeClaimed Income ever paid out.
    /// @param complete False if a part could not be read.
    struct SupplyPage {
        uint256 coins;
        IHomeDollar.Minter[] minters;
        uint256 propertyCount;
        uint256 incomeDeposited;
        uint256 incomeClaimed;
        bool complete;
    }

    /// @notice What `account` has, with its shares in one page of houses.
    /// @param fromProperty First house to look at; 0 means 1.
    /// @param maxProperties How many houses at most; clipped to `MAX_PROPERTIES_PER_PAGE()`, 0 means that many.
    function wallet(address account, uint256 fromProperty, uint256 maxProperties)
        external
        view
        returns (WalletPage memory page);

    /// @notice One page of houses with their owners.
    /// @param fromProperty First house; 0 means 1.
    /// @param maxProperties How many houses at most; clipped to `MAX_PROPERTIES_PER_PAGE()`, 0 means that many.
    function properties(uint256 fromProperty, uint256 maxProperties) external view returns (PropertyPage memory page);

    /// @notice One certificate with all that a front-end shows of it.
    function certificate(ShareId shareId) external view returns (CertificatePage memory page);

    /// @notice Why `operator` could not move `shareId` from `from` to `to` by `transferFrom` now.
    /// @return refused False if the transfer would pass.
    /// @return selector Selector of the error it would raise; zero if it would pass, or if the error has no data.
    /// @return data The error as revert data, selector included.
    function transferRefusal(address from, address to, ShareId shareId, address operator)
        external
        view
        returns (bool refused, bytes4 selector, bytes memory data);

    /// @notice The coin's supply with the rows of the named minters, and the size of the suite.
    /// @param minters Addresses to look up; those after the first `MAX_MINTERS_PER_PAGE()` are left out.
    function supply(address[] calldata minters) external view returns (SupplyPage memory page);

    /// @notice The lens for the money: balance sheet, queue, what an action there gives or why it is refused.
    function TREASURY_LENS() external view returns (ITreasuryLens);

    /// @notice The lens for loans: their pages, schedules and auctions, what a draw or a payment does or why it is refused.
    function LOAN_LENS() external view returns (ILoanLens);

    /// @notice The lens for sales, leases and houses' purses: pages, quotes, and why a step there is refused.
    function MARKET_LENS() external view returns (IMarketLens);

    /// @notice The lens for proposals, votes and houses' ballots: pages, and why a step there is refused.
    function GOVERNANCE_LENS() external view returns (IGovernanceLens);

    /// @notice How many houses a page has at most.
    function MAX_PROPERTIES_PER_PAGE() external view returns (uint256);

    /// @notice After how many shares a page ends with the house it is at.
    function MAX_SHARES_PER_PAGE() external view returns (uint256);

    /// @notice How many rows of minters `supply` looks up at most.
    function MAX_MINTERS_PER_PAGE() external view returns (uint256);
}
