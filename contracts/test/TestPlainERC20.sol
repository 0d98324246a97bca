// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {
    ERC20TransferAuthorization
} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20TransferAuthorization.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";

/// @title OpenZeppelin's ERC-20 with permits and transfer authorisations, and nothing else
/// @notice The yardstick that `make gas` measures beside the coin, in the same setup.
contract TestPlainERC20 is ERC20Permit, ERC20TransferAuthorization {
    constructor() ERC20("Plain", "PLAIN") ERC20Permit("Plain") {}

    /// @notice Mints `amount` to `to`. Anyone: it is worth nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice The sequence of permits, and of authorisations with key 0.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev Both extensions bring a version; OpenZeppelin's keyed one serves both.
    function _useCheckedNonce(address owner, uint256 keyNonce) internal override(Nonces, NoncesKeyed) {
        super._useCheckedNonce(owner, keyNonce);
    }
}
