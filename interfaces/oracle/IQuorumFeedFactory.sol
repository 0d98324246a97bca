// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {FeedId} from "./FeedId.sol";
import {IQuorumAggregator} from "./IQuorumAggregator.sol";

/// @title One address per feed of the node network, for readers of `AggregatorV3Interface`
/// @notice Anyone creates a feed's `QuorumFeed`; its address is known beforehand and holds no state.
interface IQuorumFeedFactory is IRequirements {
    /// @notice Emitted when the address of `feedId` was created.
    event FeedCreated(FeedId indexed feedId, address feed);

    /// @notice Thrown when an id is zero, or neither a house's number nor printable ASCII padded with zeros.
    error UnreadableFeedId(FeedId feedId);

    /// @notice Creates the feed's address, or answers with it if it was created before. Anyone. The feed need not have
    /// a value yet.
    function create(FeedId feedId) external returns (address feed);

    /// @notice Where the feed's address is or will be.
    function addressOf(FeedId feedId) external view returns (address);

    /// @notice Where the values of all these feeds are.
    function aggregator() external view returns (IQuorumAggregator);
}
