// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Errors of role checks that look at membership alone
interface IRoleGated {
    /// @notice Thrown when `account` does not hold the hub's role `role`.
    error MissingRole(address account, uint64 role);
}
