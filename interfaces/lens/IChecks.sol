// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";

/// @title What the checks of sales and leases promise
/// @notice Nothing is kept, nothing reverts, and a quote that could not be read is left empty with `complete` false. Only the
/// `require...` functions revert: that is what they are for.
/// @dev A check returns the error that the call would raise now, byte for byte, and nothing if it would pass. Of tokens other
/// than the coin it knows balances and allowances, in ERC-6093's errors; what else a token does, only it knows.
interface IChecks is IRequirements {
    /// @notice Thrown inside this contract, and returned by a check, when something refuses without saying why.
    error Unexplained();
}
