// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IGuardianStop} from "../../interfaces/access/IGuardianStop.sol";
import {ITreasury} from "../../interfaces/coin/ITreasury.sol";
import {IIncomeDistributor} from "../../interfaces/property/IIncomeDistributor.sol";
import {ShareId} from "../../interfaces/property/Ids.sol";
import {GuardianStop} from "../access/GuardianStop.sol";
import {Require} from "../access/Require.sol";
import {RoleGated} from "../access/RoleGated.sol";
import {Books} from "./Books.sol";
import {DemandGate, DemandMeasures} from "./libraries/DemandGate.sol";
import {CoinPrice} from "./libraries/CoinPrice.sol";
import {LendingDesk} from "./LendingDesk.sol";
import {RedemptionDesk} from "./RedemptionDesk.sol";
import {ReserveCash} from "./ReserveCash.sol";

/// @title Treasury
/// @notice See {ITreasury}.
/// @dev From the ground up: `ReserveCash` moves and prices the reserve token, `Books` reads and writes what is stored,
/// `BalanceSheet` prices the coin and tells equity, `RedemptionDesk` keeps queue, fee and gate, `LendingDesk` does what loan
/// books ask for through the loan ledger; here is what brings cash in or takes it out at once, equity, and what the
/// DAO and the guardian may do.
/// @custom:kill The guardian stops buying, redeeming at once, and lending, each for one period at a time. Nothing stops
/// requests, claims and the queue.
contract Treasury is LendingDesk, RoleGated, IGuardianStop {
    using DemandGate for DemandGate.Moment;

    /// @dev One slot. A cap in basis points of the equity, and the one that takes its place.
    struct Cap {
        uint16 bps;
        uint16 nextBps;
        uint40 nextAt; // seconds; 0 if none comes
    }

    /// @dev Names of the guardian's other switches.
    bytes32 private constant BUY = "buy";
    bytes32 private constant REDEEM = "redeem";
    /// @dev Bounds of the time until a raised cap acts, in seconds.
    uint40 private constant MIN_CAP_RAISE_PERIOD = 1 days;
    uint40 private constant MAX_CAP_RAISE_PERIOD = 90 days;

    /// @dev Where shares that the treasury owns earn.
    IIncomeDistributor private immutable INCOME;
    /// @dev Coins are sold only while the reserve token's price (dollars, 18 decimals) is above it.
    uint256 private immutable MIN_RESERVE_PRICE_USD;
    /// @dev Until a raised cap of payouts acts, in seconds.
    uint40 private immutable CAP_RAISE_PERIOD;
    /// @dev How long a guardian's stop lasts, in seconds.
    uint40 private immutable GUARDIAN_STOP_PERIOD;

    Cap private _cap;
    /// @dev Dollars paid out in this transaction.
    uint256 private transient _paidOutUsd;

    /// @param hub The permission hub for people.
    /// @param peers_ The contracts it works with; the reserve token must have a valid price now.
    /// @param terms_ Everything else.
    constructor(address hub, TreasuryPeers memory peers_, TreasuryTerms memory terms_)
        ReserveCash(peers_.reserve, peers_.reader, peers_.reserveFeed)
        Books(peers_.coin, peers_.loans, DemandMeasures.measure(terms_.minBase, terms_.halfLifePeriod))
        RedemptionDesk(peers_.credentials, terms_)
        LendingDesk(terms_)
        AccessManaged(hub)
    {
        Require.code(address(peers_.income));
        require(address(peers_.reserve) != address(peers_.coin), ReserveIsCoin(address(peers_.coin)));
        // At a dollar or more nothing would ever be sold: more than that the token never counts for.
        require(
            terms_.minReservePriceUsd != 0 && terms_.minReservePriceUsd < ONE_USD,
            MinReservePriceOutOfRange(terms_.minReservePriceUsd, 1, ONE_USD - 1)
        );
        require(terms_.payOutCapBps <= WHOLE_BPS, PayOutCapOutOfRange(terms_.payOutCapBps, WHOLE_BPS));
        require(
            terms_.capRaisePeriod >= MIN_CAP_RAISE_PERIOD && terms_.capRaisePeriod <= MAX_CAP_RAISE_PERIOD,
            CapRaisePeriodOutOfRange(terms_.capRaisePeriod, MIN_CAP_RAISE_PERIOD, MAX_CAP_RAISE_PERIOD)
        );
        GuardianStop.requireValidPeriod(terms_.guardianStopPeriod);
        INCOME = peers_.income;
        MIN_RESERVE_PRICE_USD = terms_.minReservePriceUsd;
        CAP_RAISE_PERIOD = terms_.capRaisePeriod;
        GUARDIAN_STOP_PERIOD = terms_.guardianStopPeriod;
        _cap.bps = terms_.payOutCapBps;
        emit PayOutCapSet(terms_.payOutCapBps, uint40(block.timestamp));
    }

    /* BUYING AND REDEEMING */

    /// @inheritdoc ITreasury
    function buy(uint256 cashIn, uint256 minCoinOut, address to) external returns (uint256 coinOut) {
        _roll(type(uint256).max);
        Turn memory turn;
        _readSheet(turn);
        GuardianStop.requireRunning(_readStanding(turn.flags).buyStoppedUntil, BUY);
        _requireValid(turn.reserveUsd, turn.reserveStatus);
        require(turn.reserveUsd > MIN_RESERVE_PRICE_USD, ReservePriceTooLow(turn.reserveUsd, MIN_RESERVE_PRICE_USD));
        _requireCovered(_priceIn(turn));
        coinOut = _cashUsdDown(turn, cashIn);
        require(coinOut != 0, NothingBought(cashIn));
        require(coinOut >= minCoinOut, TooFewCoins(coinOut, minCoinOut));

        _takeCash(msg.sender, cashIn);
        // Cash comes at par, coins go at its price: the flows get the difference, and the loss by the price is counted on
        // top of them.
        int256 flowsChange;
        unchecked {
            flowsChange = int256(cashIn * CASH_UNIT) - int256(coinOut); // as much was priced above
            turn.cash += cashIn;
        }
        if (_hasWaiting(turn)) {
            _readGate(turn);
            turn.moment.settle(_seldom);
            turn.flows += flowsChange;
            _mint(turn, to, coinOut);
            _end(turn);
        } else {
            // A mint never raises demand's share, so the gate needs no settling.
            _writeCash(turn, flowsChange);
            _mint(turn, to, coinOut);
        }
        emit Bought(msg.sender, to, cashIn, coinOut);
    }

    /// @inheritdoc ITreasury
    function redeem(uint256 coinIn, uint256 minCashOut, address to) external returns (uint256 cashOut) {
        Turn memory turn = _begin();
        GuardianStop.requireRunning(_readStanding(turn.flags).redeemStoppedUntil, REDEEM);
        CoinPrice memory price = _priceIn(turn);
        uint256 net = _netDown(turn, price, coinIn);
        cashOut = price.cashOutDown(net);
        require(cashOut != 0, NothingRedeemed(coinIn, net));
        require(cashOut >= minCashOut, TooLittleCash(cashOut, minCashOut));
        _requireFree(cashOut, _freeCash(turn, price));

        COIN.burn(msg.sender, coinIn);
        turn.moment.redeemedAtOnce(coinIn);
        unchecked {
            turn.cash -= cashOut;
            turn.flows += int256(coinIn) - int256(cashOut * CASH_UNIT); // coins that could be burned are few enough
        }
        _end(turn);
        emit Redeemed(msg.sender, to, coinIn, coinIn - net, cashOut);
        _sendCash(to, cashOut);
    }

    /* EQUITY */

    /// @inheritdoc ITreasury
    function contribute(uint256 cash) external {
        require(cash != 0, NothingContributed());
        _takeCash(msg.sender, cash);
        Turn memory turn = _begin();
        _bookCash(turn, cash);
        _end(turn);
        emit Contributed(msg.sender, cash);
    }

    /// @inheritdoc ITreasury
    function burnIntoEquity(uint256 coins) external {
        require(coins != 0, NothingContributed());
        Turn memory turn = _begin();
        COIN.burn(msg.sender, coins);
        _bookBurn(turn, coins);
        _end(turn);
        emit BurnedIntoEquity(msg.sender, coins);
    }

    /// @inheritdoc ITreasury
    function skim() public returns (uint256 coins, uint256 cash) {
        coins = IERC20(address(COIN)).balanceOf(address(this)) - _queue.waiting;
        // A token that lost some of what is on the books has nothing to skim; claims are paid as long as it lasts.
        uint256 held = _cashHeld();
        uint256 tracked = trackedCash();
        if (held > tracked) cash = held - tracked;
        require(coins != 0 || cash != 0, NothingToSkim());
        Turn memory turn = _begin();
        if (coins != 0) {
            COIN.burn(address(this), coins);
            _bookBurn(turn, coins);
        }
        _bookCash(turn, cash);
        _end(turn);
        emit Skimmed(msg.sender, coins, cash);
    }

    /// @inheritdoc ITreasury
    function collectIncome(ShareId[] calldata shareIds) external {
        INCOME.claim(shareIds);
        skim();
    }

    /// @inheritdoc ITreasury
    function roll(uint256 maxDays) external {
        _roll(maxDays);
    }

    /// @inheritdoc ITreasury
    function payOut(address to, uint256 cash) external restricted {
        require(cash != 0, NothingPaidOut());
        require(_queue.waiting == 0, QueueNotEmpty(_queue.waiting));
        _roll(type(uint256).max);
        Turn memory turn;
        _readSheet(turn);
        _requireValid(turn.reserveUsd, turn.reserveStatus);
        _requireFree(cash, turn.cash);
        int256 equityBefore = _equity(_priceIn(turn));

        turn.cash -= cash;
        int256 equityAfter = _equity(_priceIn(turn));
        _requireEquity(equityAfter);
        uint256 paidOut = _paidOutUsd + uint256(equityBefore - equityAfter);
        // Not negative: what is left is not, and what was paid out is not.
        uint256 capUsd = uint256(equityAfter + int256(paidOut)) * _capBps() / WHOLE_BPS;
        require(paidOut <= capUsd, PayOutCapExceeded(paidOut, capUsd));
        _requireFloor(turn, turn.cash, turn.moment.supply);

        _paidOutUsd = paidOut;
        unchecked {
            _writeCash(turn, -int256(cash * CASH_UNIT)); // 96 and 60 bits
        }
        emit PaidOut(to, cash);
        _sendCash(to, cash);
    }

    /// @inheritdoc ITreasury
    function setPayOutCap(uint16 capBps) external restricted {
        require(capBps <= WHOLE_BPS, PayOutCapOutOfRange(capBps, WHOLE_BPS));
        uint16 present = _capBps();
        uint40 actsAt = uint40(block.timestamp);
        if (capBps > present) {
            actsAt += CAP_RAISE_PERIOD;
            _cap = Cap({bps: present, nextBps: capBps, nextAt: actsAt});
        } else {
            _cap = Cap({bps: capBps, nextBps: 0, nextAt: 0});
        }
        emit PayOutCapSet(capBps, actsAt);
    }

    /// @inheritdoc ITreasury
    function payOutCap() external view returns (uint16 capBps, uint16 nextBps, uint40 nextAt) {
        if (block.timestamp >= _cap.nextAt) return (_capBps(), 0, 0);
        return (_cap.bps, _cap.nextBps, _cap.nextAt);
    }

    /// @inheritdoc ITreasury
    function peers() external view returns (TreasuryPeers memory) {
        return TreasuryPeers({
            coin: COIN,
            reserve: RESERVE,
            reader: READER,
            reserveFeed: RESERVE_FEED,
            credentials: CREDENTIALS,
            loans: LOANS,
            income: INCOME
        });
    }

    /// @inheritdoc ITreasury
    function terms() external view returns (TreasuryTerms memory) {
        return TreasuryTerms({
            gate: _gateTerms(),
            minBase: uint96(MEASURE.minBase()),
            halfLifePeriod: uint40(MEASURE.halfLife()),
            baseFeeBps: uint16(FEE.baseFeeBps()),
            topFeeBps: uint16(FEE.topFeeBps()),
            topDemandBps: uint16(FEE.topDemandBps()),
            minRequest: uint96(MIN_REQUEST),
            minReservePriceUsd: uint96(MIN_RESERVE_PRICE_USD),
            minCashRatioBps: uint16(MIN_CASH_RATIO_BPS),
            minEquity: uint96(MIN_EQUITY),
            payOutCapBps: _capBps(),
            capRaisePeriod: CAP_RAISE_PERIOD,
            guardianStopPeriod: GUARDIAN_STOP_PERIOD
        });
    }

    /// @dev The cap that acts now, in basis points of the equity.
    function _capBps() private view returns (uint16) {
        Cap memory cap = _cap;
        return cap.nextAt != 0 && block.timestamp >= cap.nextAt ? cap.nextBps : cap.bps;
    }

    /* GATE AND SWITCHES */

    /// @inheritdoc ITreasury
    function setGateTerms(GateTerms calldata terms_) external restricted {
        Turn memory turn = _begin();
        _setTerms(turn.moment, terms_);
        _end(turn);
    }

    /// @inheritdoc ITreasury
    function stop(bytes32 what) external restricted {
        _setStop(what, GuardianStop.stop(stoppedUntil(what), GUARDIAN_STOP_PERIOD, what));
    }

    /// @inheritdoc ITreasury
    function resume(bytes32 what) external restricted {
        _setStop(what, GuardianStop.resume(stoppedUntil(what), what));
    }

    /// @inheritdoc ITreasury
    function stoppedUntil(bytes32 what) public view returns (uint40) {
        Standing memory standing = _readStanding(type(uint256).max);
        if (what == BUY) return standing.buyStoppedUntil;
        if (what == REDEEM) return standing.redeemStoppedUntil;
        require(what == LENDING, UnknownSwitch(what));
        return standing.lendingStoppedUntil;
    }

    /// @dev `what` is one of the three, as `stoppedUntil` found.
    function _setStop(bytes32 what, uint40 until) private {
        Standing memory standing = _readStanding(type(uint256).max);
        if (what == BUY) standing.buyStoppedUntil = until;
        else if (what == REDEEM) standing.redeemStoppedUntil = until;
        else standing.lendingStoppedUntil = until;
        _writeStanding(standing);
    }
}
