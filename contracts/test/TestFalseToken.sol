// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestReserveToken} from "./TestReserveToken.sol";

/// @title A token that answers instead of reverting, as 0x's ZRX and EURS do, or that lies
/// @notice A transfer that lacks balance or allowance moves nothing and returns false. Told to lie, it returns true and
/// moves nothing at all.
contract TestFalseToken is TestReserveToken {
    bool private _lies;

    constructor(uint8 decimals_) TestReserveToken(decimals_) {}

    /// @notice From now on it lies, or no longer. Anyone.
    function lie(bool lies) external {
        _lies = lies;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        if (_lies || value > balanceOf(msg.sender)) return _lies;
        return super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        if (_lies || value > balanceOf(from) || value > allowance(from, msg.sender)) return _lies;
        return super.transferFrom(from, to, value);
    }
}
