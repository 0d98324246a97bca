// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";

/// @title What new loans cost, and the index that adjustable loans follow
/// @notice The rate rises with liquidation demand and falls with idle cash, never the other way round, between a floor
/// and a cap:
///
///     rate = base + demand part, up - idle part, down
///     demand part = demandBps x min(demand / pauseAt, 1)
///     idle part = idleBps x min((free cash - 2 floors of cash) / ((fullIdleFloors - 2) floors of cash), 1), at least 0
///
/// The floor of cash is the treasury's least ratio of cash times its coins, and cash counts as on its balance sheet.
/// While that floor is nothing (there are no coins), any free cash gives the whole idle part. The rate in force is a
/// step function: it changes at checkpoints, at least a day apart. The index of a month is the time-weighted mean of
/// the rates in force in the month before, known in every second without any call.
/// @dev Rates are basis points a year, rounded up: against borrowers. Months are all 2,628,000 seconds long (a twelfth of
/// 365 days), numbered from 1970 on. Nobody can set anything: other terms are another model. Nothing here reverts.
interface IRateModel is IRequirements {
    /// @param baseBps Rate without demand and without idle cash.
    /// @param demandBps What demand adds at most, reached where the gate pauses lending.
    /// @param idleBps What idle cash takes off at most; no more than the base.
    /// @param fullIdleFloors Free cash, in floors of cash, from which it takes all that off; more than 2.
    /// @param floorBps Lowest rate; at most the base.
    /// @param capBps Highest rate; at least the base, at most 10,000.
    struct RateTerms {
        uint16 baseBps;
        uint16 demandBps;
        uint16 idleBps;
        uint16 fullIdleFloors;
        uint16 floorBps;
        uint16 capBps;
    }

    /// @notice Emitted when `rateBps` came into force; `indexBps` is the index of `month`, in which it did.
    event RateCheckpointed(uint256 rateBps, uint256 indexBps, uint256 indexed month);

    /// @notice Thrown at construction unless floor <= base <= cap <= `mostBps`.
    error RatesOutOfOrder(uint256 floorBps, uint256 baseBps, uint256 capBps, uint256 mostBps);
    /// @notice Thrown at construction when idle cash could take off more than the base.
    error IdlePartAboveBase(uint256 idleBps, uint256 baseBps);
    /// @notice Thrown at construction when the idle part would be whole where it begins, at `beginFloors`, or before.
    error FullIdleTooLow(uint256 fullIdleFloors, uint256 beginFloors);

    /// @notice Brings the rate of now into force, if the last one has been for a day or more; else does nothing. Anyone;
    /// books call it at each draw.
    function checkpoint() external;

    /// @notice What a loan drawn now gets: the rate in force after a checkpoint now, and the index of this month.
    function quote() external view returns (uint256 rateBps, uint256 indexBps);

    /// @notice The rate that the treasury's state of now gives, whether or not a checkpoint may bring it into force.
    function rateNow() external view returns (uint256 rateBps);

    /// @notice Mean of the rates in force over the whole month before this one, up. Before the first checkpoint the first
    /// rate counts as if it had always been in force.
    function index() external view returns (uint256 indexBps);

    /// @notice The last checkpoint, as it was written: its time, the rate in force since, its month, the index of that
    /// month, and basis points x seconds of that month until then.
    function lastCheckpoint()
        external
        view
        returns (uint40 lastAt, uint16 rateBps, uint24 month, uint16 indexBps, uint64 sum);

    /// @notice The terms, fixed for ever.
    function terms() external view returns (RateTerms memory);
}
