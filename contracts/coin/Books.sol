// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IDemandGate} from "../../interfaces/coin/IDemandGate.sol";
import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {Require} from "../access/Require.sol";
import {DemandGate, DemandMeasure} from "./libraries/DemandGate.sol";
import {HalfLife} from "./libraries/HalfLife.sol";
import {LoanSums} from "./libraries/LoanSums.sol";
import {RedemptionQueue} from "./libraries/RedemptionQueue.sol";
import {ReserveCash} from "./ReserveCash.sol";

/// @title What the treasury keeps, and how a call reads and writes it
/// @notice A call reads everything once into a turn, works on that in memory, and writes what changed:
///
///     _roll();                       // days and hours that began since the last call
///     Turn memory turn;
///     _readSheet(turn);
///     _readGate(turn);
///     ...
///     _write(turn);
///
/// @dev Slots are laid out by who touches them, not by subject, and flags in the first one spare the reading of what is
/// empty or at rest most of the time:
///
/// | slot | read by | written by |
/// | --- | --- | --- |
/// | ledger: cash, mark, hour, thresholds, flags | every call | whatever moves cash |
/// | flows: equity's flows, redeemed lately | every call but purchases at par | redemptions, loans, equity |
/// | line: end and waiting part of the queue, pause | calls while somebody waits or lending is paused; requests | the same |
/// | sums of the loans; a second one while loans fall | every call | the loan ledger's calls, new days |
/// | standing: owned homes and switches | calls since either was used | books, guardian, DAO |
/// | seldom: level at the last full hour, dwell | the first call of an hour | the same |
abstract contract Books is ReserveCash {
    using DemandGate for DemandGate.Moment;
    using DemandGate for DemandGate.Seldom;
    using LoanSums for LoanSums.Stored;
    using LoanSums for ILoanLedger.SumsChange;
    using SafeCast for uint256;
    using SafeCast for int256;

    struct Ledger {
        uint96 cash; // units, not set aside for finalised claims
        uint96 mark; // see DemandGate.Moment
        uint24 hour; // since 1970: days and hours are rolled to its start
        uint16 pauseAtBps;
        uint16 resumeBelowBps;
        uint8 flags; // see below
    }

    struct Flows {
        int112 flows; // dollars, see BalanceSheet
        uint96 redeemed; // coins redeemed lately (wei), as of `redeemedAt`, when the last ones were added
        uint40 redeemedAt; // seconds
    }

    struct Standing {
        uint96 ownedHomes; // dollars
        uint40 buyStoppedUntil; // seconds; see GuardianStop
        uint40 redeemStoppedUntil;
        uint40 lendingStoppedUntil;
    }

    /// @dev All that a call works on.
    struct Turn {
        uint256 flags; // as stored
        uint256 cash; // units
        int256 flows; // dollars
        uint256 loans; // dollars, carrying value
        uint256 homes; // dollars
        uint256 reserveUsd; // of a whole token, at most 1
        IPriceFeedReader.FeedStatus reserveStatus;
        uint256 queued; // coins ever queued (wei); 0 if not read
        DemandGate.Moment moment; // supply, queue, redemptions and pause
    }

    /// @dev Somebody waits.
    uint256 private constant WAITING = 1;
    /// @dev Demand pauses lending.
    uint256 private constant PAUSED = 2;
    /// @dev `_standing` was written, once.
    uint256 private constant STANDING = 4;
    /// @dev Some loan is on its way down.
    uint256 private constant FALLING = 8;
    /// @dev Those that tell whether the line's slot says anything but the line's end.
    uint256 private constant LINE = WAITING | PAUSED;
    uint256 private constant HOURS_A_DAY = 24;

    /// @dev The coin.
    IHomeDollar internal immutable COIN;
    /// @dev What days that begin do to the loans.
    ILoanLedger internal immutable LOANS;
    /// @dev What demand is measured by.
    DemandMeasure internal immutable MEASURE;

    Ledger private _ledger;
    Flows private _flows;
    RedemptionQueue.Queue internal _queue;
    LoanSums.Stored private _sums;
    Standing private _standing;
    DemandGate.Seldom internal _seldom;

    /// @dev The loan ledger is created after the treasury, at an address that was known before: no code is asked of it.
    constructor(IHomeDollar coin, ILoanLedger loans, DemandMeasure measure) {
        Require.code(address(coin));
        (COIN, LOANS, MEASURE) = (coin, loans, measure);
        _ledger.hour = uint24(_hour());
    }

    /* DAYS AND HOURS */

    /// @dev Before anything is read by a call that writes: notes the hours that began, and what the days that began do to
    /// the loans. At most `maxDays` of them.
    function _roll(uint256 maxDays) internal {
        (uint256 from, uint256 to) = (_ledger.hour, _hour());
        if (from == to) return;
        uint256 day = from / HOURS_A_DAY;
        if (to / HOURS_A_DAY - day > maxDays) to = (day + maxDays) * HOURS_A_DAY;
        if (from < to) _rollTo(from, to);
    }

    function _rollTo(uint256 from, uint256 to) private {
        (uint256 atHour, uint256 mark) = _marks(from, to, _supply());
        _seldom.atHour = uint96(atHour); // both at most 2^96 - 1
        (_ledger.mark, _ledger.hour) = (uint96(mark), uint24(to));
        (uint256 day, uint256 toDay) = (from / HOURS_A_DAY, to / HOURS_A_DAY);
        if (day == toDay) return;
        ILoanLedger.SumsChange memory change = LOANS.roll(day, toDay);
        if ((change.intercept | change.slope | change.fall | change.fallDays) == 0) return;
        (uint256 flags,) = _changeSums(_ledger.flags, change);
        _ledger.flags = uint8(flags);
    }

    function _marks(uint256 from, uint256 to, uint256 supply) private view returns (uint256 atHour, uint256 mark) {
        return _seldom.marksAt(MEASURE, from, to, supply, _flows.redeemed, _flows.redeemedAt);
    }

    function _hour() private view returns (uint256) {
        return block.timestamp / 1 hours;
    }

    /* READING */

    /// @dev Begins a turn, which is empty, with what the price of a coin depends on, in this second.
    function _readSheet(Turn memory turn) internal view {
        _requireUnlocked();
        uint256 flags = _ledger.flags;
        (turn.flags, turn.cash) = (flags, _ledger.cash);
        turn.loans = _ledger.hour / HOURS_A_DAY == block.timestamp / 1 days
            ? _sums.valueNowDown(flags & FALLING != 0)
            : _sumsToday().valueDown(block.timestamp);
        if (flags & STANDING != 0) turn.homes = _standing.ownedHomes;
        (turn.reserveUsd, turn.reserveStatus) = _reservePrice();
        turn.moment.supply = _supply();
    }

    /// @dev All the rest of it.
    function _readGate(Turn memory turn) internal view {
        DemandGate.Moment memory moment = turn.moment;
        (moment.mark, moment.pauseAtBps, moment.resumeBelowBps) =
        (_ledger.mark, _ledger.pauseAtBps, _ledger.resumeBelowBps);
        uint256 hour = _ledger.hour;
        if (hour != _hour()) (, moment.mark) = _marks(hour, _hour(), moment.supply); // views only
        moment.minBase = MEASURE.minBase();
        turn.flows = _flows.flows;
        unchecked {
            moment.redeemed =
                HalfLife.decayedUp(_flows.redeemed, block.timestamp - _flows.redeemedAt, MEASURE.halfLife());
        }
        if (turn.flags & LINE == 0) return;
        (turn.queued, moment.waiting, moment.pausedAt) = (_queue.queued, _queue.waiting, _queue.pausedAt);
    }

    /// @dev Where the queue ends (wei).
    function _queuedIn(Turn memory turn) internal view returns (uint256) {
        return turn.queued == 0 ? _queue.queued : turn.queued;
    }

    /// @dev The gate's terms.
    function _gateTerms() internal view returns (IDemandGate.GateTerms memory) {
        return IDemandGate.GateTerms(_ledger.pauseAtBps, _ledger.resumeBelowBps, _seldom.dwellPeriod);
    }

    /// @dev The sums of the loans, as of the start of the day that was rolled to.
    function _sumsStored() internal view returns (uint256 day, ILoanLedger.SumsChange memory sums) {
        return (_ledger.hour / HOURS_A_DAY, _sums.load(_ledger.flags & FALLING != 0));
    }

    /// @dev The same as of a later day, for views: calls that write have rolled the days.
    function _sumsToday() private view returns (ILoanLedger.SumsChange memory sums) {
        uint256 day;
        (day, sums) = _sumsStored();
        sums.add(LOANS.passed(day, block.timestamp / 1 days));
    }

    /// @dev Owned homes and switches, as far as they were ever used.
    function _readStanding(uint256 flags) internal view returns (Standing memory standing) {
        if (flags & STANDING != 0) standing = _standing;
    }

    /// @dev Whether somebody waits, as the turn began.
    function _hasWaiting(Turn memory turn) internal pure returns (bool) {
        return turn.flags & WAITING != 0;
    }

    /// @dev All coins, wherever they lie (wei).
    function _supply() internal view returns (uint256) {
        return IERC20(address(COIN)).totalSupply();
    }

    /// @dev Flows of equity, dollars.
    function _flowsStored() internal view returns (int256) {
        return _flows.flows;
    }

    /// @dev Cash that is not set aside, units.
    function _cash() internal view returns (uint256) {
        return _ledger.cash;
    }

    /* WRITING */

    /// @dev Everything but the terms, in a call that rolled hours and days.
    function _write(Turn memory turn) internal {
        DemandGate.Moment memory moment = turn.moment;
        uint256 flags = turn.flags & ~LINE;
        if (moment.waiting != 0) flags |= WAITING;
        if (moment.pausedAt != 0) flags |= PAUSED;
        if (turn.queued != 0 || flags & LINE != 0) {
            // Coins that wait are part of the supply.
            (_queue.queued, _queue.waiting, _queue.pausedAt) =
            (uint120(_queuedIn(turn)), uint96(moment.waiting), uint40(moment.pausedAt));
        }
        // Redemptions are stored when some are added and at no other time, so that calls leave no trace in the rounding.
        if (moment.adds) {
            (_flows.flows, _flows.redeemed, _flows.redeemedAt) =
            (turn.flows.toInt112(), uint96(moment.redeemed), uint40(block.timestamp));
        } else {
            _flows.flows = turn.flows.toInt112();
        }
        (_ledger.cash, _ledger.flags) = (turn.cash.toUint96(), uint8(flags));
    }

    /// @dev The short way of a call that moves cash alone, while nobody waits: what it had at par less what coins it made.
    function _writeCash(Turn memory turn, int256 flowsChange) internal {
        _ledger.cash = turn.cash.toUint96();
        if (flowsChange != 0) _flows.flows = (_flows.flows + flowsChange).toInt112();
    }

    /// @dev Adds `change` to the sums of the loans, and has the turn know of it.
    function _writeLoans(Turn memory turn, ILoanLedger.SumsChange calldata change) internal {
        if ((turn.flags & FALLING | uint256(change.fall | change.fallDays)) == 0) {
            turn.loans = _sums.changeLine(change.intercept, change.slope);
            return;
        }
        (turn.flags, turn.loans) = _changeSums(turn.flags, change);
    }

    /// @dev Flags that know whether something falls now, and what all loans count for (dollars).
    function _changeSums(uint256 flags, ILoanLedger.SumsChange memory change) private returns (uint256, uint256) {
        ILoanLedger.SumsChange memory sums = _sums.load(flags & FALLING != 0);
        _sums.change(sums, change);
        flags = sums.fall == 0 ? flags & ~FALLING : flags | FALLING;
        return (flags, sums.valueDown(block.timestamp));
    }

    /// @dev The gate's thresholds.
    function _writeTerms(DemandGate.Moment memory moment) internal {
        (_ledger.pauseAtBps, _ledger.resumeBelowBps) = (uint16(moment.pauseAtBps), uint16(moment.resumeBelowBps));
    }

    /// @dev Adds to the value of owned homes.
    function _writeHomes(Turn memory turn, int256 change) internal {
        unchecked {
            // Less than nothing, or too much, does not fit where it is stored.
            turn.homes = uint256(int256(turn.homes) + change);
            turn.flows += change;
        }
        turn.flags |= STANDING;
        _standing.ownedHomes = turn.homes.toUint96();
    }

    /// @dev Stores the switches, in a call that does nothing else.
    function _writeStanding(Standing memory standing) internal {
        _requireUnlocked();
        _standing = standing;
        _ledger.flags |= uint8(STANDING);
    }
}
