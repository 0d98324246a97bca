// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PropertyId} from "../property/Ids.sol";

/// @notice Name of a feed. A house's feed has the house's number; any other has a short ASCII text, such as
/// "HOUSE-PRICE-INDEX", padded with zeros on the right. The two can't meet: a text's first byte is not zero.
type FeedId is bytes32;

using FeedIds for FeedId global;
using {equalFeedIds as ==} for FeedId global;

function equalFeedIds(FeedId a, FeedId b) pure returns (bool) {
    return FeedId.unwrap(a) == FeedId.unwrap(b);
}

/// @dev The feed that carries the value of a house, whether or not either exists.
function feedOfHouse(PropertyId propertyId) pure returns (FeedId) {
    return FeedId.wrap(bytes32(propertyId.raw()));
}

/// @title What can be asked of a feed's id
library FeedIds {
    function raw(FeedId id) internal pure returns (bytes32) {
        return FeedId.unwrap(id);
    }

    /// @dev Whether it names no feed.
    function isNull(FeedId id) internal pure returns (bool) {
        return FeedId.unwrap(id) == bytes32(0);
    }
}
