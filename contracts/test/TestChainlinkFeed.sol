// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";

/// @title Chainlink's own published mock of a feed, as it is
/// @notice Anyone can set its answer. What it says of itself is fixed: "v0.8/tests/MockV3Aggregator.sol".
contract TestChainlinkFeed is MockV3Aggregator {
    constructor(uint8 decimals_, int256 answer) MockV3Aggregator(decimals_, answer) {}
}
