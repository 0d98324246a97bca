// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";

/// @title A guardian's switch in 40 bits
/// @notice A switch is the time until which it stops its action; zero if it was never used. The contract packs it where
/// it reads anyway, checks who calls, and stores what `stop` and `resume` return:
/// `_switch = GuardianStop.stop(_switch, PERIOD, WHAT)`.
/// @dev A contract that uses it inherits `IGuardianStop`, so that events and errors are in its ABI.
library GuardianStop {
    uint40 internal constant MIN_PERIOD = 1 hours;
    uint40 internal constant MAX_PERIOD = 30 days;

    /// @dev Requires that a switch may stop for `period` seconds. For constructors.
    function requireValidPeriod(uint40 period) internal pure {
        require(period >= MIN_PERIOD && period <= MAX_PERIOD, IGuardianStop.StopPeriodOutOfRange(period));
    }

    /// @dev Stops `what` for `period` seconds from now. Refused until as long has passed since the last stop ended.
    /// @return until What to store.
    function stop(uint40 stoppedUntil, uint40 period, bytes32 what) internal returns (uint40 until) {
        if (stoppedUntil != 0) {
            uint40 readyAt = stoppedUntil + period;
            require(block.timestamp >= readyAt, IGuardianStop.StopNotReady(what, readyAt));
        }
        until = uint40(block.timestamp) + period;
        emit IGuardianStop.Stopped(what, until);
    }

    /// @dev Lifts the stop of `what` now; the guardian's pause before the next one begins now, too.
    /// @return until What to store.
    function resume(uint40 stoppedUntil, bytes32 what) internal returns (uint40 until) {
        require(block.timestamp < stoppedUntil, IGuardianStop.NotStopped(what));
        until = uint40(block.timestamp);
        emit IGuardianStop.Resumed(what);
    }

    /// @dev Requires that `what` is not stopped.
    function requireRunning(uint40 stoppedUntil, bytes32 what) internal view {
        require(block.timestamp >= stoppedUntil, IGuardianStop.StoppedUntil(what, stoppedUntil));
    }
}
