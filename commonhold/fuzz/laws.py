"""The laws (spec section 5), checked while a sequence runs.

`LawBook.after` runs after every step and reads O(1) views: of what the step touched, and of one share, one wallet and
one house in turn. `LawBook.audit` reads everything and compares sums; it runs every `AUDIT_EVERY` steps and at the end.
That each view equals the model's answer is the strongest law; those with numbers are stated on their own, from the
chain's answers alone where that is possible, so that a mistake in the model can't hide them.
"""

from __future__ import annotations

from typing import Any

from commonhold.fuzz.actions import Action
from commonhold.fuzz.book_laws import SuiteMoneyLaws
from commonhold.fuzz.fee_laws import FeeLaws
from commonhold.fuzz.inputs import INDEX, TOKEN
from commonhold.fuzz.oracle_laws import OracleLaws
from commonhold.fuzz.port import Reverted, Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call
from commonhold.model.income import UNIT
from commonhold.oracle.feeds import house_feed

AUDIT_EVERY = 50
DOCUMENT_KINDS = 6

SHARE_VIEWS = (
    ("certificate", "ownerOf"),
    ("certificate", "moveNumberOf"),
    ("certificate", "encumbrancesOf"),
    ("certificate", "locked"),
    ("certificate", "getApproved"),
    ("certificate", "userOf"),
    ("certificate", "userExpires"),
    ("certificate", "transferApprovalOf"),
    ("income", "pendingOf"),
)
WALLET_VIEWS = (
    ("certificate", "balanceOf"),
    ("credentials", "isValid"),
    ("credentials", "currentWallet"),
    ("income", "settledOf"),
    ("coin", "balanceOf"),
    ("coin", "getFrozenTokens"),
)
RARE_WALLET_VIEWS = (
    ("credentials", "credentialOf"),
    ("credentials", "ownerIdOf"),
    ("credentials", "recoveryOf"),
    ("credentials", "revokedSince"),
    ("certificate", "canReceive"),
    ("certificate", "canSend"),
    ("certificate", "holderRights"),
    ("coin", "minterOf"),
)
HOUSE_VIEWS = (
    ("registry", "houseOf"),
    ("registry", "seniorClaimsOf"),
    ("certificate", "sharesOf"),
    ("income", "houseIncome"),
)
FEED_VIEWS = (("aggregator", "feedOf"), ("aggregator", "latestRoundData"))
READER_VIEWS = (("reader", "inspect"), ("reader", "read"), ("reader", "frozenTimeOf"))
AGGREGATOR_VIEWS = (("aggregator", "latestReport"), ("aggregator", "nodeSet"), ("aggregator", "quorum"))
SUITE_VIEWS = (("income", "totals"), ("coin", "totalSupply"))
RARE_SUITE_VIEWS = (
    ("registry", "propertyCount"),
    ("registry", "registrationStoppedUntil"),
    ("registry", "listener"),
    ("certificate", "renderer"),
    ("reader", "sequencer"),
    ("reader", "maxStepBps"),
    ("reader", "quarantinePeriod"),
    ("valuation", "terms"),
    *AGGREGATOR_VIEWS,
)

SHARE_PARAMETERS = {"shareId", "tokenId"}
HOUSE_PARAMETERS = {"propertyId"}


class LawBook:
    """Watches one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.steps = 0
        self._prediction: tuple[bool, bytes] | None = None
        self._wealth: dict[str, tuple[int, int]] | None = None
        self.prices = OracleLaws(world)
        self.money = SuiteMoneyLaws(world)
        self.fees = FeeLaws(world)
        world.before = self.before
        world.after = self.after

    # -- around a step --------------------------------------------------------------------------------------------

    def before(self, action: Action, call: Call) -> None:
        world = self.world
        self._prediction = None
        self._wealth = None
        self.prices.before(action, call)
        self.money.before(action, call)
        if call.function in ("transferFrom", "safeTransferFrom") and call.contract == "certificate":
            self._predict_transfer(call, world.names.address(action.sender))
        if call.function == "claim" and call.contract == "income":
            world.check_view("income", "claimable", world.names.address(action.sender), *call.arguments)
        if action.sender == "attacker":
            self._wealth = self._wealth_of_all()

    def after(self, world: World, action: Action, outcome: Outcome, sent: Sent | None) -> None:
        self.steps += 1
        if self._prediction is not None:
            self._compare_prediction(action, outcome)
        if sent is not None:
            self._check_arrivals(sent)
            if self._wealth is not None:
                self._check_nobody_lost(action, self._wealth)
        self.prices.after(action, sent)
        self.money.after(world, action, outcome, sent)
        self.fees.after(action, sent)
        self._check_touched(action)
        self._check_in_turn()
        self._check_prices_in_turn()
        if self.steps % AUDIT_EVERY == 0:
            self.audit()

    # -- transferCheck agrees with what the transfer does ---------------------------------------------------------

    def _predict_transfer(self, call: Call, operator: str) -> None:
        """Ask the chain now; the transfer comes in a later block, so its time may still change the answer."""
        world = self.world
        model = world.model
        owner, to, share = call.arguments[:3]
        then, model.chain.now = model.chain.now, world.port.engine.now()
        try:
            answer = world.port.view("certificate", "transferCheck", owner, to, share, operator)
            world.check_view("certificate", "canTransfer", owner, to, share)
            refusal = model.certificate.refusal(owner, to, share, operator)
        finally:
            model.chain.now = then
        expected = b"" if refusal is None else world.port.encode_error(refusal.name, refusal.arguments)
        if answer != expected:
            told = world.port.decode_error(answer) if answer else None
            raise Violation("model", f"transferCheck{call.arguments} must be {refusal}, but is {told}")
        if str(refusal) == str(model.certificate.refusal(owner, to, share, operator)):
            self._prediction = (refusal is None, answer)

    def _compare_prediction(self, action: Action, outcome: Outcome) -> None:
        """A receiver's hook may still refuse what the rules allow; what they forbid never happens."""
        allowed, answer = self._prediction or (True, b"")
        refused = outcome.refused
        by_hook = action.function == "safeTransferFrom" and refused and refused.name in HOOK_REFUSALS
        if allowed != (refused is None) and not (allowed and by_hook):
            raise Violation("transferCheck", f"{action}: foretold {answer.hex() or 'success'}, came {refused}")

    # -- L7 -------------------------------------------------------------------------------------------------------

    def _check_arrivals(self, sent: Sent) -> None:
        for event in sent.events:
            if event.contract == "certificate" and event.name == "Transfer":
                owner, to, share = event.arguments
                if owner != to and not self.world.port.view("credentials", "isValid", to):
                    raise Violation("L7", f"share {share} came to {to}, whose credential is not valid")

    # -- L12 ------------------------------------------------------------------------------------------------------

    def _wealth_of_all(self) -> dict[str, tuple[int, int]]:
        """Shares and money (coins, settled and pending income) of each person, who may by now have another wallet."""
        model = self.world.model
        shares: dict[str, int] = {}
        money: dict[str, int] = {}
        for wallet in self.world.cast.people:
            person = model.credentials.currentWallet(wallet)
            shares[person] = shares.get(person, 0) + model.certificate.held[wallet]
            own = model.coin.balances[wallet] + model.income.settled[wallet]
            money[person] = money.get(person, 0) + own
        for share_id, share in model.certificate.shares.items():
            person = model.credentials.currentWallet(share.owner)
            if person in money:
                money[person] += model.income.pendingOf(share_id)
        return {person: (shares[person], money[person]) for person in shares}

    def _check_nobody_lost(self, action: Action, before: dict[str, tuple[int, int]]) -> None:
        """The attacker holds no role and no row: whatever he does, nobody else has less, unless somebody let him."""
        model = self.world.model
        attacker = model.credentials.currentWallet(self.world.cast["attacker"])
        after = self._wealth_of_all()
        for person, (shares, money) in before.items():
            now_shares, now_money = after.get(model.credentials.currentWallet(person), (0, 0))
            if person == attacker or (now_shares >= shares and now_money >= money):
                continue
            if action.function not in ALLOWED_BY_OWNER and action.contract != "timelock":
                raise Violation("L12", f"{action} took from {self.world.names.name(person)}")

    # -- views of what a step touched -----------------------------------------------------------------------------

    def _check_touched(self, action: Action) -> None:
        world = self.world
        touched = world.port.touched(action.contract, action.function, action.arguments)
        for share in touched.shares:
            self.check_share(share)
        for house in touched.houses:
            self.check_house(house)
            self.check_value(house)
        for wallet in {*touched.wallets, world.names.address(action.sender)}:
            self.check_wallet(wallet)
        for feed_id in touched.feeds:
            self.check_feed(feed_id)
        if action.contract == "aggregator":
            for contract, view in AGGREGATOR_VIEWS:
                world.check_view(contract, view)
        for contract, view in SUITE_VIEWS:
            world.check_view(contract, view)

    def _check_in_turn(self) -> None:
        """One share, one wallet, one house beside, so that a change at a distance shows soon."""
        world, step = self.world, self.steps
        ids = world.ghosts.get("ids")
        if ids is None or len(ids) != len(world.model.certificate.shares):
            ids = world.ghosts["ids"] = list(world.model.certificate.shares)
        if ids:
            share = ids[step % len(ids)]
            self.check_share(share)
            if step % 4 == 0:
                self.check_fingerprint(share)
            if step % 16 == 0:
                self.check_paper(share)
        people = world.cast.people
        wallet = people[step % len(people)]
        self.check_wallet(wallet)
        for offset in (0, 1):
            contract, view = RARE_WALLET_VIEWS[(2 * step + offset) % len(RARE_WALLET_VIEWS)]
            world.check_view(contract, view, people[(step // 4) % len(people)])
        contract, view = RARE_SUITE_VIEWS[step % len(RARE_SUITE_VIEWS)]
        world.check_view(contract, view)

    def _check_prices_in_turn(self) -> None:
        """One house's value and one pair beside: time alone changes them."""
        world, step = self.world, self.steps
        house = 1 + step // 2 % (world.model.registry.propertyCount() + 1)
        if step % 2 == 0:
            self.check_value(house)
        elif step % 4 == 1:
            contract, view = READER_VIEWS[step // 4 % len(READER_VIEWS)]
            world.check_view(contract, view, (INDEX, INDEX, TOKEN)[step // 12 % 3])
        else:
            world.check_view("aggregator", "feedOf", house_feed(house))
        if step % 16 == 1:
            world.check_view("aggregator", "digestOf", (step, world.now, house_feed(house)))

    def check_value(self, house: int) -> None:
        """The explanation is the model's, and the short views are cuts of it."""
        self.prices.check_house(house, self.world.check_view("valuation", "explainValue", house))

    def check_feed(self, feed_id: bytes) -> None:
        """As the nodes' aggregator and as the reader of outside feeds have it."""
        for contract, view in FEED_VIEWS + READER_VIEWS:
            self.world.check_view(contract, view, feed_id)
        epoch = self.world.model.aggregator.feedOf(feed_id)[2]
        self.world.check_view("aggregator", "getRoundData", feed_id, max(0, epoch - self.steps % 2))

    def check_share(self, share: int) -> None:
        for contract, view in SHARE_VIEWS:
            self.world.check_view(contract, view, share)
        owner = self.world.model.certificate.owner_of(share)
        self.world.check_view("certificate", "getFrozenTokens", owner, share)
        self.world.check_view("certificate", "frozenTimeOf", owner, share)

    def check_wallet(self, wallet: str) -> None:
        for contract, view in WALLET_VIEWS:
            self.world.check_view(contract, view, wallet)

    def check_house(self, house: int) -> None:
        world = self.world
        for contract, view in HOUSE_VIEWS:
            world.check_view(contract, view, house)
        kind = self.steps % DOCUMENT_KINDS
        world.check_view("registry", "documentOf", house, kind)
        world.check_view("registry", "documentAt", house, kind, self.steps % 4)

    def check_fingerprint(self, share: int) -> None:
        """ERC-5646: the same state has the same fingerprint, another state another."""
        world = self.world
        state = (share, *world.model.certificate.fingerprint(share))
        fingerprint = world.port.view("certificate", "getStateFingerprint", share)
        known = world.ghosts.setdefault("fingerprints", {})
        states = world.ghosts.setdefault("states", {})
        if known.setdefault(state, fingerprint) != fingerprint:
            raise Violation("ERC-5646", f"share {share} has two fingerprints in one state {state}")
        if states.setdefault(fingerprint, state) != state:
            raise Violation("ERC-5646", f"one fingerprint for two states {state} and {states[fingerprint]}")

    def check_paper(self, share: int) -> None:
        """The certificate shows the model's facts, and the loan's terms if there is a loan that tells them."""
        world = self.world
        shown = world.port.view("certificate", "certificateOf", share)
        for field, value in world.model.certificate.paper(share).items():
            if getattr(shown, field) != value:
                raise Violation("model", f"paper of {share}: {field} must be {value}, but is {getattr(shown, field)}")
        terms = world.model.certificate.loan_terms(share)
        if shown.loanTermsKnown != (terms is not None) or (terms is not None and tuple(shown.loan) != terms):
            raise Violation("model", f"paper of {share}: the loan must be {terms}, but is {shown.loan}")

    # -- everything -----------------------------------------------------------------------------------------------

    def audit(self) -> None:
        """Sums over all holders and shares."""
        world = self.world
        check_hostile_views(world)
        for wallet in world.cast.people:
            self.check_wallet(wallet)
        pending, waiting = self._audit_houses()
        self._audit_income(pending, waiting)
        self._audit_coin()
        self._audit_history()
        self.prices.audit()
        self.money.audit()
        self.fees.check()

    def _audit_houses(self) -> tuple[int, int]:
        """L6, and each share's views; returns the income not yet settled and what waits."""
        world = self.world
        view = world.port.view
        owners: dict[str, int] = {}
        all_pending = all_waiting = 0
        for house in world.model.registry.houses:
            self.check_house(house)
            self.check_value(house)
            world.check_view("valuation", "frozenTimeOf", house)
            count = view("certificate", "sharesOf", house)
            if count not in (0, view("registry", "houseOf", house)[1]):
                raise Violation("L6", f"house {house} has {count} shares")
            parts = [view("certificate", "millionthsOf", number, count) for number in range(1, count + 1)]
            if count and sum(parts) != 10**6:
                raise Violation("L6", f"the shares of house {house} total {sum(parts)} millionths")
            for share in range(house * SHARES + 1, house * SHARES + count + 1):
                self.check_share(share)
                self.check_fingerprint(share)
                self.check_paper(share)
                world.check_view("valuation", "shareValue", share)
                self.prices.check_share(share)
                owner = view("certificate", "ownerOf", share)
                owners[owner] = owners.get(owner, 0) + 1
                all_pending += view("income", "pendingOf", share)
            waiting = view("income", "houseIncome", house)[1]
            if waiting and waiting >= count * UNIT:
                raise Violation("L21", f"{waiting} wei wait for house {house} of {count} shares")
            all_waiting += waiting
        for wallet in {*owners, *world.cast.people}:
            if view("certificate", "balanceOf", wallet) != owners.get(wallet, 0):
                raise Violation("L6", f"{wallet} owns {owners.get(wallet, 0)} shares, but its balance differs")
        return all_pending, all_waiting

    def _audit_income(self, pending: int, waiting: int) -> None:
        """L21, to the wei; and the coins to pay it are there, beside what was sent to the contract by mistake."""
        world = self.world
        deposited, claimed = world.port.view("income", "totals")
        settled = sum(world.port.view("income", "settledOf", wallet) for wallet in world.cast.people)
        if deposited != claimed + pending + settled + waiting:
            raise Violation("L21", f"{deposited} came, {claimed} went, {pending} + {settled} are due, {waiting} wait")
        kept = world.port.view("coin", "balanceOf", world.port.addresses["income"])
        if kept < deposited - claimed:
            raise Violation("L21", f"{deposited - claimed} wei are due, {kept} are kept")

    def _audit_coin(self) -> None:
        """L1: the supply is the sum of balances; every holder is known, because every receiver was drawn."""
        world = self.world
        holders = {wallet for wallet, balance in world.model.coin.balances.items() if balance}
        total = sum(world.port.view("coin", "balanceOf", wallet) for wallet in holders)
        supply = world.port.view("coin", "totalSupply")
        if supply != total:
            raise Violation("L1", f"supply {supply}, balances {total}")

    def _audit_history(self) -> None:
        """L23: what was counted once is never counted less."""
        world = self.world
        counts: dict[Any, int] = {"houses": world.port.view("registry", "propertyCount")}
        for house in world.model.registry.houses:
            counts["documents", house] = world.port.view("registry", "houseOf", house)[3]
        for share in world.model.certificate.shares:
            counts["moves", share] = world.port.view("certificate", "moveNumberOf", share)
        earlier = world.ghosts.get("history", {})
        for what, count in earlier.items():
            if counts.get(what, -1) < count:
                raise Violation("L23", f"{what} fell from {count} to {counts.get(what)}")
        world.ghosts["history"] = counts


HOOK_REFUSALS = frozenset({"Refused", "ERC721InvalidReceiver"})

ALLOWED_BY_OWNER = frozenset(
    {
        *("transferFrom", "safeTransferFrom", "claimRecovered", "completeRecovery", "requestRedeem"),
        *("drawForPurchase", "bid", "close"),
    }
)
"""With an allowance or approval that the owner gave, or as the person that took a lost wallet's place; by a purchase
that he agreed to, or by an auction of what he pledged."""

HOSTILE_VIEWS: tuple[tuple[str, str, tuple[Any, ...]], ...] = tuple(
    (contract, view, arguments)
    for contract, view, arguments in (
        ("certificate", "canTransfer", (ZERO_ADDRESS, ZERO_ADDRESS, 2**256 - 1)),
        ("certificate", "canSend", (ZERO_ADDRESS,)),
        ("certificate", "canReceive", (ZERO_ADDRESS,)),
        ("certificate", "getFrozenTokens", (ZERO_ADDRESS, 0)),
        ("certificate", "frozenTimeOf", (ZERO_ADDRESS, 2**256 - 1)),
        ("certificate", "userOf", (2**256 - 1,)),
        ("certificate", "userExpires", (0,)),
        ("certificate", "transferApprovalOf", (0,)),
        ("certificate", "transferApprovalOf", (2**256 - 1,)),
        ("certificate", "encumbrancesOf", (2**256 - 1,)),
        ("certificate", "sharesOf", (2**256 - 1,)),
        ("certificate", "millionthsOf", (255, 0)),
        ("certificate", "millionthsOf", (0, 255)),
        ("income", "pendingOf", (0,)),
        ("income", "pendingOf", (2**256 - 1,)),
        ("income", "claimable", (ZERO_ADDRESS, (0, 2**256 - 1, 1, 1))),
        ("income", "houseIncome", (2**256 - 1,)),
        ("credentials", "isValid", (ZERO_ADDRESS,)),
        ("credentials", "credentialOf", (ZERO_ADDRESS,)),
        ("credentials", "currentWallet", (ZERO_ADDRESS,)),
        ("credentials", "recoveryOf", (ZERO_ADDRESS,)),
        ("registry", "houseOf", (2**256 - 1,)),
        ("registry", "seniorClaimsOf", (0,)),
        ("registry", "documentOf", (2**256 - 1, 5)),
        ("registry", "documentAt", (1, 0, 2**256 - 1)),
        ("registry", "propertyByParcel", ("", "")),
        ("registry", "propertyByProviderId", ("x" * 300, "ü")),
        ("coin", "canTransfer", (ZERO_ADDRESS, ZERO_ADDRESS, 2**256 - 1)),
        ("coin", "allowance", (ZERO_ADDRESS, ZERO_ADDRESS)),
        ("aggregator", "feedOf", (ZERO_WORD,)),
        ("aggregator", "latestRoundData", (b"\xff" * 32,)),
        ("aggregator", "getRoundData", (house_feed(1), 2**80 - 1)),
        ("aggregator", "digestOf", ((2**40 - 1, 0, ZERO_WORD),)),
        ("reader", "read", (ZERO_WORD,)),
        ("reader", "inspect", (b"\xff" * 32,)),
        ("reader", "frozenTimeOf", (house_feed(1),)),
        ("valuation", "valueOf", (0,)),
        ("valuation", "valueOf", (2**248 - 1,)),
        ("valuation", "lendingValueOf", (2**248 - 1,)),
        ("valuation", "explainValue", (2**248 - 1,)),
        ("valuation", "shareValue", (0,)),
        ("valuation", "shareValue", (2**256 - 1,)),
        ("valuation", "frozenTimeOf", (2**248 - 1,)),
        ("valuation", "isSaleReporter", (ZERO_ADDRESS,)),
    )
)
"""L18: views that no input makes revert, with inputs that might."""


def check_hostile_views(world: World) -> None:
    """Every view of `HOSTILE_VIEWS` answers, and as the model does."""
    for contract, view, arguments in HOSTILE_VIEWS:
        try:
            world.check_view(contract, view, *arguments)
        except Reverted as reverted:
            raise Violation("L18", f"{contract}.{view}{arguments} reverts with {reverted}") from reverted
