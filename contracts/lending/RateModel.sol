// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {IRateModel} from "../../interfaces/lending/IRateModel.sol";
import {Require} from "../access/Require.sol";
import {Annuity} from "./libraries/Annuity.sol";

/// @title RateModel
/// @notice See {IRateModel}.
/// @dev One slot holds the step function as far as it matters: the step in force, and what this month has had of others.
/// A gap of any length costs the same, as the months wholly inside it have had one rate.
/// @custom:kill Nobody: it holds nothing and lends nothing. A book turns to a successor.
contract RateModel is IRateModel {
    /// @dev One slot; see {IRateModel-lastCheckpoint}.
    struct Step {
        uint40 lastAt;
        uint16 rateBps;
        uint24 month;
        uint16 indexBps;
        uint64 sum; // below 10,000 x MONTH
    }

    uint256 public constant MONTH = Annuity.MONTH;
    uint256 public constant CHECKPOINT_PERIOD = 1 days;
    uint256 private constant WHOLE_BPS = 10_000;
    /// @dev Floors of cash that earn nobody a discount.
    uint256 private constant IDLE_FROM_FLOORS = 2;

    ITreasury public immutable TREASURY;
    uint256 private immutable MIN_CASH_RATIO_BPS;

    // The terms, one by one: see `RateTerms`.
    uint16 private immutable BASE_BPS;
    uint16 private immutable DEMAND_BPS;
    uint16 private immutable IDLE_BPS;
    uint16 private immutable FULL_IDLE_FLOORS;
    uint16 private immutable FLOOR_BPS;
    uint16 private immutable CAP_BPS;

    /// @inheritdoc IRateModel
    Step public lastCheckpoint;

    /// @param treasury Whose demand and cash make the rate; it must answer already.
    constructor(ITreasury treasury, RateTerms memory given) {
        Require.code(address(treasury));
        require(
            given.floorBps <= given.baseBps && given.baseBps <= given.capBps && given.capBps <= WHOLE_BPS,
            RatesOutOfOrder(given.floorBps, given.baseBps, given.capBps, WHOLE_BPS)
        );
        require(given.idleBps <= given.baseBps, IdlePartAboveBase(given.idleBps, given.baseBps));
        require(given.fullIdleFloors > IDLE_FROM_FLOORS, FullIdleTooLow(given.fullIdleFloors, IDLE_FROM_FLOORS));
        TREASURY = treasury;
        MIN_CASH_RATIO_BPS = treasury.terms().minCashRatioBps; // fixed there, too
        BASE_BPS = given.baseBps;
        DEMAND_BPS = given.demandBps;
        IDLE_BPS = given.idleBps;
        FULL_IDLE_FLOORS = given.fullIdleFloors;
        FLOOR_BPS = given.floorBps;
        CAP_BPS = given.capBps;
        uint256 first = rateNow();
        uint256 month = block.timestamp / MONTH;
        _write(first, month, first, first * (block.timestamp - month * MONTH));
    }

    /// @inheritdoc IRateModel
    function checkpoint() external {
        Step memory step = lastCheckpoint;
        if (!_isDue(step)) return;
        (uint256 month, uint256 indexBps, uint256 sum) = _roll(step);
        _write(rateNow(), month, indexBps, sum);
    }

    function _write(uint256 rateBps, uint256 month, uint256 indexBps, uint256 sum) private {
        // Rates are at most the cap; seconds fit for 34,000 years, months for longer.
        lastCheckpoint = Step(uint40(block.timestamp), uint16(rateBps), uint24(month), uint16(indexBps), uint64(sum));
        emit RateCheckpointed(rateBps, indexBps, month);
    }

    function _isDue(Step memory step) private view returns (bool) {
        return block.timestamp >= step.lastAt + CHECKPOINT_PERIOD;
    }

    /// @dev This month, its index, and what it has had so far, in basis points x seconds.
    function _roll(Step memory step) private view returns (uint256 month, uint256 indexBps, uint256 sum) {
        month = block.timestamp / MONTH;
        uint256 begin = month * MONTH;
        uint256 rate = step.rateBps;
        if (month == step.month) return (month, step.indexBps, step.sum + rate * (block.timestamp - step.lastAt));
        sum = rate * (block.timestamp - begin);
        // The month before is the step's own, or had its rate from beginning to end.
        indexBps =
            month == uint256(step.month) + 1 ? Math.ceilDiv(step.sum + rate * (begin - step.lastAt), MONTH) : rate;
    }

    /* VIEWS */

    /// @inheritdoc IRateModel
    function quote() external view returns (uint256 rateBps, uint256 indexBps) {
        Step memory step = lastCheckpoint;
        (, indexBps,) = _roll(step);
        rateBps = _isDue(step) ? rateNow() : step.rateBps;
    }

    /// @inheritdoc IRateModel
    function rateNow() public view returns (uint256 rateBps) {
        rateBps = BASE_BPS + _demandPartUp() - _idlePartDown();
        return Math.min(Math.max(rateBps, FLOOR_BPS), CAP_BPS);
    }

    /// @dev Nothing to count demand against is as much as it can be: the gate has paused lending then.
    function _demandPartUp() private view returns (uint256) {
        ITreasury.DemandPage memory page = TREASURY.demandPage();
        uint256 pausing = page.base * page.terms.pauseAtBps;
        uint256 demand = page.demand * WHOLE_BPS;
        return demand >= pausing ? DEMAND_BPS : Math.ceilDiv(DEMAND_BPS * demand, pausing);
    }

    /// @dev Both sides of the comparison in dollars x basis points.
    function _idlePartDown() private view returns (uint256) {
        uint256 free = TREASURY.coinsForDown(TREASURY.freeCash()) * WHOLE_BPS;
        uint256 floor = TREASURY.balanceSheet().coins * MIN_CASH_RATIO_BPS;
        uint256 begin = floor * IDLE_FROM_FLOORS;
        if (free <= begin) return 0;
        uint256 whole = floor * FULL_IDLE_FLOORS - begin;
        uint256 idle = free - begin;
        return idle >= whole ? IDLE_BPS : IDLE_BPS * idle / whole;
    }

    /// @inheritdoc IRateModel
    function index() external view returns (uint256 indexBps) {
        (, indexBps,) = _roll(lastCheckpoint);
    }

    /// @inheritdoc IRateModel
    function terms() external view returns (RateTerms memory) {
        return RateTerms(BASE_BPS, DEMAND_BPS, IDLE_BPS, FULL_IDLE_FLOORS, FLOOR_BPS, CAP_BPS);
    }
}
