// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title A feed's permanent address in front of aggregators that change, in the manner of Chainlink's proxy
/// @notice Each aggregator is a phase; a round's number is the phase's (upper 16 of 80 bits) and the aggregator's own.
contract TestFeedProxy is AggregatorV3Interface {
    struct Phase {
        uint16 id;
        AggregatorV3Interface aggregator;
    }

    /// @notice Thrown when somebody else than the owner moves the proxy.
    error NotOwner(address caller);

    uint256 private constant PHASE_OFFSET = 64;

    address public immutable owner;
    /// @notice The present phase; read at once, as it is one slot.
    Phase public phase;
    mapping(uint16 phaseId => AggregatorV3Interface) public aggregatorOf;

    constructor(AggregatorV3Interface aggregator) {
        owner = msg.sender;
        _begin(aggregator);
    }

    /// @notice Moves to another aggregator: a new phase.
    function moveTo(AggregatorV3Interface aggregator) external {
        require(msg.sender == owner, NotOwner(msg.sender));
        _begin(aggregator);
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        Phase memory present = phase;
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInId) =
            present.aggregator.latestRoundData();
        return (_inPhase(present.id, id), answer, startedAt, updatedAt, _inPhase(present.id, answeredInId));
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        uint16 phaseId = uint16(roundId >> PHASE_OFFSET);
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInId) =
            aggregatorOf[phaseId].getRoundData(uint64(roundId));
        return (_inPhase(phaseId, id), answer, startedAt, updatedAt, _inPhase(phaseId, answeredInId));
    }

    /// @inheritdoc AggregatorV3Interface
    function decimals() external view returns (uint8) {
        return phase.aggregator.decimals();
    }

    /// @inheritdoc AggregatorV3Interface
    function description() external view returns (string memory) {
        return phase.aggregator.description();
    }

    /// @inheritdoc AggregatorV3Interface
    function version() external view returns (uint256) {
        return phase.aggregator.version();
    }

    function _begin(AggregatorV3Interface aggregator) private {
        phase = Phase({id: phase.id + 1, aggregator: aggregator});
        aggregatorOf[phase.id] = aggregator;
    }

    function _inPhase(uint16 phaseId, uint80 roundId) private pure returns (uint80) {
        return uint80(phaseId) << uint80(PHASE_OFFSET) | uint64(roundId);
    }
}
