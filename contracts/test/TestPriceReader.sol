// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";

/// @title A reader that says of every feed what it was told to
/// @notice The part of {IPriceFeedReader} that treasury and loan book use. For prices at will, and for gas beside systems that are
/// measured with mock prices.
contract TestPriceReader {
    uint128 private _value;
    uint40 private _updatedAt;
    IPriceFeedReader.FeedStatus private _status;

    constructor(uint128 value) {
        set(value, IPriceFeedReader.FeedStatus.Valid);
    }

    /// @param value 18 decimals.
    function set(uint128 value, IPriceFeedReader.FeedStatus status) public {
        (_value, _updatedAt, _status) = (value, uint40(block.timestamp), status);
    }

    /// @dev As {IPriceFeedReader.read}.
    function read(FeedId) external view returns (uint256 value, uint40 updatedAt, IPriceFeedReader.FeedStatus status) {
        return (_value, _updatedAt, _status);
    }

    /// @dev As {IPriceFeedReader.frozenTimeOf}: never.
    function frozenTimeOf(FeedId) external pure returns (uint256) {
        return 0;
    }
}
