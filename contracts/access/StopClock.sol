// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title For how long a guardian's switch has stopped its action, all stops together
/// @notice Clocks that must not run during a stop subtract this sum. Beside the switch (see {GuardianStop}) a contract
/// keeps when the last stop began, and the sum of those before it. Before each stop it stores
/// `_before = StopClock.stoppedTime(_from, _until, _before)` and `_from = uint40(block.timestamp)`. Lifting a stop changes
/// neither: the switch then holds the moment it was lifted.
library StopClock {
    /// @dev Seconds of all stops up to now, the present one's included; it never shrinks and grows by at most a second
    /// a second. Can't overflow: a stop begins in the past, and only when the one before it has ended.
    /// @param stoppedFrom When the last stop began (seconds); zero if there was none.
    /// @param stoppedUntil When it ends or ended (seconds): the switch.
    /// @param stoppedBefore Sum of all stops before it (seconds).
    function stoppedTime(uint40 stoppedFrom, uint40 stoppedUntil, uint40 stoppedBefore) internal view returns (uint40) {
        return stoppedBefore + uint40(Math.min(block.timestamp, stoppedUntil)) - stoppedFrom;
    }
}
