// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title OpenZeppelin's ERC-721 and nothing else
/// @notice The yardstick that `make gas` measures beside the certificate, in the same setup.
contract TestPlainERC721 is ERC721 {
    constructor() ERC721("Plain", "PLAIN") {}

    /// @notice Mints `tokenId` to `to`. Anyone: it is worth nothing.
    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }
}
