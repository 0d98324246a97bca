// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A token with permits that refuses to deal with whom it was told
/// @notice For what takes several tokens and must not wait for one of them.
contract TestListedToken is ERC20Permit {
    uint8 private immutable DECIMALS;

    mapping(address account => bool) public isRefused;

    /// @notice Thrown when a refused account would send or receive.
    error AccountRefused(address account);

    constructor(uint8 decimals_) ERC20("Test Listed", "TLST") ERC20Permit("Test Listed") {
        DECIMALS = decimals_;
    }

    /// @notice Mints `amount` to `to`. Anyone: it is worth nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice From now on `account` sends and receives nothing, or everything again. Anyone.
    function refuse(address account, bool refused) external {
        isRefused[account] = refused;
    }

    /// @inheritdoc ERC20
    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!isRefused[from], AccountRefused(from));
        require(!isRefused[to], AccountRefused(to));
        super._update(from, to, value);
    }
}
