// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {RequestId} from "../../interfaces/coin/RequestId.sol";
import {CoinPrice} from "../coin/libraries/CoinPrice.sol";
import {TestLoanBook} from "./TestLoanBook.sol";

/// @title All that can be seen of the money, in few calls
/// @notice For tests that look after every step: one call of this instead of twenty. Only views of others are asked; what
/// one of them refuses is refused here.
contract TestMoneyPage {
    /// @notice What every step may change. Dollars and coins have 18 decimals, cash is in units.
    struct Page {
        uint256 cashUsd;
        uint256 loansUsd;
        uint256 ownedHomesUsd;
        uint256 coins;
        int256 equityUsd;
        int256 equityByLedger;
        uint256 trackedCash;
        uint256 setAsideCash;
        uint256 demand;
        uint256 base;
        uint256 waiting;
        uint256 redeemed;
        bool paused;
        uint256 resumableAt;
        uint256 pauseAtBps;
        uint256 resumeBelowBps;
        uint256 dwellPeriod;
        uint256 totalDebt;
        uint256 heldCash;
        uint256 heldCoins;
    }

    /// @notice What follows from it, and switches.
    struct Details {
        uint256 coverage;
        uint256 liquidationDemand;
        bool demandPaused;
        bool lendingPaused;
        uint256 freeCash;
        uint256 feeUp;
        uint256 netDown;
        uint256 cashForDown;
        uint256 coinsForDown;
        uint256 worthDown;
        uint256 capBps;
        uint256 nextCapBps;
        uint256 nextCapAt;
        uint256 buyStoppedUntil;
        uint256 redeemStoppedUntil;
        uint256 lendingStoppedUntil;
    }

    ITreasury public immutable TREASURY;
    ILoanLedger public immutable LOANS;
    TestLoanBook public immutable BOOK;
    IERC20 public immutable COIN;
    IERC20 public immutable RESERVE;

    constructor(ITreasury treasury, TestLoanBook book) {
        ITreasury.TreasuryPeers memory peers = treasury.peers();
        (TREASURY, LOANS, BOOK) = (treasury, peers.loans, book);
        (COIN, RESERVE) = (IERC20(address(peers.coin)), peers.reserve);
    }

    function page() external view returns (Page memory seen) {
        ITreasury.Sheet memory sheet = TREASURY.balanceSheet();
        seen.cashUsd = sheet.cashUsd;
        seen.loansUsd = sheet.loansUsd;
        seen.ownedHomesUsd = sheet.ownedHomesUsd;
        seen.coins = sheet.coins;
        seen.equityUsd = sheet.equityUsd;
        seen.equityByLedger = TREASURY.equityByLedger();
        seen.trackedCash = TREASURY.trackedCash();
        seen.setAsideCash = TREASURY.setAsideCash();
        _seeDemand(seen);
        seen.totalDebt = LOANS.totalDebt();
        seen.heldCash = RESERVE.balanceOf(address(TREASURY));
        seen.heldCoins = COIN.balanceOf(address(TREASURY));
    }

    function details(uint256 coins, uint256 cash) external view returns (Details memory seen) {
        seen.coverage = TREASURY.coverage();
        seen.liquidationDemand = TREASURY.liquidationDemand();
        seen.demandPaused = TREASURY.demandPaused();
        seen.lendingPaused = TREASURY.lendingPaused();
        seen.freeCash = TREASURY.freeCash();
        seen.feeUp = TREASURY.redemptionFeeUp(coins);
        CoinPrice memory price = _price();
        seen.netDown = (coins - seen.feeUp) / price.unit * price.unit;
        seen.cashForDown = price.cashOutDown(seen.netDown);
        seen.coinsForDown = TREASURY.coinsForDown(cash);
        seen.worthDown = TREASURY.worthDown(coins);
        (seen.capBps, seen.nextCapBps, seen.nextCapAt) = TREASURY.payOutCap();
        seen.buyStoppedUntil = TREASURY.stoppedUntil("buy");
        seen.redeemStoppedUntil = TREASURY.stoppedUntil("redeem");
        seen.lendingStoppedUntil = TREASURY.stoppedUntil("lending");
    }

    function requests(RequestId[] calldata ids) external view returns (ITreasury.RequestPage[] memory pages) {
        pages = new ITreasury.RequestPage[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            pages[i] = TREASURY.requestPage(ids[i]);
        }
    }

    /// @return debts Of each loan, up. @return values Of each loan, down.
    function loans(uint256[] calldata ids) external view returns (uint256[] memory debts, uint256[] memory values) {
        (debts, values) = (new uint256[](ids.length), new uint256[](ids.length));
        for (uint256 i = 0; i < ids.length; ++i) {
            ILoanLedger.Position memory position = BOOK.loanOf(ids[i]).position;
            (debts[i], values[i]) = (LOANS.debtOf(position), LOANS.carryingValueOf(position));
        }
    }

    function balances(address[] calldata wallets)
        external
        view
        returns (uint256[] memory coins, uint256[] memory cash)
    {
        (coins, cash) = (new uint256[](wallets.length), new uint256[](wallets.length));
        for (uint256 i = 0; i < wallets.length; ++i) {
            (coins[i], cash[i]) = (COIN.balanceOf(wallets[i]), RESERVE.balanceOf(wallets[i]));
        }
    }

    function _seeDemand(Page memory seen) private view {
        ITreasury.DemandPage memory demand = TREASURY.demandPage();
        seen.demand = demand.demand;
        seen.base = demand.base;
        seen.waiting = demand.waiting;
        seen.redeemed = demand.redeemed;
        seen.paused = demand.paused;
        seen.resumableAt = demand.resumableAt;
        seen.pauseAtBps = demand.terms.pauseAtBps;
        seen.resumeBelowBps = demand.terms.resumeBelowBps;
        seen.dwellPeriod = demand.terms.dwellPeriod;
    }

    /// @dev Price of a coin, from the sheet.
    function _price() private view returns (CoinPrice memory price) {
        ITreasury.TreasuryPeers memory peers = TREASURY.peers();
        ITreasury.Sheet memory sheet = TREASURY.balanceSheet();
        (price.assets, price.coins) = (sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd, sheet.coins);
        (price.reserveUsd,,) = peers.reader.read(peers.reserveFeed);
        price.reserveUsd = Math.min(price.reserveUsd, 1e18);
        price.unit = TREASURY.CASH_UNIT();
    }
}
