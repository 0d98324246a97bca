// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @title ERC-7943 for non-fungible tokens (interface id 0xbf1ef5fe)
/// @notice Freezes, permission views and court-ordered transfers of a real-world asset.
/// @dev The three `can...` views and `getFrozenTokens` never revert.
interface IERC7943NonFungible is IERC165 {
    /// @notice Emitted after `tokenId` was taken from `from` and given to `to` by order.
    event ForcedTransfer(address indexed from, address indexed to, uint256 indexed tokenId);

    /// @notice Emitted when `tokenId` was frozen or released for `account`.
    event Frozen(address indexed account, uint256 indexed tokenId, bool indexed frozenStatus);

    /// @notice Thrown when `account` may not send.
    error ERC7943CannotSend(address account);

    /// @notice Thrown when `account` may not receive.
    error ERC7943CannotReceive(address account);

    /// @notice Thrown when no rule permits `tokenId` to move from `from` to `to`.
    error ERC7943CannotTransfer(address from, address to, uint256 tokenId);

    /// @notice Thrown when `tokenId` is frozen for its holder `account`.
    error ERC7943InsufficientUnfrozenBalance(address account, uint256 tokenId);

    /// @notice Moves `tokenId` by order, releasing a freeze first.
    /// @return result Always true; failure reverts.
    function forcedTransfer(address from, address to, uint256 tokenId) external returns (bool result);

    /// @notice Overwrites the freeze of `tokenId` for `account`, who need not hold it.
    /// @return result Always true; failure reverts.
    function setFrozenTokens(address account, uint256 tokenId, bool frozenStatus) external returns (bool result);

    /// @notice Whether `account` may send at all.
    function canSend(address account) external view returns (bool allowed);

    /// @notice Whether `account` may receive at all.
    function canReceive(address account) external view returns (bool allowed);

    /// @notice Whether `tokenId` is frozen for `account`, who need not hold it.
    function getFrozenTokens(address account, uint256 tokenId) external view returns (bool frozenStatus);

    /// @notice Whether the rules permit `tokenId` to move from `from` to `to`; ownership and approvals are not judged.
    function canTransfer(address from, address to, uint256 tokenId) external view returns (bool allowed);
}

/// @title ERC-7943 for fungible tokens (interface id 0x3edbb4c4)
/// @notice Freezes, permission views and court-ordered transfers; amounts in the token's smallest unit.
/// @dev The three `can...` views and `getFrozenTokens` never revert.
interface IERC7943Fungible is IERC165 {
    /// @notice Emitted after `amount` was taken from `from` and given to `to` by order.
    event ForcedTransfer(address indexed from, address indexed to, uint256 amount);

    /// @notice Emitted when the frozen amount of `account` became `amount`.
    event Frozen(address indexed account, uint256 amount);

    /// @notice Thrown when `account` may not send.
    error ERC7943CannotSend(address account);

    /// @notice Thrown when `account` may not receive.
    error ERC7943CannotReceive(address account);

    /// @notice Thrown when no rule permits `amount` to move from `from` to `to`.
    error ERC7943CannotTransfer(address from, address to, uint256 amount);

    /// @notice Thrown when `account` has only `unfrozen` free of the `amount` it wants to move.
    error ERC7943InsufficientUnfrozenBalance(address account, uint256 amount, uint256 unfrozen);

    /// @notice Moves `amount` by order, releasing as much of a freeze as that needs first.
    /// @return result Always true; failure reverts.
    function forcedTransfer(address from, address to, uint256 amount) external returns (bool result);

    /// @notice Overwrites the frozen amount of `account`; it may exceed the balance.
    /// @return result Always true; failure reverts.
    function setFrozenTokens(address account, uint256 amount) external returns (bool result);

    /// @notice Whether `account` may send at all.
    function canSend(address account) external view returns (bool allowed);

    /// @notice Whether `account` may receive at all.
    function canReceive(address account) external view returns (bool allowed);

    /// @notice The frozen amount of `account`; it may exceed the balance.
    function getFrozenTokens(address account) external view returns (uint256 amount);

    /// @notice Whether the rules permit `amount` to move from `from` to `to`; balances and allowances are not judged.
    function canTransfer(address from, address to, uint256 amount) external view returns (bool allowed);
}
