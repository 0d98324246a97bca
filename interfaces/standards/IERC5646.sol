// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ERC-5646: token state fingerprint (interface id 0xf5112315)
interface IERC5646 {
    /// @notice A hash that changes whenever anything changes that a buyer of `tokenId` relies on.
    function getStateFingerprint(uint256 tokenId) external view returns (bytes32);
}
