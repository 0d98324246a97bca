// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Events and errors of the gate before new lending
/// @notice New lending pauses when liquidation demand reaches one share of a base, and resumes when it is below a smaller
/// one, but not before a dwell has passed. Amounts are wei of coin, shares basis points, times seconds.
interface IDemandGate {
    /// @notice When lending pauses and resumes.
    /// @param pauseAtBps It pauses at this demand or more. From 1 to 10,000.
    /// @param resumeBelowBps It resumes below this demand. At least 1, below `pauseAtBps`.
    /// @param dwellPeriod For how long it stays paused at least (seconds). From 1 second to 30 days.
    struct GateTerms {
        uint16 pauseAtBps;
        uint16 resumeBelowBps;
        uint32 dwellPeriod;
    }

    /// @notice Emitted when the DAO wrote the terms.
    event GateTermsSet(uint16 pauseAtBps, uint16 resumeBelowBps, uint32 dwellPeriod);

    /// @notice Emitted when lending paused, with the demand and the base of that moment.
    event DemandPaused(uint256 demand, uint256 base);

    /// @notice Emitted by the first call after lending resumed, with the demand and the base before what that call does.
    /// Lending resumes by time alone, so it may have done so earlier.
    event DemandResumed(uint256 demand, uint256 base);

    /// @notice Thrown unless 0 < `resumeBelowBps` < `pauseAtBps` <= 10,000.
    error GateThresholdsOutOfOrder(uint16 resumeBelowBps, uint16 pauseAtBps);

    /// @notice Thrown when a dwell (seconds) is zero or longer than `longest`.
    error DwellPeriodOutOfRange(uint32 dwellPeriod, uint32 longest);

    /// @notice Thrown at construction when the smallest base (wei) is zero or more than `largest`.
    error MinBaseOutOfRange(uint256 minBase, uint256 largest);

    /// @notice Thrown when more coins (wei) leave the supply than are there outside the queue.
    error SupplyExceeded(uint256 coins, uint256 supply);

    /// @notice Thrown when more coins (wei) leave the queue than wait.
    error WaitingExceeded(uint256 coins, uint256 waiting);
}
