// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";

import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IQuorumAggregator} from "../../interfaces/oracle/IQuorumAggregator.sol";
import {IQuorumFeedFactory} from "../../interfaces/oracle/IQuorumFeedFactory.sol";
import {Require} from "../access/Require.sol";
import {FeedNames} from "./libraries/FeedNames.sol";
import {QuorumFeed} from "./QuorumFeed.sol";

/// @title QuorumFeedFactory
/// @notice See {IQuorumFeedFactory}.
/// @custom:kill Nothing to stop: what it creates are views.
contract QuorumFeedFactory is IQuorumFeedFactory {
    /// @inheritdoc IQuorumFeedFactory
    IQuorumAggregator public immutable aggregator;

    constructor(IQuorumAggregator aggregator_) {
        Require.code(address(aggregator_));
        aggregator = aggregator_;
    }

    /// @inheritdoc IQuorumFeedFactory
    function create(FeedId feedId) external returns (address feed) {
        feed = addressOf(feedId);
        if (feed.code.length > 0) return feed;
        require(FeedNames.isReadable(feedId), UnreadableFeedId(feedId));
        new QuorumFeed{salt: feedId.raw()}(aggregator, feedId);
        emit FeedCreated(feedId, feed);
    }

    /// @inheritdoc IQuorumFeedFactory
    function addressOf(FeedId feedId) public view returns (address) {
        bytes memory initCode = abi.encodePacked(type(QuorumFeed).creationCode, abi.encode(aggregator, feedId));
        return Create2.computeAddress(feedId.raw(), keccak256(initCode));
    }
}
