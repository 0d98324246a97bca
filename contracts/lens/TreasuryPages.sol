// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IHomeDollar} from "../../interfaces/coin/IHomeDollar.sol";
import {ILoanLedger} from "../../interfaces/coin/ILoanLedger.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {RequestId} from "../../interfaces/coin/RequestId.sol";
import {ICredentialRegistry} from "../../interfaces/identity/ICredentialRegistry.sol";
import {ITreasuryLens} from "../../interfaces/lens/ITreasuryLens.sol";
import {FeedId} from "../../interfaces/oracle/FeedId.sol";
import {IPriceFeedReader} from "../../interfaces/oracle/IPriceFeedReader.sol";
import {Require} from "../access/Require.sol";
import {CoinPrice} from "../coin/libraries/CoinPrice.sol";
import {FeeCurve, FeeTerms} from "../coin/libraries/FeeCurve.sol";

/// @title TreasuryPages
/// @notice See {ITreasuryLens}. The part that shows the money and quotes it.
/// @dev Each part is read by a call of its own within try/catch, which leaves it empty and takes `complete` back. Prices
/// and fees come from the libraries with which the treasury pays.
abstract contract TreasuryPages is ITreasuryLens {
    /// @inheritdoc ITreasuryLens
    uint256 public constant MAX_REQUESTS_PER_PAGE = 100;
    /// @dev The treasury's names of its switches.
    bytes32 internal constant BUY = "buy";
    bytes32 internal constant REDEEM = "redeem";
    bytes32 internal constant LENDING = "lending";
    /// @dev A dollar, a coin, the whole.
    uint256 internal constant ONE = 1e18;
    uint256 internal constant WHOLE_BPS = 10_000;
    /// @dev There can't be more coins (wei).
    uint256 internal constant MOST_COINS = type(uint96).max;

    ITreasury public immutable TREASURY;
    ICredentialRegistry internal immutable CREDENTIALS;
    IHomeDollar internal immutable COIN;
    ILoanLedger internal immutable LOANS;
    IPriceFeedReader internal immutable READER;
    IERC20 internal immutable RESERVE;
    FeedId internal immutable RESERVE_FEED;
    /// @dev Wei of coin in a unit of the reserve token at par.
    uint256 internal immutable CASH_UNIT;
    FeeTerms internal immutable FEE;
    uint256 internal immutable MIN_CASH_RATIO_BPS;
    uint256 internal immutable MIN_EQUITY;

    constructor(ITreasury treasury) {
        Require.code(address(treasury));
        TREASURY = treasury;
        ITreasury.TreasuryPeers memory peers = treasury.peers();
        Require.code(address(peers.loans));
        CREDENTIALS = peers.credentials;
        COIN = peers.coin;
        LOANS = peers.loans;
        READER = peers.reader;
        RESERVE = peers.reserve;
        RESERVE_FEED = peers.reserveFeed;
        CASH_UNIT = ONE / 10 ** IERC20Metadata(address(peers.reserve)).decimals();
        ITreasury.TreasuryTerms memory terms = treasury.terms();
        FEE = FeeCurve.terms(terms.baseFeeBps, terms.topFeeBps, terms.topDemandBps);
        MIN_CASH_RATIO_BPS = terms.minCashRatioBps;
        MIN_EQUITY = terms.minEquity;
    }

    /* THE BALANCE SHEET */

    /// @inheritdoc ITreasuryLens
    function money() external view returns (MoneyPage memory page) {
        page.complete = true;
        page.minEquity = MIN_EQUITY;
        _readSheet(page);
        _readReserve(page);
        _readCash(page);
        _readSwitches(page);
    }

    function _readSheet(MoneyPage memory page) private view {
        try TREASURY.balanceSheet() returns (ITreasury.Sheet memory sheet) {
            page.sheet = sheet;
            page.cashFloorUsd = _cashFloorUp(sheet.coins);
        } catch {
            page.complete = false;
        }
        try TREASURY.equityByLedger() returns (int256 equity) {
            page.equityByLedger = equity;
        } catch {
            page.complete = false;
        }
        try TREASURY.coverage() returns (uint256 coverage) {
            page.coverage = coverage;
            page.coinPriceUsd = Math.min(coverage, ONE);
        } catch {
            page.complete = false;
        }
        try LOANS.totalDebt() returns (uint256 debt) {
            page.totalDebt = debt;
        } catch {
            page.complete = false;
        }
    }

    function _readReserve(MoneyPage memory page) private view {
        try READER.read(RESERVE_FEED) returns (uint256 usd, uint40 updatedAt, IPriceFeedReader.FeedStatus status) {
            page.reservePriceUsd = usd;
            page.reservePriceAt = updatedAt;
            page.reserveStatus = status;
        } catch {
            page.complete = false;
        }
    }

    function _readCash(MoneyPage memory page) private view {
        try TREASURY.trackedCash() returns (uint256 cash) {
            page.trackedCash = cash;
        } catch {
            page.complete = false;
        }
        try TREASURY.setAsideCash() returns (uint256 cash) {
            page.setAsideCash = cash;
        } catch {
            page.complete = false;
        }
        try TREASURY.freeCash() returns (uint256 cash) {
            page.freeCash = cash;
            page.freeCashUsd = cash * CASH_UNIT * Math.min(page.reservePriceUsd, ONE) / ONE;
        } catch {
            page.complete = false;
        }
    }

    function _readSwitches(MoneyPage memory page) private view {
        try TREASURY.lendingPaused() returns (bool paused) {
            page.lendingPaused = paused;
        } catch {
            page.complete = false;
        }
        try TREASURY.payOutCap() returns (uint16 capBps, uint16, uint40) {
            page.payOutCapBps = capBps;
        } catch {
            page.complete = false;
        }
        bool known;
        (page.buyStoppedUntil, known) = _stoppedUntil(BUY);
        if (!known) page.complete = false;
        (page.redeemStoppedUntil, known) = _stoppedUntil(REDEEM);
        if (!known) page.complete = false;
        (page.lendingStoppedUntil, known) = _stoppedUntil(LENDING);
        if (!known) page.complete = false;
    }

    function _stoppedUntil(bytes32 what) private view returns (uint40 until, bool known) {
        try TREASURY.stoppedUntil(what) returns (uint40 value) {
            return (value, true);
        } catch {
            return (0, false);
        }
    }

    /* DEMAND */

    /// @inheritdoc ITreasuryLens
    function demand() external view returns (DemandStatus memory status) {
        try TREASURY.demandPage() returns (ITreasury.DemandPage memory page) {
            status.page = page;
            status.complete = true;
        } catch {
            return status;
        }
        ITreasury.DemandPage memory now_ = status.page;
        // It pauses at `demand * WHOLE_BPS >= pauseAt * base`, and may resume while that is below `resumeBelow * base`.
        uint256 pausing = Math.ceilDiv(now_.terms.pauseAtBps * now_.base, WHOLE_BPS);
        uint256 resuming = Math.ceilDiv(now_.terms.resumeBelowBps * now_.base, WHOLE_BPS);
        status.share = now_.base == 0 ? 0 : Math.ceilDiv(now_.demand * ONE, now_.base);
        status.untilPause = Math.saturatingSub(pausing, now_.demand);
        status.untilResume = now_.demand < resuming ? 0 : now_.demand - resuming + 1;
    }

    /* THE QUEUE */

    /// @inheritdoc ITreasuryLens
    function requests(RequestId[] calldata requestIds) external view returns (RequestsPage memory page) {
        page.complete = true;
        page.requests =
            new RequestEntry[](requestIds.length < MAX_REQUESTS_PER_PAGE ? requestIds.length : MAX_REQUESTS_PER_PAGE);
        for (uint256 i = 0; i < page.requests.length; ++i) {
            page.requests[i] = _requestOf(requestIds[i]);
            if (!page.requests[i].complete) page.complete = false;
        }
    }

    /// @inheritdoc ITreasuryLens
    function line(RequestId fromRequest, uint256 maxRequests) external view returns (RequestsPage memory page) {
        page.complete = true;
        uint256 room = maxRequests == 0 || maxRequests > MAX_REQUESTS_PER_PAGE ? MAX_REQUESTS_PER_PAGE : maxRequests;
        RequestEntry[] memory found = new RequestEntry[](room);
        uint256 count = 0;
        page.next = fromRequest;
        while (count < room && page.next.raw() != 0) {
            RequestEntry memory entry = _requestOf(page.next);
            if (!entry.complete) page.complete = false;
            if (entry.request.pending == 0) {
                page.next = RequestId.wrap(0);
                break;
            }
            found[count++] = entry;
            // Of one that others wait before, nothing is claimed: so it begins where the one before it ends.
            bool isFirst = entry.request.ahead == 0;
            page.next = RequestId.wrap(isFirst ? 0 : page.next.raw() - entry.request.pending);
        }
        page.requests = new RequestEntry[](count);
        for (uint256 i = 0; i < count; ++i) {
            page.requests[i] = found[i];
        }
    }

    function _requestOf(RequestId requestId) private view returns (RequestEntry memory entry) {
        entry.requestId = requestId;
        entry.complete = true;
        try TREASURY.requestPage(requestId) returns (ITreasury.RequestPage memory request) {
            entry.request = request;
        } catch {
            entry.complete = false;
        }
        if (entry.request.controller == address(0)) return entry;
        try CREDENTIALS.currentWallet(entry.request.controller) returns (address current) {
            entry.wallet = current;
        } catch {
            entry.complete = false;
        }
    }

    /* QUOTES */

    /// @inheritdoc ITreasuryLens
    function buyQuote(uint256 cash) external view returns (uint256 coins, bool complete) {
        if (cash > MOST_COINS) return (0, false);
        try READER.read(RESERVE_FEED) returns (uint256 usd, uint40, IPriceFeedReader.FeedStatus) {
            return (cash * CASH_UNIT * Math.min(usd, ONE) / ONE, true);
        } catch {
            return (0, false);
        }
    }

    /// @inheritdoc ITreasuryLens
    function redemptionQuote(uint256 coins) external view returns (RedemptionQuote memory quote) {
        if (coins > MOST_COINS) return quote;
        try this.requireQuote(coins) returns (RedemptionQuote memory read) {
            return read;
        } catch {}
    }

    /// @inheritdoc ITreasuryLens
    function requireQuote(uint256 coins) external view returns (RedemptionQuote memory quote) {
        CoinPrice memory price = _priceOf(TREASURY.balanceSheet());
        uint256 waiting = TREASURY.demandPage().waiting;
        quote.netCoins = _netDown(price, coins);
        quote.feeCoins = coins - quote.netCoins;
        quote.cash = price.cashOutDown(quote.netCoins);
        quote.freeCash = TREASURY.freeCash();
        quote.complete = true;

        // As the treasury serves: all that wait, this request the last of them, after its fee is burned.
        price.coins = Math.saturatingSub(price.coins, quote.feeCoins);
        uint256 whole = price.cashOutDown(waiting + quote.netCoins);
        uint256 cash = Math.min(whole, TREASURY.trackedCash() - TREASURY.setAsideCash());
        uint256 served = cash == whole ? waiting + quote.netCoins : price.coinsBurnedUp(cash);
        quote.coinsAtOnce = Math.saturatingSub(served, waiting);
        quote.cashAtOnce = price.cashOutDown(quote.coinsAtOnce);
    }

    /* FOR THE CHECKS */

    /// @dev What a token counts for, at most a dollar, and what the reader says of its present price.
    function _reservePrice() internal view returns (uint256 usd, IPriceFeedReader.FeedStatus status) {
        (usd,, status) = READER.read(RESERVE_FEED);
        usd = Math.min(usd, ONE);
    }

    /// @dev Price of a coin by a balance sheet of now.
    function _priceOf(ITreasury.Sheet memory sheet) internal view returns (CoinPrice memory) {
        (uint256 usd,) = _reservePrice();
        uint256 assets = sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd;
        return CoinPrice({assets: assets, coins: sheet.coins, reserveUsd: usd, unit: CASH_UNIT});
    }

    /// @dev Coins that are left after the fee, in whole units of cash.
    function _netDown(CoinPrice memory price, uint256 coins) internal view returns (uint256 net) {
        net = coins;
        if (price.isCovered()) {
            ITreasury.DemandPage memory gate = TREASURY.demandPage();
            net -= FEE.feeUp(gate.demand, coins, gate.base);
        }
        net -= net % CASH_UNIT;
    }

    /// @dev Dollars of free cash that are to be left, among so many coins.
    function _cashFloorUp(uint256 coins) internal view returns (uint256) {
        return Math.ceilDiv(MIN_CASH_RATIO_BPS * coins, WHOLE_BPS);
    }
}
