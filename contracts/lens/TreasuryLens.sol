// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {IRedemptionQueue} from "../../interfaces/coin/IRedemptionQueue.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {RequestId} from "../../interfaces/coin/RequestId.sol";
import {ITreasuryLens} from "../../interfaces/lens/ITreasuryLens.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {IERC7943Fungible} from "../../interfaces/standards/IERC7943.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {CoinPrice} from "../coin/libraries/CoinPrice.sol";
import {TreasuryPages} from "./TreasuryPages.sol";

/// @title The lens for the money: pages, quotes, and why an action would be refused
/// @notice See {ITreasuryLens}. Here are the refusals; the rest is in `TreasuryPages`.
/// @dev Each check is a view that looks at what the call looks at, in the call's order, and reverts with the call's
/// errors; what a check returns is what that view reverts with. So errors of whatever it reads pass through unchanged.
/// @custom:kill Nothing to stop: it keeps no state and moves nothing.
contract TreasuryLens is TreasuryPages {
    /// @dev Fewest coins of a request.
    uint256 private immutable MIN_REQUEST;
    /// @dev The price (dollars) above which coins are sold.
    uint256 private immutable MIN_RESERVE_PRICE_USD;

    constructor(ITreasury treasury) TreasuryPages(treasury) {
        ITreasury.TreasuryTerms memory terms = treasury.terms();
        MIN_REQUEST = terms.minRequest;
        MIN_RESERVE_PRICE_USD = terms.minReservePriceUsd;
    }

    /* RETURNING */

    /// @inheritdoc ITreasuryLens
    function buyCheck(address buyer, uint256 cash, address to) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireBuy, (buyer, cash, to)));
    }

    /// @inheritdoc ITreasuryLens
    function redeemCheck(address owner, uint256 coins, address to) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireRedeem, (owner, coins, to)));
    }

    /// @inheritdoc ITreasuryLens
    function requestCheck(address caller, uint256 coins, address controller, address owner)
        external
        view
        returns (bytes memory)
    {
        return _refusal(abi.encodeCall(this.requireRequest, (caller, coins, controller, owner)));
    }

    /// @inheritdoc ITreasuryLens
    function claimCheck(address caller, RequestId requestId, address to) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireClaim, (caller, requestId, to)));
    }

    /// @inheritdoc ITreasuryLens
    function contributeCheck(address giver, uint256 cash) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireContribute, (giver, cash)));
    }

    /// @inheritdoc ITreasuryLens
    function lendCheck(uint256 coins, uint256 kept) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireLend, (coins, kept)));
    }

    /// @inheritdoc ITreasuryLens
    function lendCashCheck(uint256 cash, uint256 kept) external view returns (bytes memory) {
        return _refusal(abi.encodeCall(this.requireLendCash, (cash, kept)));
    }

    /// @dev What a view of this contract reverts with; nothing if it doesn't.
    function _refusal(bytes memory call) private view returns (bytes memory reason) {
        bool passed;
        (passed, reason) = address(this).staticcall(call);
        if (passed) return "";
        // What can't be judged is not called permitted.
        if (reason.length == 0) return abi.encodeWithSelector(Unexplained.selector);
    }

    /* BUYING AND REDEEMING */

    /// @inheritdoc ITreasuryLens
    function requireBuy(address buyer, uint256 cash, address to) external view {
        ITreasury.Sheet memory sheet = TREASURY.balanceSheet();
        _requireRunning(BUY);
        (uint256 usd, IPriceFeedReader.FeedStatus status) = _reservePrice();
        require(status == IPriceFeedReader.FeedStatus.Valid, ITreasury.NoValidReservePrice(usd, status));
        require(usd > MIN_RESERVE_PRICE_USD, ITreasury.ReservePriceTooLow(usd, MIN_RESERVE_PRICE_USD));
        CoinPrice memory price = _priceOf(sheet);
        require(price.isCovered(), ITreasury.CoverageBelowOne(price.assets, price.coins));
        uint256 coins = price.cashUsdDown(cash);
        require(coins != 0, ITreasury.NothingBought(cash));
        _requireCash(buyer, cash);
        _requireMintable(coins, sheet.coins, 0);
        require(to != address(0), IERC20Errors.ERC20InvalidReceiver(to));
    }

    /// @inheritdoc ITreasuryLens
    function requireRedeem(address owner, uint256 coins, address to) external view {
        CoinPrice memory price = _priceOf(TREASURY.balanceSheet());
        _requireRunning(REDEEM);
        uint256 net = _netDown(price, coins);
        uint256 cash = price.cashOutDown(net);
        require(cash != 0, ITreasury.NothingRedeemed(coins, net));
        uint256 free = TREASURY.freeCash();
        require(cash <= free, ITreasury.NotEnoughFreeCash(cash, free));
        _requireMinter();
        _requireCoins(owner, coins, 0);
        _requirePayable(to, cash);
    }

    /* THE QUEUE */

    /// @inheritdoc ITreasuryLens
    function requireRequest(address caller, uint256 coins, address controller, address owner) external view {
        require(caller == owner || TREASURY.isOperator(owner, caller), ITreasury.NotOperator(owner, caller));
        require(coins >= MIN_REQUEST, ITreasury.RequestTooSmall(coins, MIN_REQUEST));
        uint256 net = _netDown(_priceOf(TREASURY.balanceSheet()), coins);
        _requireCoins(owner, net, 0);
        if (net != coins) {
            _requireMinter();
            _requireCoins(owner, coins - net, net);
        }
        require(controller != address(0), IRedemptionQueue.EmptyRequest(controller, net));
    }

    /// @inheritdoc ITreasuryLens
    function requireClaim(address caller, RequestId requestId, address to) external view {
        ITreasury.RequestPage memory page = TREASURY.requestPage(requestId);
        require(page.controller != address(0), IRedemptionQueue.UnknownRequest(requestId));
        address wallet = CREDENTIALS.currentWallet(page.controller);
        require(
            caller == wallet || TREASURY.isOperator(wallet, caller), ITreasury.NotController(requestId, caller, wallet)
        );
        uint256 start = requestId.raw() - page.pending - page.claimable;
        require(page.claimable != 0, IRedemptionQueue.NothingClaimable(requestId, start, start - page.ahead));
        _requirePayable(to, page.claimableCash);
    }

    /* GIVING AND LENDING */

    /// @inheritdoc ITreasuryLens
    function requireContribute(address giver, uint256 cash) external view {
        require(cash != 0, ITreasury.NothingContributed());
        _requireCash(giver, cash);
        TREASURY.balanceSheet();
    }

    /// @inheritdoc ITreasuryLens
    function requireLend(uint256 coins, uint256 kept) external view {
        ITreasury.Sheet memory sheet = _requireMayLend();
        _requireFloor(TREASURY.freeCash(), sheet.coins + coins);
        _requireLendable(coins - kept, kept, sheet.coins);
    }

    /// @inheritdoc ITreasuryLens
    function requireLendCash(uint256 cash, uint256 kept) external view {
        ITreasury.Sheet memory sheet = _requireMayLend();
        uint256 free = TREASURY.freeCash();
        require(cash <= free, ITreasury.NotEnoughFreeCash(cash, free));
        _requireFloor(free - cash, sheet.coins + kept);
        _requireLendable(0, kept, sheet.coins);
        _requireHeld(RESERVE, address(TREASURY), cash);
    }

    function _requireMayLend() private view returns (ITreasury.Sheet memory sheet) {
        sheet = TREASURY.balanceSheet();
        _requireRunning(LENDING);
        (uint256 usd, IPriceFeedReader.FeedStatus status) = _reservePrice();
        require(status == IPriceFeedReader.FeedStatus.Valid, ITreasury.NoValidReservePrice(usd, status));
        CoinPrice memory price = _priceOf(sheet);
        require(price.isCovered(), ITreasury.CoverageBelowOne(price.assets, price.coins));
        ITreasury.DemandPage memory gate = TREASURY.demandPage();
        require(!gate.paused, ITreasury.LendingPausedByDemand(gate.demand, gate.base));
        require(sheet.equityUsd >= int256(MIN_EQUITY), ITreasury.EquityTooLow(sheet.equityUsd, MIN_EQUITY));
    }

    /// @dev Requires that so much free cash is enough among so many coins.
    function _requireFloor(uint256 free, uint256 coins) private view {
        (uint256 usd,) = _reservePrice();
        uint256 freeUsd = free * CASH_UNIT * usd / ONE;
        uint256 floor = _cashFloorUp(coins);
        require(freeUsd >= floor, ITreasury.CashBelowFloor(freeUsd, floor));
    }

    /* WHAT THE TOKENS WOULD SAY */

    function _requireRunning(bytes32 what) private view {
        GuardianStop.requireRunning(TREASURY.stoppedUntil(what), what);
    }

    /// @dev The reserve token, when the treasury takes cash of `from`.
    function _requireCash(address from, uint256 cash) private view {
        uint256 allowed = RESERVE.allowance(from, address(TREASURY));
        require(allowed >= cash, IERC20Errors.ERC20InsufficientAllowance(address(TREASURY), allowed, cash));
        _requireHeld(RESERVE, from, cash);
    }

    /// @dev The reserve token, when the treasury pays cash.
    function _requirePayable(address to, uint256 cash) private view {
        if (cash == 0) return;
        require(to != address(0), IERC20Errors.ERC20InvalidReceiver(to));
        _requireHeld(RESERVE, address(TREASURY), cash);
    }

    function _requireHeld(IERC20 token, address holder, uint256 amount) private view {
        uint256 held = token.balanceOf(holder);
        require(held >= amount, IERC20Errors.ERC20InsufficientBalance(holder, held, amount));
    }

    /// @dev The coin, when the treasury takes or burns coins of `owner` after it has taken `taken` of them.
    function _requireCoins(address owner, uint256 coins, uint256 taken) private view {
        IERC20 coin = IERC20(address(COIN));
        uint256 allowed = coin.allowance(owner, address(TREASURY));
        if (allowed != type(uint256).max) allowed -= taken;
        require(allowed >= coins, IERC20Errors.ERC20InsufficientAllowance(address(TREASURY), allowed, coins));
        uint256 held = coin.balanceOf(owner) - taken;
        uint256 unfrozen = Math.saturatingSub(held, IERC7943Fungible(address(COIN)).getFrozenTokens(owner));
        require(
            coins <= unfrozen || coins > held,
            IERC7943Fungible.ERC7943InsufficientUnfrozenBalance(owner, coins, unfrozen)
        );
        require(coins <= held, IERC20Errors.ERC20InsufficientBalance(owner, held, coins));
    }

    /// @dev The treasury's books and the coin, when a loan's coins are minted, first the borrower's and then the book's; of nothing nothing is.
    function _requireLendable(uint256 coins, uint256 kept, uint256 supply) private view {
        if (coins != 0) _requireMintable(coins, supply, 0);
        if (kept != 0) _requireMintable(kept, supply, coins);
    }

    /// @dev The same, when new coins are minted beside `supply` and those minted just `before`.
    function _requireMintable(uint256 coins, uint256 supply, uint256 before) private view {
        uint256 all = supply + before + coins;
        require(all <= MOST_COINS, ITreasury.TooManyCoins(all, MOST_COINS));
        IHomeDollar.Minter memory row = _requireMinter();
        if (row.cap == type(uint128).max) return;
        uint256 level = row.level + before;
        uint256 room = Math.saturatingSub(row.cap, level);
        require(coins <= room, IHomeDollar.MinterCapExceeded(address(TREASURY), coins, level, row.cap));
    }

    /// @dev The coin, when the treasury mints or burns.
    function _requireMinter() private view returns (IHomeDollar.Minter memory row) {
        row = COIN.minterOf(address(TREASURY));
        require(row.cap != 0 || row.level != 0, IHomeDollar.NotMinter(address(TREASURY)));
    }
}
