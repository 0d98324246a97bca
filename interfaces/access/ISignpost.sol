// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The address of the contract that comes after a permanent one
/// @notice A permanent contract is never replaced; if the DAO ever starts a new one beside it, this says where.
interface ISignpost {
    /// @notice Emitted once, when the signpost was set.
    event SuccessorSet(address indexed successor);

    /// @notice Thrown when the signpost is set already to `successor`.
    error SuccessorAlreadySet(address successor);

    /// @notice Thrown when `candidate` has no code.
    error SuccessorWithoutCode(address candidate);

    /// @notice The contract that follows this one, or zero.
    function successor() external view returns (address);

    /// @notice Sets the signpost, once. The DAO's.
    function setSuccessor(address successor_) external;
}
