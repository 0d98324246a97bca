// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What sets the price of a coin in one second. Coins and dollars have 18 decimals.
/// @param assets Cash, loans and owned homes, in dollars.
/// @param coins All of them (wei).
/// @param reserveUsd Price of a whole reserve token, more than 0 and at most 1.
/// @param unit Wei of coin in a unit of cash at par.
struct CoinPrice {
    uint256 assets;
    uint256 coins;
    uint256 reserveUsd;
    uint256 unit;
}

using CoinPrices for CoinPrice global;

/// @title What a coin is worth, in dollars and in cash
/// @notice A dollar while the assets cover the coins, else the same part of the assets for each coin. In cash it is
/// worth min(1, price of a coin / price of the token) tokens.
/// @dev Comparisons multiply across and divide nothing, so a coin's worth is continuous where coverage passes 1. Coins
/// and assets are below 2^96 where they are multiplied: assets only while they are less than the coins.
library CoinPrices {
    /// @dev A dollar.
    uint256 private constant ONE = 1e18;

    /// @dev Whether a coin is worth a dollar.
    function isCovered(CoinPrice memory price) internal pure returns (bool) {
        return price.assets >= price.coins;
    }

    /// @dev Assets by coins, 18 decimals, down; 1 without coins.
    function coverageDown(CoinPrice memory price) internal pure returns (uint256) {
        return price.coins == 0 ? ONE : price.assets * ONE / price.coins; // 157 and 60 bits at most
    }

    /* COINS AND DOLLARS */

    /// @dev Dollars that coins count for, down.
    function worthDown(CoinPrice memory price, uint256 coins) internal pure returns (uint256) {
        return price.isCovered() ? coins : coins * price.assets / price.coins;
    }

    /// @dev Coins that count for so many dollars, up. Needs assets.
    function coinsForUp(CoinPrice memory price, uint256 usd) internal pure returns (uint256) {
        return price.isCovered() ? usd : Math.ceilDiv(usd * price.coins, price.assets);
    }

    /* CASH AND DOLLARS */

    /// @dev Dollars of cash, down.
    function cashUsdDown(CoinPrice memory price, uint256 cash) internal pure returns (uint256) {
        return cash * price.unit * price.reserveUsd / ONE;
    }

    /* COINS AND CASH */

    /// @dev Cash for redeemed coins, down: at most a token a coin, and at most what their worth buys.
    /// The worth is rounded before it is turned into cash: cash of a whole number of dollars never takes more off the
    /// assets than that number, so what stays covers the other coins no worse than before.
    function cashOutDown(CoinPrice memory price, uint256 coins) internal pure returns (uint256) {
        uint256 atPar = coins / price.unit;
        if (price.isCovered()) return atPar;
        return Math.min(atPar, price.worthDown(coins) * ONE / (price.unit * price.reserveUsd));
    }

    /// @dev The fewest coins whose redemption pays this cash. For any but none it needs assets.
    function coinsBurnedUp(CoinPrice memory price, uint256 cash) internal pure returns (uint256) {
        uint256 atPar = cash * price.unit;
        if (cash == 0 || price.isCovered()) return atPar;
        uint256 usd = Math.ceilDiv(atPar * price.reserveUsd, ONE);
        return Math.max(atPar, price.coinsForUp(usd));
    }

    /// @dev Cash to keep for coins that wait, up.
    function cashClaimedUp(CoinPrice memory price, uint256 coins) internal pure returns (uint256) {
        uint256 atPar = Math.ceilDiv(coins, price.unit);
        if (price.isCovered()) return atPar;
        // 96, 96 and 60 bits; 96, 60 and 60 bits.
        return Math.min(atPar, Math.ceilDiv(coins * price.assets * ONE, price.coins * (price.unit * price.reserveUsd)));
    }
}
