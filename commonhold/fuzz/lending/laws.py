"""The laws of lending (spec section 5), checked while a sequence runs, besides those of the money.

What a step did is read from its events; what a loan owes is counted from them alone (`diary`). Sums over all loans and
shares are taken in `audit`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from commonhold.fuzz.actions import Action
from commonhold.fuzz.lending.diary import Diary
from commonhold.fuzz.money.laws import AUDIT_EVERY, HIS_COINS, MoneyLaws
from commonhold.fuzz.port import Reverted, Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS, Call, Logged
from commonhold.model.lending.terms import Stage
from commonhold.model.money.fees import BPS
from commonhold.model.money.price import Price, ceil_div

DRAWS = ("draw", "drawCash", "drawForPurchase", "drawForMarket")
PAYMENTS = ("pay", "payCash")
SERVING = {("book", name) for name in (*DRAWS, *PAYMENTS, "mark", "fixRate", "giveNotice", "addCollateral")}
SERVING |= {("auction", name) for name in ("bid", "close", "bidForOwned")}

PAY = {"WrongStage", "NothingPaid", "DustLeft", "NotBook", *HIS_COINS}
OWN_FAULTS = {
    "pay": PAY | {"FrozenCoins"},
    "payCash": PAY | {"LateFeesDue", "TooLittleCredit", "NoValidReservePrice"},
    "addCollateral": {
        *("WrongStage", "NotBorrower", "NotShareOwner", "TooManyShares", "AlreadyCollateral", "NotBook"),
        *("ShareLocked", "ERC7943InsufficientUnfrozenBalance", "ERC721NonexistentToken", "NotCollateral"),
    },
    "claimSurplus": {"NothingOwed", "ERC20InvalidReceiver"},
}
"""L15: why paying, curing and claiming may be refused; no stop, gate, coverage or oracle is among it."""

TAKES_SHARES = {
    ("auction", "bid"),
    ("auction", "close"),
    ("auction", "bidForOwned"),
    ("certificate", "completeRecovery"),
    ("certificate", "forcedTransfer"),
}
"""What may move another's share, besides a purchase that he agreed to."""


class LendingLaws(MoneyLaws):
    """Watches a world where lending plays."""

    focus = "lending"

    @property
    def diary(self) -> Diary:
        """Of this sequence. The opening's loans are told by the book."""
        world = self.world
        found: Diary | None = world.ghosts.get("diary")
        if found is None:
            found = world.ghosts["diary"] = Diary()
        return found

    # -- around a step --------------------------------------------------------------------------------------------

    def before(self, action: Action, call: Call) -> None:
        super().before(action, call)
        if action.contract == "book" and action.function in PAYMENTS:
            self._before = self.world.model.treasury.price()
            self._marked = self._price_if_touched(action.arguments[0], self._before)

    def _price_if_touched(self, loan_id: int, price: Price) -> Price:
        """A payment also marks the loan, and may bring a new rate (4.3), which is no part of L25."""
        treasury, book = self.world.model.treasury, self.world.model.book
        loan = book.loans.get(loan_id)
        if loan is None or not loan.is_open:
            return price
        loans = dict(treasury.loans)
        loans[book.address, loan_id] = book._rewritten(loan_id, loan, book._marked(loan), pays=True).position
        return replace(price, assets=price.assets + treasury.carrying_of(loans) - treasury.loansCarrying())

    def after(self, world: World, action: Action, outcome: Outcome, sent: Sent | None) -> None:
        if outcome.refused is None and sent is not None:
            self._write_diary(action, sent)
        super().after(world, action, outcome, sent)
        if outcome.refused is None and sent is not None:
            self._check_loan(action)

    # -- the diary ------------------------------------------------------------------------------------------------

    def _write_diary(self, action: Action, sent: Sent) -> None:
        for event in sent.events:
            if event.contract in ("book", "desk"):
                self._book_event(action, event)
            elif event.contract == "auction":
                self._auction_event(action, event)
            elif event.contract == "coin" and event.name == "Transfer":
                self._check_coins(action, *event.arguments)
            elif event.contract == "certificate":
                self._check_share(action, event)

    def _book_event(self, action: Action, event: Logged) -> None:
        written = BOOK_EVENTS.get(event.name)
        if written is not None:
            written(self, action, *event.arguments)

    def _requested(self, action: Action, loan_id: int, borrower: str, share_id: int, application: Any) -> None:
        self.diary.applications[loan_id] = borrower, tuple(application)

    def _approved(
        self, action: Action, loan_id: int, originator: str, rate: int, instalment: int, until: int, _: bool
    ) -> None:
        """T26."""
        if action.sender not in UNDERWRITERS or self.world.names.address(action.sender) != originator:
            raise Violation("T26", f"{action} approved loan {loan_id}")
        if loan_id in self.diary.approvals:
            raise Violation("T26", f"{action} approved loan {loan_id} again")
        self.diary.approvals[loan_id] = originator, rate, until

    def _withdrawn(self, action: Action, loan_id: int) -> None:
        self.diary.approvals.pop(loan_id, None)

    def _accepted(self, action: Action, loan_id: int, seller: str, price: int) -> None:
        self.diary.accepted[loan_id] = seller if price else ZERO_ADDRESS

    def _drawn(
        self, action: Action, loan_id: int, drawer: str, share_id: int, amount: int, fee: int, cash: int
    ) -> None:
        self._check_approved(action, loan_id, drawer, share_id, amount)
        self._check_nobody_late(action, loan_id, share_id // SHARES)
        self._check_value(action, share_id // SHARES, amount)
        self.diary.drawn(loan_id, drawer, share_id, amount, fee, action.at)

    def _collateral_added(self, action: Action, loan_id: int, share_id: int) -> None:
        self.diary.loans[loan_id].shares.append(share_id)

    def _closed(self, action: Action, loan_id: int, stage: int) -> None:
        if stage != Stage.REPAID:  # a payment is told after its end
            self.diary.loans.pop(loan_id, None)

    def _rate_fixed(self, action: Action, loan_id: int, rate: int, reset_at: int) -> None:
        """It is told before the payment with which it came."""
        loan = self.diary.loans[loan_id]
        loan.accrue(action.at)
        if action.function in PAYMENTS:
            loan.waited = loan.coming
        loan.coming = rate, reset_at

    def _surplus_owed(self, action: Action, loan_id: int, borrower: str, coins: int) -> None:
        self.diary.surplus[borrower] = self.diary.surplus.get(borrower, 0) + coins

    def _surplus_claimed(self, action: Action, borrower: str, to: str, coins: int) -> None:
        owed = self.diary.surplus.pop(borrower, 0)
        if owed != coins:
            raise Violation("L22", f"{borrower} was owed {owed}, got {coins}")

    def _fees_swept(self, action: Action, loan_id: int, house: int, kind: int, coins: int) -> None:
        if self.diary.fees.pop((loan_id, kind), 0) != coins:
            raise Violation("L20", f"{coins} of kind {kind} swept for loan {loan_id}")

    def _market_set(self, action: Action, market: str, allowed: bool) -> None:
        (self.diary.markets.add if allowed else self.diary.markets.discard)(market)

    def _auction_event(self, action: Action, event: Logged) -> None:
        """What an auction brings, when the loan goes on: less costs, or what the treasury holds the share at."""
        diary, told = self.diary, event.arguments
        loan = diary.loans.get(told[0])
        if event.name == "Sold":
            terms = self.world.model.auction.numbers
            net = told[3] - ceil_div(told[3] * terms.costs, BPS)
            if loan is not None and len(loan.shares) > 1 and net < loan.debt_up(action.at):
                loan.credited(net, action.at)
                loan.shares.remove(told[1])
        elif event.name == "Taken" and loan is not None:
            loan.credited(told[2], action.at)
            loan.shares.remove(told[1])

    # -- laws of an event -----------------------------------------------------------------------------------------

    def _check_approved(self, action: Action, loan_id: int, drawer: str, share_id: int, amount: int) -> None:
        """T26: exactly what was asked for and approved, by him who asked, once, in time."""
        world, diary = self.world, self.diary
        if loan_id not in diary.approvals or loan_id in diary.drawn_once:
            raise Violation("T26", f"{action} draws what is not approved, or once more")
        asked_by, application = diary.applications[loan_id]
        until = diary.approvals[loan_id][2]
        asked = (world.port.view("credentials", "currentWallet", asked_by), *application[:2])
        late = action.at > until
        if (drawer, share_id, amount) != asked or not self._may_draw(action, drawer) or late:
            raise Violation(
                "T26", f"{action} draws {amount} on {share_id} for {drawer}, approved {asked} until {until}"
            )

    def _may_draw(self, action: Action, drawer: str) -> bool:
        sender = self.world.names.address(action.sender)
        return sender in self.diary.markets if action.function == "drawForMarket" else sender == drawer

    def _check_nobody_late(self, action: Action, loan_id: int, house: int) -> None:
        """T13."""
        diary, book = self.diary, self.world.model.book
        late = diary.late(action.at, book.numbers.graceDays)
        owner_id, originator = book.loans[loan_id].owner_id, diary.approvals[loan_id][0]
        for number in late:
            on_house = any(share_id // SHARES == house for share_id in diary.loans[number].shares)
            if on_house or book.loans[number].owner_id == owner_id:
                raise Violation("T13", f"{action}: loan {number}, of the borrower or the house, is late")
        of_originator = [number for number in late if diary.approvals[number][0] == originator]
        if len(of_originator) > book.numbers.maxLateOfOriginator:
            raise Violation("T13", f"{action}: loans {of_originator} of the originator are late")

    def _check_value(self, action: Action, house: int, amount: int) -> None:
        world, book = self.world, self.world.model.book
        value = world.port.view("valuation", "lendingValueOf", house)[0]
        if amount * BPS * world.model.certificate.sharesOf(house) > value * book.numbers.drawLtvBps:
            raise Violation("T13", f"{action} draws {amount} on a share of a house of {value}")

    def _paid(self, action: Action, loan_id: int, payer: str, credit: int, fees: int, debt: int, due_at: int) -> None:
        """L14: the debt falls by the credit from what the diary says. T27: no dust is left."""
        diary, least = self.diary, self.world.model.book.numbers.minDebt
        owed = diary.loans[loan_id].debt_up(action.at)
        if owed - credit != debt:
            raise Violation("L14", f"{action}: {owed} owed by the diary, less {credit} is told to be {debt}")
        if credit and 0 < debt < least:
            raise Violation("T27", f"{action} leaves {debt}")
        if due_at < diary.loans[loan_id].due_at:
            raise Violation("L12", f"{action} moved the due time back")
        diary.paid(loan_id, credit, fees, due_at, action.at, ends=debt == 0)

    def _check_coins(self, action: Action, giver: str, to: str, coins: int) -> None:
        """L12: nobody else's coins move; what lies in the suite's contracts goes by their own laws."""
        sender = self.world.names.address(action.sender)
        is_taken = giver != sender and giver in self.world.cast.people and coins > 0
        allowed = ("forcedTransfer", "transferFrom", "requestRedeem")  # by the court, by allowance, by an operator
        if is_taken and action.function not in allowed:
            raise Violation("L12", f"{action} took {coins} coins of {giver}")

    def _check_share(self, action: Action, event: Logged) -> None:
        """L12: a stranger's call moves no share and pledges none, but as the rules of foreclosure and recovery say."""
        sender, told = self.world.names.address(action.sender), event.arguments
        if event.name == "Transfer" and told[0] != sender and told[0] in self.world.cast.people:
            agreed = action.function == "drawForPurchase" and self.diary.accepted.get(action.arguments[0]) == told[0]
            allowed = (action.contract, action.function) in TAKES_SHARES or agreed
            if not allowed and action.function not in ("transferFrom", "safeTransferFrom"):
                raise Violation("L12", f"{action} took share {told[2]} of {told[0]}")
        elif event.name == "LienPlaced" and told[2] != sender and told[2] in self.world.cast.people:
            if action.function == "drawForMarket":
                return  # of a loan that was approved, by a market: see T26
            raise Violation("L12", f"{action} pledged share {told[0]} of {told[2]}")

    # -- laws of a call -------------------------------------------------------------------------------------------

    def _check_call(self, action: Action, page: Any) -> None:
        assets = page.cashUsd + page.loansUsd + page.ownedHomesUsd
        if action.contract == "book" and action.function in DRAWS and (page.paused or page.equityUsd < 0):
            raise Violation("L8", f"{action} lent while lending is paused")
        if (action.contract, action.function) in SERVING:
            self._check_coverage(action, page, assets)
            self._check_nothing_idle(action, page, assets)
        else:
            super()._check_call(action, page)

    def _check_coverage(self, action: Action, page: Any, assets: int) -> None:
        """L25, to a wei of assets: so much may be lost when a loan that its cap does not cover is written anew."""
        marked = self._marked
        before, slack = (self._before, 0) if marked is None else (marked, 1)
        if before is not None and not before.covered and (assets + slack) * before.coins < before.assets * page.coins:
            raise Violation("L25", f"{action}: coverage fell from {before} to {assets} / {page.coins}")

    def _check_refusal(self, action: Action, outcome: Outcome) -> None:
        faults = OWN_FAULTS.get(action.function) if action.contract == "book" else None
        if faults is not None and outcome.refused is not None and outcome.refused.name not in faults:
            raise Violation("L15", f"{action} was refused: {outcome.refused}")
        super()._check_refusal(action, outcome)

    def _check_loan(self, action: Action) -> None:
        """All that can be seen of the loan that was touched, and L4 for its shares."""
        world, book = self.world, self.world.model.book
        loan_id = action.arguments[0] if action.arguments and action.contract in ("book", "desk", "auction") else None
        loan = book.loans.get(loan_id) if isinstance(loan_id, int) and action.function in BY_LOAN else None
        if loan is None:
            return
        if loan.is_open:
            world.check_view("lending_page", "loans", (loan_id,))
        elif loan.stage in (Stage.REQUESTED, Stage.APPROVED):
            world.check_view("desk", "loanOf", loan_id)
        elif world.port.view("book", "debtOf", loan_id) or world.port.view("book", "stageOf", loan_id) != book.stageOf(
            loan_id
        ):
            raise Violation("L4", f"loan {loan_id} is closed, but owes")
        self._check_liens((loan.application.shareId, *loan.shares))

    def _check_liens(self, shares: tuple[int, ...]) -> None:
        """L4: a share carries the book's lien if and only if it secures a loan of which something is owed."""
        world = self.world
        for share_id in shares:
            lien, _ = world.port.view("certificate", "encumbrancesOf", share_id)
            loan_id = world.port.view("book", "loanOfShare", share_id)
            debt = world.port.view("book", "debtOf", loan_id)
            if (lien == world.port.addresses["book"]) != (debt > 0):
                raise Violation("L4", f"share {share_id} of loan {loan_id} has lien {lien}, {debt} are owed")

    # -- everything -----------------------------------------------------------------------------------------------

    def _audit_loans(self, page: Any) -> None:
        """L5, L14, L29 and 4.3: sums are those over all loans, and each owes what the diary says."""
        world, diary = self.world, self.diary
        ids = tuple(number for number, _ in world.model.book.open_loans())
        if set(ids) != set(diary.loans):
            raise Violation("L4", f"open are {ids}, by the diary {sorted(diary.loans)}")
        pages = [seen.loan for seen in world.check_view("lending_page", "loans", ids)]
        debts, values = [loan.debt for loan in pages], [loan.carryingUsd for loan in pages]
        if not 0 <= sum(debts) - page.totalDebt <= len(ids):
            raise Violation("L5", f"debts {sum(debts)}, total {page.totalDebt}")
        if not 0 <= page.loansUsd - sum(values) <= len(ids):
            raise Violation("4.3", f"values {sum(values)}, all of them {page.loansUsd}")
        now = world.model.chain.now
        for number, debt, value in zip(ids, debts, values, strict=True):
            if value > debt:
                raise Violation("L29", f"loan {number} counts {value}, {debt} are owed")
            if diary.loans[number].debt_up(now) != debt:
                raise Violation("L14", f"loan {number} owes {debt}, by the diary {diary.loans[number].debt_up(now)}")
        world.check_view("lending_page", "originators", tuple(world.cast[name] for name in UNDERWRITERS))
        shares = tuple(world.model.certificate.shares)
        self._check_liens(shares)
        if shares:
            world.check_view("book", "termsOf", shares[self.steps // AUDIT_EVERY % len(shares)])
        self._audit_lists()
        self._audit_waiting()

    def _audit_lists(self) -> None:
        world = self.world
        for house in world.model.registry.houses:
            world.check_view("desk", "loansOfHouse", house)
        for owner_id in list(world.model.book.places):
            world.check_view("desk", "loansOfOwner", owner_id)

    def _audit_waiting(self) -> None:
        """L20 and L22: what waits for borrowers and for the splitter is what the events said, and is there."""
        world, diary = self.world, self.diary
        for borrower, coins in diary.surplus.items():
            if world.port.view("book", "surplusOf", borrower) != coins:
                raise Violation("L22", f"{borrower} is owed {coins}")
        for (loan_id, kind), coins in diary.fees.items():
            if world.port.view("book", "feesOf", loan_id)[kind] != coins:
                raise Violation("L20", f"fees of kind {kind} of loan {loan_id} are {coins}")
        held = world.port.view("coin", "balanceOf", world.port.addresses["book"])
        owed = sum(diary.surplus.values()) + sum(diary.fees.values())
        if held < owed:
            raise Violation("L22", f"the book owes {owed} and has {held}")

    def _audit_hostile_views(self) -> None:
        world = self.world
        for contract, view, arguments in HOSTILE_VIEWS:
            try:
                world.port.view(contract, view, *arguments)
            except Reverted as reverted:
                raise Violation("L18", f"{contract}.{view}{arguments} reverts with {reverted}") from reverted


UNDERWRITERS = ("underwriter", "second_underwriter")
BY_LOAN = {
    *DRAWS,
    *PAYMENTS,
    *("withdraw", "approve", "acceptPurchase", "addCollateral", "mark", "fixRate", "giveNotice"),
    *("startForeclosure", "openNext", "bid", "close"),
}
"""Functions whose first argument is a loan."""

BOOK_EVENTS: dict[str, Callable[..., None]] = {
    "Requested": LendingLaws._requested,
    "Approved": LendingLaws._approved,
    "Withdrawn": LendingLaws._withdrawn,
    "PurchaseAccepted": LendingLaws._accepted,
    "Drawn": LendingLaws._drawn,
    "Paid": LendingLaws._paid,
    "RateFixed": LendingLaws._rate_fixed,
    "CollateralAdded": LendingLaws._collateral_added,
    "Closed": LendingLaws._closed,
    "SurplusOwed": LendingLaws._surplus_owed,
    "SurplusClaimed": LendingLaws._surplus_claimed,
    "FeesSwept": LendingLaws._fees_swept,
    "MarketSet": LendingLaws._market_set,
}

LOAN_VIEWS = ("stageOf", "slotsOf", "debtOf", "feesDueOf", "daysPastDueOf", "stoppedTimeOf", "noticeRanOf")
HOSTILE_VIEWS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    *(("book", view, (loan_id,)) for view in LOAN_VIEWS for loan_id in (0, 1, 2**256 - 1)),
    ("book", "loanOfShare", (0,)),
    ("book", "loanOfShare", (2**256 - 1,)),
    *(("desk", view, (loan_id,)) for view in ("loanOf", "positionOf") for loan_id in (0, 1, 2**256 - 1)),
    ("desk", "loansOfHouse", (0,)),
    ("desk", "loansOfHouse", (2**248 - 1,)),
    ("desk", "loansOfOwner", (b"\xff" * 32,)),
    ("desk", "originatorPage", (ZERO_ADDRESS,)),
    ("desk", "originatorAt", (2**256 - 1,)),
    ("desk", "terms", ()),
    ("desk", "peers", ()),
    ("book", "surplusOf", (ZERO_ADDRESS,)),
    ("book", "feesOf", (2**256 - 1,)),
    ("book", "originatorPage", (2**256 - 1,)),
    ("desk", "isMarket", (ZERO_ADDRESS,)),
    ("book", "makeUp", ()),
    ("auction", "auctionOf", (2**256 - 1,)),
    ("auction", "offerOf", (2**256 - 1,)),
    ("auction", "terms", ()),
    ("rates", "quote", ()),
)
"""L18: views with inputs that might make them revert."""
