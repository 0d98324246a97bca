// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {BallotId} from "../../interfaces/governance/BallotId.sol";
import {ICommonholdGovernor} from "../../interfaces/governance/ICommonholdGovernor.sol";
import {IHouseBallot} from "../../interfaces/governance/IHouseBallot.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {IGovernanceChecks} from "../../interfaces/lens/IGovernanceChecks.sol";
import {IGovernanceLens} from "../../interfaces/lens/IGovernanceLens.sol";
import {IHouseEscrow} from "../../interfaces/market/IHouseEscrow.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {Require} from "../access/Require.sol";

/// @title The lens for the DAO's proposals, HOLD's votes and houses' ballots
/// @notice See {IGovernanceLens}.
/// @dev Each page is put together by a `read...` view of its own within try/catch, which leaves it empty, and not
/// `complete`, if anything there reverts.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract GovernanceLens is IGovernanceLens {
    /// @inheritdoc IGovernanceLens
    uint256 public constant MAX_PROPOSALS_PER_PAGE = 50;
    /// @inheritdoc IGovernanceLens
    uint256 public constant MAX_CHANGES_PER_PAGE = 200;
    /// @inheritdoc IGovernanceLens
    uint256 public constant MAX_BALLOTS_PER_PAGE = 50;
    /// @inheritdoc IGovernanceLens
    uint256 public constant MAX_BALLOTS_LOOKED_AT = 500;
    /// @inheritdoc IGovernanceLens
    uint256 public constant MAX_SHARES_PER_PAGE = 50;
    uint256 private constant WHOLE_BPS = 10_000;

    /// @inheritdoc IGovernanceLens
    IGovernanceChecks public immutable CHECKS;
    IGovernor public immutable GOVERNOR;
    ERC20Votes public immutable TOKEN;
    TimelockController public immutable TIMELOCK;
    IHouseBallot public immutable BALLOT;
    ICredentialRegistry private immutable CREDENTIALS;
    IShareCertificate private immutable CERTIFICATE;
    IHouseEscrow private immutable ESCROW;
    uint40 private immutable HOLD_PERIOD;
    uint40 private immutable EXECUTION_PERIOD;

    /// @param checks It names governor, timelock and ballots, and those the rest.
    constructor(IGovernanceChecks checks) {
        Require.code(address(checks));
        (CHECKS, GOVERNOR, TIMELOCK, BALLOT) = (checks, checks.GOVERNOR(), checks.TIMELOCK(), checks.BALLOT());
        TOKEN = ERC20Votes(address(_counting().token()));
        IHouseBallot.BallotPeers memory peers = BALLOT.peers();
        (CREDENTIALS, CERTIFICATE, ESCROW) = (peers.credentials, peers.certificate, peers.escrow);
        IHouseBallot.BallotRules memory rules = BALLOT.rules();
        (HOLD_PERIOD, EXECUTION_PERIOD) = (rules.holdPeriod, rules.executionPeriod);
    }

    /* THE DAO */

    /// @inheritdoc IGovernanceLens
    function dao() external view returns (DaoPage memory page) {
        try this.readDao() returns (DaoPage memory read) {
            return read;
        } catch {}
    }

    /// @notice The same, reverting where it can't be read.
    function readDao() external view returns (DaoPage memory page) {
        GovernorVotesQuorumFraction counting = _counting();
        page.proposalGuardian = GovernorProposalGuardian(payable(address(GOVERNOR))).proposalGuardian();
        page.supply = TOKEN.totalSupply();
        page.votingDelay = GOVERNOR.votingDelay();
        page.votingPeriod = GOVERNOR.votingPeriod();
        page.lateExtension = GovernorPreventLateQuorum(payable(address(GOVERNOR))).lateQuorumVoteExtension();
        page.coolDown = _own().coolDown();
        page.timelockDelay = TIMELOCK.getMinDelay();
        page.proposalThreshold = GOVERNOR.proposalThreshold();
        page.quorum = GOVERNOR.quorum(block.timestamp - 1);
        page.quorumBps = counting.quorumNumerator() * WHOLE_BPS / counting.quorumDenominator();
        page.quorumFloor = _own().quorumFloor();
        page.steers = _hasRole(TIMELOCK.PROPOSER_ROLE()) && _hasRole(TIMELOCK.CANCELLER_ROLE())
            && _hasRole(TIMELOCK.EXECUTOR_ROLE());
        page.complete = true;
    }

    function _hasRole(bytes32 role) private view returns (bool) {
        return TIMELOCK.hasRole(role, address(GOVERNOR));
    }

    /// @dev The governor as what counts by a part of the supply.
    function _counting() private view returns (GovernorVotesQuorumFraction) {
        return GovernorVotesQuorumFraction(payable(address(GOVERNOR)));
    }

    /// @dev The governor as what is ours about it.
    function _own() private view returns (ICommonholdGovernor) {
        return ICommonholdGovernor(address(GOVERNOR));
    }

    /* PROPOSALS */

    /// @inheritdoc IGovernanceLens
    function proposal(uint256 proposalId) external view returns (ProposalPage memory) {
        return _proposalPage(proposalId);
    }

    /// @inheritdoc IGovernanceLens
    function proposals(uint256[] calldata proposalIds) external view returns (ProposalPage[] memory pages) {
        pages = new ProposalPage[](Math.min(proposalIds.length, MAX_PROPOSALS_PER_PAGE));
        for (uint256 i = 0; i < pages.length; ++i) {
            pages[i] = _proposalPage(proposalIds[i]);
        }
    }

    /// @inheritdoc IGovernanceLens
    function proposalOf(IGovernanceChecks.Actions calldata actions) external view returns (ActionsPage memory page) {
        page.complete = true;
        try GOVERNOR.getProposalId(actions.targets, actions.values, actions.calldatas, 0) returns (uint256 proposalId) {
            page.proposalId = proposalId;
            page.proposal = _proposalPage(proposalId);
            if (!page.proposal.complete) page.complete = false;
        } catch (bytes memory reason) {
            page.refusal = reason;
            if (reason.length == 0) page.complete = false;
        }
        try _own().roundOf(actions.targets, actions.values, actions.calldatas) returns (uint256 round) {
            page.round = round;
        } catch {
            if (page.refusal.length == 0) page.complete = false;
        }
        try CHECKS.queueCheck(actions) returns (bytes memory refusal) {
            page.queueRefusal = refusal;
        } catch {
            page.complete = false;
        }
        try CHECKS.executeCheck(actions) returns (bytes memory refusal) {
            page.executeRefusal = refusal;
        } catch {
            page.complete = false;
        }
    }

    function _proposalPage(uint256 proposalId) private view returns (ProposalPage memory page) {
        try this.readProposal(proposalId) returns (ProposalPage memory read) {
            return read;
        } catch {
            page.proposalId = proposalId;
        }
    }

    /// @notice The same as `proposal`, reverting where it can't be read.
    function readProposal(uint256 proposalId) external view returns (ProposalPage memory page) {
        (page.proposalId, page.complete) = (proposalId, true);
        uint256 snapshotAt = GOVERNOR.proposalSnapshot(proposalId);
        if (snapshotAt == 0) return page;
        (page.exists, page.snapshotAt) = (true, snapshotAt);
        page.state = GOVERNOR.state(proposalId);
        page.proposer = GOVERNOR.proposalProposer(proposalId);
        page.endsAt = GOVERNOR.proposalDeadline(proposalId);
        page.executableAt = GOVERNOR.proposalEta(proposalId);
        page.executable = page.state == IGovernor.ProposalState.Queued && block.timestamp >= page.executableAt;
        if (page.state == IGovernor.ProposalState.Defeated || page.state == IGovernor.ProposalState.Canceled) {
            page.proposableAt = page.endsAt + _own().coolDown();
        }
        (page.againstVotes, page.forVotes, page.abstainVotes) =
            GovernorCountingSimple(payable(address(GOVERNOR))).proposalVotes(proposalId);
        page.quorum = GOVERNOR.quorum(_atOrBefore(snapshotAt));
        page.quorumReached = page.forVotes + page.abstainVotes >= page.quorum;
        page.passing = page.quorumReached && page.forVotes > page.againstVotes;
    }

    /// @dev A second of which votes are known: of now they are not.
    function _atOrBefore(uint256 time) private view returns (uint256) {
        return Math.min(time, block.timestamp - 1);
    }

    /* VOTERS */

    /// @inheritdoc IGovernanceLens
    function voter(address account, uint256[] calldata proposalIds) external view returns (VoterPage memory page) {
        try this.readVoter(account) returns (VoterPage memory read) {
            page = read;
        } catch {}
        page.proposals = new VoteEntry[](Math.min(proposalIds.length, MAX_PROPOSALS_PER_PAGE));
        for (uint256 i = 0; i < page.proposals.length; ++i) {
            try this.readVote(account, proposalIds[i]) returns (VoteEntry memory read) {
                page.proposals[i] = read;
            } catch {
                page.proposals[i].proposalId = proposalIds[i];
                page.complete = false;
            }
        }
    }

    /// @notice The same without proposals, reverting where it can't be read.
    function readVoter(address account) external view returns (VoterPage memory page) {
        page.balance = TOKEN.balanceOf(account);
        page.delegate = TOKEN.delegates(account);
        page.votes = TOKEN.getVotes(account);
        page.pastVotes = TOKEN.getPastVotes(account, block.timestamp - 1);
        page.mayPropose = page.pastVotes >= GOVERNOR.proposalThreshold();
        page.changes = TOKEN.numCheckpoints(account);
        page.tokenNonce = TOKEN.nonces(account);
        page.governorNonce = Nonces(address(GOVERNOR)).nonces(account);
        page.complete = true;
    }

    /// @notice What a wallet can say about a proposal, reverting where it can't be read.
    function readVote(address account, uint256 proposalId) external view returns (VoteEntry memory entry) {
        (entry.proposalId, entry.complete) = (proposalId, true);
        entry.refusal = CHECKS.voteCheck(account, proposalId, uint8(GovernorCountingSimple.VoteType.For));
        uint256 snapshotAt = GOVERNOR.proposalSnapshot(proposalId);
        if (snapshotAt == 0) return entry;
        entry.weight = TOKEN.getPastVotes(account, _atOrBefore(snapshotAt));
        entry.voted = GOVERNOR.hasVoted(proposalId, account);
    }

    /// @inheritdoc IGovernanceLens
    function voteChanges(address account, uint256 fromChange, uint256 maxChanges)
        external
        view
        returns (VoteChangesPage memory page)
    {
        uint256 count;
        try TOKEN.numCheckpoints(account) returns (uint32 read) {
            (count, page.complete) = (read, true);
        } catch {}
        uint256 room = _roomFor(maxChanges, MAX_CHANGES_PER_PAGE);
        uint256 left = Math.saturatingSub(count, fromChange);
        if (left > room) page.next = fromChange + room;
        page.changes = new VoteChange[](Math.min(left, room));
        for (uint256 i = 0; i < page.changes.length; ++i) {
            try TOKEN.checkpoints(account, uint32(fromChange + i)) returns (Checkpoints.Checkpoint208 memory read) {
                page.changes[i] = VoteChange(read._key, read._value);
            } catch {
                page.complete = false;
            }
        }
    }

    /* HOUSES' BALLOTS */

    /// @inheritdoc IGovernanceLens
    function ballot(BallotId ballotId) external view returns (BallotPage memory) {
        return _ballotPage(ballotId);
    }

    /// @inheritdoc IGovernanceLens
    function ballots(uint256 fromBallot, uint256 maxBallots) external view returns (BallotsPage memory page) {
        (uint256 first, uint256 end) = _span(page, fromBallot, maxBallots, MAX_BALLOTS_PER_PAGE);
        page.ballots = new BallotPage[](end - first);
        for (uint256 i = 0; i < page.ballots.length; ++i) {
            page.ballots[i] = _ballotPage(BallotId.wrap(first + i));
            if (!page.ballots[i].complete) page.complete = false;
        }
    }

    /// @inheritdoc IGovernanceLens
    function ballotsOfHouse(PropertyId propertyId, uint256 fromBallot, uint256 maxBallots)
        external
        view
        returns (BallotsPage memory page)
    {
        (uint256 number, uint256 end) = _span(page, fromBallot, maxBallots, MAX_BALLOTS_LOOKED_AT);
        BallotPage[] memory found = new BallotPage[](Math.min(end - number, MAX_BALLOTS_PER_PAGE));
        uint256 count = 0;
        for (; number < end && count < found.length; ++number) {
            (bool isIts, bool known) = _isOf(BallotId.wrap(number), propertyId);
            if (isIts) found[count++] = _ballotPage(BallotId.wrap(number));
            if (!known || isIts && !found[count - 1].complete) page.complete = false;
        }
        if (number < end) page.nextBallot = number;
        page.ballots = new BallotPage[](count);
        for (uint256 i = 0; i < count; ++i) {
            page.ballots[i] = found[i];
        }
    }

    /// @dev The numbers of a page, from `first` to before `end`; writes where the next one begins.
    function _span(BallotsPage memory page, uint256 fromBallot, uint256 wanted, uint256 most)
        private
        view
        returns (uint256 first, uint256 end)
    {
        uint256 count;
        try BALLOT.ballotCount() returns (uint256 read) {
            (count, page.complete) = (read, true);
        } catch {}
        first = fromBallot == 0 ? 1 : fromBallot;
        if (first > count) return (first, first);
        end = Math.min(first + _roomFor(wanted, most), count + 1);
        if (end <= count) page.nextBallot = end;
    }

    function _isOf(BallotId ballotId, PropertyId propertyId) private view returns (bool isIts, bool known) {
        try BALLOT.ballotOf(ballotId) returns (IHouseBallot.Ballot memory read) {
            return (read.propertyId == propertyId, true);
        } catch {
            return (false, false);
        }
    }

    function _ballotPage(BallotId ballotId) private view returns (BallotPage memory page) {
        try this.readBallot(ballotId) returns (BallotPage memory read) {
            return read;
        } catch {
            page.ballotId = ballotId;
        }
    }

    /// @notice The same as `ballot`, reverting where it can't be read.
    function readBallot(BallotId ballotId) external view returns (BallotPage memory page) {
        (page.ballotId, page.complete) = (ballotId, true);
        IHouseBallot.Ballot memory read = BALLOT.ballotOf(ballotId);
        if (read.endsAt == 0) return page;
        page.ballot = read;
        uint256 cast = uint256(read.forVotes) + read.againstVotes;
        page.missingVotes = Math.saturatingSub(read.quorumVotes, cast);
        page.passing = page.missingVotes == 0 && read.forVotes * WHOLE_BPS > cast * read.majorityBps;
        page.concluded = BALLOT.isConcluded(ballotId);
        page.openableAt = BALLOT.readyAt(read.propertyId, read.matter);
        if (read.matter.payee != address(0)) {
            page.payableUntil = read.endsAt + EXECUTION_PERIOD;
            page.paid = ESCROW.isPaid(read.propertyId, read.matter.documentHash);
        }
        page.concludeRefusal = CHECKS.concludeCheck(ballotId);
    }

    /// @inheritdoc IGovernanceLens
    function house(PropertyId propertyId) external view returns (HousePage memory page) {
        try this.readHouse(propertyId) returns (HousePage memory read) {
            return read;
        } catch {}
    }

    /// @notice The same, reverting where it can't be read.
    function readHouse(PropertyId propertyId) external view returns (HousePage memory page) {
        page.shareCount = CERTIFICATE.sharesOf(propertyId);
        (page.quorumBps, page.majorityBps) = BALLOT.termsOf(propertyId);
        page.quorumVotes = Math.ceilDiv(page.shareCount * page.quorumBps, WHOLE_BPS);
        page.payer = ESCROW.isBallot(address(BALLOT));
        page.complete = true;
    }

    /* THEIR SHARES */

    /// @inheritdoc IGovernanceLens
    function ballotShares(BallotId ballotId, address account, uint256 fromNumber, uint256 maxShares)
        external
        view
        returns (SharesPage memory page)
    {
        IHouseBallot.Ballot memory read;
        try BALLOT.ballotOf(ballotId) returns (IHouseBallot.Ballot memory known) {
            (read, page.complete) = (known, true);
        } catch {}
        uint256 first = fromNumber == 0 ? 1 : fromNumber;
        if (first > read.shareCount) return page;
        uint256 left = read.shareCount - first + 1;
        uint256 room = _roomFor(maxShares, MAX_SHARES_PER_PAGE);
        if (left > room) page.nextNumber = first + room;
        ShareEntry[] memory found = new ShareEntry[](Math.min(left, room));
        uint256 count = 0;
        for (uint256 i = 0; i < found.length; ++i) {
            ShareId shareId = read.propertyId.share(uint8(first + i));
            try this.readShare(ballotId, shareId, account) returns (ShareEntry memory entry, bool wanted) {
                if (wanted) found[count++] = entry;
            } catch {
                page.complete = false;
            }
        }
        page.shares = new ShareEntry[](count);
        for (uint256 i = 0; i < count; ++i) {
            page.shares[i] = found[i];
        }
    }

    /// @notice A share in a ballot, reverting where it can't be read.
    /// @return entry What a page shows of it.
    /// @return wanted Whether it is the account's, or no account was named.
    function readShare(BallotId ballotId, ShareId shareId, address account)
        external
        view
        returns (ShareEntry memory entry, bool wanted)
    {
        (address owner, uint40 since) = CERTIFICATE.holdingOf(shareId);
        (entry.shareId, entry.owner, entry.complete) = (shareId, CREDENTIALS.currentWallet(owner), true);
        wanted = account == address(0) || account == entry.owner || account == owner;
        entry.votesAt = since + HOLD_PERIOD;
        entry.voted = BALLOT.hasVoted(ballotId, shareId);
        entry.refusal = BALLOT.voteCheck(ballotId, shareId, account == address(0) ? entry.owner : account);
    }

    function _roomFor(uint256 wanted, uint256 most) private pure returns (uint256) {
        return wanted == 0 || wanted > most ? most : wanted;
    }
}
