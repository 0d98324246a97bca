// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title When an adjustable loan's rate is reset, and to what
/// @notice Reset j is the first midnight UTC at or after start + j x 365 days, as long as it is before the last due time.
/// @dev Times are seconds, rates basis points a year.
library RateResets {
    uint256 internal constant YEAR = 365 days;
    uint256 internal constant HIGHEST_BPS = 10_000;

    /// @dev The first reset after `time`, not before the start; 0 if none comes before `lastDueAt`.
    function nextAfter(uint256 startedAt, uint256 lastDueAt, uint256 time) internal pure returns (uint256 resetAt) {
        unchecked {
            uint256 years_ = (time - startedAt) / YEAR;
            resetAt = years_ == 0 ? 0 : _midnight(startedAt + years_ * YEAR);
            if (resetAt <= time) resetAt = _midnight(startedAt + (years_ + 1) * YEAR);
            if (resetAt >= lastDueAt) resetAt = 0;
        }
    }

    /// @dev `wantedBps`, as near as the steps allow: `resetStepBps` from the present rate, `lifeStepBps` from the first.
    function clamped(uint256 wantedBps, uint256 presentBps, uint256 firstBps, uint256 resetStepBps, uint256 lifeStepBps)
        internal
        pure
        returns (uint256)
    {
        wantedBps = _near(wantedBps, presentBps, resetStepBps);
        wantedBps = _near(wantedBps, firstBps, lifeStepBps);
        return Math.min(wantedBps, HIGHEST_BPS);
    }

    function _near(uint256 wanted, uint256 centre, uint256 step) private pure returns (uint256) {
        return Math.min(Math.max(wanted, Math.saturatingSub(centre, step)), centre + step);
    }

    function _midnight(uint256 time) private pure returns (uint256) {
        unchecked {
            return (time + 1 days - 1) / 1 days * 1 days;
        }
    }
}
