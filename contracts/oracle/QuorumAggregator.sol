// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import {RoleGated} from "../access/RoleGated.sol";
import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IQuorumAggregator} from "../../interfaces/oracle/IQuorumAggregator.sol";
import {NodeSet} from "./libraries/NodeSet.sol";

/// @title QuorumAggregator
/// @notice See {IQuorumAggregator}.
/// @dev A report writes two slots and an update one, whatever the number of feeds; older reports and values are history
/// and live in the events.
/// @custom:kill Nothing to stop: whoever reads a feed can freeze it, and the DAO can set other nodes.
contract QuorumAggregator is IQuorumAggregator, RoleGated, EIP712 {
    /// @dev One slot: all that a report is judged by. The latest report's root lies beside it.
    /// @param nodeSet Where the list of nodes is kept as code.
    struct Head {
        address nodeSet;
        uint40 epoch;
        uint40 observedAt; // seconds
        uint16 setNumber; // from 1
    }

    /// @dev One slot. `epoch` is zero <=> the feed has no value.
    struct Feed {
        uint128 value; // 18 decimals
        uint40 observedAt; // seconds
        uint40 epoch;
    }

    bytes32 private constant REPORT_TYPEHASH =
        keccak256("Report(address nodeSet,uint40 epoch,uint40 observedAt,bytes32 root)");

    /// @dev Bytes of a call of `submit` before its first signature: selector, report (3 words), signers, offset, count.
    uint256 private constant SUBMIT_HEAD_LENGTH = 4 + 6 * 32;
    uint256 private constant SIGNATURE_LENGTH = 64;

    Head private _head;
    bytes32 private _root;
    mapping(FeedId feedId => Feed) private _feeds;

    /// @param hub The permission hub for people.
    /// @param nodes The first set of nodes, as in `setNodes`.
    /// @param maxFaulty How many of them may be faulty, as in `setNodes`.
    constructor(address hub, address[] memory nodes, uint8 maxFaulty)
        AccessManaged(hub)
        EIP712("Commonhold Quorum", "1")
    {
        NodeSet.requireSound(nodes, maxFaulty);
        _setNodes(nodes, maxFaulty);
    }

    /* THE DAO */

    /// @inheritdoc IQuorumAggregator
    function setNodes(address[] calldata nodes, uint8 maxFaulty) external restricted {
        NodeSet.requireSound(nodes, maxFaulty);
        _setNodes(nodes, maxFaulty);
    }

    /* REPORTS */

    /// @inheritdoc IQuorumAggregator
    function submit(Report calldata report, uint256 signers, Signature[] calldata signatures) external {
        Head memory head = _head;
        require(report.epoch > head.epoch, EpochNotRising(report.epoch, head.epoch));
        require(
            report.observedAt > head.observedAt && report.observedAt <= block.timestamp,
            ObservedAtOutOfRange(report.observedAt, head.observedAt, block.timestamp)
        );
        require(report.root != 0, MissingRoot());
        _requireQuorum(head.nodeSet, report, signers, signatures);

        head.epoch = report.epoch;
        head.observedAt = report.observedAt;
        _head = head;
        _root = report.root;
        emit ReportAccepted(report.epoch, report.root, report.observedAt, head.nodeSet, signers);
    }

    /// @dev Requires that exactly a quorum of the nodes kept at `nodeSet_`, those named by `signers`, signed `report`.
    function _requireQuorum(address nodeSet_, Report calldata report, uint256 signers, Signature[] calldata signatures)
        private
        view
    {
        (address[] memory nodes, uint8 maxFaulty) = NodeSet.read(nodeSet_);
        uint256 required = NodeSet.quorum(nodes.length, maxFaulty);
        require(signatures.length == required, WrongSignatureCount(signatures.length, required));
        uint256 length = SUBMIT_HEAD_LENGTH + required * SIGNATURE_LENGTH;
        require(msg.data.length == length, WrongLength(msg.data.length, length));
        require(
            signers >> nodes.length == 0 && NodeSet.countBits(signers) == required,
            WrongSigners(signers, required, nodes.length)
        );

        bytes32 digest = _digestOf(nodeSet_, report);
        uint256 next = 0; // signature to be looked at
        for (uint256 i = 0; i < nodes.length; ++i) {
            if (signers & (1 << i) == 0) continue;
            _requireSigner(i, nodes[i], digest, signatures[next]);
            ++next;
        }
    }

    /// @dev Requires that `signature` is that of the node with this index. Nobody's recovers zero, which is no node.
    function _requireSigner(uint256 nodeIndex, address node, bytes32 digest, Signature calldata signature)
        private
        pure
    {
        (address recovered,,) = ECDSA.tryRecover(digest, signature.r, signature.vs);
        require(recovered == node, WrongSigner(nodeIndex, node, recovered));
    }

    /* FEEDS */

    /// @inheritdoc IQuorumAggregator
    function update(FeedId feedId, uint256 value, bytes32[] calldata proof) external {
        _update(_head.epoch, _head.observedAt, _root, feedId, value, proof);
    }

    /// @inheritdoc IQuorumAggregator
    function updateMany(Update[] calldata updates) external {
        Head memory head = _head;
        bytes32 root = _root;
        for (uint256 i = 0; i < updates.length; ++i) {
            _update(head.epoch, head.observedAt, root, updates[i].feedId, updates[i].value, updates[i].proof);
        }
    }

    /// @dev Writes a feed's value of the latest report, given as its epoch, time and root.
    function _update(
        uint40 epoch,
        uint40 observedAt,
        bytes32 root,
        FeedId feedId,
        uint256 value,
        bytes32[] calldata proof
    ) private {
        require(value > 0 && value <= type(uint128).max, ValueOutOfRange(feedId, value));
        // Hashed twice: no inner node of the tree, two hashes side by side, can pass for a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(feedId, value))));
        require(MerkleProof.verifyCalldata(proof, root, leaf), NotInReport(feedId, value, epoch));
        Feed storage feed = _feeds[feedId];
        if (feed.epoch == epoch) return;
        _feeds[feedId] = Feed({value: uint128(value), observedAt: observedAt, epoch: epoch}); // value bounded above
        emit FeedUpdated(feedId, epoch, value, observedAt);
    }

    /* NODES */

    /// @inheritdoc IQuorumAggregator
    function proveEquivocation(
        uint256 nodeIndex,
        Report calldata a,
        Signature calldata signatureA,
        Report calldata b,
        Signature calldata signatureB
    ) external {
        require(a.epoch == b.epoch && a.root != b.root, NoEquivocation(a.epoch, b.epoch, a.root, b.root));
        address nodeSet_ = _head.nodeSet;
        (address[] memory nodes, uint8 maxFaulty) = NodeSet.read(nodeSet_);
        require(nodeIndex < nodes.length, UnknownNode(nodeIndex, nodes.length));
        address node = nodes[nodeIndex];
        _requireSigner(nodeIndex, node, _digestOf(nodeSet_, a), signatureA);
        _requireSigner(nodeIndex, node, _digestOf(nodeSet_, b), signatureB);
        emit EquivocationProven(node, a.epoch, a.root, b.root);
        _setNodes(NodeSet.without(nodes, nodeIndex), maxFaulty == 0 ? 0 : maxFaulty - 1);
    }

    /// @dev Puts a set in the place of the present one. Whether it is sound was checked.
    function _setNodes(address[] memory nodes, uint8 maxFaulty) private {
        uint16 number = _head.setNumber + 1;
        address list = NodeSet.keep(nodes, maxFaulty, number);
        _head.nodeSet = list;
        _head.setNumber = number;
        emit NodesSet(number, list, maxFaulty, nodes);
    }

    /* VIEWS */

    /// @inheritdoc IQuorumAggregator
    function nodeSet() external view returns (address digest, uint16 number, uint8 maxFaulty, address[] memory nodes) {
        digest = _head.nodeSet;
        number = _head.setNumber;
        (nodes, maxFaulty) = NodeSet.read(digest);
    }

    /// @inheritdoc IQuorumAggregator
    function quorum() external view returns (uint256) {
        (address[] memory nodes, uint8 maxFaulty) = NodeSet.read(_head.nodeSet);
        return NodeSet.quorum(nodes.length, maxFaulty);
    }

    /// @inheritdoc IQuorumAggregator
    function latestReport() external view returns (Report memory) {
        return Report({epoch: _head.epoch, observedAt: _head.observedAt, root: _root});
    }

    /// @inheritdoc IQuorumAggregator
    function digestOf(Report calldata report) external view returns (bytes32) {
        return _digestOf(_head.nodeSet, report);
    }

    /// @inheritdoc IQuorumAggregator
    function feedOf(FeedId feedId) external view returns (uint256 value, uint40 observedAt, uint40 epoch) {
        Feed storage feed = _feeds[feedId];
        return (feed.value, feed.observedAt, feed.epoch);
    }

    /// @inheritdoc IQuorumAggregator
    function latestRoundData(FeedId feedId)
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return _roundOf(feedId, _feeds[feedId].epoch);
    }

    /// @inheritdoc IQuorumAggregator
    function getRoundData(FeedId feedId, uint80 roundId_)
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return _roundOf(feedId, roundId_);
    }

    function _roundOf(FeedId feedId, uint80 roundId)
        private
        view
        returns (uint80, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        Feed storage feed = _feeds[feedId];
        require(roundId != 0 && roundId == feed.epoch, NoDataPresent(feedId, roundId));
        return (roundId, int256(uint256(feed.value)), feed.observedAt, feed.observedAt, roundId);
    }

    /// @dev What the nodes kept at `nodeSet_` sign for `report`.
    function _digestOf(address nodeSet_, Report calldata report) private view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(REPORT_TYPEHASH, nodeSet_, report.epoch, report.observedAt, report.root))
        );
    }
}
