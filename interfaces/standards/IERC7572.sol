// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ERC-7572: contract-level metadata (interface id 0xe8a3d485)
interface IERC7572 {
    /// @notice Emitted when `contractURI` may have changed.
    event ContractURIUpdated();

    /// @notice Metadata of the whole collection, as a URI.
    function contractURI() external view returns (string memory);
}
