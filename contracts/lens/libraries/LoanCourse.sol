// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILoanLedger} from "../../../interfaces/coin/ILoanLedger.sol";
import {ILoanBook} from "../../../interfaces/lending/ILoanBook.sol";
import {ILoanDesk} from "../../../interfaces/lending/ILoanDesk.sol";
import {ILoanLens} from "../../../interfaces/lens/ILoanLens.sol";
import {Ageing} from "../../coin/libraries/Ageing.sol";
import {Annuity} from "../../lending/libraries/Annuity.sol";
import {Instalments} from "../../lending/libraries/Instalments.sol";
import {RateResets} from "../../lending/libraries/RateResets.sol";

/// @title How a loan goes on, payment by payment
/// @notice A loan in the hands of whoever looks ahead: `pay` does to it what the book does at a payment, with the book's own
/// maths, and `payNext` pays what is asked next, when it is due.
library LoanCourse {
    using Ageing for ILoanLedger.Position;

    /// @param position How it counts. @param paid Instalments met in full. @param total How many were agreed.
    /// @param instalment What each but the last asks for. @param towards Paid of the oldest unpaid one.
    /// @param startedAt When it was drawn. @param nextRateBps Rate from `resetAt` on, or from the next payment after it.
    /// @param resetAt 0 if no rate is fixed. @param isAdjustable Whether its rate is reset at all.
    /// @param minDebt A payment leaves nothing, or at least this.
    struct Course {
        ILoanLedger.Position position;
        uint256 paid;
        uint256 total;
        uint256 instalment;
        uint256 towards;
        uint256 startedAt;
        uint256 nextRateBps;
        uint256 resetAt;
        bool isAdjustable;
        uint256 minDebt;
    }

    /// @dev An open loan, which its book counts as `position`.
    function running(ILoanDesk.Loan memory loan, ILoanLedger.Position memory position)
        internal
        pure
        returns (Course memory course)
    {
        course = _agreed(loan);
        course.position = position;
        (course.paid, course.towards, course.startedAt) = (loan.paid, loan.towards, loan.startedAt);
        if (loan.nextRateBps != 0) (course.nextRateBps, course.resetAt) = (loan.nextRateBps, loan.resetAt);
    }

    /// @dev An approved loan, as if it were drawn now.
    function drawnNow(ILoanDesk.Loan memory loan) internal view returns (Course memory course) {
        course = _agreed(loan);
        course.startedAt = block.timestamp;
        course.position.principal = loan.application.amount;
        course.position.rateBps = loan.rateBps;
        course.position.since = uint40(block.timestamp);
        course.position.dueAt = uint40(block.timestamp + Instalments.MONTH);
    }

    function _agreed(ILoanDesk.Loan memory loan) private pure returns (Course memory course) {
        (course.total, course.instalment) = (loan.application.instalments, loan.instalment);
        course.isAdjustable = loan.application.kind == ILoanBook.Kind.Adjustable;
    }

    /// @dev Nothing is owed.
    function isOver(Course memory course) internal pure returns (bool) {
        return course.position.isEmpty();
    }

    /// @dev The first reset from now on for which no rate is fixed; 0 if none comes.
    function rateKnownUntil(Course memory course) internal view returns (uint256) {
        if (!course.isAdjustable) return 0;
        uint256 lastDueAt = course.startedAt + course.total * Instalments.MONTH;
        return RateResets.nextAfter(course.startedAt, lastDueAt, Math.max(course.resetAt, block.timestamp));
    }

    /// @dev Credits the loan with `credit`, at most what is owed at `time`, not before its last change.
    function pay(Course memory course, uint256 credit, uint256 time) internal pure {
        ILoanLedger.Position memory position = course.position;
        if (credit == position.debtUp(time)) {
            ILoanLedger.Position memory nothing;
            course.position = nothing;
            return;
        }
        bool adopts = _renewInstalment(course, time);
        ILoanLedger.Position memory next;
        position.afterPayment(next, time, credit);
        uint256 dueAt;
        (dueAt, course.towards) = Instalments.advanced(
            position.dueAt, course.towards, credit, course.instalment, course.total - 1 - course.paid, time
        );
        course.paid += (dueAt - position.dueAt) / Instalments.MONTH;
        next.dueAt = dueAt;
        if (!adopts && dueAt != position.dueAt && _isResetDue(course, time)) {
            adopts = true;
            _setInstalment(course, next.principal);
        }
        if (adopts) (next.rateBps, course.nextRateBps, course.resetAt) = (course.nextRateBps, 0, 0);
        course.position = next;
    }

    /// @dev A rate that is in force since its time: the instalment goes by it from the first payment on. One that could not
    /// come into force then waits for a payment that moves the due time.
    function _renewInstalment(Course memory course, uint256 time) private pure returns (bool adopts) {
        adopts = _isResetDue(course, time) && course.position.resets();
        if (adopts) _setInstalment(course, course.position.principal);
    }

    function _isResetDue(Course memory course, uint256 time) private pure returns (bool) {
        return course.resetAt != 0 && time >= course.resetAt;
    }

    function _setInstalment(Course memory course, uint256 principal) private pure {
        course.instalment = Annuity.levelInstalmentUp(principal, course.nextRateBps, course.total - course.paid);
    }

    /// @dev Pays the oldest unpaid instalment when it is due, or now if it is.
    function payNext(Course memory course) internal view returns (ILoanLens.ScheduleRow memory row) {
        ILoanLedger.Position memory position = course.position;
        uint256 time = Math.max(block.timestamp, position.dueAt);
        uint256 owed = position.debtUp(time);
        _renewInstalment(course, time); // as `pay` does once more
        row.number = course.paid + 1;
        row.dueAt = uint40(position.dueAt);
        row.amount = owed;
        if (row.number < course.total) {
            // A reset can leave an instalment that is paid already: then anything closes it.
            uint256 asked = Math.max(Math.saturatingSub(course.instalment, course.towards), 1);
            // Where less would be left than may be, all is asked.
            if (asked < owed && owed - asked >= course.minDebt) row.amount = asked;
        }
        pay(course, row.amount, time);
        row.balance = course.position.principal;
        row.principal = position.principal - row.balance;
        row.interest = row.amount - row.principal;
    }
}
