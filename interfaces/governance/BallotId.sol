// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Number of a house's ballot, from 1 in the order of opening; never reused.
type BallotId is uint256;

using BallotIds for BallotId global;
using {equalBallotIds as ==} for BallotId global;

function equalBallotIds(BallotId a, BallotId b) pure returns (bool) {
    return BallotId.unwrap(a) == BallotId.unwrap(b);
}

/// @title What can be asked of a ballot's id
library BallotIds {
    function raw(BallotId id) internal pure returns (uint256) {
        return BallotId.unwrap(id);
    }
}
