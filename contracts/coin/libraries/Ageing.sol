// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILoanLedger} from "../../../interfaces/coin/ILoanLedger.sol";
import {LoanSums} from "./LoanSums.sol";

/// @title How one loan counts: what is owed of it, what it is worth, and how that is spread over sums and due days
/// @notice A loan's due day d is the number of the midnight from which its days past due run. In between midnights all
/// that it counts for is a straight line over time, and it bends on four days at most:
///
/// | from day | covered | uncovered |
/// | --- | --- | --- |
/// | now | debt, rising with the slope of its rate | the same, less `spare` |
/// | r < d + 30 | the slope of the next rate | the same |
/// | d + 30 | | no more interest; `fall` sets in |
/// | d + 90 | no more interest | |
/// | d + 120 | | `fall` is over |
///
/// An uncovered loan falls by whole wei, from the debt of day 30 down to the cap; the part of a wei that its fall would
/// end with, `spare`, it never counts for. So all falls can be added up as integers and each still arrives at its cap.
/// @dev Widths, of which the ledger makes sure: principal and cap have 96 bits, a rate 16, so a slope has 112; a time has
/// 40, and a due day's 120th day not a bit more; a wei is `RAW`, of 39 bits, so amounts in raw have 136. The largest
/// product, slope x time, has 153 bits: nothing here comes near 256, so where every operand is one of these, nothing is
/// checked. Subtractions that could go below zero are.
/// docs/coin.md has the derivation.
library Ageing {
    using LoanSums for ILoanLedger.SumsChange;

    /// @notice What a loan adds to the sums as of the start of some day, and what days to come do to it. What a day takes
    /// or changes is zero from that day on.
    /// @param sums Its part of the sums behind the carrying value.
    /// @param gapIntercept What the debt's line has more than the carrying value's without the fall (raw).
    /// @param gapSlope The same (raw a second).
    /// @param dueDay Days since 1970.
    /// @param uncoveredSlope Interest that ends on day 30 (raw a second).
    /// @param fall What is lost from day 30 to day 120 (wei); on day 120 it is gone.
    /// @param coveredSlope Interest that ends on day 90 (raw a second).
    /// @param resetDay Days since 1970.
    /// @param resetSlope What the slope gains on that day (raw a second).
    struct Part {
        ILoanLedger.SumsChange sums;
        int256 gapIntercept;
        int256 gapSlope;
        uint256 dueDay;
        uint256 uncoveredSlope;
        uint256 fall;
        uint256 coveredSlope;
        uint256 resetDay;
        int256 resetSlope;
    }

    /// @dev Days past due from which an uncovered loan falls, a covered one earns nothing more, and the fall is over.
    uint256 internal constant IMPAIRED_DAYS = 30;
    uint256 internal constant INCOME_DAYS = 90;
    uint256 internal constant AGED_DAYS = 120;
    /// @dev Raw units in a wei.
    uint256 private constant RAW = LoanSums.RAW;

    /* WHAT IS OWED */

    /// @dev Whether all of it has the widths given above.
    function fits(ILoanLedger.Position memory loan) internal pure returns (bool) {
        uint256 amounts = (loan.principal | loan.cap) >> 96;
        uint256 rates = (loan.rateBps | loan.nextRateBps) >> 16;
        uint256 times = (loan.since | loan.dueAt | loan.resetAt) >> 40;
        uint256 raw = (loan.interestRaw | loan.impairedRaw | loan.incomeRaw) >> 136;
        return (amounts | rates | times | raw) == 0;
    }

    /// @dev Nothing is owed.
    function isEmpty(ILoanLedger.Position memory loan) internal pure returns (bool) {
        return loan.principal == 0 && loan.interestRaw == 0;
    }

    /// @dev Interest a second, raw, until a rate is reset.
    function slopeOf(ILoanLedger.Position memory loan) internal pure returns (uint256) {
        unchecked {
            return uint256(loan.principal) * loan.rateBps;
        }
    }

    /// @dev Whether its rate is reset, has been, or will be if nobody pays until then: not while it is impaired.
    function resets(ILoanLedger.Position memory loan) internal pure returns (bool) {
        unchecked {
            return loan.resetAt != 0 && loan.resetAt < (dueDayOf(loan) + IMPAIRED_DAYS) * 1 days;
        }
    }

    /// @dev What is owed at `time` (seconds), not before `since`; raw.
    function debtRaw(ILoanLedger.Position memory loan, uint256 time) internal pure returns (uint256) {
        unchecked {
            return loan.principal * RAW + interestAt(loan, time);
        }
    }

    /// @dev The interest in it.
    function interestAt(ILoanLedger.Position memory loan, uint256 time) internal pure returns (uint256 interest) {
        uint256 elapsed = time - loan.since;
        unchecked {
            interest = loan.interestRaw + slopeOf(loan) * elapsed;
            if (time > loan.resetAt && resets(loan)) {
                interest += _resetSlope(loan) * (time - loan.resetAt); // of less, modulo 2^256, is less
            }
        }
    }

    /// @dev What is owed at `time` (seconds), not before `since`; wei, up.
    function debtUp(ILoanLedger.Position memory loan, uint256 time) internal pure returns (uint256) {
        return Math.ceilDiv(debtRaw(loan, time), RAW);
    }

    /// @dev Fills in `next`, the loan as it is left at `time` (seconds, not before `since`) by a payment of `credit` (wei,
    /// less than is owed): interest is paid first. A payment that ends inside a wei of interest leaves a part of a wei of principal
    /// unpaid, as interest. A reset whose time has come is done with: in force is the next rate, or still the present
    /// one if the loan was impaired. The references are still the old ones: see `carriedOver`.
    function afterPayment(
        ILoanLedger.Position memory loan,
        ILoanLedger.Position memory next,
        uint256 time,
        uint256 credit
    ) internal pure {
        uint256 interest = interestAt(loan, time);
        unchecked {
            uint256 paid = credit * RAW;
            uint256 principalPaid = Math.ceilDiv(Math.saturatingSub(paid, interest), RAW);
            next.principal = loan.principal - principalPaid;
            next.interestRaw = interest + principalPaid * RAW - paid;
        }
        bool isAhead = time < loan.resetAt;
        next.rateBps = !isAhead && resets(loan) ? loan.nextRateBps : loan.rateBps;
        (next.nextRateBps, next.resetAt) = isAhead ? (loan.nextRateBps, loan.resetAt) : (0, 0);
        (next.since, next.dueAt, next.cap) = (time, loan.dueAt, loan.cap);
        (next.impairedRaw, next.incomeRaw) = (loan.impairedRaw, loan.incomeRaw);
    }

    /// @dev What the slope gains when the rate is reset; less than nothing modulo 2^256.
    function _resetSlope(ILoanLedger.Position memory loan) private pure returns (uint256) {
        unchecked {
            return uint256(loan.principal) * (uint256(loan.nextRateBps) - loan.rateBps);
        }
    }

    /* WHAT IT IS WORTH */

    /// @dev The day (since 1970) with whose start the days past due begin.
    function dueDayOf(ILoanLedger.Position memory loan) internal pure returns (uint256) {
        unchecked {
            return (uint256(loan.dueAt) + 1 days - 1) / 1 days;
        }
    }

    /// @dev The debt that counts from `day` (since 1970) on, raw: what is owed then; if the loan was changed since, what
    /// it has carried over.
    function _debtFrom(ILoanLedger.Position memory loan, uint256 day, uint256 carried) private pure returns (uint256) {
        unchecked {
            uint256 start = day * 1 days;
            return loan.since <= start ? debtRaw(loan, start) : carried;
        }
    }

    /// @dev The references of a loan that a book changes from `before` to `afterwards`, whose own don't matter. None until
    /// its day has passed: so loans that are paid in time never store any. While the due day stays they only fall: with the
    /// present debt instead of the least one since then, a mark after a payment would count the interest that day 30 or
    /// day 90 had ended. Nobody paid for a home that was taken: they fall by all that it was taken at (wei), or the interest
    /// since then would come in as what is left of the debt.
    function carriedOver(ILoanLedger.Position memory before, ILoanLedger.Position memory afterwards, uint256 takenUsd)
        internal
        pure
        returns (uint256 impairedRaw, uint256 incomeRaw)
    {
        uint256 dueDay = dueDayOf(afterwards);
        unchecked {
            if (afterwards.since <= (dueDay + IMPAIRED_DAYS) * 1 days) return (0, 0);
            uint256 debt = debtRaw(afterwards, afterwards.since);
            bool stays = dueDay == dueDayOf(before);
            uint256 takenRaw = takenUsd * RAW;
            uint256 impairedDebt = stays ? _debtFrom(before, dueDay + IMPAIRED_DAYS, before.impairedRaw) : debt;
            impairedRaw = Math.min(Math.saturatingSub(impairedDebt, takenRaw), debt);
            if (afterwards.since <= (dueDay + INCOME_DAYS) * 1 days) return (impairedRaw, 0);
            uint256 incomeDebt = stays ? _debtFrom(before, dueDay + INCOME_DAYS, before.incomeRaw) : debt;
            incomeRaw = Math.min(Math.saturatingSub(incomeDebt, takenRaw), debt);
        }
    }

    /// @dev What it counts for at `time` (seconds), not before `since`; wei, down.
    function carryingDown(ILoanLedger.Position memory loan, uint256 time) internal pure returns (uint256) {
        return partOf(loan, time / 1 days).sums.valueDown(time);
    }

    /* ITS PART OF THE SUMS */

    /// @dev How it counts as of the start of `today` (days since 1970), the day in which its book wrote it or a later one.
    function partOf(ILoanLedger.Position memory loan, uint256 today) internal pure returns (Part memory part) {
        (uint256 principal, uint256 interestRaw) = (loan.principal, loan.interestRaw);
        if (principal == 0 && interestRaw == 0) return part;
        unchecked {
            // The line of the debt until its rate is reset, if it is, and from then on.
            (uint256 since, uint256 dueDay) = (loan.since, dueDayOf(loan));
            uint256 slope = principal * loan.rateBps;
            uint256 intercept = principal * RAW + interestRaw - slope * since; // signed
            (uint256 lastSlope, uint256 lastIntercept) = (slope, intercept);
            if (resets(loan)) {
                uint256 gain = _resetSlope(loan);
                (lastSlope, lastIntercept) = (slope + gain, intercept - gain * loan.resetAt);
                if (today * 1 days < loan.resetAt) {
                    (part.resetDay, part.resetSlope) = (loan.resetAt / 1 days, int256(gain));
                } else {
                    (slope, intercept) = (lastSlope, lastIntercept);
                }
            }
            (part.sums.intercept, part.sums.slope, part.dueDay) = (int256(intercept), int256(slope), dueDay);

            uint256 capRaw = loan.cap * RAW;
            uint256 start = (dueDay + INCOME_DAYS) * 1 days;
            uint256 incomeDebt = since <= start ? lastIntercept + lastSlope * start : loan.incomeRaw;
            if (capRaw >= incomeDebt) {
                _coveredPart(part, today, lastSlope, incomeDebt);
            } else {
                start = (dueDay + IMPAIRED_DAYS) * 1 days;
                uint256 impairedDebt = since <= start ? lastIntercept + lastSlope * start : loan.impairedRaw;
                _uncoveredPart(part, today, lastSlope, impairedDebt, Math.min(impairedDebt, capRaw));
            }

            part.gapIntercept = int256(intercept) - part.sums.intercept;
            part.gapSlope = int256(slope) - part.sums.slope;
        }
    }

    /// @dev What is owed of it at `time` (seconds) of that day; raw.
    function debtRaw(Part memory part, uint256 time) internal pure returns (uint256) {
        unchecked {
            int256 slope = part.sums.slope + part.gapSlope;
            return uint256(part.sums.intercept + part.gapIntercept + slope * int256(time));
        }
    }

    /// @dev `part` comes with the debt's line, and its interest ends with `slope`.
    function _coveredPart(Part memory part, uint256 today, uint256 slope, uint256 incomeDebt) private pure {
        unchecked {
            if (today < part.dueDay + INCOME_DAYS) part.coveredSlope = slope;
            else (part.sums.intercept, part.sums.slope) = (int256(incomeDebt), 0);
        }
    }

    /// @dev `part` comes with the debt's line; its interest ends with `slope`, and the loan falls from `impairedDebt` to
    /// `end`, which is not more (raw).
    function _uncoveredPart(Part memory part, uint256 today, uint256 slope, uint256 impairedDebt, uint256 end)
        private
        pure
    {
        unchecked {
            (uint256 impairedDay, uint256 agedDay) = (part.dueDay + IMPAIRED_DAYS, part.dueDay + AGED_DAYS);
            (uint256 fall, uint256 spare) = ((impairedDebt - end) / RAW, (impairedDebt - end) % RAW);
            if (today < agedDay) part.fall = fall;
            if (today < impairedDay) {
                part.uncoveredSlope = slope;
                part.sums.intercept -= int256(spare);
            } else if (today < agedDay) {
                (part.sums.intercept, part.sums.slope) = (int256(impairedDebt - spare), 0);
                (part.sums.fall, part.sums.fallDays) = (int256(fall), int256(fall * impairedDay));
            } else {
                (part.sums.intercept, part.sums.slope) = (int256(end), 0);
            }
        }
    }
}
