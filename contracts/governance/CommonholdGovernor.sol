// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {ICommonholdGovernor} from "../../interfaces/governance/ICommonholdGovernor.sol";

/// @title CommonholdGovernor
/// @notice See {ICommonholdGovernor}.
/// @dev Counting, voting, queueing and executing are OpenZeppelin's. Ours is what a proposal's id stands for, who cancels,
/// and the bounds of settings. The timelock must let nobody but this contract execute: an open executor would run
/// batches without the look at the targets' code.
/// @custom:kill The proposal guardian cancels proposals one by one; the DAO puts a successor in its place in the timelock.
contract CommonholdGovernor is
    GovernorVotesQuorumFraction,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorPreventLateQuorum,
    GovernorProposalGuardian,
    GovernorTimelockControl,
    ICommonholdGovernor
{
    uint256 private constant WHOLE_BPS = 10_000;
    uint256 private constant QUORUM_FROM = 100; // basis points of the supply
    uint256 private constant QUORUM_TO = 2_000;
    uint256 private constant THRESHOLD_PARTS_FROM = 10_000; // the least is the supply by this, ...
    uint256 private constant THRESHOLD_PARTS_TO = 50; // ... the most the supply by that
    uint256 private constant FLOOR_PARTS = 5;

    /// @dev What an EIP-7702 delegation looks like: a marker and an address.
    bytes3 private constant DELEGATION = 0xef0100;
    uint256 private constant DELEGATION_BYTES = 23;

    /// @inheritdoc ICommonholdGovernor
    uint256 public immutable quorumFloor;
    /// @inheritdoc ICommonholdGovernor
    uint48 public immutable coolDown;

    /// @dev Zero, and unwritten, until the same actions on the same code are proposed a second time.
    mapping(bytes32 content => uint256) private _rounds;

    /// @dev Stands for the code of the targets while `cancelPinned` runs; zero at all other times.
    bytes32 private transient _pinnedCode;

    /// @param token HOLD, which exists in full. @param timelock_ The DAO's.
    constructor(IVotes token, TimelockController timelock_, GovernorTerms memory terms)
        Governor("Commonhold Governor")
        GovernorVotes(token)
        GovernorSettings(terms.votingDelay, terms.votingPeriod, terms.proposalThreshold)
        GovernorVotesQuorumFraction(terms.quorumBps)
        GovernorPreventLateQuorum(terms.lateExtension)
        GovernorTimelockControl(timelock_)
    {
        require(GovernorVotes.clock() == Time.timestamp(), TokenWithoutTime(address(token)));
        _requireInRange("coolDown", terms.coolDown, 1 days, 365 days);
        _requireInRange("quorumFloor", terms.quorumFloor, 1, _supply() / FLOOR_PARTS);
        quorumFloor = terms.quorumFloor;
        coolDown = terms.coolDown;
        _setProposalGuardian(terms.guardian);
    }

    /* WHAT A PROPOSAL IS */

    /// @inheritdoc Governor
    /// @dev Of the present round, with the code that the targets have now. The text counts for nothing.
    function getProposalId(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 /* descriptionHash */
    )
        public
        view
        override
        returns (uint256)
    {
        bytes32 content = _contentOf(targets, values, calldatas);
        return _idOf(content, _rounds[content]);
    }

    /// @inheritdoc ICommonholdGovernor
    function roundOf(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas)
        external
        view
        returns (uint256)
    {
        return _rounds[_contentOf(targets, values, calldatas)];
    }

    /// @dev Begins a new round if the one before is over for these actions on this code.
    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256) {
        bytes32 content = _contentOf(targets, values, calldatas);
        uint256 round = _rounds[content];
        uint256 last = _idOf(content, round);
        if (proposalSnapshot(last) != 0 && _isOver(last)) _rounds[content] = round + 1;
        // Refuses the id of a round that still runs.
        return super._propose(targets, values, calldatas, description, proposer);
    }

    /// @dev Whether the actions of a proposal may be proposed again; a failed one has to cool down first.
    function _isOver(uint256 proposalId) private view returns (bool) {
        ProposalState found = state(proposalId);
        if (found == ProposalState.Executed) return true;
        if (found != ProposalState.Defeated && found != ProposalState.Canceled) return false;
        uint48 readyAt = uint48(proposalDeadline(proposalId)) + coolDown;
        require(clock() >= readyAt, CoolingDown(proposalId, readyAt));
        return true;
    }

    /// @dev Rounds are counted with the code: else a vote on other code would move the present round past a proposal that
    /// is voted on, waits or cools down.
    function _contentOf(address[] memory targets, uint256[] memory values, bytes[] memory calldatas)
        private
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(targets, values, calldatas, _codeOf(targets)));
    }

    function _idOf(bytes32 content, uint256 round) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(content, round)));
    }

    /// @dev The code of all targets, each of which must have some of its own.
    function _codeOf(address[] memory targets) private view returns (bytes32) {
        if (_pinnedCode != 0) return _pinnedCode;
        bytes32[] memory codeHashes = new bytes32[](targets.length);
        for (uint256 i = 0; i < targets.length; ++i) {
            address target = targets[i];
            uint256 size = target.code.length;
            require(size != 0, TargetWithoutCode(target));
            if (size == DELEGATION_BYTES) require(bytes3(target.code) != DELEGATION, TargetDelegated(target));
            codeHashes[i] = target.codehash;
        }
        return _hashOf(codeHashes);
    }

    function _hashOf(bytes32[] memory codeHashes) private pure returns (bytes32) {
        return keccak256(abi.encode(codeHashes));
    }

    /// @dev The timelock knows a proposal by its id, whatever text's hash the caller gave.
    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 /* descriptionHash */
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, bytes32(proposalId));
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 /* descriptionHash */
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, bytes32(proposalId));
    }

    /* THE GUARDIAN */

    /// @inheritdoc Governor
    function cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) public override returns (uint256) {
        if (targets.length == 1 && calldatas.length == 1 && targets[0] == address(this)) {
            require(bytes4(calldatas[0]) != this.setProposalGuardian.selector, ReplacesGuardian(proposalGuardian()));
        }
        return super.cancel(targets, values, calldatas, descriptionHash);
    }

    /// @inheritdoc ICommonholdGovernor
    function cancelPinned(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32[] calldata codeHashes
    ) external returns (uint256 proposalId) {
        require(targets.length == codeHashes.length, CodeHashesMissing(targets.length, codeHashes.length));
        _pinnedCode = _hashOf(codeHashes);
        proposalId = cancel(targets, values, calldatas, 0);
        _pinnedCode = 0;
    }

    /// @dev The guardian alone: a proposer who cancelled what he copied would make others wait for the cool-down.
    function _validateCancel(uint256, address caller)
        internal
        view
        override(Governor, GovernorProposalGuardian)
        returns (bool)
    {
        return caller == proposalGuardian();
    }

    /* VOTES */

    /// @inheritdoc GovernorVotesQuorumFraction
    function quorum(uint256 timepoint) public view override(Governor, GovernorVotesQuorumFraction) returns (uint256) {
        return Math.max(super.quorum(timepoint), quorumFloor);
    }

    /// @inheritdoc GovernorVotesQuorumFraction
    function quorumDenominator() public pure override returns (uint256) {
        return WHOLE_BPS;
    }

    /// @dev The token's clock, without asking the token; the constructor compared the two.
    function clock() public view override(Governor, GovernorVotes) returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override(Governor, GovernorVotes) returns (string memory) {
        return "mode=timestamp";
    }

    /// @dev As OpenZeppelin's, but a key's signature counts though its wallet has code (EIP-7702).
    function _validateVoteSig(uint256 proposalId, uint8 support, address voter, bytes memory signature)
        internal
        override
        returns (bool)
    {
        return _isSigned(
            voter, keccak256(abi.encode(BALLOT_TYPEHASH, proposalId, support, voter, _useNonce(voter))), signature
        );
    }

    function _validateExtendedVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string memory reason,
        bytes memory params,
        bytes memory signature
    ) internal override returns (bool) {
        bytes32 structHash = keccak256(
            abi.encode(
                EXTENDED_BALLOT_TYPEHASH,
                proposalId,
                support,
                voter,
                _useNonce(voter),
                keccak256(bytes(reason)),
                keccak256(params)
            )
        );
        return _isSigned(voter, structHash, signature);
    }

    /// @dev ECDSA first, then ERC-1271, as everywhere in the suite.
    function _isSigned(address voter, bytes32 structHash, bytes memory signature) private view returns (bool) {
        bytes32 digest = _hashTypedDataV4(structHash);
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == voter) return true;
        return voter.code.length != 0 && SignatureChecker.isValidERC1271SignatureNow(voter, digest, signature);
    }

    /* SETTINGS: setters are OpenZeppelin's, the timelock's alone */

    function _setVotingDelay(uint48 newVotingDelay) internal override {
        _requireInRange("votingDelay", newVotingDelay, 1 hours, 30 days);
        super._setVotingDelay(newVotingDelay);
    }

    function _setVotingPeriod(uint32 newVotingPeriod) internal override {
        _requireInRange("votingPeriod", newVotingPeriod, 1 days, 30 days);
        super._setVotingPeriod(newVotingPeriod);
    }

    function _setProposalThreshold(uint256 newProposalThreshold) internal override {
        uint256 supply = _supply();
        uint256 least = supply / THRESHOLD_PARTS_FROM;
        _requireInRange("proposalThreshold", newProposalThreshold, least, supply / THRESHOLD_PARTS_TO);
        super._setProposalThreshold(newProposalThreshold);
    }

    function _updateQuorumNumerator(uint256 newQuorumNumerator) internal override {
        _requireInRange("quorumBps", newQuorumNumerator, QUORUM_FROM, QUORUM_TO);
        super._updateQuorumNumerator(newQuorumNumerator);
    }

    function _setLateQuorumVoteExtension(uint48 newVoteExtension) internal override {
        _requireInRange("lateExtension", newVoteExtension, 1 hours, votingPeriod());
        super._setLateQuorumVoteExtension(newVoteExtension);
    }

    /// @dev All HOLD there is: its supply never changes.
    function _supply() private view returns (uint256) {
        return IERC20(address(token())).totalSupply();
    }

    function _requireInRange(string memory setting, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least && value <= most, SettingOutOfRange(setting, value, least, most));
    }

    /* WHAT OPENZEPPELIN'S GOVERNOR CAN DO AND THIS ONE NEED NOT */

    /// @inheritdoc GovernorTimelockControl
    function updateTimelock(TimelockController) public view override {
        revert FixedTimelock(timelock());
    }

    /// @inheritdoc Governor
    /// @dev Through it, code that nobody pinned would act with the governor's rights in the timelock.
    function relay(address target, uint256, bytes calldata) public payable override {
        revert NothingToRelay(target);
    }

    /* ONE OF SEVERAL: the order of inheritance decides */

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function votingDelay() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.votingDelay();
    }

    function votingPeriod() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.votingPeriod();
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
