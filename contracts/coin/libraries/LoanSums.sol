// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILoanLedger} from "../../../interfaces/coin/ILoanLedger.sol";

/// @title The value of all loans together as a line over time, whatever their number
/// @notice Between two midnights UTC the carrying value of all loans at time t (seconds) is
///
///     (intercept + slope * t) / RAW - (fall * t - fallDays * 1 day) / FALL_PERIOD   dollars
///
/// At a midnight loans may reach day 30, 90 or 120 and go on along another line: {ILoanLedger} says which, and the sums
/// are rolled forward by it. docs/coin.md derives it.
/// @dev Raw amounts are wei x basis points x seconds of a year, as in {ILoanLedger}. All loans together are below 2^96
/// wei, so what is stored has room for rates to 100 % a year and times to the year 2242.
library LoanSums {
    using SafeCast for int256;
    using SafeCast for uint256;

    /// @dev Raw units in a wei: basis points in a whole times seconds in a year.
    uint256 internal constant RAW = 10_000 * 365 days;
    /// @dev From day 30 to day 120 a loan that is not covered falls.
    uint256 internal constant FALL_PERIOD = 90 days;

    /// @notice As stored. The second slot is empty while no loan is on its way down.
    struct Stored {
        int144 intercept; // raw
        uint112 slope; // raw a second
        uint96 fall; // wei that falling loans lose from day 30 to day 120
        uint128 fallDays; // the same, each times the number of its day 30 (days since 1970)
    }

    /// @dev What all loans count for at `time` (seconds), in dollars, down.
    function valueDown(ILoanLedger.SumsChange memory sums, uint256 time) internal pure returns (uint256) {
        unchecked {
            int256 raw = sums.intercept + sums.slope * int256(time); // 153 bits
            if (sums.fall == 0) return _wholeDown(raw, RAW);
            int256 fallen = sums.fall * int256(time) - sums.fallDays * 1 days; // 145 bits
            return _wholeDown(raw * int256(FALL_PERIOD) - fallen * int256(RAW), RAW * FALL_PERIOD);
        }
    }

    /// @dev Honest books never bring the sums below zero: a loan on its way down counts in `intercept` with at least what it
    /// will have lost at the end of it. A wei too much of another must not count as endless wealth.
    function _wholeDown(int256 amount, uint256 unit) private pure returns (uint256) {
        return amount < 0 ? 0 : uint256(amount) / unit;
    }

    /// @dev The same of the sums as stored, now. The second slot is read only if something `falls`.
    function valueNowDown(Stored storage stored, bool falls) internal view returns (uint256) {
        if (falls) return valueDown(load(stored, true), block.timestamp);
        unchecked {
            return _wholeDown(stored.intercept + int256(uint256(stored.slope)) * int256(block.timestamp), RAW); // 152 bits
        }
    }

    /// @dev The sums as stored; the second slot is read only if something `falls`.
    function load(Stored storage stored, bool falls) internal view returns (ILoanLedger.SumsChange memory sums) {
        (sums.intercept, sums.slope) = (stored.intercept, int256(uint256(stored.slope)));
        if (falls) (sums.fall, sums.fallDays) = (int256(uint256(stored.fall)), int256(uint256(stored.fallDays)));
    }

    /// @dev Adds `by` to `sums`, as they were loaded, and stores them.
    function change(Stored storage stored, ILoanLedger.SumsChange memory sums, ILoanLedger.SumsChange memory by)
        internal
    {
        add(sums, by);
        _storeLine(stored, sums.intercept, sums.slope);
        if ((by.fall | by.fallDays) == 0) return;
        (stored.fall, stored.fallDays) = (uint256(sums.fall).toUint96(), uint256(sums.fallDays).toUint128());
    }

    /// @dev The short way while nothing falls: adds to the line alone.
    /// @return What all loans count for now, in dollars, down.
    function changeLine(Stored storage stored, int256 intercept, int256 slope) internal returns (uint256) {
        unchecked {
            intercept += stored.intercept;
            slope += int256(uint256(stored.slope));
            _storeLine(stored, intercept, slope);
            return _wholeDown(intercept + slope * int256(block.timestamp), RAW);
        }
    }

    function _storeLine(Stored storage stored, int256 intercept, int256 slope) private {
        (stored.intercept, stored.slope) = (intercept.toInt144(), uint256(slope).toUint112());
    }

    /// @dev Adds `by` to `sums`. Days, and loans of a book, change them by 177 bits at most.
    function add(ILoanLedger.SumsChange memory sums, ILoanLedger.SumsChange memory by) internal pure {
        unchecked {
            sums.intercept += by.intercept;
            sums.slope += by.slope;
            sums.fall += by.fall;
            sums.fallDays += by.fallDays;
        }
    }

    /// @dev Takes `by` from `sums`.
    function subtract(ILoanLedger.SumsChange memory sums, ILoanLedger.SumsChange memory by) internal pure {
        unchecked {
            sums.intercept -= by.intercept;
            sums.slope -= by.slope;
            sums.fall -= by.fall;
            sums.fallDays -= by.fallDays;
        }
    }
}
