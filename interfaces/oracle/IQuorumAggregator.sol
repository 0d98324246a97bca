// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FeedId} from "./FeedId.sol";

/// @title The network of independent nodes, on chain
/// @notice n nodes value any number of feeds off chain; at most f of them are faulty, n >= 3f + 1. One report carries
/// an epoch, a time and the Merkle root of (feed id, value) for all feeds, and is accepted with the signatures of
/// exactly floor((n + f) / 2) + 1 different nodes. `update` then proves one feed's value against the root, when
/// somebody needs it.
/// @dev Two quorums share at least f + 1 nodes, so that two roots for one epoch can't both be signed by a quorum unless
/// an honest node signed twice. That f liars never move a value outside the honest nodes' range rests on what honest
/// nodes sign: only a root that they recomputed from the signed observations of at least n - f nodes.
///
/// Leaves are `keccak256(bytes.concat(keccak256(abi.encode(feedId, value))))`, pairs are hashed in sorted order
/// (OpenZeppelin's MerkleProof). In the domain of this contract nodes sign EIP-712's
/// `Report(address nodeSet,uint40 epoch,uint40 observedAt,bytes32 root)`. `nodeSet` is the address that the set's list
/// is kept at as code: CREATE2 makes it a digest of this contract, the set's number, f and the nodes, so that a
/// signature dies with the set it was made for.
///
/// Values have 18 decimals. A feed can be read as Chainlink's `AggregatorV3Interface` through its `QuorumFeed`.
interface IQuorumAggregator {
    /// @notice What a quorum of nodes vouches for.
    /// @param epoch Number of the report; strictly rising, gaps allowed.
    /// @param observedAt When the values were observed (seconds); strictly rising, never in the future.
    /// @param root Merkle root of all (feed id, value).
    struct Report {
        uint40 epoch;
        uint40 observedAt;
        bytes32 root;
    }

    /// @notice A node's ECDSA signature as ERC-2098 has it: s in the lower half, the parity of v in its highest bit.
    struct Signature {
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A feed's value with the proof that it is in the latest report.
    /// @param value 18 decimals, from 1 to 2^128 - 1.
    struct Update {
        FeedId feedId;
        uint256 value;
        bytes32[] proof;
    }

    /// @notice Emitted when a report was accepted, with the set and the signers (bit i for the node with index i).
    event ReportAccepted(uint40 indexed epoch, bytes32 root, uint40 observedAt, address nodeSet, uint256 signers);

    /// @notice Emitted when a feed's value came on chain (18 decimals).
    event FeedUpdated(FeedId indexed feedId, uint40 indexed epoch, uint256 value, uint40 observedAt);

    /// @notice Emitted when set `number` of nodes took the place of the one before.
    event NodesSet(uint16 indexed number, address nodeSet, uint8 maxFaulty, address[] nodes);

    /// @notice Emitted when `node` was proven to have signed two roots for `epoch`, and removed.
    event EquivocationProven(address indexed node, uint40 indexed epoch, bytes32 rootA, bytes32 rootB);

    /// @notice Thrown when a report's epoch is not above the latest one.
    error EpochNotRising(uint40 epoch, uint40 latestEpoch);

    /// @notice Thrown when a report's time is not after the latest one's, or after now.
    error ObservedAtOutOfRange(uint40 observedAt, uint40 latestObservedAt, uint256 now_);

    /// @notice Thrown when a report's root is zero.
    error MissingRoot();

    /// @notice Thrown when `given` signatures came where exactly `required` are needed.
    error WrongSignatureCount(uint256 given, uint256 required);

    /// @notice Thrown when the bits of `signers` don't name exactly `required` of the `nodeCount` nodes.
    error WrongSigners(uint256 signers, uint256 required, uint256 nodeCount);

    /// @notice Thrown when the call data of a report are not exactly as long as they must be.
    error WrongLength(uint256 given, uint256 required);

    /// @notice Thrown when the signature given for the node with index `nodeIndex` is not that of `node`; `recovered`
    /// is whose it is, zero if nobody's (s too high, for instance).
    error WrongSigner(uint256 nodeIndex, address node, address recovered);

    /// @notice Thrown when a proof does not lead from (feed id, value) to the latest root.
    error NotInReport(FeedId feedId, uint256 value, uint40 epoch);

    /// @notice Thrown when a value is 0 or does not fit 128 bits.
    error ValueOutOfRange(FeedId feedId, uint256 value);

    /// @notice Thrown when there is no node with this index.
    error UnknownNode(uint256 nodeIndex, uint256 nodeCount);

    /// @notice Thrown when two reports don't prove an equivocation: their epochs differ, or their roots don't.
    error NoEquivocation(uint40 epochA, uint40 epochB, bytes32 rootA, bytes32 rootB);

    /// @notice Thrown when `nodeCount` nodes can't bear `maxFaulty` faulty ones: n >= 3f + 1, f >= 1, n <= 31.
    error FaultBoundTooHigh(uint256 nodeCount, uint256 maxFaulty);

    /// @notice Thrown when the node with index `nodeIndex` is the zero address or stands in the list before.
    error InvalidNode(uint256 nodeIndex, address node);

    /// @notice Thrown, as `AggregatorV3Interface` demands, when a feed has no value yet, or not of this round: only the
    /// latest one is kept.
    error NoDataPresent(FeedId feedId, uint80 roundId);

    /// @notice Accepts a report. Anyone, with the signatures; all checks are on them.
    /// @param signers Bit i says that the node with index i signed.
    /// @param signatures Theirs, by ascending node index; exactly `quorum()` of them.
    function submit(Report calldata report, uint256 signers, Signature[] calldata signatures) external;

    /// @notice Brings a feed's value of the latest report on chain. Anyone. A feed that has it already stays as it is.
    function update(FeedId feedId, uint256 value, bytes32[] calldata proof) external;

    /// @notice As `update`, for several feeds: all or none.
    function updateMany(Update[] calldata updates) external;

    /// @notice Removes a node that signed two roots for one epoch under the present set. Anyone, with both signatures.
    /// @dev The set without it takes the present one's place, with f one lower (not below 0): it was one of the f.
    /// @param nodeIndex The node's index in the present set.
    function proveEquivocation(
        uint256 nodeIndex,
        Report calldata a,
        Signature calldata signatureA,
        Report calldata b,
        Signature calldata signatureB
    ) external;

    /// @notice Puts a new set of nodes in the place of the present one. The DAO's. Epochs go on.
    /// @param nodes 4 to 31 different addresses that sign with a key (contracts can't be nodes).
    /// @param maxFaulty f, with 1 <= f and 3f + 1 <= n.
    function setNodes(address[] calldata nodes, uint8 maxFaulty) external;

    /// @notice The present set: address of its list, number from 1, f, and the nodes by index.
    function nodeSet() external view returns (address digest, uint16 number, uint8 maxFaulty, address[] memory nodes);

    /// @notice How many signatures a report needs now: floor((n + f) / 2) + 1.
    function quorum() external view returns (uint256);

    /// @notice The latest report; zeros if there is none.
    function latestReport() external view returns (Report memory);

    /// @notice What nodes of the present set sign for a report: its EIP-712 digest.
    function digestOf(Report calldata report) external view returns (bytes32);

    /// @notice A feed's value (18 decimals), when it was observed (seconds) and the report it came with; zeros if none.
    function feedOf(FeedId feedId) external view returns (uint256 value, uint40 observedAt, uint40 epoch);

    /// @notice A feed in the shape of `AggregatorV3Interface`: round = epoch, both times = when it was observed.
    function latestRoundData(FeedId feedId)
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    /// @notice As `latestRoundData`, if `roundId_` is the latest round; no other is kept.
    function getRoundData(FeedId feedId, uint80 roundId_)
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
