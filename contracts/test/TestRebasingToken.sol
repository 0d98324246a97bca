// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title A token whose balances change by themselves, as those of Lido's stETH do
/// @notice A balance is shares x tokens a share, rounded down, and a transfer moves whole shares, rounded down: so it
/// often moves a unit less than it was asked to. `rebase` changes all balances at once and emits nothing for them.
contract TestRebasingToken is IERC20 {
    string public name = "Test Rebasing";
    string public symbol = "TREB";
    uint8 public immutable decimals;

    uint256 private constant ONE = 1e18;

    /// @notice Tokens a share, with 18 decimals.
    uint256 public index;
    uint256 private _totalShares;
    mapping(address account => uint256) private _shares;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    error SharesTooFew(address account, uint256 shares, uint256 needed);
    error AllowanceTooSmall(address owner, address spender, uint256 allowance, uint256 needed);

    constructor(uint8 decimals_, uint256 firstIndex) {
        decimals = decimals_;
        index = firstIndex;
    }

    /// @notice Mints shares for `amount`, down, to `to`. Anyone.
    function mint(address to, uint256 amount) external {
        uint256 shares = _sharesOf(amount);
        _totalShares += shares;
        _shares[to] += shares;
        emit Transfer(address(0), to, amount);
    }

    /// @notice A share is so many tokens (18 decimals) from now on. Anyone.
    function rebase(uint256 newIndex) external {
        index = newIndex;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        require(amount <= allowed, AllowanceTooSmall(from, msg.sender, allowed, amount));
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - amount;
        _move(from, to, amount);
        return true;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function balanceOf(address account) external view returns (uint256) {
        return Math.mulDiv(_shares[account], index, ONE);
    }

    function totalSupply() external view returns (uint256) {
        return Math.mulDiv(_totalShares, index, ONE);
    }

    function _move(address from, address to, uint256 amount) private {
        uint256 shares = _sharesOf(amount);
        uint256 owned = _shares[from];
        require(shares <= owned, SharesTooFew(from, owned, shares));
        _shares[from] = owned - shares;
        _shares[to] += shares;
        emit Transfer(from, to, amount);
    }

    function _sharesOf(uint256 amount) private view returns (uint256) {
        return Math.mulDiv(amount, ONE, index);
    }
}
