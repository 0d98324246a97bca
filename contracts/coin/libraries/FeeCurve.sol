// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice How the fee rises with demand: a checked curve in one word, fit for an immutable. Made by `FeeCurve.terms`
/// only.
/// @dev From the low end, 16 bits each, in basis points: the marginal fee without demand, the marginal fee at the top,
/// and the demand (of the base) at which the top is reached.
type FeeTerms is uint48;

using FeeCurve for FeeTerms global;

/// @title The redemption fee: an integral over the demand that a redemption adds
/// @notice The marginal fee rises linearly from `baseFeeBps` without demand to `topFeeBps` at `topDemandBps` of the
/// base, and stays there. Each coin of a redemption pays the marginal fee of the demand that stands before it, so parts
/// made at one moment cost what the whole costs, and at most one wei more each: splitting over calls or accounts never
/// pays.
/// @dev In units of which 10,000 make a coin's wei, the curve bends at kink = base * topDemandBps. What a redemption
/// adds to demand is there from `start` to `end` below the kink, and the rest beyond, so the integral is a trapezoid and
/// a rectangle. Both are taken times 2e8 * kink, which makes them whole numbers of fewer than 236 bits:
///
///     (end - start) * (2 * kink * baseFeeBps + (topFeeBps - baseFeeBps) * (start + end))
///     + 2 * kink * topFeeBps * (10,000 * amount - (end - start))
///
/// Nothing is rounded before the one division, so the integrals of parts add up to that of the whole exactly.
/// docs/coin.md derives it.
library FeeCurve {
    /// @dev Basis points in a whole.
    uint256 internal constant WHOLE_BPS = 10_000;
    /// @dev The largest demand, amount and base, in wei.
    uint256 internal constant MAX_AMOUNT = type(uint96).max;

    /// @notice A fee (basis points) falls with demand, or is more than the whole.
    error FeeBpsOutOfOrder(uint256 baseFeeBps, uint256 topFeeBps, uint256 wholeBps);
    /// @notice The demand at which the fee is highest (basis points of the base) is zero or more than the whole.
    error FeeTopDemandOutOfRange(uint256 topDemandBps, uint256 wholeBps);
    /// @notice One of these (wei) is above `largest`, or the base is zero.
    error FeeAmountsOutOfRange(uint256 demand, uint256 amount, uint256 base, uint256 largest);

    /// @dev The terms of a curve, checked. Caps on the fees are the caller's.
    /// @param baseFee Marginal fee without demand, in basis points, at most `topFee`.
    /// @param topFee Highest marginal fee, in basis points, at most 10,000: no fee is more than what it is taken of.
    /// @param topDemand Demand from which it is charged, in basis points of the base, from 1 to 10,000.
    function terms(uint256 baseFee, uint256 topFee, uint256 topDemand) internal pure returns (FeeTerms) {
        require(baseFee <= topFee && topFee <= WHOLE_BPS, FeeBpsOutOfOrder(baseFee, topFee, WHOLE_BPS));
        require(topDemand != 0 && topDemand <= WHOLE_BPS, FeeTopDemandOutOfRange(topDemand, WHOLE_BPS));
        return FeeTerms.wrap(uint48(baseFee | topFee << 16 | topDemand << 32));
    }

    /// @dev Marginal fee without demand, in basis points.
    function baseFeeBps(FeeTerms curve) internal pure returns (uint256) {
        return uint16(FeeTerms.unwrap(curve));
    }

    /// @dev Highest marginal fee, in basis points.
    function topFeeBps(FeeTerms curve) internal pure returns (uint256) {
        return uint16(FeeTerms.unwrap(curve) >> 16);
    }

    /// @dev Demand from which the highest marginal fee is charged, in basis points of the base.
    function topDemandBps(FeeTerms curve) internal pure returns (uint256) {
        return FeeTerms.unwrap(curve) >> 32;
    }

    /// @dev The fee on redeeming `amount`, in wei of coin, up; at most `amount`.
    /// @param demand Liquidation demand before the redemption, in wei of coin.
    /// @param amount Coins redeemed, the fee among them, in wei.
    /// @param base What demand is measured against, in wei of coin; not zero. It must be the same for all parts of one
    /// moment: redeeming does not move it.
    function feeUp(FeeTerms curve, uint256 demand, uint256 amount, uint256 base) internal pure returns (uint256) {
        require(
            base != 0 && (demand | amount | base) <= MAX_AMOUNT, FeeAmountsOutOfRange(demand, amount, base, MAX_AMOUNT)
        );
        unchecked {
            uint256 lowest = curve.baseFeeBps();
            uint256 highest = curve.topFeeBps();
            uint256 kink = base * curve.topDemandBps(); // 110 bits
            uint256 start = Math.min(WHOLE_BPS * demand, kink);
            uint256 end = Math.min(WHOLE_BPS * (demand + amount), kink); // of 111 bits
            uint256 rising = (end - start) * (2 * kink * lowest + (highest - lowest) * (start + end)); // 110, 125 bits
            uint256 level = 2 * kink * highest * (WHOLE_BPS * amount - (end - start)); // 125 and 110 bits
            return Math.ceilDiv(rising + level, 2 * WHOLE_BPS * WHOLE_BPS * kink);
        }
    }
}
