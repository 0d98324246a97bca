// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A request for redemption, named by its place: the coins (wei) ever queued up to and including its own. So it
/// is its end on the queue's line, never zero and never used twice, and each request names the one before it.
type RequestId is uint256;

using RequestIds for RequestId global;
using {equalRequestIds as ==} for RequestId global;

function equalRequestIds(RequestId a, RequestId b) pure returns (bool) {
    return RequestId.unwrap(a) == RequestId.unwrap(b);
}

/// @title What can be asked of a request's id
library RequestIds {
    function raw(RequestId id) internal pure returns (uint256) {
        return RequestId.unwrap(id);
    }
}
