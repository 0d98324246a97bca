// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IQuorumAggregator} from "../../interfaces/oracle/IQuorumAggregator.sol";
import {FeedNames} from "./libraries/FeedNames.sol";

/// @title QuorumFeed
/// @notice One feed of the node network, at an address of its own, for whoever reads Chainlink's feeds. It passes the
/// aggregator's answers on and keeps nothing. Only the latest round can be asked for; without one, the aggregator's
/// `NoDataPresent` is raised, as the standard demands.
/// @custom:kill Nothing to stop: it is a view.
contract QuorumFeed is AggregatorV3Interface {
    /// @notice Where the feed's values are.
    IQuorumAggregator public immutable AGGREGATOR;
    /// @notice Which of its feeds this is.
    FeedId public immutable FEED_ID;

    constructor(IQuorumAggregator aggregator, FeedId feedId) {
        AGGREGATOR = aggregator;
        FEED_ID = feedId;
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return AGGREGATOR.latestRoundData(FEED_ID);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId_)
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return AGGREGATOR.getRoundData(FEED_ID, roundId_);
    }

    /// @inheritdoc AggregatorV3Interface
    function decimals() external pure returns (uint8) {
        return 18;
    }

    /// @inheritdoc AggregatorV3Interface
    function description() external view returns (string memory) {
        return FeedNames.describe(FEED_ID);
    }

    /// @inheritdoc AggregatorV3Interface
    function version() external pure returns (uint256) {
        return 1;
    }
}
