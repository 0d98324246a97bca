// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An originator's row: face 96 | late 32 | open 32 | day 24
/// - face: of his open loans (wei)
/// - late: of these, how many are due on `day` or before
/// - open: how many there are
/// - day: since 1970; the days up to it are counted in `late`, those after it in their own places
type OriginatorRow is uint256;

using DueCounts for OriginatorRow global;

/// @title How many of an originator's loans are late
/// @notice Loans are counted by due day: sixteen days in a slot, 16 bits each. A loan whose due day moves takes its count
/// with it; a draw adds the days that have passed to those that are late. So neither depends on how many loans there are.
/// @dev A day has at most as many loans as fit under the originator's cap: the book's constructor makes sure that 16 bits
/// hold them. What lies in days up to `day` nobody reads again.
library DueCounts {
    /// @param row See {OriginatorRow}.
    /// @param counts Loans by due day: the word of sixteen days.
    struct Originator {
        OriginatorRow row;
        mapping(uint256 sixteenDays => uint256) counts;
    }

    /// @dev Most loans that one day can count.
    uint256 internal constant MOST_A_DAY = type(uint16).max;

    function face(OriginatorRow row) internal pure returns (uint256) {
        return uint96(OriginatorRow.unwrap(row));
    }

    function late(OriginatorRow row) internal pure returns (uint256) {
        return uint32(OriginatorRow.unwrap(row) >> 96);
    }

    function open(OriginatorRow row) internal pure returns (uint256) {
        return uint32(OriginatorRow.unwrap(row) >> 128);
    }

    function day(OriginatorRow row) internal pure returns (uint256) {
        return uint24(OriginatorRow.unwrap(row) >> 160);
    }

    function make(uint256 face_, uint256 late_, uint256 open_, uint256 day_) internal pure returns (OriginatorRow) {
        return OriginatorRow.wrap(face_ | late_ << 96 | open_ << 128 | day_ << 160);
    }

    /// @dev How many loans are due on `lastDay` or before, which is not before the row's day.
    function lateOn(Originator storage self, OriginatorRow row, uint256 lastDay) internal view returns (uint256 sum) {
        if (row.open() == 0) return 0;
        sum = row.late();
        unchecked {
            uint256 next = row.day() + 1;
            while (next <= lastDay) {
                uint256 counts = self.counts[next >> 4] >> ((next & 15) << 4);
                uint256 end = (next | 15) + 1;
                if (end > lastDay + 1) end = lastDay + 1;
                for (; next < end; ++next) {
                    sum += uint16(counts);
                    counts >>= 16;
                }
            }
        }
    }

    /// @dev Counts at most `mostDays` of the days up to `lastDay` as passed, so that a later draw need not.
    function roll(Originator storage self, uint256 lastDay, uint256 mostDays) internal {
        OriginatorRow row = self.row;
        unchecked {
            uint256 ahead = lastDay - row.day(); // which is not before
            if (mostDays < ahead) lastDay = row.day() + mostDays;
        }
        self.row = make(row.face(), lateOn(self, row, lastDay), row.open(), lastDay);
    }

    /// @dev Counts a loan that is drawn, as of `lastDay`: those due then or before are late.
    function enter(
        Originator storage self,
        OriginatorRow row,
        uint256 late_,
        uint256 lastDay,
        uint256 dueDay,
        uint256 face_
    ) internal {
        unchecked {
            self.row = make(row.face() + face_, late_, row.open() + 1, lastDay);
        }
        _count(self, dueDay, true);
    }

    /// @dev A loan's due day moves on from `fromDay`; `lastDay` is that of now. Only a loan that is late, and so may be
    /// counted in the row, needs the row.
    function move(Originator storage self, uint256 fromDay, uint256 toDay, uint256 lastDay) internal {
        if (fromDay > lastDay) {
            _count(self, fromDay, false);
            _count(self, toDay, true);
            return;
        }
        OriginatorRow row = self.row;
        uint256 late_ = row.late();
        unchecked {
            if (fromDay <= row.day()) --late_;
            else _count(self, fromDay, false);
            if (toDay <= row.day()) ++late_;
            else _count(self, toDay, true);
        }
        if (late_ != row.late()) self.row = make(row.face(), late_, row.open(), row.day());
    }

    /// @dev A loan has ended.
    function drop(Originator storage self, uint256 dueDay, uint256 face_) internal {
        OriginatorRow row = self.row;
        uint256 late_ = row.late();
        unchecked {
            if (dueDay <= row.day()) --late_;
            else _count(self, dueDay, false);
            self.row = make(row.face() - face_, late_, row.open() - 1, row.day());
        }
    }

    function _count(Originator storage self, uint256 dueDay, bool adds) private {
        unchecked {
            uint256 one = 1 << ((dueDay & 15) << 4);
            uint256 counts = self.counts[dueDay >> 4];
            self.counts[dueDay >> 4] = adds ? counts + one : counts - one;
        }
    }
}
