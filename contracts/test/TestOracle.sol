// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";

/// @title A reader and a network of nodes in one, that say of each feed what anyone told them
/// @notice The parts of {IPriceFeedReader} and {IQuorumAggregator} that values of houses rest on. For values at will.
contract TestOracle {
    /// @dev `frozenSince` is zero unless the status is Frozen; `frozenBefore` are seconds of freezes that ended.
    struct Told {
        uint128 value;
        uint40 toldAt;
        IPriceFeedReader.FeedStatus status;
        uint40 frozenSince;
        uint40 frozenBefore;
    }

    /// @notice Thrown when a feed that is not valid is recorded.
    error FeedNotValid(FeedId feedId, IPriceFeedReader.FeedStatus status);

    mapping(FeedId feedId => Told) private _told;

    /// @param value 18 decimals. @param status A change from and to Frozen starts and stops the feed's clock.
    function tell(FeedId feedId, uint128 value, IPriceFeedReader.FeedStatus status) external {
        Told storage told = _told[feedId];
        if (told.frozenSince != 0) told.frozenBefore += uint40(block.timestamp) - told.frozenSince;
        told.frozenSince = status == IPriceFeedReader.FeedStatus.Frozen ? uint40(block.timestamp) : 0;
        (told.value, told.toldAt, told.status) = (value, uint40(block.timestamp), status);
    }

    /// @dev As {IPriceFeedReader-read}.
    function read(FeedId feedId)
        external
        view
        returns (uint256 value, uint40 updatedAt, IPriceFeedReader.FeedStatus status)
    {
        Told memory told = _told[feedId];
        return (told.value, told.toldAt, told.status);
    }

    /// @dev As {IPriceFeedReader-record}.
    function record(FeedId feedId) external view returns (uint256 value, uint40 updatedAt) {
        Told memory told = _told[feedId];
        require(told.status == IPriceFeedReader.FeedStatus.Valid, FeedNotValid(feedId, told.status));
        return (told.value, told.toldAt);
    }

    /// @dev As {IPriceFeedReader-frozenTimeOf}.
    function frozenTimeOf(FeedId feedId) external view returns (uint256) {
        Told memory told = _told[feedId];
        return told.frozenBefore + (told.frozenSince == 0 ? 0 : block.timestamp - told.frozenSince);
    }

    /// @dev As {IQuorumAggregator-feedOf}.
    function feedOf(FeedId feedId) external view returns (uint256 value, uint40 observedAt, uint40 epoch) {
        Told memory told = _told[feedId];
        return (told.value, told.toldAt, 1);
    }
}
