// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Annuity} from "./Annuity.sol";

/// @title Due times, and what moves them
/// @notice Instalment k is due at start + k x MONTH. Payments meet them in order, at most the next one that is not yet
/// due; the last takes what is left, so no payment but the full one meets it.
/// @dev No loop: a payment may meet any number. Times are seconds, amounts wei.
library Instalments {
    uint256 internal constant MONTH = Annuity.MONTH;
    uint256 internal constant DAY = 1 days;

    /// @dev How many instalments are paid.
    function paidOf(uint256 startedAt, uint256 dueAt) internal pure returns (uint256) {
        unchecked {
            return (dueAt - startedAt) / MONTH - 1;
        }
    }

    /// @dev The number of the midnight (days since 1970) from which days past due run.
    function dueDayOf(uint256 dueAt) internal pure returns (uint256) {
        unchecked {
            return (dueAt + DAY - 1) / DAY;
        }
    }

    /// @dev The last due day whose loans are late beyond a grace of so many days at `time`: past their midnight and the
    /// grace, by a second or more.
    function lastLateDay(uint256 time, uint256 graceDays) internal pure returns (uint256) {
        unchecked {
            return (time - 1) / DAY - graceDays;
        }
    }

    /// @dev How many instalments, from the first, are paid or late beyond grace.
    /// @param paid How many are paid. @param total How many were agreed.
    function lateCount(uint256 dueAt, uint256 paid, uint256 total, uint256 lastDay) internal pure returns (uint256) {
        unchecked {
            uint256 until = lastDay * DAY;
            if (dueAt > until) return paid;
            return paid + Math.min((until - dueAt) / MONTH + 1, total - paid);
        }
    }

    /// @dev What a payment of `credit` does to them.
    /// @param dueAt The oldest unpaid due time. @param towards Paid of that one.
    /// @param instalment What each but the last asks for. @param left How many but the last are unpaid.
    /// @return nextDueAt The oldest unpaid due time afterwards. @return nextTowards Paid of that one: nothing, if it is due
    /// later than the next month or is the last.
    function advanced(uint256 dueAt, uint256 towards, uint256 credit, uint256 instalment, uint256 left, uint256 time)
        internal
        pure
        returns (uint256 nextDueAt, uint256 nextTowards)
    {
        unchecked {
            uint256 horizon = time + 2 * MONTH;
            uint256 most = dueAt <= horizon ? Math.min((horizon - dueAt) / MONTH, left) : 0;
            uint256 paid = towards + credit; // two amounts of 96 bits
            uint256 met = instalment == 0 ? most : Math.min(paid / instalment, most);
            return (dueAt + met * MONTH, met == most ? 0 : paid - met * instalment);
        }
    }
}
