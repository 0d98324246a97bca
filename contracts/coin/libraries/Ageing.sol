// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILoanLedger} from "../../../interfaces/coin/ILoanLedger.sol";
import {LoanSums} from "./LoanSums.sol";

/// @title How one loan counts: what is owed of it, what it is worth, and how that is spread over sums and due days
/// @notice A loan's due day d is the number of the midnight from which its days past due run. In between midnights all
/// that it counts for is a straight line over time, and it bends on three days at most:
///
/// | from day | covered | uncovered |
/// | --- | --- | --- |
/// | now | debt, rising with `slope` | the same, less `spare` |
/// | d + 30 | | no more interest; `fall` sets in |
/// | d + 90 | no more interest | |
/// | d + 120 | | `fall` is over |
///
/// An uncovered loan falls by whole wei, from the debt of day 30 down to the cap; the part of a wei that its fall would
/// end with, `spare`, it never counts for. So all falls can be added up as integers and each still arrives at its cap.
/// @dev Widths, which a position's types give: principal and cap have 96 bits, a rate 16, so a slope has 112; a time has
/// 40, and a due day's 120th day not a bit more; a wei is `RAW`, of 39 bits, so amounts in raw have 136. The largest
/// product, slope x time, has 153 bits: nothing here comes near 256, so where every operand is one of these, nothing is
/// checked. Subtractions that could go below zero are.
/// docs/coin.md has the derivation.
library Ageing {
    using LoanSums for ILoanLedger.SumsChange;
    using SafeCast for uint256;

    /// @notice What a loan adds to the sums as of the start of some day, and what waits for it on days to come.
    /// @param sums Its part of the sums behind the carrying value.
    /// @param gapIntercept What the debt's line has more than the carrying value's without the fall (raw).
    /// @param gapSlope The same (raw a second).
    /// @param dueDay Days since 1970.
    /// @param ahead What waits in the sums of its due day.
    struct Part {
        ILoanLedger.SumsChange sums;
        int256 gapIntercept;
        int256 gapSlope;
        uint256 dueDay;
        Ahead ahead;
    }

    /// @notice What days to come take away. Each is zero from the day on that takes it.
    /// @param uncoveredSlope Interest that ends on day 30 (raw a second).
    /// @param fall What is lost from day 30 to day 120 (wei); on day 120 it is gone.
    /// @param coveredSlope Interest that ends on day 90 (raw a second).
    struct Ahead {
        uint256 uncoveredSlope;
        uint256 fall;
        uint256 coveredSlope;
    }

    /// @dev Days past due from which an uncovered loan falls, a covered one earns nothing more, and the fall is over.
    uint256 internal constant IMPAIRED_DAYS = 30;
    uint256 internal constant INCOME_DAYS = 90;
    uint256 internal constant AGED_DAYS = 120;
    /// @dev Raw units in a wei.
    uint256 private constant RAW = LoanSums.RAW;

    /* WHAT IS OWED */

    /// @dev Nothing is owed.
    function isEmpty(ILoanLedger.Position memory loan) internal pure returns (bool) {
        return loan.principal == 0 && loan.interestRaw == 0;
    }

    /// @dev Interest a second, raw.
    function slopeOf(ILoanLedger.Position memory loan) internal pure returns (uint256) {
        unchecked {
            return uint256(loan.principal) * loan.rateBps;
        }
    }

    /// @dev What is owed at `time` (seconds), not before `since`; raw.
    function debtRaw(ILoanLedger.Position memory loan, uint256 time) internal pure returns (uint256) {
        uint256 elapsed = time - loan.since;
        unchecked {
            return loan.principal * RAW + loan.interestRaw + slopeOf(loan) * elapsed;
        }
    }

    /// @dev What is owed at `time` (seconds), not before `since`; wei, up.
    function debtUp(ILoanLedger.Position memory loan, uint256 time) internal pure returns (uint256) {
        return Math.ceilDiv(debtRaw(loan, time), RAW);
    }

    /// @dev The loan as it is left at `time` (seconds, not before `since`) by a payment of `credit` (wei, less than is
    /// owed): interest is paid first. A payment that ends inside a wei of interest leaves a part of a wei of principal
    /// unpaid, as interest. The references are still the old ones: see `carriedOver`.
    function afterPayment(ILoanLedger.Position memory loan, uint256 time, uint256 credit)
        internal
        pure
        returns (ILoanLedger.Position memory)
    {
        uint256 interest = loan.interestRaw + slopeOf(loan) * (time - loan.since);
        uint256 interestPaid = Math.min(interest, credit * RAW);
        uint256 principalPaid = Math.ceilDiv(credit * RAW - interestPaid, RAW);
        return ILoanLedger.Position({
            principal: (loan.principal - principalPaid).toUint96(),
            rateBps: loan.rateBps,
            since: time.toUint40(),
            dueAt: loan.dueAt,
            cap: loan.cap,
            interestRaw: (interest + principalPaid * RAW - credit * RAW).toUint136(),
            impairedRaw: loan.impairedRaw,
            incomeRaw: loan.incomeRaw
        });
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
    /// day 90 had ended.
    function carriedOver(ILoanLedger.Position memory before, ILoanLedger.Position memory afterwards)
        internal
        pure
        returns (uint136 impairedRaw, uint136 incomeRaw)
    {
        uint256 dueDay = dueDayOf(afterwards);
        unchecked {
            if (afterwards.since <= (dueDay + IMPAIRED_DAYS) * 1 days) return (0, 0);
            uint256 debt = debtRaw(afterwards, afterwards.since);
            bool stays = dueDay == dueDayOf(before);
            uint256 impairedDebt = stays ? _debtFrom(before, dueDay + IMPAIRED_DAYS, before.impairedRaw) : debt;
            impairedRaw = Math.min(impairedDebt, debt).toUint136();
            if (afterwards.since <= (dueDay + INCOME_DAYS) * 1 days) return (impairedRaw, 0);
            uint256 incomeDebt = stays ? _debtFrom(before, dueDay + INCOME_DAYS, before.incomeRaw) : debt;
            incomeRaw = Math.min(incomeDebt, debt).toUint136();
        }
    }

    /// @dev What it counts for at `time` (seconds), not before `since`; wei, down.
    function carryingDown(ILoanLedger.Position memory loan, uint256 time) internal pure returns (uint256) {
        return partOf(loan, time / 1 days).sums.valueDown(time);
    }

    /* ITS PART OF THE SUMS */

    /// @dev How it counts as of the start of `today` (days since 1970), the day in which its book wrote it or a later one.
    function partOf(ILoanLedger.Position memory loan, uint256 today) internal pure returns (Part memory part) {
        if (isEmpty(loan)) return part;
        uint256 dueDay = dueDayOf(loan);
        unchecked {
            uint256 slope = slopeOf(loan);
            int256 intercept = int256(loan.principal * RAW + loan.interestRaw) - int256(slope * loan.since);
            (part.sums.intercept, part.sums.slope) = (intercept, int256(slope));
            part.dueDay = dueDay;

            uint256 capRaw = loan.cap * RAW;
            uint256 incomeDebt = _debtFrom(loan, dueDay + INCOME_DAYS, loan.incomeRaw);
            if (capRaw >= incomeDebt) {
                _coveredPart(part, today, incomeDebt);
            } else {
                uint256 impairedDebt = _debtFrom(loan, dueDay + IMPAIRED_DAYS, loan.impairedRaw);
                _uncoveredPart(part, today, impairedDebt, Math.min(impairedDebt, capRaw));
            }

            part.gapIntercept = intercept - part.sums.intercept;
            part.gapSlope = int256(slope) - part.sums.slope;
        }
    }

    /// @dev `part` comes with the debt's line.
    function _coveredPart(Part memory part, uint256 today, uint256 incomeDebt) private pure {
        unchecked {
            if (today < part.dueDay + INCOME_DAYS) part.ahead.coveredSlope = uint256(part.sums.slope);
            else (part.sums.intercept, part.sums.slope) = (int256(incomeDebt), 0);
        }
    }

    /// @dev `part` comes with the debt's line; the loan falls from `impairedDebt` to `end`, which is not more (raw).
    function _uncoveredPart(Part memory part, uint256 today, uint256 impairedDebt, uint256 end) private pure {
        unchecked {
            (uint256 impairedDay, uint256 agedDay) = (part.dueDay + IMPAIRED_DAYS, part.dueDay + AGED_DAYS);
            (uint256 fall, uint256 spare) = ((impairedDebt - end) / RAW, (impairedDebt - end) % RAW);
            if (today < agedDay) part.ahead.fall = fall;
            if (today < impairedDay) {
                part.ahead.uncoveredSlope = uint256(part.sums.slope);
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
