// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Number of a loan and of the application it begins as, from 1; never reused.
type LoanId is uint256;

using LoanIds for LoanId global;
using {equalLoanIds as ==} for LoanId global;

function equalLoanIds(LoanId a, LoanId b) pure returns (bool) {
    return LoanId.unwrap(a) == LoanId.unwrap(b);
}

/// @title What can be asked of a loan's id
library LoanIds {
    function raw(LoanId id) internal pure returns (uint256) {
        return LoanId.unwrap(id);
    }
}
