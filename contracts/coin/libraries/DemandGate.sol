// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IDemandGate} from "../../../interfaces/coin/IDemandGate.sol";
import {HalfLife} from "./HalfLife.sol";

/// @notice What demand is measured by: a smallest base (wei) and a half-life (seconds), checked, in one word, fit for an
/// immutable. Made by `DemandMeasures.measure` only. From the low end: minBase 96 | halfLife 40.
type DemandMeasure is uint136;

using DemandMeasures for DemandMeasure global;

/// @title Making and reading a measure
library DemandMeasures {
    /// @dev The largest of all amounts here, in wei: 79 billion coins.
    uint256 internal constant MAX_AMOUNT = type(uint96).max;

    /// @dev A measure, checked.
    /// @param smallest Smallest base, in wei, from 1 to 2^96 - 1.
    /// @param period Half-life in seconds, as `HalfLife` takes it.
    function measure(uint256 smallest, uint256 period) internal pure returns (DemandMeasure) {
        require(smallest != 0 && smallest <= MAX_AMOUNT, IDemandGate.MinBaseOutOfRange(smallest, MAX_AMOUNT));
        HalfLife.requireValid(period);
        return DemandMeasure.wrap(uint136(smallest | period << 96));
    }

    /// @dev Smallest base, in wei.
    function minBase(DemandMeasure by) internal pure returns (uint256) {
        return uint96(DemandMeasure.unwrap(by));
    }

    /// @dev Half-life of coins redeemed lately, in seconds.
    function halfLife(DemandMeasure by) internal pure returns (uint256) {
        return DemandMeasure.unwrap(by) >> 96;
    }
}

/// @title Liquidation demand, and the gate that it shuts before new lending
/// @notice Demand is the net coins that wait and the coins redeemed lately, which halve in every half-life. It counts
/// against a base that neither redeeming nor minting in haste moves: of the coin's levels (supply and coins redeemed
/// lately) now, at the start of this UTC hour and of the previous one the lowest, and at least a minimum. So a
/// redemption leaves the level where it is, and a mint counts after one to two hours.
/// @dev A call that changes anything of it is a moment in memory, which its owner fills from his storage and writes back
/// where it is cheapest:
///
///     ... fill the moment ...; moment.settle(seldom);   // as before the call
///     moment.requested(fee, net);                       // any number of such verbs
///     moment.settle(seldom); ... store what changed ...
///
/// and nothing foreign is called in between. Minting alone can do without, once the hours are rolled: it never raises
/// demand's share. Between calls that share never rises: what was redeemed lately falls by as much in demand as in the
/// level, and a level at an hour is at least the level now. So views are exact, and calls that change nothing can be left
/// out: every view, mark and pause is the same whether or when anyone called without changing anything.
/// Nothing here overflows or stands in a redemption's way: whatever exceeds 2^96 - 1 wei (79 billion coins) counts as
/// that much, in the levels and in demand alike.
library DemandGate {
    using DemandGate for Moment;

    /// @notice The gate as it is in this second. Changed by the verbs below only.
    struct Moment {
        uint256 supply; // all coins, wherever they lie (wei)
        uint256 waiting; // net coins that wait for cash, part of the supply (wei)
        uint256 redeemed; // lately, as of now (wei)
        uint256 mark; // the lower of the levels at the starts of this hour and the one before (wei)
        uint256 minBase; // wei
        uint256 pauseAtBps; // of the base
        uint256 resumeBelowBps;
        uint256 pausedAt; // when the pause began (seconds), zero if there is none
        bool adds; // whether anything was redeemed in this moment
    }

    /// @notice What is needed seldom: in the first call of an hour, and when a pause may end. One slot.
    struct Seldom {
        uint96 atHour; // level at the start of the hour that was rolled to last (wei)
        uint32 dwellPeriod; // seconds
    }

    /// @notice The longest dwell, in seconds: a gate must be able to open again.
    uint32 internal constant MAX_DWELL = 30 days;
    /// @dev Basis points in a whole.
    uint256 internal constant WHOLE_BPS = 10_000;
    /// @dev Amounts (wei) above it count as this one.
    uint256 private constant MOST = DemandMeasures.MAX_AMOUNT;
    /// @dev 1 with 18 decimals.
    uint256 private constant ONE = 1e18;

    /* BEGIN AND END */

    /// @dev Settles the gate: before what a call does, with supply, redeemed and mark as of now and the rest as of the last
    /// call, and after it.
    function settle(Moment memory moment, Seldom storage seldom) internal {
        bool wasPaused = moment.isPaused();
        moment.look(seldom);
        if (moment.isPaused() == wasPaused) return;
        if (wasPaused) emit IDemandGate.DemandResumed(moment.demand(), moment.base());
        else emit IDemandGate.DemandPaused(moment.demand(), moment.base());
    }

    /// @dev As `settle`, for views: pauses at `pauseAt`, resumes below `resumeBelow` after the dwell.
    function look(Moment memory moment, Seldom storage seldom) internal view {
        (uint256 demand_, uint256 base_) = (moment.demand(), moment.base());
        unchecked {
            // Both below 2^112.
            if (moment.pausedAt == 0) {
                if (demand_ * WHOLE_BPS >= moment.pauseAtBps * base_) moment.pausedAt = block.timestamp;
            } else if (demand_ * WHOLE_BPS < moment.resumeBelowBps * base_) {
                if (block.timestamp >= moment.pausedAt + seldom.dwellPeriod) moment.pausedAt = 0;
            }
        }
    }

    /// @dev What has to be known of the hours that began since the last change, of which there was one at least.
    /// @param from The hour (since 1970) that was rolled to last. @param to The hour to roll to.
    /// @param supply All coins (wei), since the last change.
    /// @param redeemed Lately, as of `redeemedAt` (wei). @param redeemedAt Seconds.
    /// @return atHour The level at the start of `to`. @return mark The lower of it and the level an hour earlier.
    function marksAt(
        Seldom storage seldom,
        DemandMeasure by,
        uint256 from,
        uint256 to,
        uint256 supply,
        uint256 redeemed,
        uint256 redeemedAt
    ) internal view returns (uint256 atHour, uint256 mark) {
        // Since then neither the supply nor what was redeemed has changed but by time, so every level follows from both.
        uint256 elapsed = to * 1 hours - redeemedAt;
        atHour = _level(supply, HalfLife.decayedUp(redeemed, elapsed, by.halfLife()));
        if (from + 1 == to) mark = seldom.atHour;
        else mark = _level(supply, HalfLife.decayedUp(redeemed, elapsed - 1 hours, by.halfLife()));
        mark = Math.min(mark, atHour);
    }

    /* WHAT A MOMENT SAYS */

    /// @dev Liquidation demand (wei), up.
    function demand(Moment memory moment) internal pure returns (uint256) {
        return _level(moment.waiting, moment.redeemed);
    }

    /// @dev What demand counts against (wei), down; never zero.
    function base(Moment memory moment) internal pure returns (uint256 lowest) {
        lowest = _level(moment.supply, moment.redeemed);
        if (moment.mark < lowest) lowest = moment.mark;
        if (lowest < moment.minBase) lowest = moment.minBase;
    }

    /// @dev Demand as a part of the base, with 18 decimals, up. For showing: decisions compare the amounts.
    function demandShareUp(Moment memory moment) internal pure returns (uint256) {
        return Math.ceilDiv(moment.demand() * ONE, moment.base());
    }

    /// @dev Whether lending is paused.
    function isPaused(Moment memory moment) internal pure returns (bool) {
        return moment.pausedAt != 0;
    }

    /// @dev When a pause may end at the earliest (seconds); zero if there is none.
    function resumableAt(Moment memory moment, Seldom storage seldom) internal view returns (uint256) {
        return moment.pausedAt == 0 ? 0 : moment.pausedAt + seldom.dwellPeriod;
    }

    /* WHAT CAN HAPPEN IN A MOMENT */

    /// @dev `coins` (wei) were minted.
    function minted(Moment memory moment, uint256 coins) internal pure {
        moment.supply += coins;
    }

    /// @dev `coins` (wei) outside the queue were burned, and not redeemed: for a debt, as a fee.
    function burned(Moment memory moment, uint256 coins) internal pure {
        _requireFree(moment, coins);
        unchecked {
            moment.supply -= coins;
        }
    }

    /// @dev A redemption was asked for: `feeCoins` (wei) were burned and are redeemed, `netCoins` (wei) wait.
    function requested(Moment memory moment, uint256 feeCoins, uint256 netCoins) internal pure {
        _requireFree(moment, feeCoins + netCoins);
        unchecked {
            moment.supply -= feeCoins;
            moment.waiting += netCoins;
        }
        _redeem(moment, feeCoins);
    }

    /// @dev `coins` (wei) that waited were burned and are redeemed.
    function served(Moment memory moment, uint256 coins) internal pure {
        require(coins <= moment.waiting, IDemandGate.WaitingExceeded(coins, moment.waiting));
        unchecked {
            moment.waiting -= coins;
            moment.supply -= coins;
        }
        _redeem(moment, coins);
    }

    /// @dev `coins` (wei) were redeemed at once, the fee among them: asked for and served.
    function redeemedAtOnce(Moment memory moment, uint256 coins) internal pure {
        moment.burned(coins);
        _redeem(moment, coins);
    }

    /// @dev The terms are `terms` from now on.
    function setTerms(Moment memory moment, Seldom storage seldom, IDemandGate.GateTerms memory terms) internal {
        require(
            terms.resumeBelowBps != 0 && terms.resumeBelowBps < terms.pauseAtBps && terms.pauseAtBps <= WHOLE_BPS,
            IDemandGate.GateThresholdsOutOfOrder(terms.resumeBelowBps, terms.pauseAtBps)
        );
        require(
            terms.dwellPeriod != 0 && terms.dwellPeriod <= MAX_DWELL,
            IDemandGate.DwellPeriodOutOfRange(terms.dwellPeriod, MAX_DWELL)
        );
        (moment.pauseAtBps, moment.resumeBelowBps) = (terms.pauseAtBps, terms.resumeBelowBps);
        seldom.dwellPeriod = terms.dwellPeriod;
        emit IDemandGate.GateTermsSet(terms.pauseAtBps, terms.resumeBelowBps, terms.dwellPeriod);
    }

    /* INTERNAL */

    function _requireFree(Moment memory moment, uint256 coins) private pure {
        uint256 free = moment.supply - moment.waiting;
        require(coins <= free, IDemandGate.SupplyExceeded(coins, free));
    }

    function _redeem(Moment memory moment, uint256 coins) private pure {
        if (coins == 0) return;
        moment.redeemed = _level(moment.redeemed, coins);
        moment.adds = true;
    }

    /// @dev The sum of two amounts (wei), one of them below 2^128, or the most that counts.
    function _level(uint256 a, uint256 b) private pure returns (uint256 sum) {
        unchecked {
            sum = a + b;
            if (sum > MOST) sum = MOST;
        }
    }
}
