// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FeeCurve, FeeTerms} from "../coin/libraries/FeeCurve.sol";
import {HalfLife} from "../coin/libraries/HalfLife.sol";

/// @title The coin's pure arithmetic, open to tests
contract TestMoneyMaths {
    FeeTerms private immutable _CURVE;

    constructor(uint256 baseFeeBps, uint256 topFeeBps, uint256 topDemandBps) {
        _CURVE = FeeCurve.terms(baseFeeBps, topFeeBps, topDemandBps);
    }

    /// @notice The fee on redeeming `amount` by this contract's own curve, all in wei of coin.
    function feeUp(uint256 demand, uint256 amount, uint256 base) external view returns (uint256) {
        return _CURVE.feeUp(demand, amount, base);
    }

    /// @notice The same by any curve.
    function feeByUp(
        uint256 baseFeeBps,
        uint256 topFeeBps,
        uint256 topDemandBps,
        uint256 demand,
        uint256 amount,
        uint256 base
    ) external pure returns (uint256) {
        return FeeCurve.terms(baseFeeBps, topFeeBps, topDemandBps).feeUp(demand, amount, base);
    }

    /// @notice This contract's own curve, in basis points.
    function curve() external view returns (uint256 baseFeeBps, uint256 topFeeBps, uint256 topDemandBps) {
        return (_CURVE.baseFeeBps(), _CURVE.topFeeBps(), _CURVE.topDemandBps());
    }

    /// @notice What is left of `amount` (wei) after `elapsed` seconds.
    function decayedUp(uint256 amount, uint256 elapsed, uint256 halfLife) external pure returns (uint256) {
        return HalfLife.decayedUp(amount, elapsed, halfLife);
    }

    /// @notice Reverts if this is no half-life (seconds).
    function requireHalfLife(uint256 halfLife) external pure {
        HalfLife.requireValid(halfLife);
    }
}
