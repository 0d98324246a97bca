// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {TestReserveToken} from "./TestReserveToken.sol";

/// @title A reserve token that calls somebody in the middle of a transfer, or keeps a part of it
contract TestUnrulyToken is TestReserveToken {
    using Address for address;

    address private _target;
    bytes private _call;
    uint256 private _fee;

    constructor(uint8 decimals_) TestReserveToken(decimals_) {}

    /// @notice From now on every transfer makes this call, after the amount has moved. Anyone.
    function callBack(address target, bytes calldata data) external {
        (_target, _call) = (target, data);
    }

    /// @notice From now on every transfer burns so much of what arrives. Anyone.
    function takeFee(uint256 fee) external {
        _fee = fee;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from == address(0) || to == address(0)) return;
        if (_fee != 0) _burn(to, _fee);
        if (_target != address(0)) _target.functionCall(_call);
    }
}
