// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ERC-4907: the right to use a token, apart from owning it (interface id 0xad092b5c)
interface IERC4907 {
    /// @notice Emitted when the user of `tokenId` changed; `expires` in seconds.
    event UpdateUser(uint256 indexed tokenId, address indexed user, uint64 expires);

    /// @notice Gives the use of `tokenId` to `user` until `expires` (seconds).
    function setUser(uint256 tokenId, address user, uint64 expires) external;

    /// @notice The present user, or zero when there is none or its time is over.
    function userOf(uint256 tokenId) external view returns (address);

    /// @notice When the use ends, in seconds; zero when none was given.
    function userExpires(uint256 tokenId) external view returns (uint256);
}
