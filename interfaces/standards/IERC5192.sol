// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ERC-5192: locked tokens (interface id 0xb45a3c0e)
interface IERC5192 {
    /// @notice Emitted when `tokenId` became locked.
    event Locked(uint256 tokenId);

    /// @notice Emitted when `tokenId` became free again.
    event Unlocked(uint256 tokenId);

    /// @notice Whether `tokenId` is locked; reverts for a token that does not exist, as the standard demands.
    function locked(uint256 tokenId) external view returns (bool);
}
