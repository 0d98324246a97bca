// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {ICredentialRegistry} from "../identity/ICredentialRegistry.sol";
import {IHouseEscrow} from "../market/IHouseEscrow.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {IShareCertificate} from "../property/IShareCertificate.sol";
import {BallotId} from "./BallotId.sol";

/// @title Ballots by which a house's owners decide house matters
/// @notice A share has one vote, whoever holds it: it is the share that votes, so it votes once in a ballot however often
/// it is sold meanwhile. Its owner casts the vote: liened, leased or frozen, it stays his. The lessee is never asked, and
/// the treasury, like every contract of the protocol, never votes. He needs a credential that counts now and must have
/// held the share for a time, so that shares lent for a vote count nothing; who lost his key votes with the wallet that
/// took its place, whether or not his shares have followed. A ballot is about a payment out of the house's escrow, or about
/// a resolution, of which a document's hash is recorded. It lasts a fixed time. It passes if enough of the house's shares
/// voted and enough of them for it; then anybody lets the escrow pay, once.
/// @dev Times are seconds, parts basis points of 10,000. Laws: votes for and against together are the shares that voted,
/// each counted once; what a ballot needs is fixed when it opens; a ballot pays at most once, what it said, to whom it said.
interface IHouseBallot is IRequirements {
    /// @notice The contracts it works with, fixed at construction.
    struct BallotPeers {
        ICredentialRegistry credentials;
        IShareCertificate certificate;
        IHouseEscrow escrow;
    }

    /// @notice The rules' numbers, fixed at construction.
    /// @param votingPeriod Of every ballot; a day to 30 days. @param holdPeriod For which a share's owner must have held it;
    /// an hour to the voting period.
    /// @param executionPeriod After the vote, in which a payment can be made; a day to 365 days.
    /// @param coolDownPeriod After the vote, before the same matter is put to the vote again; to 365 days.
    /// @param quorumBps Votes needed, of the house's shares, up; 25 % to 100 %. @param majorityBps Of the votes cast, which
    /// those for it must exceed; 50 % to 99 %. Both of a house for which the DAO has written nothing else.
    struct BallotRules {
        uint40 votingPeriod;
        uint40 holdPeriod;
        uint40 executionPeriod;
        uint40 coolDownPeriod;
        uint16 quorumBps;
        uint16 majorityBps;
    }

    /// @notice What a ballot is about.
    /// @param payee Registered with the escrow; zero for a resolution. @param amount Wei of coin; zero for a resolution.
    /// @param documentHash The invoice's, or the resolution's.
    struct Matter {
        address payee;
        uint96 amount;
        bytes32 documentHash;
    }

    /// @notice Where a ballot stands. `Passed`: a payment that nobody has let the escrow make yet.
    enum Stage {
        None,
        Open,
        Rejected,
        Passed,
        Carried,
        Lapsed
    }

    /// @notice A ballot as of now; zeros if it does not exist.
    /// @param voted Bit n is set if share number n has voted. @param quorumVotes Votes it needs, for and against.
    /// @param majorityBps Part of the votes that those for it must exceed.
    struct Ballot {
        PropertyId propertyId;
        Matter matter;
        Stage stage;
        uint40 endsAt;
        uint8 shareCount;
        uint8 forVotes;
        uint8 againstVotes;
        uint8 quorumVotes;
        uint16 majorityBps;
        uint104 voted;
    }

    /* EVENTS */

    /// @notice Emitted when `opener` put a matter to the vote until `endsAt`.
    event BallotOpened(
        BallotId indexed ballotId, PropertyId indexed propertyId, address indexed opener, Matter matter, uint40 endsAt
    );
    /// @notice Emitted when a share voted by the hand of `voter`.
    event ShareVoted(BallotId indexed ballotId, ShareId indexed shareId, address indexed voter, bool support);
    /// @notice Emitted when the outcome was recorded: `Rejected`, `Carried` (and paid, if it was about money) or `Lapsed`.
    event BallotConcluded(
        BallotId indexed ballotId, PropertyId indexed propertyId, Stage outcome, uint8 forVotes, uint8 againstVotes
    );
    /// @notice Emitted when the DAO wrote what a house's ballots need.
    event HouseTermsSet(PropertyId indexed propertyId, uint16 quorumBps, uint16 majorityBps);

    /* ERRORS */

    /// @notice Thrown when a ballot does not exist.
    error UnknownBallot(BallotId ballotId);
    /// @notice Thrown when a house has no shares.
    error UnknownHouse(PropertyId propertyId);
    /// @notice Thrown when a matter is neither a payment (payee, amount, hash) nor a resolution (hash alone).
    error InvalidMatter(address payee, uint256 amount, bytes32 documentHash);
    /// @notice Thrown when an invoice was paid before.
    error AlreadyPaid(PropertyId propertyId, bytes32 invoiceHash);
    /// @notice Thrown when the same matter can't be put to the vote before `readyAt`.
    error CoolingDown(PropertyId propertyId, uint40 readyAt);
    /// @notice Thrown when `voter` holds no credential that counts now, or one of a contract of the protocol.
    error NotVoter(address voter);
    /// @notice Thrown when a share is `owner`'s (as his wallet is today), not the caller's. Zero if it does not exist.
    error NotShareOwner(ShareId shareId, address caller, address owner);
    /// @notice Thrown when a share has not been held long enough: its owner's vote counts from `votesAt` on.
    error HeldTooShortly(ShareId shareId, uint40 votesAt);
    /// @notice Thrown when a share is one of another house than the ballot.
    error WrongHouse(BallotId ballotId, ShareId shareId);
    /// @notice Thrown when a share has voted in the ballot.
    error AlreadyVoted(BallotId ballotId, ShareId shareId);
    /// @notice Thrown when no share is to vote.
    error NoShares(BallotId ballotId);
    /// @notice Thrown when the vote ended at `endsAt`.
    error VoteOver(BallotId ballotId, uint40 endsAt);
    /// @notice Thrown when the vote lasts until `endsAt`.
    error VoteRuns(BallotId ballotId, uint40 endsAt);
    /// @notice Thrown when the outcome is recorded already.
    error AlreadyConcluded(BallotId ballotId, Stage outcome);

    /* BALLOTS */

    /// @notice Puts a matter to the vote of the owners of a share's house. The owner of the share, who could vote with it.
    /// @param shareId Which makes him one of them; it has not voted by this.
    function open(ShareId shareId, Matter calldata matter) external returns (BallotId ballotId);

    /// @notice Votes with shares of the house, with all of them or none. Their owner; of a lost wallet, who took its place.
    function vote(BallotId ballotId, ShareId[] calldata shareIds, bool support) external;

    /// @notice Records the outcome after the vote; a payment that passed is made by this. Anyone. What the escrow refuses can be
    /// tried again until the time for it is over; then it lapses.
    function conclude(BallotId ballotId) external returns (Stage outcome);

    /* THE DAO */

    /// @notice Writes what a house's ballots need, of those opened from now on. The DAO's.
    function setTerms(PropertyId propertyId, uint16 quorumBps, uint16 majorityBps) external;

    /* VIEWS */

    /// @notice A ballot.
    function ballotOf(BallotId ballotId) external view returns (Ballot memory);

    /// @notice Whether the outcome of a ballot is recorded: `conclude` did all that it will do.
    function isConcluded(BallotId ballotId) external view returns (bool);

    /// @notice How many ballots were opened: their numbers end with this one.
    function ballotCount() external view returns (uint256);

    /// @notice Whether a share has voted in a ballot.
    function hasVoted(BallotId ballotId, ShareId shareId) external view returns (bool);

    /// @notice Reverts with the error that a vote with one share by `voter` would raise; returns when it would count.
    function requireVote(BallotId ballotId, ShareId shareId, address voter) external view;

    /// @notice The error that a vote with one share by `voter` would raise, as revert data; empty if it would count.
    function voteCheck(BallotId ballotId, ShareId shareId, address voter) external view returns (bytes memory);

    /// @notice What a house's ballots need that are opened now.
    function termsOf(PropertyId propertyId) external view returns (uint16 quorumBps, uint16 majorityBps);

    /// @notice From when on a matter can be put to the vote (seconds); zero if it never was.
    function readyAt(PropertyId propertyId, Matter calldata matter) external view returns (uint40);

    /// @notice The contracts it works with.
    function peers() external view returns (BallotPeers memory);

    /// @notice The rules' numbers.
    function rules() external view returns (BallotRules memory);
}
