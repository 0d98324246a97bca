"""The treasury: cash, loans and owned homes against coins and equity (spec 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from commonhold.model.access import DAY, GuardianStop, Hub, Managed
from commonhold.model.coin import UNLIMITED, Coin
from commonhold.model.core import ZERO_ADDRESS, Chain, Logged, Refused, require
from commonhold.model.income import Income
from commonhold.model.money.ageing import FALL_PERIOD, RAW, Position
from commonhold.model.money.fees import BPS, FeeCurve
from commonhold.model.money.gate import HOUR, Gate, GateTerms
from commonhold.model.money.price import WAD, Price
from commonhold.model.money.queue import Queue, Request
from commonhold.model.money.reserve import MAX_DECIMALS, PriceSource, Reading, ReserveToken, WalletLookup

BUY, REDEEM, LENDING = (name.ljust(32, b"\0") for name in (b"buy", b"redeem", b"lending"))

MAX_COINS = 2**96 - 1

LoanKey = tuple[str, int]  # the book and its loan's number


@dataclass(frozen=True)
class TreasuryTerms:
    gate: GateTerms = field(default_factory=GateTerms)
    curve: FeeCurve = field(default_factory=FeeCurve)
    minRequest: int = 100 * WAD
    minReservePriceUsd: int = 97 * WAD // 100
    minCashRatioBps: int = 1_000
    minEquity: int = 0
    payOutCapBps: int = 500
    capRaisePeriod: int = 7 * DAY

    def __post_init__(self) -> None:
        require(self.minRequest > 0, "ZeroMinRequest")
        require(0 < self.minReservePriceUsd <= WAD, "MinReservePriceOutOfRange", self.minReservePriceUsd, 1, WAD)
        require(self.minCashRatioBps <= BPS, "CashRatioOutOfRange", self.minCashRatioBps, BPS)
        require(self.payOutCapBps <= BPS, "PayOutCapOutOfRange", self.payOutCapBps, BPS)


@dataclass
class Ledger:
    """Equity as the sum of what made it, in dollars, besides the interest of the pushed loans since their last push."""

    contributions: int = 0
    feesBurned: int = 0  # redemption fees, the reserve's part of other fees, donated coins
    interest: Fraction = Fraction(0)
    gains: Fraction = Fraction(0)  # what rounding, a price below 1 and sales of homes left; negative: losses of sales
    writtenOff: Fraction = Fraction(0)
    payOuts: int = 0

    def total(self) -> Fraction:
        return self.contributions + self.feesBurned + self.interest + self.gains - self.writtenOff - self.payOuts


class BalanceSheet(NamedTuple):
    """Dollars and coins, 18 decimals; loans at their carrying value."""

    cash: int
    loans: int
    ownedHomes: int
    coins: int
    equity: int


class Treasury(Managed):
    """`Treasury`. Amounts of cash are in units of the reserve token, everything else has 18 decimals."""

    key = "treasury"

    def __init__(
        self,
        chain: Chain,
        address: str,
        hub: Hub,
        coin: Coin,
        reserve: ReserveToken,
        price_source: PriceSource,
        current_wallet: WalletLookup,
        terms: TreasuryTerms,
        stop_period: int,
    ) -> None:
        super().__init__(chain, address, hub)
        require(reserve.decimals <= MAX_DECIMALS, "UnsupportedDecimals", reserve.decimals, MAX_DECIMALS)
        self.coin = coin
        self.reserve = reserve
        self.read_price = price_source
        self.current_wallet = current_wallet
        self.terms = terms
        self.scale = 10 ** (MAX_DECIMALS - reserve.decimals)
        self.cash = 0  # tracked, less what is set aside for finalised claims
        self.gate = Gate(terms.gate, chain.now)
        self.queue = Queue()
        self.loans: dict[LoanKey, Position] = {}
        self._carrying: tuple[int, int] | None = None  # the second, and what all loans counted for in it
        self.homes: dict[int, int] = {}  # share id -> value
        self.books: set[str] = set()
        self.closed_books: set[str] = set()  # those of them that lend no more
        self.lenders: set[str] = set()  # those that may have lent: they keep their row
        self.operators: set[tuple[str, str]] = set()
        self.stops = {what: GuardianStop(what, stop_period) for what in (BUY, REDEEM, LENDING)}
        self.ledger = Ledger()
        self.paid_out_in_transaction = 0
        self.pay_out_cap = terms.payOutCapBps
        self.raised_cap: tuple[int, int] | None = None  # the cap that comes, and when
        # What a book's call writes and tells before its money moves: only when the money is judged, too, is it done.
        self.before_writing: Callable[[], None] | None = None
        self.income: Income | None = None  # of shares that the treasury owns; None where there are no houses

    # -- the balance sheet ----------------------------------------------------------------------------------------

    @property
    def coins(self) -> int:
        return self.coin.supply

    def _reserve_usd(self) -> int:
        return min(WAD, self.read_price().lastUsd)

    def _cash_value(self, cash: int) -> int:
        return cash * self.scale * self._reserve_usd() // WAD

    def carryingValueOf(self, book: str, loan_id: int) -> int:
        """Down."""
        return int(self.loans[book, loan_id].carrying_raw(self.now) // RAW)

    def loansCarrying(self) -> int:
        """Down, once for all loans."""
        if self._carrying is None or self._carrying[0] != self.now:
            self._carrying = self.now, self.carrying_of(self.loans)
        return self._carrying[1]

    def carrying_of(self, loans: Mapping[LoanKey, Position]) -> int:
        """Of these loans, down."""
        return sum(loan.carrying_scaled(self.now) for loan in loans.values()) // (FALL_PERIOD * RAW)

    def _loans_changed(self) -> None:
        self._carrying = None

    def totalDebt(self) -> int:
        """Down, once for all loans."""
        return sum(loan.debt_raw(self.now) for loan in self.loans.values()) // RAW

    def balanceSheet(self) -> BalanceSheet:
        cash, loans, homes = self._cash_value(self.cash), self.loansCarrying(), sum(self.homes.values())
        return BalanceSheet(cash, loans, homes, self.coins, cash + loans + homes - self.coins)

    def equityByLedger(self) -> int:
        """The same equity from what made it: contributions + income - losses - payouts. Down."""
        interest = sum(loan.interest_since(self.now) for loan in self.loans.values())
        aged = sum((loan.debt_raw(self.now) - loan.carrying_raw(self.now) for loan in self.loans.values()), Fraction(0))
        depeg = self.cash * self.scale - self._cash_value(self.cash)
        total = self.ledger.total() + Fraction(interest, RAW) - aged / RAW - depeg
        return total.numerator // total.denominator

    def price(self) -> Price:
        sheet = self.balanceSheet()
        return Price(sheet.cash + sheet.loans + sheet.ownedHomes, sheet.coins, self._reserve_usd(), self.scale)

    def coverage(self) -> int:
        return self.price().coverage_down()

    def trackedCash(self) -> int:
        return self.cash + self.queue.set_aside

    def freeCash(self) -> int:
        """Units of cash that no waiting coin has a claim on."""
        return max(0, self.cash - self.price().cash_claimed_up(self.queue.waiting))

    # -- demand and the gate --------------------------------------------------------------------------------------

    def liquidationDemand(self) -> int:
        return self.gate.ratio_up(self.coins, self.queue.waiting, self.now)

    def demandPaused(self) -> bool:
        return self.gate.is_paused(self.coins, self.queue.waiting, self.now)

    def lendingPaused(self) -> bool:
        stopped = self.now < self.stops[LENDING].stopped_until
        return self.demandPaused() or not self.price().covered or not self.read_price().valid or stopped

    def redemptionFeeUp(self, coins: int) -> int:
        """In coins, before the dust that makes the net coins whole cash units."""
        if not self.price().covered:
            return 0
        demand, base = self.gate.demand(self.queue.waiting, self.now), self.gate.base(self.coins, self.now)
        return self.terms.curve.fee_up(demand, coins, base)

    def netCoins(self, coins: int) -> int:
        """What is left of redeemed coins after the fee, in whole cash units."""
        return (coins - self.redemptionFeeUp(coins)) // self.scale * self.scale

    def _begin(self) -> None:
        """Every call that changes supply, queue or redemptions starts here, before the supply moves."""
        self._write_before()
        self.gate.roll(self.coins, self.now)
        self._settle()

    def _write_before(self) -> None:
        """What a book writes and tells before money moves; all checks are done."""
        write, self.before_writing = self.before_writing, None
        if write is not None:
            write()

    def _end(self) -> None:
        self._serve()
        self._settle()

    def _settle(self) -> None:
        """What time did to the gate, and what this call did, is told when it is written."""
        gate, waiting = self.gate, self.queue.waiting
        was_paused = gate.paused_at is not None
        gate.settle(self.coins, waiting, self.now)
        if was_paused != (gate.paused_at is not None):
            event = "DemandResumed" if was_paused else "DemandPaused"
            self.emit(event, gate.demand(waiting, self.now), gate.base(self.coins, self.now))

    # -- buying and redeeming -------------------------------------------------------------------------------------

    def coinsFor(self, cash: int) -> int:
        """Coins for cash that is bought with or contributed: at most one dollar's worth for a dollar. Down."""
        return self._cash_value(cash)

    def _require_covered(self, price: Price) -> None:
        require(price.covered, "CoverageBelowOne", price.assets, price.coins)

    def _require_reserve_price(self) -> None:
        reading: Reading = self.read_price()
        require(reading.valid, "NoValidReservePrice", self._reserve_usd(), reading.status)

    def _check_mint(self, to: str, coins: int) -> None:
        require(self.coins + coins <= MAX_COINS, "TooManyCoins", self.coins + coins, MAX_COINS)
        require(to != ZERO_ADDRESS, "ERC20InvalidReceiver", to)

    def buy(self, sender: str, cash_in: int, min_coin_out: int, to: str) -> int:
        self.stops[BUY].require_running(self)
        self._require_reserve_price()
        usd, least = self._reserve_usd(), self.terms.minReservePriceUsd
        require(usd > least, "ReservePriceTooLow", usd, least)
        self._require_covered(self.price())
        coins = self.coinsFor(cash_in)
        require(coins > 0, "NothingBought", cash_in)
        require(coins >= min_coin_out, "TooFewCoins", coins, min_coin_out)
        self._check_cash_in(sender, cash_in)
        self._check_mint(to, coins)
        self._take_cash(sender, cash_in)
        self.cash += cash_in
        self.ledger.gains += cash_in * self.scale - coins
        if self.queue.waiting:
            self._begin()
            self.coin.mint(self.address, to, coins)
            self._end()
        else:  # a mint alone never pauses lending
            self.gate.roll(self.coins, self.now)
            self.coin.mint(self.address, to, coins)
        self.emit("Bought", sender, to, cash_in, coins)
        return coins

    def redeem(self, sender: str, coin_in: int, min_cash_out: int, to: str) -> int:
        self.stops[REDEEM].require_running(self)
        net = self.netCoins(coin_in)
        cash = self.price().cash_out_down(net)
        require(cash > 0, "NothingRedeemed", coin_in, net)
        require(cash >= min_cash_out, "TooLittleCash", cash, min_cash_out)
        free = self.freeCash()
        require(cash <= free, "NotEnoughFreeCash", cash, free)
        self.coin.check_allowance(sender, self.address, coin_in)
        self.coin.check_movable(sender, self.address, coin_in)
        self.reserve.check_movable(self.address, to, cash)
        self._begin()
        self.coin.burn(self.address, sender, coin_in)
        self.gate.add_redeemed(coin_in, self.now)
        self.ledger.feesBurned += coin_in - net
        self.ledger.gains += net - cash * self.scale
        self.cash -= cash
        self._end()
        self.emit("Redeemed", sender, to, coin_in, coin_in - net, cash)
        self._send_cash(to, cash)
        return cash

    def _send_cash(self, to: str, cash: int) -> None:
        if cash:
            self.reserve.transfer(self.address, to, cash)

    # -- the queue ------------------------------------------------------------------------------------------------

    def setOperator(self, sender: str, operator: str, approved: bool) -> bool:
        (self.operators.add if approved else self.operators.discard)((sender, operator))
        self.emit("OperatorSet", sender, operator, approved)
        return True

    def isOperator(self, controller: str, operator: str) -> bool:
        return (controller, operator) in self.operators

    def requestRedeem(self, sender: str, coins: int, controller: str, owner: str) -> int:
        require(sender == owner or self.isOperator(owner, sender), "NotOperator", owner, sender)
        require(coins >= self.terms.minRequest, "RequestTooSmall", coins, self.terms.minRequest)
        net = self.netCoins(coins)
        self._check_two_parts(owner, net, coins - net)
        require(controller != ZERO_ADDRESS, "EmptyRequest", controller, net)
        self._begin()
        self.coin.transferFrom(self.address, owner, self.address, net)
        if coins > net:
            self.coin.burn(self.address, owner, coins - net)
        self.gate.add_redeemed(coins - net, self.now)
        self.ledger.feesBurned += coins - net
        request_id = self.queue.push(controller, net)
        self.emit("RedeemRequest", controller, owner, request_id, sender, coins)
        self._end()
        return request_id

    def _check_two_parts(self, owner: str, net: int, fee: int) -> None:
        """The net coins move, then the fee is burned: the second may find too little left."""
        coin = self.coin
        coin.check_allowance(owner, self.address, net)
        coin.check_movable(owner, self.address, net)
        if fee == 0:
            return
        allowed, balance, free = coin.allowance(owner, self.address), coin.balanceOf(owner), coin.unfrozen(owner)
        if allowed != UNLIMITED:
            require(fee <= allowed - net, "ERC20InsufficientAllowance", self.address, allowed - net, fee)
        require(fee <= balance - net, "ERC20InsufficientBalance", owner, balance - net, fee)
        require(fee <= free - net, "ERC7943InsufficientUnfrozenBalance", owner, fee, free - net)

    def _request_of(self, request_id: int, controller: str) -> Request | None:
        request = self.queue.requests.get(request_id)
        return request if request is not None and request.controller == controller else None

    def pendingRedeemRequest(self, request_id: int, controller: str) -> int:
        request = self._request_of(request_id, controller)
        return self.queue.pending(request) if request else 0

    def claimableRedeemRequest(self, request_id: int, controller: str) -> int:
        """Coins, as ERC-7540 says; `claimableCash` is what they get."""
        request = self._request_of(request_id, controller)
        return self.queue.claimable(request)[0] if request else 0

    def claimableCash(self, request_id: int) -> int:
        """Nothing of one that never was or is claimed in full."""
        request = self.queue.requests.get(request_id)
        return self.queue.claimable(request)[1] if request else 0

    def requestPage(self, request_id: int) -> tuple[str, int, int, int, int, int]:
        queue, request = self.queue, self.queue.requests.get(request_id)
        if request is None:
            return ZERO_ADDRESS, 0, 0, 0, 0, 0
        seen = queue.pending(request), *queue.claimable(request), queue.ahead(request), queue.piece(request)
        return request.controller, *seen

    def roll(self, sender: str, max_days: int) -> None:
        """Days show by themselves; this spares the next caller work. But a minter beside the treasury tells it nothing:
        what such a one mints in an hour counts at the hour's start, unless somebody looked before."""
        began = self.gate.hour * HOUR
        until = (began // DAY + max_days) * DAY if self.now // DAY - began // DAY > max_days else self.now
        if until // HOUR > self.gate.hour:
            self.gate.roll(self.coins, until)

    def finalise(self, sender: str) -> None:
        """Anyone's poke for what every inflow does by itself."""
        self._begin()
        self._end()

    def _serve(self) -> None:
        """Assigns cash to the waiting coins, first come, first served, at the price of now."""
        waiting = self.queue.waiting
        if waiting == 0 or self.cash == 0:
            return
        price = self.price()
        whole = price.cash_out_down(waiting)
        if whole == 0 and waiting >= self.scale:
            return  # a claim that may be worth something one day is never served for nothing
        cash = min(whole, self.cash)
        fewest = price.coins_burned_up(cash)
        coins = waiting if cash == whole else fewest
        if fewest == cash * self.scale:
            # At par. What an earlier price below 1 left of less than a unit goes with the last coins, for nothing.
            self._give(fewest, cash)
            self._give(coins - fewest, 0)
        else:
            self._give(coins, cash)
        self.cash -= cash
        self.gate.add_redeemed(coins, self.now)
        self.ledger.gains += coins - cash * self.scale
        self.coin.burn(self.address, self.address, coins)

    def _give(self, coins: int, cash: int) -> None:
        if coins:
            self.emit("Finalised", self.queue.head, coins, cash)
            self.queue.serve(coins, cash)

    def claim(self, sender: str, request_id: int, to: str) -> int:
        request = self.queue.request(request_id)
        controller = self.current_wallet(request.controller)
        allowed = sender == controller or self.isOperator(controller, sender)
        require(allowed, "NotController", request_id, sender, controller)
        coins, cash = self.queue.claimable(request)
        require(coins > 0, "NothingClaimable", request_id, request.start, self.queue.head)
        if cash:
            self.reserve.check_movable(self.address, to, cash)
        self.queue.claim(request)
        self.emit("Claimed", request_id, to, coins, cash)
        self._send_cash(to, cash)
        return cash

    def claimAt(self, sender: str, request_id: int, to: str, piece: int) -> int:
        """The hint saves work and decides nothing."""
        return self.claim(sender, request_id, to)

    # -- equity ---------------------------------------------------------------------------------------------------

    def _check_cash_in(self, sender: str, cash: int) -> None:
        self.reserve.check_allowance(sender, self.address, cash)
        self.reserve.check_movable(sender, self.address, cash)
        held = self.reserve.balances[self.address]  # an inexact token moves nothing when it sends to itself
        require(sender != self.address or cash == 0, "InexactTransfer", cash, held, held)

    def _take_cash(self, sender: str, cash: int) -> None:
        self.reserve.transferFrom(self.address, sender, self.address, cash)

    def contribute(self, sender: str, cash: int) -> None:
        require(cash > 0, "NothingContributed")
        self._check_cash_in(sender, cash)
        self._take_cash(sender, cash)
        self._begin()
        self.cash += cash
        self.ledger.contributions += cash * self.scale
        self._end()
        self.emit("Contributed", sender, cash)

    def burnIntoEquity(self, sender: str, coins: int) -> None:
        """The reserve's part of a fee, from the splitter; or anybody's own coins."""
        require(coins > 0, "NothingContributed")
        self.coin.check_allowance(sender, self.address, coins)
        self.coin.check_movable(sender, self.address, coins)
        self._begin()
        self.coin.burn(self.address, sender, coins)
        self.ledger.feesBurned += coins
        self._end()
        self.emit("BurnedIntoEquity", sender, coins)

    def skim(self, sender: str) -> tuple[int, int]:
        """Donated coins become equity, donated cash a contribution."""
        coins = self.coin.balanceOf(self.address) - self.queue.waiting
        cash = max(0, self.reserve.balances[self.address] - self.trackedCash())
        require(coins > 0 or cash > 0, "NothingToSkim")
        self._begin()
        if coins:
            self.coin.burn(self.address, self.address, coins)
            self.ledger.feesBurned += coins
        self.cash += cash
        self.ledger.contributions += cash * self.scale
        self._end()
        self.emit("Skimmed", sender, coins, cash)
        return coins, cash

    def collectIncome(self, sender: str, share_ids: tuple[int, ...]) -> None:
        """What its shares earned comes as coins that nobody gave, and is skimmed."""
        if self.income is None:
            raise Refused("Empty")
        due = self.income.check_claim(self.address, share_ids)
        coins = self.coin.balanceOf(self.address) - self.queue.waiting + due
        cash = self.reserve.balances[self.address] - self.trackedCash()
        require(coins > 0 or cash > 0, "NothingToSkim")
        self.income.claim(self.address, share_ids)
        self.skim(sender)

    def payOutCap(self) -> tuple[int, int, int]:
        """The cap that acts, and the one that comes, with its time."""
        if self.raised_cap is None or self.now >= self.raised_cap[1]:
            return self._cap_bps(), 0, 0
        return self.pay_out_cap, *self.raised_cap

    def _cap_bps(self) -> int:
        if self.raised_cap is not None and self.now >= self.raised_cap[1]:
            return self.raised_cap[0]
        return self.pay_out_cap

    def setPayOutCap(self, sender: str, cap_bps: int) -> None:
        self.restricted(sender, "setPayOutCap")
        require(cap_bps <= BPS, "PayOutCapOutOfRange", cap_bps, BPS)
        acts_at = self.now
        self.pay_out_cap, self.raised_cap = self._cap_bps(), None
        if cap_bps > self.pay_out_cap:
            acts_at += self.terms.capRaisePeriod
            self.raised_cap = cap_bps, acts_at
        else:
            self.pay_out_cap = cap_bps
        self.emit("PayOutCapSet", cap_bps, acts_at)

    def payOut(self, sender: str, to: str, cash: int) -> None:
        self.restricted(sender, "payOut")
        require(cash > 0, "NothingPaidOut")
        require(self.queue.waiting == 0, "QueueNotEmpty", self.queue.waiting)
        self._require_reserve_price()
        require(cash <= self.cash, "NotEnoughFreeCash", cash, self.cash)
        value = self._cash_value(self.cash) - self._cash_value(self.cash - cash)
        before = self.balanceSheet()
        equity = before.equity - value
        self._require_equity(equity)
        already = self.paid_out_in_transaction
        cap = (before.equity + already) * self._cap_bps() // BPS
        require(already + value <= cap, "PayOutCapExceeded", already + value, cap)
        self._require_floor(self.cash - cash, self.coins)
        self.reserve.check_movable(self.address, to, cash)
        self.cash -= cash
        self.paid_out_in_transaction += value
        self.ledger.payOuts += cash * self.scale
        self.emit("PaidOut", to, cash)
        self._send_cash(to, cash)

    def next_transaction(self) -> None:
        """What a payout counts against is forgotten, and what a refused call would have written."""
        self.paid_out_in_transaction = 0
        self.before_writing = None

    def _require_floor(self, free_cash: int, coins: int) -> None:
        value, ratio = self._cash_value(free_cash), self.terms.minCashRatioBps
        require(value * BPS >= ratio * coins, "CashBelowFloor", value, -(-ratio * coins // BPS))

    # -- guardian and parameters ----------------------------------------------------------------------------------

    def stop(self, sender: str, what: bytes) -> None:
        self.restricted(sender, "stop")
        require(what in self.stops, "UnknownSwitch", what)
        self.stops[what].stop(self)

    def resume(self, sender: str, what: bytes) -> None:
        self.restricted(sender, "resume")
        require(what in self.stops, "UnknownSwitch", what)
        self.stops[what].resume(self)

    def setGateTerms(self, sender: str, terms: tuple[int, int, int]) -> None:
        """Pause, resume, dwell."""
        self.restricted(sender, "setGateTerms")
        written = GateTerms(*terms, self.gate.terms.halfLifePeriod, self.gate.terms.minBase)
        self._begin()
        self.gate.terms = written
        self.emit("GateTermsSet", *terms)
        self._end()

    def stoppedUntil(self, what: bytes) -> int:
        require(what in self.stops, "UnknownSwitch", what)
        return self.stops[what].stopped_until

    # -- loans, as their books push them --------------------------------------------------------------------------

    def _require_book(self, sender: str) -> None:
        require(sender in self.books, "NotBook", sender)

    def _require_open(self, book: str) -> None:
        require(book not in self.closed_books, "BookIsClosed", book)

    def _require_may_lend(self) -> None:
        self.stops[LENDING].require_running(self)
        self._require_reserve_price()
        price = self.price()
        self._require_covered(price)
        demand, base = self.gate.demand(self.queue.waiting, self.now), self.gate.base(self.coins, self.now)
        require(not self.demandPaused(), "LendingPausedByDemand", demand, base)
        self._require_equity(self.balanceSheet().equity)

    def _require_equity(self, equity: int) -> None:
        require(equity >= self.terms.minEquity, "EquityTooLow", equity, self.terms.minEquity)

    def _check_lend(self, sender: str, loan_id: int) -> None:
        self._require_book(sender)
        require((sender, loan_id) not in self.loans, "LoanAlreadyDrawn", sender, loan_id)

    def lendCoins(self, sender: str, loan_id: int, position: Position, to: str, kept: int = 0) -> None:
        """A draw in new coin: the position's principal, minted to `to`, but for what the book keeps."""
        self._check_lend(sender, loan_id)
        require(kept <= position.principal, "KeptTooMuch", kept, position.principal)
        self._require_open(sender)
        self._require_may_lend()
        self._require_floor(self.freeCash(), self.coins + position.principal)
        self._check_mint_two(sender, kept, to, position.principal - kept)
        self._begin()
        self.lenders.add(sender)
        self._mint_two(sender, kept, to, position.principal - kept)
        self.loans[sender, loan_id] = position
        self._loans_changed()
        self._end()

    def lendCash(self, sender: str, loan_id: int, position: Position, cash: int, to: str) -> None:
        """A draw in cash; what the principal is more than its face is new coin, which the book keeps."""
        self._check_lend(sender, loan_id)
        require(position.principal >= cash * self.scale, "NotTheFace", position.principal, cash * self.scale)
        kept = position.principal - cash * self.scale
        self._require_open(sender)
        self._require_may_lend()
        free = self.freeCash()
        require(cash <= free, "NotEnoughFreeCash", cash, free)
        self._require_floor(free - cash, self.coins + kept)
        self._check_mint_two(sender, kept, to, 0)
        self.reserve.check_movable(self.address, to, cash)
        self._begin()
        self.lenders.add(sender)
        self._mint_two(sender, kept, to, 0)
        self.cash -= cash
        self.loans[sender, loan_id] = position
        self._loans_changed()
        self._end()
        self._send_cash(to, cash)

    def _check_mint_two(self, book: str, kept: int, to: str, coins: int) -> None:
        """First to the borrower, then to the book; none is minted where there is nothing to mint."""
        if coins:
            self._check_mint(to, coins)
        if kept:
            require(self.coins + coins + kept <= MAX_COINS, "TooManyCoins", self.coins + coins + kept, MAX_COINS)
            require(book != ZERO_ADDRESS, "ERC20InvalidReceiver", book)

    def _mint_two(self, book: str, kept: int, to: str, coins: int) -> None:
        for wallet, wei in ((to, coins), (book, kept)):
            if wei:
                self.coin.mint(self.address, wallet, wei)

    def creditForCoins(self, coins: int) -> int:
        """Dollars of debt that coins pay. Down."""
        return self.price().worth_down(coins)

    def creditForCash(self, cash: int) -> int:
        return self._cash_value(cash)

    def payInCoins(
        self,
        sender: str,
        loan_id: int,
        credit: int,
        after: Position | None,
        payer: str,
        coins: int,
        kept: int = 0,
    ) -> None:
        """`credit` dollars of the debt are paid with `coins`, but for those that the book keeps.

        `after` is the loan then, nothing when it is repaid.
        """
        self._require_book(sender)
        require(kept <= coins, "KeptTooMuch", kept, coins)
        require(payer != self.address, "PayerIsTreasury")
        worth = self.creditForCoins(coins - kept)
        require(credit <= worth, "CreditAboveWorth", credit, worth)
        self._check_debt_coins(payer, coins)
        self._begin()
        self.coin.burnForDebt(self.address, payer, coins)
        self._mint_two(sender, kept, payer, 0)
        self.ledger.gains += coins - kept - credit
        self._replace(sender, loan_id, credit, after)
        self._end()

    def payFee(self, sender: str, loan_id: int, payer: str, kept: int) -> None:
        """A payment that is all kept: the loan stays as it was written."""
        self.payInCoins(sender, loan_id, 0, self.loans[sender, loan_id], payer, kept, kept)

    def _check_debt_coins(self, payer: str, coins: int) -> None:
        """Frozen coins pay, too."""
        self.coin.check_allowance(payer, self.address, coins)
        balance = self.coin.balanceOf(payer)
        require(coins <= balance, "ERC20InsufficientBalance", payer, balance, coins)

    def payInCash(self, sender: str, loan_id: int, credit: int, after: Position | None, payer: str, cash: int) -> None:
        self._require_book(sender)
        self._check_cash_in(payer, cash)
        self._require_reserve_price()
        worth = self.creditForCash(cash)
        require(credit <= worth, "CreditAboveWorth", credit, worth)
        self._write_before()
        self._take_cash(payer, cash)
        self._begin()
        self.cash += cash
        self.ledger.gains += cash * self.scale - credit
        self._replace(sender, loan_id, credit, after)
        self._end()

    def push(self, sender: str, loan_id: int, after: Position) -> None:
        """A mark, or a new rate."""
        self._require_book(sender)
        self._begin()
        self._replace(sender, loan_id, 0, after)
        self._end()

    def _replace(self, book: str, loan_id: int, credit: int, after: Position | None) -> None:
        """The loan's debt falls by exactly the credit; the last payment of all is rounded up to the wei."""
        before = self.loans.pop((book, loan_id))
        self._loans_changed()
        if after == before:
            assert credit == 0, "the book left a loan as it was that was paid"
            self.loans[book, loan_id] = before
            return
        self.ledger.interest += Fraction(before.interest_since(self.now), RAW)
        left = before.debt_raw(self.now) - credit * RAW
        if after is not None:
            assert after.debt_raw(self.now) == left, "the book pushed another debt than was paid"
            self.loans[book, loan_id] = after
        else:
            assert -RAW < left <= 0, "the book closed a loan that was not repaid"
            self.ledger.gains += Fraction(-left, RAW)

    # -- foreclosure and owned homes ------------------------------------------------------------------------------

    def _write_off(self, book: str, loan_id: int, recovered: int) -> None:
        loan = self.loans.pop((book, loan_id))
        self._loans_changed()
        self.ledger.interest += Fraction(loan.interest_since(self.now), RAW)
        self.ledger.writtenOff += Fraction(loan.debt_raw(self.now), RAW) - recovered

    def foreclosedForCoins(self, sender: str, loan_id: int, payer: str, coins: int) -> None:
        """The auction's part for the debt is burned; what it does not cover is written off."""
        self._require_book(sender)
        self._check_debt_coins(payer, coins)
        self._begin()
        self.coin.burnForDebt(self.address, payer, coins)
        self._write_off(sender, loan_id, coins)
        self._end()

    def takeHome(self, sender: str, loan_id: int, share_id: int, value: int, after: Position | None = None) -> None:
        """Nobody bid: the treasury owns the share, at no more than the loan counts for, which ends or goes on."""
        self._require_book(sender)
        require(not self.homes.get(share_id), "AlreadyOwnedHome", share_id)
        carrying = self.carryingValueOf(sender, loan_id)
        require(value <= carrying, "HomeAboveLoan", share_id, value, carrying)
        self._begin()
        if after is None:
            self._write_off(sender, loan_id, value)
        else:
            self._replace(sender, loan_id, value, after)
        self.homes[share_id] = value
        self._end()
        self._tell_loans("HomeTaken", sender, share_id, value)

    def _held(self, share_id: int) -> int:
        require(share_id in self.homes, "NotOwnedHome", share_id)
        return self.homes[share_id]

    def markOwned(self, sender: str, share_id: int, value: int) -> None:
        """Only downwards."""
        self._require_book(sender)
        held = self._held(share_id)
        require(value <= held, "MarkAboveValue", share_id, value, held)
        self._begin()
        self.homes[share_id] = value
        self.ledger.gains -= held - value
        self._end()
        self._tell_loans("HomeMarked", share_id, held, value)

    def sellHomeForCoins(self, sender: str, share_id: int, payer: str, coins: int) -> None:
        self._require_book(sender)
        held = self._held(share_id)
        self._check_debt_coins(payer, coins)
        self._begin()
        self.coin.burnForDebt(self.address, payer, coins)
        self.ledger.gains += coins - self.homes.pop(share_id)
        self._end()
        self._tell_loans("HomeSold", share_id, held, coins, 0)

    def sellHomeForCash(self, sender: str, share_id: int, payer: str, cash: int) -> None:
        self._require_book(sender)
        held = self._held(share_id)
        self._check_cash_in(payer, cash)
        self._require_reserve_price()
        self._take_cash(payer, cash)
        self._begin()
        self.cash += cash
        self.ledger.gains += cash * self.scale - self.homes.pop(share_id)
        self._end()
        self._tell_loans("HomeSold", share_id, held, 0, cash)

    def _tell_loans(self, event: str, *arguments: object) -> None:
        """An event of the loan ledger, through which books come."""
        self.chain.log.append(Logged("loans", event, arguments))
