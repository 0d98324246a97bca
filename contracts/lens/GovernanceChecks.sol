// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {BallotId} from "../../interfaces/governance/BallotId.sol";
import {ICommonholdGovernor} from "../../interfaces/governance/ICommonholdGovernor.sol";
import {IHouseBallot} from "../../interfaces/governance/IHouseBallot.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {IGovernanceChecks} from "../../interfaces/lens/IGovernanceChecks.sol";
import {IHouseEscrow} from "../../interfaces/market/IHouseEscrow.sol";
import {PropertyId, ShareId} from "../../interfaces/property/Ids.sol";
import {IShareCertificate} from "../../interfaces/property/IShareCertificate.sol";
import {Require} from "../access/Require.sol";
import {SignatureCheck} from "../access/SignatureCheck.sol";
import {RefusalBase} from "./RefusalBase.sol";

/// @title Why a step of a proposal or of a house's ballot would be refused
/// @notice See {IGovernanceChecks}.
/// @dev The steps of {CommonholdGovernor}, OpenZeppelin's governor and timelock, {HouseBallot} and {HouseEscrow} in their
/// order; see {RefusalBase} for how.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract GovernanceChecks is RefusalBase, IGovernanceChecks {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    uint256 private constant WHOLE_BPS = 10_000;

    /// @dev A description that ends with this and an address is that proposer's alone.
    bytes10 private constant PROPOSER_MARK = "#proposer=";
    uint256 private constant MARK_LENGTH = 10;
    uint256 private constant ADDRESS_LENGTH = 42;

    /// @inheritdoc IGovernanceChecks
    IGovernor public immutable GOVERNOR;
    /// @inheritdoc IGovernanceChecks
    TimelockController public immutable TIMELOCK;
    /// @inheritdoc IGovernanceChecks
    IHouseBallot public immutable BALLOT;
    ICredentialRegistry private immutable CREDENTIALS;
    IShareCertificate private immutable CERTIFICATE;
    IHouseEscrow private immutable ESCROW;
    IERC20 private immutable COIN;
    uint40 private immutable HOLD_PERIOD;
    uint16 private immutable VENDOR_FEE_BPS;
    bytes32 private immutable PROPOSER_ROLE;
    bytes32 private immutable EXECUTOR_ROLE;
    bytes32 private immutable CANCELLER_ROLE;
    bytes32 private immutable VOTE_TYPEHASH;

    /// @param governor It names the timelock. @param ballot It names the escrow and all else that it works with.
    constructor(ICommonholdGovernor governor, IHouseBallot ballot) {
        Require.code(address(governor));
        Require.code(address(ballot));
        (GOVERNOR, BALLOT) = (IGovernor(address(governor)), ballot);
        GovernorTimelockControl timed = GovernorTimelockControl(payable(address(governor)));
        TIMELOCK = TimelockController(payable(timed.timelock()));
        VOTE_TYPEHASH = timed.BALLOT_TYPEHASH();
        PROPOSER_ROLE = TIMELOCK.PROPOSER_ROLE();
        EXECUTOR_ROLE = TIMELOCK.EXECUTOR_ROLE();
        CANCELLER_ROLE = TIMELOCK.CANCELLER_ROLE();
        IHouseBallot.BallotPeers memory peers = ballot.peers();
        (CREDENTIALS, CERTIFICATE, ESCROW) = (peers.credentials, peers.certificate, peers.escrow);
        COIN = IERC20(address(ESCROW.peers().coin));
        HOLD_PERIOD = ballot.rules().holdPeriod;
        VENDOR_FEE_BPS = ESCROW.rules().vendorFeeBps;
    }

    /* PROPOSING */

    /// @inheritdoc IGovernanceChecks
    function proposeCheck(address caller, Actions calldata actions, string calldata description)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requirePropose, (caller, actions, description)));
    }

    /// @inheritdoc IGovernanceChecks
    function requirePropose(address caller, Actions calldata actions, string calldata description) external view {
        require(_isHisToPropose(caller, description), IGovernor.GovernorRestrictedProposer(caller));
        uint256 threshold = GOVERNOR.proposalThreshold();
        uint256 votes = GOVERNOR.getVotes(caller, block.timestamp - 1);
        require(votes >= threshold, IGovernor.GovernorInsufficientProposerVotes(caller, votes, threshold));
        uint256 proposalId = _idOf(actions);
        bool isKnown = GOVERNOR.proposalSnapshot(proposalId) != 0;
        if (isKnown && _isOver(proposalId)) return;
        (uint256 count, uint256 values, uint256 calls) =
            (actions.targets.length, actions.values.length, actions.calldatas.length);
        bool isWhole = count != 0 && count == values && count == calls;
        require(isWhole, IGovernor.GovernorInvalidProposalLength(count, calls, values));
        if (isKnown) revert IGovernor.GovernorUnexpectedProposalState(proposalId, GOVERNOR.state(proposalId), 0);
    }

    /// @dev As OpenZeppelin reads it: a mark that no address follows is no mark.
    function _isHisToPropose(address caller, string calldata description) private pure returns (bool) {
        bytes calldata text = bytes(description);
        if (text.length < MARK_LENGTH + ADDRESS_LENGTH) return true;
        uint256 end = text.length - ADDRESS_LENGTH;
        if (bytes10(text[end - MARK_LENGTH:end]) != PROPOSER_MARK) return true;
        (bool isAddress, address named) = Strings.tryParseAddress(description, end, text.length);
        return !isAddress || named == caller;
    }

    /// @dev Whether what was decided about these actions makes room for the next round.
    function _isOver(uint256 proposalId) private view returns (bool) {
        IGovernor.ProposalState found = GOVERNOR.state(proposalId);
        if (found == IGovernor.ProposalState.Executed) return true;
        if (found != IGovernor.ProposalState.Defeated && found != IGovernor.ProposalState.Canceled) return false;
        ICommonholdGovernor governor = ICommonholdGovernor(address(GOVERNOR));
        uint48 readyAt = uint48(GOVERNOR.proposalDeadline(proposalId)) + governor.coolDown();
        require(block.timestamp >= readyAt, ICommonholdGovernor.CoolingDown(proposalId, readyAt));
        return true;
    }

    function _idOf(Actions calldata actions) private view returns (uint256) {
        return GOVERNOR.getProposalId(actions.targets, actions.values, actions.calldatas, 0);
    }

    /* VOTING */

    /// @inheritdoc IGovernanceChecks
    function voteCheck(address caller, uint256 proposalId, uint8 support) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireVote, (caller, proposalId, support)));
    }

    /// @inheritdoc IGovernanceChecks
    function requireVote(address caller, uint256 proposalId, uint8 support) external view {
        _requireVote(caller, proposalId, support);
    }

    function _requireVote(address voter, uint256 proposalId, uint8 support) private view {
        _requireState(proposalId, _bit(IGovernor.ProposalState.Active));
        require(!GOVERNOR.hasVoted(proposalId, voter), IGovernor.GovernorAlreadyCastVote(voter));
        bool isKind = support <= uint8(GovernorCountingSimple.VoteType.Abstain);
        require(isKind, IGovernor.GovernorInvalidVoteType());
    }

    /// @inheritdoc IGovernanceChecks
    function voteBySigCheck(uint256 proposalId, uint8 support, address voter, bytes calldata signature)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requireVoteBySig, (proposalId, support, voter, signature)));
    }

    /// @inheritdoc IGovernanceChecks
    function requireVoteBySig(uint256 proposalId, uint8 support, address voter, bytes calldata signature)
        external
        view
    {
        uint256 nonce = Nonces(address(GOVERNOR)).nonces(voter);
        bytes32 structHash = keccak256(abi.encode(VOTE_TYPEHASH, proposalId, support, voter, nonce));
        bytes32 digest = MessageHashUtils.toTypedDataHash(_domain(), structHash);
        bool isSigned = SignatureCheck.isSignedBy(voter, digest, signature);
        require(isSigned, IGovernor.GovernorInvalidSignature(voter));
        _requireVote(voter, proposalId, support);
    }

    /// @dev The governor's, for what is signed.
    function _domain() private view returns (bytes32) {
        (, string memory name, string memory version, uint256 chainId, address verifier,,) =
            IERC5267(address(GOVERNOR)).eip712Domain();
        return
            keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256(bytes(version)), chainId, verifier));
    }

    /* AFTER THE VOTE */

    /// @inheritdoc IGovernanceChecks
    function queueCheck(Actions calldata actions) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireQueue, (actions)));
    }

    /// @inheritdoc IGovernanceChecks
    function requireQueue(Actions calldata actions) external view {
        uint256 proposalId = _idOf(actions);
        _requireState(proposalId, _bit(IGovernor.ProposalState.Succeeded));
        _requireRole(PROPOSER_ROLE);
        bytes32 operation = _operationOf(actions, proposalId);
        bytes32 unset = _bit(TimelockController.OperationState.Unset);
        require(!TIMELOCK.isOperation(operation), TimelockController.TimelockUnexpectedOperationState(operation, unset));
    }

    /// @inheritdoc IGovernanceChecks
    function executeCheck(Actions calldata actions) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireExecute, (actions)));
    }

    /// @inheritdoc IGovernanceChecks
    function requireExecute(Actions calldata actions) external view {
        uint256 proposalId = _idOf(actions);
        _requireState(proposalId, _bit(IGovernor.ProposalState.Queued));
        if (!TIMELOCK.hasRole(EXECUTOR_ROLE, address(0))) _requireRole(EXECUTOR_ROLE);
        bytes32 operation = _operationOf(actions, proposalId);
        bytes32 ready = _bit(TimelockController.OperationState.Ready);
        require(
            TIMELOCK.isOperationReady(operation), TimelockController.TimelockUnexpectedOperationState(operation, ready)
        );
    }

    /// @inheritdoc IGovernanceChecks
    function cancelCheck(address caller, Actions calldata actions) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireCancel, (caller, actions)));
    }

    /// @inheritdoc IGovernanceChecks
    function requireCancel(address caller, Actions calldata actions) external view {
        GovernorProposalGuardian governor = GovernorProposalGuardian(payable(address(GOVERNOR)));
        address guardian = governor.proposalGuardian();
        bool isOne = actions.targets.length == 1 && actions.calldatas.length == 1;
        if (isOne && actions.targets[0] == address(GOVERNOR)) {
            bool replaces = bytes4(actions.calldatas[0]) == governor.setProposalGuardian.selector;
            require(!replaces, ICommonholdGovernor.ReplacesGuardian(guardian));
        }
        uint256 proposalId = _idOf(actions);
        require(caller == guardian, IGovernor.GovernorUnableToCancel(proposalId, caller));
        bytes32 anyState = bytes32((1 << uint256(uint8(type(IGovernor.ProposalState).max) + 1)) - 1);
        bytes32 found = _requireState(
            proposalId,
            anyState ^ _bit(IGovernor.ProposalState.Canceled) ^ _bit(IGovernor.ProposalState.Expired)
                ^ _bit(IGovernor.ProposalState.Executed)
        );
        if (found == _bit(IGovernor.ProposalState.Queued)) _requireRole(CANCELLER_ROLE);
    }

    /// @dev The state, as a bit, which must be one of `expected`.
    function _requireState(uint256 proposalId, bytes32 expected) private view returns (bytes32 found) {
        IGovernor.ProposalState state = GOVERNOR.state(proposalId);
        found = _bit(state);
        bool isExpected = found & expected != 0;
        require(isExpected, IGovernor.GovernorUnexpectedProposalState(proposalId, state, expected));
    }

    function _bit(IGovernor.ProposalState state) private pure returns (bytes32) {
        return bytes32(1 << uint256(state));
    }

    function _bit(TimelockController.OperationState state) private pure returns (bytes32) {
        return bytes32(1 << uint256(state));
    }

    /// @dev The timelock, when the governor calls.
    function _requireRole(bytes32 role) private view {
        bool hasRole = TIMELOCK.hasRole(role, address(GOVERNOR));
        require(hasRole, IAccessControl.AccessControlUnauthorizedAccount(address(GOVERNOR), role));
    }

    /// @dev What the timelock knows a proposal by.
    function _operationOf(Actions calldata actions, uint256 proposalId) private view returns (bytes32) {
        bytes32 salt = bytes20(address(GOVERNOR)) ^ bytes32(proposalId);
        return TIMELOCK.hashOperationBatch(actions.targets, actions.values, actions.calldatas, 0, salt);
    }

    /* HOUSES' BALLOTS */

    /// @inheritdoc IGovernanceChecks
    function openCheck(address caller, ShareId shareId, IHouseBallot.Matter calldata matter)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requireOpen, (caller, shareId, matter)));
    }

    /// @inheritdoc IGovernanceChecks
    function requireOpen(address caller, ShareId shareId, IHouseBallot.Matter calldata matter) external view {
        require(CREDENTIALS.isValidPerson(caller), IHouseBallot.NotVoter(caller));
        _requireHeld(shareId, caller);
        PropertyId propertyId = shareId.property();
        bool isPayment = matter.payee != address(0);
        require(
            matter.documentHash != 0 && isPayment == (matter.amount != 0),
            IHouseBallot.InvalidMatter(matter.payee, matter.amount, matter.documentHash)
        );
        bool isPaid = isPayment && ESCROW.isPaid(propertyId, matter.documentHash);
        require(!isPaid, IHouseBallot.AlreadyPaid(propertyId, matter.documentHash));
        uint40 readyAt = BALLOT.readyAt(propertyId, matter);
        require(block.timestamp >= readyAt, IHouseBallot.CoolingDown(propertyId, readyAt));
    }

    function _requireHeld(ShareId shareId, address voter) private view {
        (address owner, uint40 since) = CERTIFICATE.holdingOf(shareId);
        if (owner != voter) {
            address present = CREDENTIALS.currentWallet(owner);
            require(present == voter, IHouseBallot.NotShareOwner(shareId, voter, present));
        }
        uint40 votesAt = since + HOLD_PERIOD;
        require(block.timestamp >= votesAt, IHouseBallot.HeldTooShortly(shareId, votesAt));
    }

    /// @inheritdoc IGovernanceChecks
    function ballotVoteCheck(address caller, BallotId ballotId, ShareId[] calldata shareIds)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requireBallotVote, (caller, ballotId, shareIds)));
    }

    /// @inheritdoc IGovernanceChecks
    /// @dev A share by itself is the ballot's to judge; what is left is a share that is named twice, and none at all.
    function requireBallotVote(address caller, BallotId ballotId, ShareId[] calldata shareIds) external view {
        if (shareIds.length == 0) _requireShares(ballotId);
        uint256 seen = 0;
        for (uint256 i = 0; i < shareIds.length; ++i) {
            BALLOT.requireVote(ballotId, shareIds[i], caller);
            uint256 number = 1 << shareIds[i].number();
            require(seen & number == 0, IHouseBallot.AlreadyVoted(ballotId, shareIds[i]));
            seen |= number;
        }
    }

    function _requireShares(BallotId ballotId) private view {
        uint40 endsAt = BALLOT.ballotOf(ballotId).endsAt;
        require(endsAt != 0, IHouseBallot.UnknownBallot(ballotId));
        require(block.timestamp < endsAt, IHouseBallot.VoteOver(ballotId, endsAt));
        revert IHouseBallot.NoShares(ballotId);
    }

    /// @inheritdoc IGovernanceChecks
    function concludeCheck(BallotId ballotId) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireConclude, (ballotId)));
    }

    /// @inheritdoc IGovernanceChecks
    function requireConclude(BallotId ballotId) external view {
        IHouseBallot.Ballot memory ballot = BALLOT.ballotOf(ballotId);
        require(ballot.endsAt != 0, IHouseBallot.UnknownBallot(ballotId));
        require(block.timestamp >= ballot.endsAt, IHouseBallot.VoteRuns(ballotId, ballot.endsAt));
        require(!BALLOT.isConcluded(ballotId), IHouseBallot.AlreadyConcluded(ballotId, ballot.stage));
        if (ballot.stage == IHouseBallot.Stage.Passed) _requirePaid(ballot.propertyId, ballot.matter);
    }

    /// @dev Escrow and coin, when the ballot lets it pay.
    function _requirePaid(PropertyId propertyId, IHouseBallot.Matter memory matter) private view {
        (address payee, uint256 amount, bytes32 invoice) = (matter.payee, matter.amount, matter.documentHash);
        require(ESCROW.isBallot(address(BALLOT)), IHouseEscrow.NotBallot(address(BALLOT)));
        require(!ESCROW.isPaid(propertyId, invoice), IHouseEscrow.AlreadyPaid(propertyId, invoice));
        IHouseEscrow.Payee memory row = ESCROW.payeeOf(propertyId, payee);
        bool isActive = row.activeFrom != 0 && block.timestamp >= row.activeFrom;
        require(isActive, IHouseEscrow.NotPayee(propertyId, payee, row.activeFrom));
        uint256 balance = ESCROW.purseOf(propertyId).balance;
        require(amount <= balance, IHouseEscrow.NotEnough(propertyId, amount, balance));
        if (row.vendor) amount -= Math.ceilDiv(amount * VENDOR_FEE_BPS, WHOLE_BPS);
        // The court can freeze, or take, what the escrow holds.
        _requireCoins(COIN, address(ESCROW), amount, COIN.balanceOf(address(ESCROW)));
    }
}
