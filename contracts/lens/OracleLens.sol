// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IOracleLens} from "../../interfaces/lens/IOracleLens.sol";
import {FeedId, feedOfHouse} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {IPropertyValuation} from "../../interfaces/oracle/IPropertyValuation.sol";
import {IQuorumAggregator} from "../../interfaces/oracle/IQuorumAggregator.sol";
import {PropertyId} from "../../interfaces/property/Ids.sol";
import {IPropertyRegistry} from "../../interfaces/property/IPropertyRegistry.sol";
import {Require} from "../access/Require.sol";

/// @title OracleLens
/// @notice See {IOracleLens}. The part of the lens that shows values and prices.
abstract contract OracleLens is IOracleLens {
    /// @inheritdoc IOracleLens
    uint256 public constant MAX_VALUES_PER_PAGE = 50;
    /// @inheritdoc IOracleLens
    uint256 public constant MAX_FEEDS_PER_PAGE = 20;

    IPropertyRegistry public immutable REGISTRY;
    IQuorumAggregator public immutable AGGREGATOR;
    IPriceFeedReader public immutable READER;
    IPropertyValuation public immutable VALUATION;

    constructor(
        IPropertyRegistry registry,
        IQuorumAggregator aggregator,
        IPriceFeedReader reader,
        IPropertyValuation valuation
    ) {
        Require.code(address(registry));
        Require.code(address(aggregator));
        Require.code(address(reader));
        Require.code(address(valuation));
        REGISTRY = registry;
        AGGREGATOR = aggregator;
        READER = reader;
        VALUATION = valuation;
    }

    /* VALUES */

    /// @inheritdoc IOracleLens
    function houseValue(PropertyId propertyId) external view returns (ValuePage memory page) {
        (uint40 acceptPeriod, bool known) = _acceptPeriod();
        page = _valueOf(propertyId, acceptPeriod);
        if (!known) page.complete = false;
    }

    /// @inheritdoc IOracleLens
    function values(uint256 fromProperty, uint256 maxProperties) external view returns (ValuesPage memory page) {
        (uint256 count, bool countKnown) = _propertyCount();
        (uint40 acceptPeriod, bool termsKnown) = _acceptPeriod();
        page.complete = countKnown && termsKnown;
        uint256 first = fromProperty == 0 ? 1 : fromProperty;
        uint256 left = first > count ? 0 : count - first + 1;
        uint256 room = maxProperties == 0 || maxProperties > MAX_VALUES_PER_PAGE ? MAX_VALUES_PER_PAGE : maxProperties;
        if (left > room) page.nextProperty = PropertyId.wrap(first + room);

        page.values = new ValuePage[](left < room ? left : room);
        for (uint256 i = 0; i < page.values.length; ++i) {
            page.values[i] = _valueOf(PropertyId.wrap(first + i), acceptPeriod);
            if (!page.values[i].complete || !termsKnown) page.complete = page.values[i].complete = false;
        }
    }

    function _valueOf(PropertyId propertyId, uint40 acceptPeriod) private view returns (ValuePage memory page) {
        page.propertyId = propertyId;
        page.complete = true;
        _readExplanation(page);
        _readReport(page, acceptPeriod);
    }

    function _readExplanation(ValuePage memory page) private view {
        try VALUATION.explainValue(page.propertyId) returns (IPropertyValuation.Explanation memory explanation) {
            page.explanation = explanation;
        } catch {
            page.complete = false;
        }
        try REGISTRY.houseOf(page.propertyId) returns (address, uint8 shareCount, bool, uint32) {
            page.shareCount = shareCount;
        } catch {
            page.complete = false;
        }
        if (page.shareCount == 0) return;
        page.shareValueUsd = page.explanation.valueUsd / page.shareCount;
        page.lendingShareValueUsd = page.explanation.lendingValueUsd / page.shareCount;
    }

    function _readReport(ValuePage memory page, uint40 acceptPeriod) private view {
        try AGGREGATOR.feedOf(feedOfHouse(page.propertyId)) returns (uint256 value, uint40 observedAt, uint40 epoch) {
            if (epoch == 0) return;
            page.reportedUsd = value;
            page.reportedAt = observedAt;
            page.reportedEpoch = epoch;
            page.reportedAgePeriod = Math.saturatingSub(block.timestamp, observedAt);
            page.acceptableUntil = uint256(observedAt) + acceptPeriod;
            page.waiting = observedAt > page.explanation.appraisedAt && block.timestamp <= page.acceptableUntil;
        } catch {
            page.complete = false;
        }
    }

    /// @dev Age up to which a report can be accepted (seconds).
    function _acceptPeriod() private view returns (uint40 acceptPeriod, bool known) {
        try VALUATION.terms() returns (IPropertyValuation.ValuationTerms memory terms) {
            return (terms.acceptPeriod, true);
        } catch {
            return (0, false);
        }
    }

    /* PRICES */

    /// @inheritdoc IOracleLens
    function feeds(FeedId[] calldata feedIds) external view returns (FeedsPage memory page) {
        page.complete = true;
        page.feeds = new FeedEntry[](feedIds.length < MAX_FEEDS_PER_PAGE ? feedIds.length : MAX_FEEDS_PER_PAGE);
        for (uint256 i = 0; i < page.feeds.length; ++i) {
            page.feeds[i] = _feedOf(feedIds[i]);
            if (!page.feeds[i].complete) page.complete = false;
        }
    }

    function _feedOf(FeedId feedId) private view returns (FeedEntry memory entry) {
        entry.feedId = feedId;
        entry.complete = true;
        try READER.inspect(feedId) returns (IPriceFeedReader.FeedPage memory page) {
            entry.page = page;
            if (page.updatedAt != 0) entry.agePeriod = Math.saturatingSub(block.timestamp, page.updatedAt);
        } catch {
            entry.complete = false;
        }
        try READER.frozenTimeOf(feedId) returns (uint256 frozenPeriod) {
            entry.frozenPeriod = frozenPeriod;
        } catch {
            entry.complete = false;
        }
    }

    /* NODES */

    /// @inheritdoc IOracleLens
    function nodeNetwork() external view returns (NodesPage memory page) {
        page.complete = true;
        try AGGREGATOR.nodeSet() returns (address digest, uint16 number, uint8 maxFaulty, address[] memory nodes) {
            page.nodeSet = digest;
            page.setNumber = number;
            page.maxFaulty = maxFaulty;
            page.nodes = nodes;
        } catch {
            page.complete = false;
        }
        try AGGREGATOR.quorum() returns (uint256 quorum) {
            page.quorum = quorum;
        } catch {
            page.complete = false;
        }
        try AGGREGATOR.latestReport() returns (IQuorumAggregator.Report memory latest) {
            page.latest = latest;
        } catch {
            page.complete = false;
        }
    }

    /* FOR THE WHOLE LENS */

    function _propertyCount() internal view returns (uint256 count, bool known) {
        try REGISTRY.propertyCount() returns (uint256 value) {
            return (value, true);
        } catch {
            return (0, false);
        }
    }
}
