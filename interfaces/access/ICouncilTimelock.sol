// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Errors of the DAO's timelock
/// @notice All else is OpenZeppelin's `TimelockController`.
interface ICouncilTimelock {
    /// @notice Thrown when the council is the zero address: nobody could ever propose.
    error InvalidCouncil(address council);

    /// @notice Thrown, at construction and by `updateDelay`, when a delay of `minDelay` seconds is not from one hour to 30 days.
    error DelayOutOfRange(uint256 minDelay);
}
