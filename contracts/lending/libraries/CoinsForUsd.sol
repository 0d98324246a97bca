// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ITreasury} from "../../../interfaces/coin/ITreasury.sol";

/// @title Coins that count for so many dollars
/// @notice The least amount of coins that the treasury takes for a debt, a bid or an owned home, `ITreasury.worthDown`
/// turned round: the dollars themselves while a coin is worth one, more below coverage 1.
library CoinsForUsd {
    /// @notice Thrown when no amount of coins counts for anything: the treasury has coins, and no assets.
    error CoinsWorthNothing(uint256 usd);

    /// @dev Wei of coin for `usd` dollars (18 decimals), up. At par it asks one question; the balance sheet only below.
    function coinsForUp(ITreasury treasury, uint256 usd) internal view returns (uint256) {
        if (treasury.worthDown(usd) == usd) return usd;
        ITreasury.Sheet memory sheet = treasury.balanceSheet();
        uint256 assets = sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd;
        require(assets != 0, CoinsWorthNothing(usd));
        return Math.ceilDiv(usd * sheet.coins, assets);
    }
}
