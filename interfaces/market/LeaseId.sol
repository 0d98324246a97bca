// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Number of a lease, from 1; never reused.
type LeaseId is uint256;

using LeaseIds for LeaseId global;
using {equalLeaseIds as ==} for LeaseId global;

function equalLeaseIds(LeaseId a, LeaseId b) pure returns (bool) {
    return LeaseId.unwrap(a) == LeaseId.unwrap(b);
}

/// @title What can be asked of a lease's id
library LeaseIds {
    function raw(LeaseId id) internal pure returns (uint256) {
        return LeaseId.unwrap(id);
    }
}
