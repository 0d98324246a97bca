"""The laws of the money (spec section 5), checked while a sequence runs.

After every step one page of O(1) views is read: it must be the model's, and the laws are stated on it, on the page
before, and on the events. What holds only at one moment (L25: no call lowers coverage) needs the state just before the
call, in its second; the model tells that one. Sums over holders, requests and loans are taken in `audit`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from commonhold.fuzz.actions import Action
from commonhold.fuzz.money.ghosts import Ghosts
from commonhold.fuzz.port import Reverted, Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.core import Call
from commonhold.model.money.fees import BPS
from commonhold.model.money.gate import WAD
from commonhold.model.money.price import Price

AUDIT_EVERY = 50
DETAILS_EVERY = 5
REFUSED_SEEN_EVERY = 4
"""A refused call leaves everything as it was: only now and then the page is read after one."""

SERVING = {
    ("treasury", name)
    for name in ("redeem", "requestRedeem", "finalise", "contribute", "burnIntoEquity", "skim", "setGateTerms")
}
SERVING |= {
    ("test_book", name)
    for name in (
        *("draw", "drawLess", "drawCash", "drawCashLess", "pay", "payMore", "payFee", "payCash"),
        *("mark", "setRate", "setNextRate", "foreclose", "foreclosePart", "forecloseForCoins"),
        *("markOwned", "sellHomeForCoins", "sellHomeForCash"),
    )
}
"""Calls at whose end the queue is served as far as the cash goes (L27); `buy` too, while coins are covered."""

NEVER_LOWERS_COVERAGE = {
    ("treasury", name)
    for name in ("redeem", "requestRedeem", "finalise", "contribute", "burnIntoEquity", "skim", "claim", "claimAt")
} | {("test_book", name) for name in ("pay", "payMore", "payCash")}

DRAWS = {("test_book", name) for name in ("draw", "drawLess", "drawCash", "drawCashLess")}

CLAIMS = {"UnknownRequest", "NotController", "NothingClaimable", "ERC20InvalidReceiver"}
HIS_COINS = {
    "ERC20InsufficientAllowance",
    "ERC20InsufficientBalance",
    "ERC7943InsufficientUnfrozenBalance",
    "ERC20InvalidReceiver",
}
OWN_FAULTS = {
    ("treasury", "claim"): CLAIMS,
    ("treasury", "claimAt"): CLAIMS,
    ("treasury", "requestRedeem"): {"NotOperator", "RequestTooSmall", "EmptyRequest", *HIS_COINS},
    ("test_book", "pay"): {"NoLoan", "NothingPaid", "NotBook", *HIS_COINS},
    ("test_book", "payMore"): {"NoLoan", "NothingPaid", "NotBook", *HIS_COINS},
    ("test_book", "payFee"): {"NoLoan", "NotBook", *HIS_COINS},
    ("test_book", "payCash"): {"NoLoan", "CashAboveDebt", "NotBook", "NoValidReservePrice", *HIS_COINS},
    ("treasury", "contribute"): {"NothingContributed", *HIS_COINS},
}
"""L15: why leaving, claiming and paying may be refused; no stop, gate, coverage or queue is among it."""

QUOTES = ((1, 1), (100 * WAD, 10**6), (12_345 * WAD + 678, 10**9 + 7), (0, 0), (10**6 * WAD, 10**18))


class MoneyLaws:
    """Watches the money of one world, alone or as a part of the suite."""

    focus = "money"

    def __init__(self, world: World) -> None:
        self.world = world
        # In the suite a row of the DAO's mints coins, too: the ledger never hears of them, the gate at its next call.
        self.alone = False
        self.steps = 0
        self._before: Price | None = None
        self._marked: Price | None = None

    def watch(self) -> MoneyLaws:
        """Alone."""
        self.alone = True
        self.world.before = self.before
        self.world.after = self.after
        return self

    @property
    def ghosts(self) -> Ghosts:
        """Of this sequence."""
        world = self.world
        found: Ghosts | None = world.ghosts.get("money")
        if found is None:
            page = world.port.view("page", "page")
            found = world.ghosts["money"] = Ghosts.begin(world.model.treasury.gate, page)
            for request in world.model.treasury.queue.requests.values():
                raise Violation("opening", f"somebody waits already: {request}")
        return found

    # -- around a step --------------------------------------------------------------------------------------------

    def before(self, action: Action, call: Call) -> None:
        """The price of a coin in this second, before the call."""
        self.ghosts  # noqa: B018 - begins them before the first step
        self._before = self._marked = None
        if (action.contract, action.function) in NEVER_LOWERS_COVERAGE:
            self._before = self.world.model.treasury.price()
            if action.contract == "test_book":
                self._marked = self._price_if_marked(action, self._before)

    def _price_if_marked(self, action: Action, price: Price) -> Price:
        """A payment also marks the loan (4.3), which may lower coverage: that is no part of L25."""
        treasury, book = self.world.model.treasury, self.world.model.test_book
        loan = treasury.loans.get((book.address, action.arguments[0]))
        if loan is None:
            return price
        cap = book.small.cap(book.small.terms[action.arguments[0]].share)
        loans = dict(treasury.loans)
        loans[book.address, action.arguments[0]] = loan.changed(treasury.now, cap=cap)
        return replace(price, assets=price.assets + treasury.carrying_of(loans) - treasury.loansCarrying())

    def after(self, world: World, action: Action, outcome: Outcome, sent: Sent | None) -> None:
        self.steps += 1
        ghosts = self.ghosts
        if outcome.refused is not None:
            self._check_refusal(action, outcome)
            if self.steps % REFUSED_SEEN_EVERY and self.steps % AUDIT_EVERY:
                return
        page = world.check_view("page", "page")
        if outcome.refused is None and sent is not None:
            ghosts.told(sent.events, page, action.at)
            self._check_events(sent, page)
            self._check_call(action, page)
        self._check_page(page)
        self._check_gate(page, sent, action.at)
        ghosts.page = page
        if self.steps % DETAILS_EVERY == 0:
            self._check_details(page, *QUOTES[self.steps // DETAILS_EVERY % len(QUOTES)])
        if self.alone and self.steps % AUDIT_EVERY == 0:
            self.audit()

    # -- laws of a state ------------------------------------------------------------------------------------------

    def _check_page(self, page: Any) -> None:
        assets = page.cashUsd + page.loansUsd + page.ownedHomesUsd
        by_ledger = page.equityByLedger if self.alone else page.equityUsd
        if assets != page.coins + page.equityUsd or page.equityUsd != by_ledger:
            raise Violation("L2", f"assets {assets}, coins {page.coins}, equity {page.equityUsd} {page.equityByLedger}")
        if page.trackedCash > page.heldCash:
            raise Violation("L3", f"{page.trackedCash} on the books, {page.heldCash} held")
        if page.heldCoins < page.waiting:
            raise Violation("L11", f"{page.waiting} coins wait, {page.heldCoins} are locked")
        if page.loansUsd > page.totalDebt + 1:
            raise Violation("L29", f"loans count {page.loansUsd}, {page.totalDebt} are owed")

    def _check_gate(self, page: Any, sent: Sent | None, now: int) -> None:
        """L8 and L28: paused at the threshold, open only below the other one and after the dwell, whoever poked."""
        if not page.paused and page.demand * BPS >= page.pauseAtBps * page.base:
            raise Violation("L8", f"not paused at {page.demand} of {page.base}")
        if not self.alone:
            return
        previous = self.ghosts.page
        same_terms = previous[14:17] == page[14:17]
        if previous.paused and not page.paused and same_terms and now < previous.resumableAt:
            raise Violation("L8", f"resumed at {now}, a pause lasts until {previous.resumableAt}")
        gate = self.ghosts.gate
        ghost = (
            gate.demand(page.waiting, now),
            gate.base(page.coins, now),
            gate.is_paused(page.coins, page.waiting, now),
        )
        if ghost != (page.demand, page.base, page.paused):
            raise Violation("L28", f"history alone says {ghost}, the gate {page[8:13]}")

    def _check_details(self, page: Any, coins: int, cash: int) -> None:
        """L13 and L26: a coin is worth a dollar while there is equity, else its part of the assets; L30."""
        seen, unit = self.world.check_view("page", "details", coins, cash), self.world.model.treasury.scale
        assets = page.coins + page.equityUsd
        worth = coins if page.equityUsd >= 0 else coins * assets // page.coins
        if seen.worthDown != worth:
            raise Violation("L13", f"{coins} coins are worth {seen.worthDown}, equity is {page.equityUsd}")
        if seen.cashForDown * unit > coins or seen.coinsForDown > cash * unit:
            raise Violation("L30", f"{seen.cashForDown} units for {coins}, {seen.coinsForDown} coins for {cash}")
        stopped = self.world.model.chain.now < seen.lendingStoppedUntil
        valid = self.world.model.treasury.read_price().valid
        if seen.lendingPaused != (page.paused or page.equityUsd < 0 or stopped or not valid):
            raise Violation("L8", f"lendingPaused is {seen.lendingPaused}, the page {page}")

    # -- laws of a call -------------------------------------------------------------------------------------------

    def _check_events(self, sent: Sent, page: Any) -> None:
        """L30: at most a token a coin, at most a coin a token; L9: no fee below coverage 1."""
        unit = self.world.model.treasury.scale
        for event in sent.events:
            if event.contract != "treasury":
                continue
            if event.name == "Bought":
                _, _, cash, coins = event.arguments
                if coins > cash * unit:
                    raise Violation("L30", f"{coins} coins for {cash} units")
            elif event.name == "Redeemed":
                _, _, coins, fee, cash = event.arguments
                if cash * unit > coins - fee:
                    raise Violation("L30", f"{cash} units for {coins} coins less {fee}")
                if self._before is not None and not self._before.covered and fee >= unit:
                    raise Violation("L9", f"a fee of {fee} below coverage 1")
            elif event.name == "Finalised":
                self._check_served(unit, *event.arguments)
        ghosts = self.ghosts
        if ghosts.line_end - ghosts.head != page.waiting:
            raise Violation("L11", f"{page.waiting} wait, of {ghosts.line_end} asked for {ghosts.head} are finalised")

    def _check_served(self, unit: int, begin: int, coins: int, cash: int) -> None:
        """L11: in one line, first come, first served; L30."""
        ghosts = self.ghosts
        if cash * unit > coins:
            raise Violation("L30", f"{cash} units for {coins} coins")
        if begin != ghosts.head:
            raise Violation("L11", f"served from {begin} on, the line stands at {ghosts.head}")
        ghosts.head += coins

    def _check_call(self, action: Action, page: Any) -> None:
        what = (action.contract, action.function)
        assets = page.cashUsd + page.loansUsd + page.ownedHomesUsd
        if what in DRAWS and (page.paused or page.equityUsd < 0):
            raise Violation("L8", f"{action} lent while lending is paused")
        self._check_coverage(action, page, assets)
        if what in SERVING or what == ("treasury", "buy"):
            self._check_nothing_idle(action, page, assets)

    def _check_coverage(self, action: Action, page: Any, assets: int) -> None:
        """L25, to a wei of assets: so much may be lost when a loan that its cap does not cover is written anew."""
        before, slack = self._before, 0
        if self._marked is not None and action.arguments[0] in self.world.model.test_book.small.terms:
            before, slack = self._marked, 1
        if before is not None and not before.covered and (assets + slack) * before.coins < before.assets * page.coins:
            raise Violation("L25", f"{action}: coverage fell from {before} to {assets} / {page.coins}")

    def _check_nothing_idle(self, action: Action, page: Any, assets: int) -> None:
        """L27."""
        free = page.trackedCash - page.setAsideCash
        if not page.waiting or not free:
            return
        treasury = self.world.model.treasury
        usd = min(WAD, treasury.read_price().lastUsd)
        if assets >= page.coins:
            worth = page.waiting // treasury.scale
        else:
            worth = page.waiting * assets // page.coins * WAD // (treasury.scale * usd)
        if worth:
            raise Violation("L27", f"{action} left {free} units idle, {page.waiting} coins wait")

    def _check_refusal(self, action: Action, outcome: Outcome) -> None:
        faults = OWN_FAULTS.get((action.contract, action.function))
        if faults is not None and outcome.refused is not None and outcome.refused.name not in faults:
            raise Violation("L15", f"{action} was refused: {outcome.refused}")

    # -- everything -----------------------------------------------------------------------------------------------

    def audit(self) -> None:
        """Sums over all holders, requests and loans."""
        world = self.world
        page = world.check_view("page", "page")
        self._audit_ledger(page)
        self._audit_holders(page)
        self._audit_requests(page)
        self._audit_loans(page)
        if self.steps % (4 * AUDIT_EVERY) == 0:
            self._audit_hostile_views()

    def _audit_ledger(self, page: Any) -> None:
        """The model's own equity by flows, loan by loan."""
        equity = self.world.model.treasury.equityByLedger()
        if equity != page.equityByLedger:
            raise Violation("L2", f"the flows of the model come to {equity}, the ledger's to {page.equityByLedger}")

    def _audit_holders(self, page: Any) -> None:
        """L1, and nobody has other amounts than the model says."""
        world = self.world
        coin, reserve = world.model.coin.balances, world.model.reserve.balances
        wallets = tuple(sorted({*coin, *reserve}))
        coins, _ = world.check_view("page", "balances", wallets)
        if sum(coins) != page.coins:
            raise Violation("L1", f"supply {page.coins}, balances {sum(coins)}")

    def _audit_requests(self, page: Any) -> None:
        """L11 and L31: in order, each exactly once, and the cash for all of them is there."""
        world = self.world
        known = {name: request for name, request in self.ghosts.requests.items() if request.claimed < request.coins}
        ids = tuple(known)
        pages = world.check_view("page", "requests", ids)
        claimable = pending = 0
        someone_waits = False
        promised = {}
        for (request_id, request), seen in zip(known.items(), pages, strict=True):
            if seen.pending + seen.claimable + request.claimed != request.coins:
                raise Violation("L11", f"request {request_id} of {request} is {seen}")
            if someone_waits and seen.claimable:
                raise Violation("L11", f"request {request_id} is served before an earlier one: {seen}")
            someone_waits |= seen.pending > 0
            promised[request_id] = request.cash + seen.claimableCash
            if promised[request_id] < self.ghosts.promised.get(request_id, 0):
                raise Violation("L12", f"request {request_id} lost cash: {request}, {seen}")
            claimable, pending = claimable + seen.claimableCash, pending + seen.pending
        self.ghosts.promised = promised
        if pending != page.waiting:
            raise Violation("L11", f"{page.waiting} wait, requests say {pending}")
        if claimable != page.setAsideCash:
            raise Violation("L31", f"{page.setAsideCash} are set aside, {claimable} can be claimed")

    def _audit_loans(self, page: Any) -> None:
        """L5, L29 and 4.3: the sums are those over all loans."""
        world = self.world
        ids = tuple(world.model.test_book.small.terms)
        debts, values = world.check_view("page", "loans", ids)
        if not 0 <= sum(debts) - page.totalDebt <= len(ids):
            raise Violation("L5", f"debts {sum(debts)}, total {page.totalDebt}")
        if not 0 <= page.loansUsd - sum(values) <= len(ids):
            raise Violation("4.3", f"values {sum(values)}, all of them {page.loansUsd}")
        for number, debt, value in zip(ids, debts, values, strict=True):
            if value > debt:
                raise Violation("L29", f"loan {number} counts {value}, {debt} are owed")

    def _audit_hostile_views(self) -> None:
        """L18."""
        world = self.world
        for contract, view, arguments in HOSTILE_VIEWS:
            try:
                world.port.view(contract, view, *arguments)
            except Reverted as reverted:
                raise Violation("L18", f"{contract}.{view}{arguments} reverts with {reverted}") from reverted


NOBODY = "0x" + "00" * 20
HOSTILE_VIEWS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("treasury", "pendingRedeemRequest", (0, NOBODY)),
    ("treasury", "claimableRedeemRequest", (2**256 - 1, NOBODY)),
    ("treasury", "requestPage", (2**256 - 1,)),
    ("treasury", "requestPage", (1,)),
    ("treasury", "isOperator", (NOBODY, NOBODY)),
    ("treasury", "redemptionFeeUp", (0,)),
    ("treasury", "redemptionFeeUp", (2**96 - 1,)),
    ("treasury", "coinsForDown", (2**96 - 1,)),
    ("treasury", "worthDown", (2**96 - 1,)),
    ("treasury", "terms", ()),
    ("treasury", "peers", ()),
    ("treasury", "loanSums", ()),
    ("loans", "ownedHomeUsd", (2**256 - 1,)),
    ("loans", "isBook", (NOBODY,)),
    ("loans", "debtOf", ((0,) * 10,)),
    ("loans", "carryingValueOf", ((0,) * 10,)),
)
"""L18: views with inputs that might make them revert."""
