// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ShareId} from "./Ids.sol";

/// @title What a contract that places liens or leases tells the paper about its terms
interface ILienHolder {
    /// @notice Terms of a loan or lease as the certificate shows them: what was agreed, not what is owed today.
    /// @param lender Who lends or lets.
    /// @param amount Principal or price, in `currency`'s smallest unit.
    /// @param currency Token of the amount; zero for US dollars with 18 decimals.
    /// @param rateBps Yearly interest in basis points; 0 for a lease.
    /// @param startedAt First second of the term.
    /// @param termPeriod Length of the term in seconds.
    /// @param kind "fixed", "adjustable", "interest-only", "lease", ...
    struct Terms {
        address lender;
        uint256 amount;
        address currency;
        uint32 rateBps;
        uint40 startedAt;
        uint40 termPeriod;
        string kind;
    }

    /// @notice The terms under which this contract encumbers `shareId`.
    /// @dev Called with bounded gas and try/catch: a failure shows as a lien of unknown terms.
    function termsOf(ShareId shareId) external view returns (Terms memory);
}
