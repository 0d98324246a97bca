// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Seconds since 1970 as a date of the Gregorian calendar, in UTC
/// @dev Days to date by Howard Hinnant's `civil_from_days` (public domain,
/// https://howardhinnant.github.io/date_algorithms.html#civil_from_days): years are counted from 1 March, so that the
/// leap day is a year's last, in eras of 400 years = 146,097 days. Exact for every `uint40` (to the year 36812).
library CivilTime {
    uint256 private constant DAYS_FROM_MARCH_0000_TO_1970 = 719_468;
    uint256 private constant DAYS_PER_ERA = 146_097;

    /// @dev "YYYY-MM-DD HH:MM UTC", seconds cut off.
    function utc(uint40 timestamp) internal pure returns (string memory) {
        (uint256 year, uint256 month, uint256 day) = date(timestamp / 1 days);
        uint256 minute = uint256(timestamp) % 1 days / 1 minutes;
        return string.concat(
            _padded(year, 4),
            "-",
            _padded(month, 2),
            "-",
            _padded(day, 2),
            " ",
            _padded(minute / 60, 2),
            ":",
            _padded(minute % 60, 2),
            " UTC"
        );
    }

    /// @dev The date `daysSince1970` days after 1 January 1970; month and day from 1.
    function date(uint256 daysSince1970) internal pure returns (uint256 year, uint256 month, uint256 day) {
        uint256 fromMarch = daysSince1970 + DAYS_FROM_MARCH_0000_TO_1970;
        uint256 era = fromMarch / DAYS_PER_ERA;
        uint256 dayOfEra = fromMarch % DAYS_PER_ERA;
        uint256 yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        uint256 dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        // Months from March: lengths 31 30 31 30 31, repeated, which is what the factor 153 / 5 counts.
        uint256 monthFromMarch = (5 * dayOfYear + 2) / 153;
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    }

    /// @dev A length of time in the largest of years (of 365 days), days and seconds that measures it exactly.
    function period(uint40 length) internal pure returns (string memory) {
        if (length >= 365 days && length % 365 days == 0) return _count(length / 365 days, " year");
        if (length >= 1 days && length % 1 days == 0) return _count(length / 1 days, " day");
        return _count(length, " second");
    }

    function _count(uint256 number, string memory unit) private pure returns (string memory) {
        return string.concat(Strings.toString(number), unit, number == 1 ? "" : "s");
    }

    /// @dev `value` in at least `width` digits.
    function _padded(uint256 value, uint256 width) private pure returns (string memory text) {
        text = Strings.toString(value);
        for (uint256 length = bytes(text).length; length < width; ++length) {
            text = string.concat("0", text);
        }
    }
}
