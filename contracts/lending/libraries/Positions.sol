// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILoanLedger} from "../../../interfaces/coin/ILoanLedger.sol";
import {Agreed, Arrears, Core, Reset, Running, Standing} from "./LoanSlots.sol";

/// @title What the ledger was told of a loan, from the slots in which the book keeps it
library Positions {
    /// @dev Whole values, in basis points.
    uint256 private constant WHOLE_BPS = 10_000;

    /// @dev Fills in an empty position.
    function fill(
        ILoanLedger.Position memory position,
        Core core,
        Running running,
        Arrears arrears,
        Standing standing,
        Reset reset
    ) internal pure {
        (position.principal, position.rateBps, position.dueAt) = (core.principal(), core.rateBps(), core.dueAt());
        (position.interestRaw, position.since) = (running.interestRaw(), running.since());
        (position.impairedRaw, position.incomeRaw) = (standing.impairedRaw(), arrears.incomeRaw());
        // A rate that was fixed and did not come into force in time waits for a payment; the ledger never hears of it.
        if (position.since < reset.resetAt()) {
            (position.nextRateBps, position.resetAt) = (reset.nextBps(), reset.resetAt());
        }
    }

    /// @dev What counts as covered, of the last valid value (dollars).
    function capOf(Agreed agreed, uint256 capBps) internal pure returns (uint96) {
        unchecked {
            return uint96(agreed.value() * capBps / WHOLE_BPS); // not more than the value
        }
    }
}
