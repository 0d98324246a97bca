// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Events and errors of the guardian's switches
/// @notice A stop takes effect at once, ends by itself, and the same switch can't be used again until as long again
/// has passed: a stolen guardian key can halt new business for one period and do no worse.
interface IGuardianStop {
    /// @notice Emitted when the guardian stopped `what` until `until` (seconds).
    event Stopped(bytes32 indexed what, uint40 until);

    /// @notice Emitted when the DAO lifted the stop of `what` early.
    event Resumed(bytes32 indexed what);

    /// @notice Thrown by an action that is stopped until `until` (seconds).
    error StoppedUntil(bytes32 what, uint40 until);

    /// @notice Thrown when the switch `what` can't be used again before `readyAt` (seconds).
    error StopNotReady(bytes32 what, uint40 readyAt);

    /// @notice Thrown when there is no stop of `what` to lift.
    error NotStopped(bytes32 what);

    /// @notice Thrown at construction when a stop's length of `period` seconds is not from one hour to 30 days.
    error StopPeriodOutOfRange(uint40 period);
}
