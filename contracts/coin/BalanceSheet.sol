// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {Books} from "./Books.sol";
import {CoinPrice} from "./libraries/CoinPrice.sol";

/// @title Assets against coins and equity, and what a coin is worth by them
/// @notice Equity exists twice: as what the assets leave after the coins, computed whenever somebody looks, and as a
/// ledger of the flows that made it: contributed, lent and paid back, burned as a fee, paid out. The ledger counts cash
/// at par; the carrying value of the loans and what a token's price below 1 takes are computed on top of it. So flows
/// that move both sides alike, such as buying at par, write nothing:
///
///     flows = cash at par + owned homes - coins
///     equity = flows + carrying value of the loans - what cash is worth less than par
abstract contract BalanceSheet is Books {
    /// @dev Price of a coin as the turn stands.
    function _priceIn(Turn memory turn) internal view returns (CoinPrice memory price) {
        unchecked {
            // 96, 60 and 60 bits; the value of the loans and that of the homes have 97 and 96.
            uint256 cashUsd = turn.cash * CASH_UNIT * turn.reserveUsd / ONE_USD;
            price.assets = cashUsd + turn.loans + turn.homes;
        }
        (price.coins, price.reserveUsd, price.unit) = (turn.moment.supply, turn.reserveUsd, CASH_UNIT);
    }

    /// @dev The sheet as it is now, for views.
    function _sheetNow() private view returns (Turn memory turn) {
        _readSheet(turn);
    }

    /// @dev Dollars that so much cash counts for, down.
    function _cashUsdDown(Turn memory turn, uint256 cash) internal view returns (uint256) {
        return cash * CASH_UNIT * turn.reserveUsd / ONE_USD;
    }

    /// @dev What the assets leave after the coins, in dollars.
    function _equity(CoinPrice memory price) internal pure returns (int256) {
        return int256(price.assets) - int256(price.coins); // both far below 2^255
    }

    function _requireCovered(CoinPrice memory price) internal pure {
        require(price.isCovered(), CoverageBelowOne(price.assets, price.coins));
    }

    /* VIEWS */

    /// @inheritdoc ITreasury
    function balanceSheet() external view returns (Sheet memory sheet) {
        Turn memory turn = _sheetNow();
        sheet.cashUsd = _cashUsdDown(turn, turn.cash);
        sheet.loansUsd = turn.loans;
        sheet.ownedHomesUsd = turn.homes;
        sheet.coins = turn.moment.supply;
        sheet.equityUsd = _equity(_priceIn(turn));
    }

    /// @inheritdoc ITreasury
    function equityByLedger() external view returns (int256) {
        Turn memory turn = _sheetNow();
        uint256 depegLoss = turn.cash * CASH_UNIT - _cashUsdDown(turn, turn.cash);
        return _flowsStored() + int256(turn.loans) - int256(depegLoss); // all far below 2^255
    }

    /// @inheritdoc ITreasury
    function loanSums() external view returns (uint256 day, ILoanLedger.SumsChange memory sums) {
        return _sumsStored();
    }

    /// @inheritdoc ITreasury
    function coverage() external view returns (uint256) {
        return _priceIn(_sheetNow()).coverageDown();
    }

    /// @inheritdoc ITreasury
    function coinsForDown(uint256 cash) external view returns (uint256) {
        return _priceIn(_sheetNow()).cashUsdDown(cash);
    }

    /// @inheritdoc ITreasury
    function worthDown(uint256 coins) external view returns (uint256) {
        return _priceIn(_sheetNow()).worthDown(coins);
    }
}
