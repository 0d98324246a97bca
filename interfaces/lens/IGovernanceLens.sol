// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

import {IRequirements} from "../access/IRequirements.sol";
import {BallotId} from "../governance/BallotId.sol";
import {IHouseBallot} from "../governance/IHouseBallot.sol";
import {PropertyId, ShareId} from "../property/Ids.sol";
import {IGovernanceChecks} from "./IGovernanceChecks.sol";

/// @title The lens for the DAO's proposals, HOLD's votes and houses' ballots
/// @notice Beside `ISuiteLens`, with the same promises: nothing is kept, nothing reverts, bounds are clipped, and a part
/// that could not be read is left empty with `complete` false.
/// @dev Votes have 18 decimals, times are seconds. Everything is of this second.
///
/// Ballots have numbers, and a wallet's votes are kept one after another: both can be listed. Proposals can't: the governor
/// keeps them by id alone, so who wants their pages brings the ids, or the actions, from the event `ProposalCreated`. What a
/// wallet voted, for or against, is kept nowhere: the event `VoteCast` says it.
interface IGovernanceLens is IRequirements {
    /// @notice The rules of the day.
    /// @param proposalGuardian Who cancels. @param supply All HOLD.
    /// @param votingDelay From a proposal to its vote. @param votingPeriod Of the vote. @param lateExtension That a vote
    /// lasts after the quorum is reached. @param coolDown Before what failed is proposed again. @param timelockDelay From
    /// queueing to execution.
    /// @param proposalThreshold Votes needed to propose. @param quorum Votes needed, for and abstentions, of a vote that
    /// begins now. @param quorumBps Its part of the supply. @param quorumFloor What it is at least.
    /// @param steers Whether the governor proposes, cancels and executes in the timelock: not before the hand-over from the
    /// council, nor after one to a successor.
    /// @param complete False if a part could not be read.
    struct DaoPage {
        address proposalGuardian;
        uint256 supply;
        uint256 votingDelay;
        uint256 votingPeriod;
        uint256 lateExtension;
        uint256 coolDown;
        uint256 timelockDelay;
        uint256 proposalThreshold;
        uint256 quorum;
        uint256 quorumBps;
        uint256 quorumFloor;
        bool steers;
        bool complete;
    }

    /// @notice A proposal.
    /// @param exists Whether it was made; everything else is empty if not.
    /// @param snapshotAt Second of which votes count; the vote begins after it. @param endsAt Last second of the vote; later,
    /// if the quorum is reached late.
    /// @param executableAt From when on it can be executed; 0 until it is queued. @param proposableAt From when on its
    /// actions can be proposed again, if it failed; else 0.
    /// @param quorum Votes it needs, for and abstentions; before the vote, of one that begins now.
    /// @param quorumReached Whether it has them. @param passing Whether it passes with the votes of now, or did.
    /// @param executable Whether it is queued and has waited.
    /// @param complete False if a part could not be read.
    struct ProposalPage {
        uint256 proposalId;
        bool exists;
        IGovernor.ProposalState state;
        address proposer;
        uint256 snapshotAt;
        uint256 endsAt;
        uint256 executableAt;
        uint256 proposableAt;
        uint256 againstVotes;
        uint256 forVotes;
        uint256 abstainVotes;
        uint256 quorum;
        bool quorumReached;
        bool passing;
        bool executable;
        bool complete;
    }

    /// @notice A proposal found by its actions.
    /// @param proposalId Which the actions have now, with the code that their targets have now, proposed or not.
    /// @param round How often these actions began anew on that code; 0 if they have no id.
    /// @param refusal Why they have no id: a target without code of its own. @param proposal Of that id.
    /// @param queueRefusal Why it can't be queued now. @param executeRefusal Why it can't be executed now.
    /// @param complete False if a part could not be read.
    struct ActionsPage {
        uint256 proposalId;
        uint256 round;
        bytes refusal;
        ProposalPage proposal;
        bytes queueRefusal;
        bytes executeRefusal;
        bool complete;
    }

    /// @notice What a wallet can say about a proposal.
    /// @param weight Its votes there; before the vote, those of a second ago. @param voted Whether it has.
    /// @param refusal Why it can't vote now; empty if it can.
    /// @param complete False if a part could not be read: there is no such proposal.
    struct VoteEntry {
        uint256 proposalId;
        uint256 weight;
        bool voted;
        bytes refusal;
        bool complete;
    }

    /// @notice A wallet as a voter.
    /// @param balance Its HOLD, which votes by the hand of @param delegate alone; zero for nobody's.
    /// @param votes Which it has now, by whomever delegated. @param pastVotes A second ago: what counts for proposing.
    /// @param mayPropose Whether that is enough. @param changes How often its votes changed.
    /// @param tokenNonce Of its next permit or delegation by signature. @param governorNonce Of its next vote by signature.
    /// @param proposals In the order in which they were asked for.
    /// @param complete False if a part could not be read.
    struct VoterPage {
        uint256 balance;
        address delegate;
        uint256 votes;
        uint256 pastVotes;
        bool mayPropose;
        uint256 changes;
        uint256 tokenNonce;
        uint256 governorNonce;
        VoteEntry[] proposals;
        bool complete;
    }

    /// @notice A wallet's votes from a second on.
    struct VoteChange {
        uint48 since;
        uint208 votes;
    }

    /// @notice A page of a wallet's votes through time, oldest first.
    /// @param next Number of the change to continue from; 0 at the end.
    /// @param complete False if a part could not be read.
    struct VoteChangesPage {
        VoteChange[] changes;
        uint256 next;
        bool complete;
    }

    /// @notice A house's ballot; everything but its number is empty if there is none.
    /// @param missingVotes Shares that must vote before it counts, besides those that have.
    /// @param passing Whether it passes with the votes of now, or did.
    /// @param concluded Whether its outcome is recorded.
    /// @param payableUntil When the time ends in which a payment that passed can be made; 0 of a resolution.
    /// @param openableAt From when on the same matter can be put to the vote again.
    /// @param paid Whether the invoice is paid, by this ballot or otherwise.
    /// @param concludeRefusal Why it can't be concluded now; empty if it can.
    /// @param complete False if a part could not be read.
    struct BallotPage {
        BallotId ballotId;
        IHouseBallot.Ballot ballot;
        uint256 missingVotes;
        bool passing;
        bool concluded;
        uint256 payableUntil;
        uint256 openableAt;
        bool paid;
        bytes concludeRefusal;
        bool complete;
    }

    /// @notice A page of ballots.
    /// @param nextBallot Number to continue from; 0 at the end.
    /// @param complete False if a part could not be read.
    struct BallotsPage {
        BallotPage[] ballots;
        uint256 nextBallot;
        bool complete;
    }

    /// @notice What a house's ballots need that are opened now.
    /// @param shareCount Shares of the house, each of which has a vote; 0 if it has none.
    /// @param quorumVotes Of them, that must vote. @param quorumBps The same as part. @param majorityBps Part of the votes
    /// that those for it must exceed. @param payer Whether the escrow pays what ballots let it pay.
    /// @param complete False if a part could not be read.
    struct HousePage {
        uint256 shareCount;
        uint256 quorumVotes;
        uint256 quorumBps;
        uint256 majorityBps;
        bool payer;
        bool complete;
    }

    /// @notice A share in a ballot.
    /// @param owner In his wallet of today. @param votesAt From when on it votes in his hands. @param voted Whether it has,
    /// in whoever's.
    /// @param refusal Why it can't vote now by that wallet, or by the one that was asked about.
    /// @param complete False if a part could not be read.
    struct ShareEntry {
        ShareId shareId;
        address owner;
        uint256 votesAt;
        bool voted;
        bytes refusal;
        bool complete;
    }

    /// @notice A page of the shares of a ballot.
    /// @param nextNumber Share number to continue from; 0 at the end.
    /// @param complete False if a part could not be read.
    struct SharesPage {
        ShareEntry[] shares;
        uint256 nextNumber;
        bool complete;
    }

    /* PROPOSALS */

    /// @notice The rules of the day.
    function dao() external view returns (DaoPage memory page);

    /// @notice One proposal.
    function proposal(uint256 proposalId) external view returns (ProposalPage memory page);

    /// @notice Several proposals, in the order of their ids as given.
    /// @param proposalIds Those after the first `MAX_PROPOSALS_PER_PAGE()` are left out.
    function proposals(uint256[] calldata proposalIds) external view returns (ProposalPage[] memory pages);

    /// @notice The proposal of these actions in their present round, and what can be done with it.
    function proposalOf(IGovernanceChecks.Actions calldata actions) external view returns (ActionsPage memory page);

    /* VOTERS */

    /// @notice A wallet as a voter.
    /// @param proposalIds About which it may vote; those after the first `MAX_PROPOSALS_PER_PAGE()` are left out.
    function voter(address account, uint256[] calldata proposalIds) external view returns (VoterPage memory page);

    /// @notice A wallet's votes through time.
    /// @param fromChange First change, counted from 0.
    /// @param maxChanges How many at most; clipped to `MAX_CHANGES_PER_PAGE()`, 0 means that many.
    function voteChanges(address account, uint256 fromChange, uint256 maxChanges)
        external
        view
        returns (VoteChangesPage memory page);

    /* HOUSES' BALLOTS */

    /// @notice One ballot.
    function ballot(BallotId ballotId) external view returns (BallotPage memory page);

    /// @notice Ballots of all houses by number.
    /// @param fromBallot First number; 0 means 1.
    /// @param maxBallots How many at most; clipped to `MAX_BALLOTS_PER_PAGE()`, 0 means that many.
    function ballots(uint256 fromBallot, uint256 maxBallots) external view returns (BallotsPage memory page);

    /// @notice The ballots of one house among those from a number on.
    /// @param fromBallot First number; 0 means 1.
    /// @param maxBallots How many are looked at, of whatever house; clipped to `MAX_BALLOTS_LOOKED_AT()`, 0 means that many.
    /// A page ends with the `MAX_BALLOTS_PER_PAGE()`th that it finds.
    function ballotsOfHouse(PropertyId propertyId, uint256 fromBallot, uint256 maxBallots)
        external
        view
        returns (BallotsPage memory page);

    /// @notice What a house's ballots need.
    function house(PropertyId propertyId) external view returns (HousePage memory page);

    /// @notice The shares of a ballot's house.
    /// @param account Only those of this wallet, his old one's among them if it took its place; zero for all, each judged
    /// as if its owner voted with it.
    /// @param fromNumber First share number; 0 means 1.
    /// @param maxShares How many are looked at; clipped to `MAX_SHARES_PER_PAGE()`, 0 means that many.
    function ballotShares(BallotId ballotId, address account, uint256 fromNumber, uint256 maxShares)
        external
        view
        returns (SharesPage memory page);

    /* WHAT IT LOOKS AT */

    /// @notice Why a step would be refused.
    function CHECKS() external view returns (IGovernanceChecks);

    /// @notice How many proposals are looked up at most.
    function MAX_PROPOSALS_PER_PAGE() external view returns (uint256);

    /// @notice How many changes of votes a page has at most.
    function MAX_CHANGES_PER_PAGE() external view returns (uint256);

    /// @notice How many ballots a page has at most.
    function MAX_BALLOTS_PER_PAGE() external view returns (uint256);

    /// @notice How many ballots are looked at for those of one house.
    function MAX_BALLOTS_LOOKED_AT() external view returns (uint256);

    /// @notice How many shares a page looks at.
    function MAX_SHARES_PER_PAGE() external view returns (uint256);
}
