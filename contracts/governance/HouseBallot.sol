// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {BallotId} from "../../interfaces/governance/BallotId.sol";
import {IHouseBallot} from "../../interfaces/governance/IHouseBallot.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {IHouseEscrow} from "../../interfaces/market/IHouseEscrow.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {BallotSlot, BallotSlots} from "./libraries/BallotSlot.sol";

/// @title HouseBallot
/// @notice See {IHouseBallot}.
/// @dev Everything a vote reads or writes of a ballot is one slot: who voted is a bit a share, not a row a voter, and
/// certificates need no checkpoints of votes. No re-entrancy lock: the outcome is written before the escrow is called.
/// @custom:kill The DAO removes its row in the escrow: then it decides, and pays nothing.
contract HouseBallot is RoleGated, IHouseBallot {
    /// @dev One slot. Void while zero: then those of the rules hold.
    struct HouseTerms {
        uint16 quorumBps;
        uint16 majorityBps;
    }

    uint256 private constant WHOLE_BPS = 10_000;

    ICredentialRegistry private immutable CREDENTIALS;
    IShareCertificate private immutable CERTIFICATE;
    IHouseEscrow private immutable ESCROW;

    // The rules, one by one: see `BallotRules`.
    uint40 private immutable VOTING_PERIOD;
    uint40 private immutable HOLD_PERIOD;
    uint40 private immutable EXECUTION_PERIOD;
    uint40 private immutable COOL_DOWN_PERIOD;
    uint16 private immutable QUORUM_BPS;
    uint16 private immutable MAJORITY_BPS;

    /// @inheritdoc IHouseBallot
    uint256 public ballotCount;
    mapping(BallotId ballotId => BallotSlot) private _slots;
    mapping(BallotId ballotId => Matter) private _matters;
    mapping(PropertyId propertyId => HouseTerms) private _terms;
    mapping(PropertyId propertyId => mapping(bytes32 matter => uint40)) private _readyAt; // seconds

    /// @param hub The permission hub for people.
    /// @param peers_ They all answer already.
    constructor(address hub, BallotPeers memory peers_, BallotRules memory rules_) AccessManaged(hub) {
        CREDENTIALS = ICredentialRegistry(Require.withCode(address(peers_.credentials)));
        CERTIFICATE = IShareCertificate(Require.withCode(address(peers_.certificate)));
        ESCROW = IHouseEscrow(Require.withCode(address(peers_.escrow)));
        Require.inRange("votingPeriod", rules_.votingPeriod, 1 days, 30 days);
        Require.inRange("holdPeriod", rules_.holdPeriod, 1 hours, rules_.votingPeriod);
        Require.inRange("executionPeriod", rules_.executionPeriod, 1 days, 365 days);
        Require.inRange("coolDownPeriod", rules_.coolDownPeriod, 0, 365 days);
        _requireTerms(rules_.quorumBps, rules_.majorityBps);
        VOTING_PERIOD = rules_.votingPeriod;
        HOLD_PERIOD = rules_.holdPeriod;
        EXECUTION_PERIOD = rules_.executionPeriod;
        COOL_DOWN_PERIOD = rules_.coolDownPeriod;
        QUORUM_BPS = rules_.quorumBps;
        MAJORITY_BPS = rules_.majorityBps;
    }

    function _requireTerms(uint256 quorumBps, uint256 majorityBps) private pure {
        Require.inRange("quorumBps", quorumBps, 2_500, WHOLE_BPS);
        Require.inRange("majorityBps", majorityBps, 5_000, 9_900);
    }

    /* BALLOTS */

    /// @inheritdoc IHouseBallot
    function open(ShareId shareId, Matter calldata matter) external returns (BallotId ballotId) {
        _requireVoter(msg.sender);
        _requireHeld(shareId, msg.sender);
        PropertyId propertyId = shareId.property();
        _requireMatter(propertyId, matter);
        bytes32 key = _keyOf(matter);
        uint40 ready = _readyAt[propertyId][key];
        require(block.timestamp >= ready, CoolingDown(propertyId, ready));

        ballotId = BallotId.wrap(++ballotCount);
        uint40 endsAt = uint40(block.timestamp) + VOTING_PERIOD;
        _slots[ballotId] = _opened(propertyId, endsAt);
        _matters[ballotId] = matter;
        _readyAt[propertyId][key] = endsAt + COOL_DOWN_PERIOD;
        emit BallotOpened(ballotId, propertyId, msg.sender, matter, endsAt);
    }

    /// @dev The slot of a ballot that opens now, with what its house's ballots need.
    function _opened(PropertyId propertyId, uint40 endsAt) private view returns (BallotSlot) {
        uint8 shareCount = CERTIFICATE.sharesOf(propertyId);
        (uint16 quorumBps, uint16 majorityBps) = termsOf(propertyId);
        uint256 quorumVotes = Math.ceilDiv(uint256(shareCount) * quorumBps, WHOLE_BPS);
        return BallotSlots.opened(propertyId.raw(), endsAt, shareCount, quorumVotes, majorityBps);
    }

    function _requireMatter(PropertyId propertyId, Matter calldata matter) private view {
        bool isPayment = matter.payee != address(0);
        require(
            matter.documentHash != 0 && isPayment == (matter.amount != 0),
            InvalidMatter(matter.payee, matter.amount, matter.documentHash)
        );
        if (isPayment) {
            require(!ESCROW.isPaid(propertyId, matter.documentHash), AlreadyPaid(propertyId, matter.documentHash));
        }
    }

    function _keyOf(Matter calldata matter) private pure returns (bytes32) {
        return keccak256(abi.encode(matter));
    }

    /// @inheritdoc IHouseBallot
    function vote(BallotId ballotId, ShareId[] calldata shareIds, bool support) external {
        BallotSlot slot = _requireOpen(ballotId);
        require(shareIds.length != 0, NoShares(ballotId));
        _requireVoter(msg.sender);
        for (uint256 i = 0; i < shareIds.length; ++i) {
            ShareId shareId = shareIds[i];
            _requireUnvoted(ballotId, slot, shareId, msg.sender);
            slot = slot.withVote(shareId.number(), support);
            emit ShareVoted(ballotId, shareId, msg.sender, support);
        }
        _slots[ballotId] = slot;
    }

    function _requireOpen(BallotId ballotId) private view returns (BallotSlot slot) {
        slot = _slots[ballotId];
        uint40 endsAt = slot.endsAt();
        require(endsAt != 0, UnknownBallot(ballotId));
        require(block.timestamp < endsAt, VoteOver(ballotId, endsAt));
    }

    /// @dev Who is valid today and a person: not a contract that the DAO gave a credential, such as the treasury.
    function _requireVoter(address voter) private view {
        require(CREDENTIALS.isValidPerson(voter), NotVoter(voter));
    }

    /// @dev Requires that `voter` may vote with a share of the ballot's house, and that it has not voted.
    function _requireUnvoted(BallotId ballotId, BallotSlot slot, ShareId shareId, address voter) private view {
        require(shareId.property().raw() == slot.house(), WrongHouse(ballotId, shareId));
        _requireHeld(shareId, voter);
        require(!slot.hasVoted(shareId.number()), AlreadyVoted(ballotId, shareId));
    }

    function _requireHeld(ShareId shareId, address voter) private view {
        (address owner, uint40 since) = CERTIFICATE.holdingOf(shareId);
        if (owner != voter) {
            // Who was replaced holds no credential any more, so only his present wallet gets here.
            address present = CREDENTIALS.currentWallet(owner);
            require(present == voter, NotShareOwner(shareId, voter, present));
        }
        uint40 votesAt = since + HOLD_PERIOD;
        require(block.timestamp >= votesAt, HeldTooShortly(shareId, votesAt));
    }

    /// @inheritdoc IHouseBallot
    function conclude(BallotId ballotId) external returns (Stage outcome) {
        BallotSlot slot = _slots[ballotId];
        Matter memory matter = _matters[ballotId];
        require(slot.endsAt() != 0, UnknownBallot(ballotId));
        require(block.timestamp >= slot.endsAt(), VoteRuns(ballotId, slot.endsAt()));
        outcome = _stageOf(slot, matter);
        require(slot.outcome() == 0, AlreadyConcluded(ballotId, outcome));

        PropertyId propertyId = PropertyId.wrap(slot.house());
        bool pays = outcome == Stage.Passed;
        if (pays) outcome = Stage.Carried;
        _slots[ballotId] = slot.withOutcome(uint8(outcome));
        emit BallotConcluded(ballotId, propertyId, outcome, slot.forVotes(), slot.againstVotes());
        if (pays) ESCROW.payByBallot(propertyId, matter.payee, matter.documentHash, matter.amount);
    }

    /// @dev A resolution is carried when its vote ends; a payment waits for its conclusion, which is in time or never.
    function _stageOf(BallotSlot slot, Matter memory matter) private view returns (Stage) {
        uint256 endsAt = slot.endsAt();
        if (endsAt == 0) return Stage.None;
        if (slot.outcome() != 0) return Stage(slot.outcome());
        if (block.timestamp < endsAt) return Stage.Open;
        uint256 cast = uint256(slot.forVotes()) + slot.againstVotes();
        bool passed = cast >= slot.quorumVotes() && slot.forVotes() * WHOLE_BPS > cast * slot.majorityBps();
        if (!passed) return Stage.Rejected;
        if (matter.payee == address(0)) return Stage.Carried;
        return block.timestamp < endsAt + EXECUTION_PERIOD ? Stage.Passed : Stage.Lapsed;
    }

    /* THE DAO */

    /// @inheritdoc IHouseBallot
    function setTerms(PropertyId propertyId, uint16 quorumBps, uint16 majorityBps) external restricted {
        require(CERTIFICATE.sharesOf(propertyId) != 0, UnknownHouse(propertyId));
        _requireTerms(quorumBps, majorityBps);
        _terms[propertyId] = HouseTerms(quorumBps, majorityBps);
        emit HouseTermsSet(propertyId, quorumBps, majorityBps);
    }

    /* VIEWS */

    /// @inheritdoc IHouseBallot
    function ballotOf(BallotId ballotId) external view returns (Ballot memory) {
        BallotSlot slot = _slots[ballotId];
        Matter memory matter = _matters[ballotId];
        return Ballot({
            propertyId: PropertyId.wrap(slot.house()),
            matter: matter,
            stage: _stageOf(slot, matter),
            endsAt: slot.endsAt(),
            shareCount: slot.shareCount(),
            forVotes: slot.forVotes(),
            againstVotes: slot.againstVotes(),
            quorumVotes: slot.quorumVotes(),
            majorityBps: slot.majorityBps(),
            voted: slot.voted()
        });
    }

    /// @inheritdoc IHouseBallot
    function isConcluded(BallotId ballotId) external view returns (bool) {
        return _slots[ballotId].outcome() != 0;
    }

    /// @inheritdoc IHouseBallot
    function hasVoted(BallotId ballotId, ShareId shareId) external view returns (bool) {
        BallotSlot slot = _slots[ballotId];
        return slot.endsAt() != 0 && shareId.property().raw() == slot.house() && shareId.number() <= slot.shareCount()
            && slot.hasVoted(shareId.number());
    }

    /// @inheritdoc IHouseBallot
    function requireVote(BallotId ballotId, ShareId shareId, address voter) external view {
        BallotSlot slot = _requireOpen(ballotId);
        _requireVoter(voter);
        _requireUnvoted(ballotId, slot, shareId, voter);
    }

    /// @inheritdoc IHouseBallot
    function voteCheck(BallotId ballotId, ShareId shareId, address voter) external view returns (bytes memory) {
        try this.requireVote(ballotId, shareId, voter) {
            return "";
        } catch (bytes memory reason) {
            return reason;
        }
    }

    /// @inheritdoc IHouseBallot
    function termsOf(PropertyId propertyId) public view returns (uint16 quorumBps, uint16 majorityBps) {
        HouseTerms memory own = _terms[propertyId];
        return own.quorumBps != 0 ? (own.quorumBps, own.majorityBps) : (QUORUM_BPS, MAJORITY_BPS);
    }

    /// @inheritdoc IHouseBallot
    function readyAt(PropertyId propertyId, Matter calldata matter) external view returns (uint40) {
        return _readyAt[propertyId][_keyOf(matter)];
    }

    /// @inheritdoc IHouseBallot
    function peers() external view returns (BallotPeers memory) {
        return BallotPeers(CREDENTIALS, CERTIFICATE, ESCROW);
    }

    /// @inheritdoc IHouseBallot
    function rules() external view returns (BallotRules memory) {
        return BallotRules(VOTING_PERIOD, HOLD_PERIOD, EXECUTION_PERIOD, COOL_DOWN_PERIOD, QUORUM_BPS, MAJORITY_BPS);
    }
}
