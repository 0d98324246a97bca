// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The roles that people hold in the hub
/// @dev Contracts hold none of them (bar the DAO's timelock): between contracts an immutable or a table row decides.
library Roles {
    /// @dev The DAO: parameters, roles, rows, successors. Held by its timelock alone.
    uint64 internal constant ADMIN = 0;

    /// @dev Stops new business for one period at a time; can't start, price or move anything.
    uint64 internal constant GUARDIAN = 1;

    /// @dev Enters houses into the registry, keeps their records and tokenizes them.
    uint64 internal constant REGISTRAR = 2;

    /// @dev Verifies people off chain and vouches for their wallets.
    uint64 internal constant ISSUER = 3;

    /// @dev Approves loans, and answers for them as their originator.
    uint64 internal constant UNDERWRITER = 4;

    /// @dev The third voice when buyer and seller disagree.
    uint64 internal constant MEDIATOR = 5;

    /// @dev Freezes a share or coins at once, and forces a transfer after its delay.
    uint64 internal constant COURT = 6;
}
