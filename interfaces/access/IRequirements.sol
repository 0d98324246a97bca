// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Errors of contracts that are told what to work with
/// @notice At construction, and where the DAO names another contract or another number later.
interface IRequirements {
    /// @notice Thrown when `candidate`, which has to be a contract, has no code.
    error MissingCode(address candidate);

    /// @notice Thrown when a term is not between `least` and `most`, both included.
    error TermOutOfRange(string term, uint256 value, uint256 least, uint256 most);
}
