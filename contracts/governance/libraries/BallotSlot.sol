// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice All of a ballot that a vote reads or writes, in one slot that is written at once (a struct would be written field
/// by field): voted 104 | forVotes 8 | againstVotes 8 | endsAt 40 | house 56 | outcome 8 | shareCount 8 | quorumVotes 8 |
/// majorityBps 16, from below
/// - voted: bit n is share number n, which is at most 100
/// - endsAt: seconds; zero if there is no such ballot
/// - outcome: `IHouseBallot.Stage`, zero until it is recorded
/// - shareCount, quorumVotes, majorityBps: what decides, fixed at opening
type BallotSlot is uint256;

using BallotSlots for BallotSlot global;

/// @title Reading and changing a ballot's slot
library BallotSlots {
    uint256 private constant ONE_FOR = 1 << 104;
    uint256 private constant ONE_AGAINST = 1 << 112;

    /// @dev A ballot in which nobody has voted. `house_` is counted up from 1 and fits.
    function opened(uint256 house_, uint40 endsAt_, uint8 shareCount_, uint256 quorumVotes_, uint16 majorityBps_)
        internal
        pure
        returns (BallotSlot)
    {
        return BallotSlot.wrap(
            uint256(endsAt_) << 120 | uint256(uint56(house_)) << 160 | uint256(shareCount_) << 224
                | uint256(uint8(quorumVotes_)) << 232 | uint256(majorityBps_) << 240
        );
    }

    function voted(BallotSlot slot) internal pure returns (uint104) {
        return uint104(BallotSlot.unwrap(slot));
    }

    function forVotes(BallotSlot slot) internal pure returns (uint8) {
        return uint8(BallotSlot.unwrap(slot) >> 104);
    }

    function againstVotes(BallotSlot slot) internal pure returns (uint8) {
        return uint8(BallotSlot.unwrap(slot) >> 112);
    }

    function endsAt(BallotSlot slot) internal pure returns (uint40) {
        return uint40(BallotSlot.unwrap(slot) >> 120);
    }

    function house(BallotSlot slot) internal pure returns (uint256) {
        return uint56(BallotSlot.unwrap(slot) >> 160);
    }

    function outcome(BallotSlot slot) internal pure returns (uint8) {
        return uint8(BallotSlot.unwrap(slot) >> 216);
    }

    function shareCount(BallotSlot slot) internal pure returns (uint8) {
        return uint8(BallotSlot.unwrap(slot) >> 224);
    }

    function quorumVotes(BallotSlot slot) internal pure returns (uint8) {
        return uint8(BallotSlot.unwrap(slot) >> 232);
    }

    function majorityBps(BallotSlot slot) internal pure returns (uint16) {
        return uint16(BallotSlot.unwrap(slot) >> 240);
    }

    /// @dev Whether share number `number`, which exists, has voted.
    function hasVoted(BallotSlot slot, uint8 number) internal pure returns (bool) {
        return BallotSlot.unwrap(slot) >> number & 1 != 0;
    }

    /// @dev The slot after the vote of a share that exists and has not voted: a count passes no 100.
    function withVote(BallotSlot slot, uint8 number, bool support) internal pure returns (BallotSlot) {
        return BallotSlot.wrap((BallotSlot.unwrap(slot) | 1 << uint256(number)) + (support ? ONE_FOR : ONE_AGAINST));
    }

    /// @dev The slot with its outcome recorded, once.
    function withOutcome(BallotSlot slot, uint8 outcome_) internal pure returns (BallotSlot) {
        return BallotSlot.wrap(BallotSlot.unwrap(slot) | uint256(outcome_) << 216);
    }
}
