// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestReserveToken} from "./TestReserveToken.sol";

/// @title A token that keeps a part of every transfer, from its first day on, as Statera and PAX Gold do
/// @notice The sender loses all of the amount; the receiver gets it less the fee, which is burned (rounded up, as
/// Statera's is). {TestUnrulyToken} is one that begins to take a fee later.
contract TestFeeToken is TestReserveToken {
    uint256 private constant WHOLE_BPS = 10_000;

    uint256 public immutable FEE_BPS;

    constructor(uint8 decimals_, uint256 feeBps) TestReserveToken(decimals_) {
        FEE_BPS = feeBps;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) _burn(to, (value * FEE_BPS + WHOLE_BPS - 1) / WHOLE_BPS);
    }
}
