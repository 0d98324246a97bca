// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRequirements} from "../access/IRequirements.sol";
import {FeedId} from "../oracle/FeedId.sol";
import {IPriceFeedReader} from "../oracle/IPriceFeedReader.sol";
import {IPropertyValuation} from "../oracle/IPropertyValuation.sol";
import {IQuorumAggregator} from "../oracle/IQuorumAggregator.sol";
import {PropertyId} from "../property/Ids.sol";

/// @title The lens's view over values and prices
/// @notice Part of `ISuiteLens`, with the same promises: nothing is kept, nothing reverts, bounds are clipped, and a part
/// that could not be read is left empty with `complete` false.
/// @dev All amounts are US dollars with 18 decimals and rounded down.
interface IOracleLens is IRequirements {
    /// @notice What a house is worth, why, and what the node network says of it.
    /// @param shareCount The house's shares; 0 if it is not registered.
    /// @param explanation Every adjustment between appraisal and value, for the whole house.
    /// @param shareValueUsd The value of one share.
    /// @param lendingShareValueUsd The value of one share for new loans.
    /// @param reportedUsd The house's feed in the node network, for the whole house; 0 if it has no value.
    /// @param reportedAt Time of the report it came with (seconds).
    /// @param reportedEpoch Number of that report.
    /// @param reportedAgePeriod Its age (seconds).
    /// @param waiting Whether it is newer than the accepted appraisal and young enough: anyone can have it accepted, if
    /// the index has a valid reading.
    /// @param acceptableUntil Last second in which it is young enough; 0 if the feed has no value.
    /// @param complete False if a part could not be read.
    struct ValuePage {
        PropertyId propertyId;
        uint8 shareCount;
        IPropertyValuation.Explanation explanation;
        uint256 shareValueUsd;
        uint256 lendingShareValueUsd;
        uint256 reportedUsd;
        uint40 reportedAt;
        uint40 reportedEpoch;
        uint256 reportedAgePeriod;
        bool waiting;
        uint256 acceptableUntil;
        bool complete;
    }

    /// @notice A page of houses' values.
    /// @param nextProperty House to continue from; 0 at the end.
    /// @param complete False if a part could not be read.
    struct ValuesPage {
        ValuePage[] values;
        PropertyId nextProperty;
        bool complete;
    }

    /// @notice A feed of the reader.
    /// @param page All that the reader knows of it.
    /// @param agePeriod How old its value is (seconds); 0 without one.
    /// @param frozenPeriod For how long it has been frozen, all freezes together (seconds).
    /// @param complete False if a part could not be read.
    struct FeedEntry {
        FeedId feedId;
        IPriceFeedReader.FeedPage page;
        uint256 agePeriod;
        uint256 frozenPeriod;
        bool complete;
    }

    /// @notice The feeds asked for, in order.
    /// @param complete False if a part could not be read.
    struct FeedsPage {
        FeedEntry[] feeds;
        bool complete;
    }

    /// @notice The network of nodes.
    /// @param nodeSet Address of the present set's list, which is its digest.
    /// @param setNumber The set's number, from 1.
    /// @param maxFaulty f: how many of the nodes may be faulty.
    /// @param nodes The nodes by index.
    /// @param quorum How many signatures a report needs.
    /// @param latest The latest report; zeros if there is none.
    /// @param complete False if a part could not be read.
    struct NodesPage {
        address nodeSet;
        uint16 setNumber;
        uint8 maxFaulty;
        address[] nodes;
        uint256 quorum;
        IQuorumAggregator.Report latest;
        bool complete;
    }

    /// @notice What one house is worth, and why.
    function houseValue(PropertyId propertyId) external view returns (ValuePage memory page);

    /// @notice One page of houses with their values.
    /// @param fromProperty First house; 0 means 1.
    /// @param maxProperties How many houses at most; clipped to `MAX_VALUES_PER_PAGE()`, 0 means that many.
    function values(uint256 fromProperty, uint256 maxProperties) external view returns (ValuesPage memory page);

    /// @notice The reader's feeds with these ids; those after the first `MAX_FEEDS_PER_PAGE()` are left out. Feeds of the
    /// node network are not among the reader's.
    function feeds(FeedId[] calldata feedIds) external view returns (FeedsPage memory page);

    /// @notice The network of nodes and its latest report.
    function nodeNetwork() external view returns (NodesPage memory page);

    /// @notice How many houses a page of values has at most: few enough for one call even if the index burns all gas that
    /// it is granted.
    function MAX_VALUES_PER_PAGE() external view returns (uint256);

    /// @notice How many feeds `feeds` looks up at most, for the same reason.
    function MAX_FEEDS_PER_PAGE() external view returns (uint256);
}
