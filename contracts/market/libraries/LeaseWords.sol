// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ShareId} from "../../../interfaces/property/Ids.sol";

/// @notice Who let, and for how much: owner 160 | rent 96 (wei a month)
type Letting is uint256;

/// @notice Who may buy, and for how much: lessee 160 | priceUsd 96 (dollars, 18 decimals); no price is the current one
type Option is uint256;

/// @notice How far a lease is: startedAt 40 | defaultAt 40 | share 40 | creditBps 16 | refundBps 16 | months 8 | paid 8 |
/// collected 8, and 80 spare bits on top
/// - defaultAt: when a default was declared (seconds); 0 if none stands
/// - share: share ids have 40 bits here, which are more houses than there are people
/// - paid: rents that were paid, in order
/// - collected: those of them whose part the owner got
type Course is uint256;

using LettingWord for Letting global;
using OptionWord for Option global;
using CourseWord for Course global;

/// @title Reading who let
library LettingWord {
    function make(address owner_, uint256 rent_) internal pure returns (Letting) {
        return Letting.wrap(uint256(uint160(owner_)) | rent_ << 160);
    }

    function owner(Letting letting) internal pure returns (address) {
        return address(uint160(Letting.unwrap(letting)));
    }

    function rent(Letting letting) internal pure returns (uint256) {
        return Letting.unwrap(letting) >> 160;
    }
}

/// @title Reading who may buy
library OptionWord {
    function make(address lessee_, uint256 priceUsd_) internal pure returns (Option) {
        return Option.wrap(uint256(uint160(lessee_)) | priceUsd_ << 160);
    }

    function lessee(Option option) internal pure returns (address) {
        return address(uint160(Option.unwrap(option)));
    }

    function priceUsd(Option option) internal pure returns (uint256) {
        return Option.unwrap(option) >> 160;
    }
}

/// @title Reading and changing how far a lease is
library CourseWord {
    /// @dev Seconds of a month, the same as of loans.
    uint256 internal constant MONTH = 2_628_000;

    uint256 private constant DEFAULT_AT = 40;
    uint256 private constant PAID = 160;
    uint256 private constant COLLECTED = 168;

    /// @dev A lease that begins now, with the first rent paid.
    function begin(ShareId shareId, uint256 creditBps_, uint256 refundBps_, uint256 months_)
        internal
        view
        returns (Course)
    {
        return Course.wrap(
            block.timestamp | shareId.raw() << 80 | creditBps_ << 120 | refundBps_ << 136 | months_ << 152 | 1 << PAID
        );
    }

    function startedAt(Course course) internal pure returns (uint40) {
        return uint40(Course.unwrap(course));
    }

    function defaultAt(Course course) internal pure returns (uint40) {
        return uint40(Course.unwrap(course) >> DEFAULT_AT);
    }

    function share(Course course) internal pure returns (ShareId) {
        return ShareId.wrap(uint40(Course.unwrap(course) >> 80));
    }

    function creditBps(Course course) internal pure returns (uint256) {
        return uint16(Course.unwrap(course) >> 120);
    }

    function refundBps(Course course) internal pure returns (uint256) {
        return uint16(Course.unwrap(course) >> 136);
    }

    function months(Course course) internal pure returns (uint256) {
        return uint8(Course.unwrap(course) >> 152);
    }

    function paid(Course course) internal pure returns (uint256) {
        return uint8(Course.unwrap(course) >> PAID);
    }

    function collected(Course course) internal pure returns (uint256) {
        return uint8(Course.unwrap(course) >> COLLECTED);
    }

    /// @dev First second after the term.
    function endsAt(Course course) internal pure returns (uint40) {
        return uint40(course.startedAt() + course.months() * MONTH);
    }

    /// @dev When rent `number` is due, from 0 on.
    function dueAt(Course course, uint256 number) internal pure returns (uint256) {
        return course.startedAt() + number * MONTH;
    }

    /// @dev Months that have begun: rents that are due.
    function due(Course course) internal view returns (uint256) {
        uint256 begun = (block.timestamp - course.startedAt()) / MONTH + 1;
        return begun < course.months() ? begun : course.months();
    }

    /// @dev Rents paid whose month has begun.
    function counting(Course course) internal view returns (uint256) {
        uint256 begun = course.due();
        return course.paid() < begun ? course.paid() : begun;
    }

    function withDefault(Course course, uint256 time) internal pure returns (Course) {
        return Course.wrap(Course.unwrap(course) & ~(uint256(type(uint40).max) << DEFAULT_AT) | time << DEFAULT_AT);
    }

    /// @dev With so many rents more paid; at most the months, which fit.
    function withPaid(Course course, uint256 rents) internal pure returns (Course) {
        return Course.wrap(Course.unwrap(course) + (rents << PAID));
    }

    /// @dev With so many rents more collected; at most those paid.
    function withCollected(Course course, uint256 rents) internal pure returns (Course) {
        return Course.wrap(Course.unwrap(course) + (rents << COLLECTED));
    }
}
