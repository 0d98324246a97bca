"""L15: whatever is stopped, and with oracles dead, who leaves, repays, claims, is refunded or votes does so as ever.

Each way out is tried on the chain twice in the same second, without and with a combination of hindrances, in branches
that are rolled back: both have to end alike, to the last coin. The model is not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.inputs import ALL_SHARES
from commonhold.fuzz.lending.scene import HOUSES, INDEX
from commonhold.fuzz.market.scene import FEEDS
from commonhold.fuzz.port import Port, Reverted
from commonhold.fuzz.world import Violation, World
from commonhold.model.feeds import FeedStatus
from commonhold.model.lending.book_pages import FORECLOSURE
from commonhold.model.lending.schedule import MONTH
from commonhold.model.lending.terms import Stage
from commonhold.model.market.leases import LEASE_SWITCH
from commonhold.model.market.terms import MARKET_SWITCH
from commonhold.model.money.treasury import BUY, LENDING, REDEEM
from commonhold.oracle.feeds import house_feed


@dataclass(frozen=True)
class Switch:
    """Something that the suite's guardian stops and the DAO resumes: calls by contract, function and arguments."""

    name: str
    stop: tuple[Any, ...]
    resume: tuple[Any, ...]


SWITCHES = (
    Switch("registration", ("registry", "stopRegistration"), ("registry", "resumeRegistration")),
    *(
        Switch(f"{contract}'s {what.rstrip(bytes(1)).decode()}", (contract, "stop", what), (contract, "resume", what))
        for contract, what in (
            ("treasury", BUY),
            ("treasury", REDEEM),
            ("treasury", LENDING),
            ("desk", FORECLOSURE),
            ("market", MARKET_SWITCH),
            ("lease_to_buy", LEASE_SWITCH),
        )
    ),
    *(Switch(f"value of {n}", ("valuation", "freeze", n), ("valuation", "unfreeze", n)) for n in HOUSES),
)
GUARDIAN = "guardian"


@dataclass(frozen=True)
class Hindrance:
    """Stops, or prices that fail: the calls that bring it about, and who makes them."""

    name: str
    by: str
    calls: tuple[tuple[Any, ...], ...]


def frozen(house: int) -> tuple[Any, ...]:
    return "valuation", "freeze", house


FIRST, *OTHERS = HOUSES
ALL_FEEDS = (INDEX, *FEEDS.values(), *map(house_feed, HOUSES))

HINDRANCES = (
    *(Hindrance(switch.name, GUARDIAN, (switch.stop,)) for switch in SWITCHES if switch.stop[0] != "valuation"),
    Hindrance("a house's value", GUARDIAN, (frozen(FIRST),)),
    Hindrance("all other houses' values", GUARDIAN, tuple(map(frozen, OTHERS))),
    Hindrance("the index's feed", "attacker", (("oracle", "tell", INDEX, 0, int(FeedStatus.FROZEN)),)),
    Hindrance(
        "every feed", "attacker", tuple(("oracle", "tell", feed, 0, int(FeedStatus.CALL_FAILED)) for feed in ALL_FEEDS)
    ),
)
COMBINATIONS = 1 << len(HINDRANCES)

SEEN = 3
"""Of each kind of ways out, at most, in one look."""


@dataclass(frozen=True)
class WayOut:
    """A call that no stop may get in the way of."""

    kind: str
    sender: str  # an address
    contract: str
    function: str
    arguments: tuple[Any, ...]


def chosen(combination: int) -> tuple[Hindrance, ...]:
    """By the bits of a number."""
    return tuple(one for place, one in enumerate(HINDRANCES) if combination >> place & 1)


# -- ways out ----------------------------------------------------------------------------------------------------------


def ways_out(w: World) -> list[WayOut]:
    """Of everybody who has something in the suite now, in the second of the next action."""
    w.model.chain.now = w.now
    found: list[WayOut] = []
    for of_kind in (_loans, _requests, _sales, _leases, _shares, _purses, _votes):
        counted: Counter[str] = Counter()
        for way in of_kind(w):
            counted[way.kind] += 1
            if counted[way.kind] <= SEEN and way.sender in w.cast.people:
                found.append(way)
    return found


def _loans(w: World) -> Iterator[WayOut]:
    """Repaying an instalment, what is late, or all; curing by another share; a surplus."""
    book, price = w.model.book, w.model.treasury.price()
    for loan_id, loan in book.loans.items():
        if loan.stage not in (Stage.ACTIVE, Stage.FORECLOSING):
            continue
        person, fees = book.today(loan), book.feesDueOf(loan_id)
        late = max(0, w.now - loan.progress.due_at) // MONTH + 1
        yield WayOut("repay", person, "book", "pay", (loan_id, fees + price.coins_for_up(loan.instalment)))
        yield WayOut("cure", person, "book", "pay", (loan_id, fees + price.coins_for_up(late * loan.instalment)))
        yield WayOut("redeem the pledge", person, "book", "pay", (loan_id, fees + 2 * book.debtOf(loan_id)))
        yield WayOut("repay in cash", person, "book", "payCash", (loan_id, 100 * 10**6, 0))
        free = [number for number in shares_of(w, person) if not w.model.certificate.shares[number].locked]
        if free:
            yield WayOut("add collateral", person, "book", "addCollateral", (loan_id, free[0]))
    for wallet, coins in book.surplus.items():
        if coins:
            today = w.model.credentials.currentWallet(wallet)
            yield WayOut("claim a surplus", today, "book", "claimSurplus", (wallet, today))


def _requests(w: World) -> Iterator[WayOut]:
    for name in ("alice", "carol"):
        person = w.cast[name]
        yield WayOut("ask for cash", person, "treasury", "requestRedeem", (200 * COIN, person, person))
    for request in w.model.treasury.queue.requests.values():
        today = w.model.credentials.currentWallet(request.controller)
        yield WayOut("claim cash", today, "treasury", "claim", (request.end, today))


def _sales(w: World) -> Iterator[WayOut]:
    """Refunds, documents, disputes; taking back what one asked."""
    ledger = w.ghosts.get("ledger")
    for purchase in ledger.open.values() if ledger is not None else ():
        buyer = w.model.credentials.currentWallet(purchase.buyer)
        yield WayOut("refund", buyer, "market", "refund", (tuple(purchase.ask), buyer))
        yield WayOut("attest", buyer, "market", "attestDocuments", (tuple(purchase.ask), b"deed".ljust(32, b".")))
        yield WayOut("dispute", buyer, "market", "dispute", (tuple(purchase.ask),))
    for share_id in w.model.market.listings:
        owner = w.model.certificate.owner_of(share_id)
        yield WayOut("unlist", w.model.credentials.currentWallet(owner), "market", "unlist", (share_id,))
    yield WayOut("cancel asks", w.cast["carol"], "market", "cancelAll", ())


def _leases(w: World) -> Iterator[WayOut]:
    credentials = w.model.credentials
    for lease_id, let in w.model.lease_to_buy.leases.items():
        lessee = credentials.currentWallet(let.lessee)
        yield WayOut("pay a rent", lessee, "lease_to_buy", "pay", (lease_id, 1))
        yield WayOut("collect rents", w.cast["alice"], "lease_to_buy", "collect", (lease_id,))
        if let.money.price is not None:  # today's price needs a value of today
            yield WayOut("buy at an agreed price", lessee, "lease_to_buy", "buy", (lease_id, 10**24))
        yield WayOut("end a lease", lessee, "lease_to_buy", "end", (lease_id,))


def _shares(w: World) -> Iterator[WayOut]:
    """Leaving with a share, its income, a new wallet."""
    certificate = w.model.certificate
    for share_id in ALL_SHARES:
        share, manager = certificate.shares[share_id], w.model.registry.managerOf(share_id >> 8)
        if share.locked or share.owner not in w.cast.people:
            continue
        until = w.now + DAY
        yield WayOut("let go", manager, "certificate", "approveTransfer", (share_id, w.cast["carol"], until))
        if share.permission is not None:
            to = share.permission.to
            yield WayOut("leave", share.owner, "certificate", "transferFrom", (share.owner, to, share_id))
    for name in ("alice", "bob"):
        person = w.cast[name]
        if shares_of(w, person):
            yield WayOut("claim income", person, "income", "claim", (tuple(shares_of(w, person)),))
    for old, new in w.model.credentials.successor_of.items():
        if shares_of(w, old):
            yield WayOut("recover shares", new, "certificate", "completeRecovery", (old, tuple(shares_of(w, old))))
    person = w.cast["dave"]
    yield WayOut("renew", w.cast["issuer"], "credentials", "renew", (person, w.now + 2_000 * DAY))


def shares_of(w: World, person: str) -> list[int]:
    return [number for number in ALL_SHARES if w.model.certificate.owner_of(number) == person]


def _purses(w: World) -> Iterator[WayOut]:
    yield WayOut("fund a house", w.cast["alice"], "house_escrow", "fund", (1, COIN, 0))
    for house in w.model.house_escrow.purses:
        yield WayOut("sweep fees", w.cast["attacker"], "house_escrow", "sweepFees", (house,))
    for number, found in w.model.house_ballot.ballots.items():
        yield WayOut("conclude a ballot", w.cast["attacker"], "house_ballot", "conclude", (number,))
        for share_id in ALL_SHARES:
            if share_id >> 8 == found.house and share_id not in found.votes:
                owner = w.model.certificate.owner_of(share_id)
                yield WayOut("vote in a house", owner, "house_ballot", "vote", (number, (share_id,), True))


def _votes(w: World) -> Iterator[WayOut]:
    """The guardian can't stop the DAO either."""
    whale, other = w.cast["whale_a"], w.cast["alice"]
    yield WayOut("move HOLD", whale, "hold", "transfer", (other, COIN))
    for number, found in reversed(w.model.governor.proposals.items()):
        lists = (found.actions.targets, found.actions.values, found.actions.payloads, bytes(32))
        yield WayOut("vote", whale, "governor", "castVote", (number, 1))
        yield WayOut("queue", other, "governor", "queue", lists)
        yield WayOut("execute", other, "governor", "execute", lists)


# -- trying them -------------------------------------------------------------------------------------------------------


class Exits:
    """The ways out of one moment, and what each comes to while nothing more is stopped than the world has stopped."""

    def __init__(self, world: World, ways: Sequence[WayOut] | None = None) -> None:
        self._world = world
        self._port: Port = world.port
        self._second = max(world.now, world.port.engine.now() + 1)
        self.ways = ways_out(world) if ways is None else list(ways)
        with self._branch():
            self._begin()
            self._free = [self._try(way) for way in self.ways]

    def working(self) -> list[WayOut]:
        """Those that succeed."""
        return [way for way, (done, _) in zip(self.ways, self._free, strict=True) if done]

    def check(self, combination: int) -> None:
        """That the hindrances of a combination change none of them."""
        hindrances = chosen(combination)
        with self._branch():
            self._begin()
            for one in hindrances:
                self._stop(one)
            self._compare(hindrances)

    def check_all(self) -> int:
        """That no combination does. Returns how many there were."""
        with self._branch():
            self._begin()
            return self._check_from(0, ())

    def _check_from(self, place: int, stopped: tuple[Hindrance, ...]) -> int:
        """With what is stopped already, and every combination of the hindrances from a place on."""
        if place == len(HINDRANCES):
            self._compare(stopped)
            return 1
        count = self._check_from(place + 1, stopped)
        with self._branch():
            self._stop(HINDRANCES[place])
            return count + self._check_from(place + 1, (*stopped, HINDRANCES[place]))

    def _compare(self, stopped: tuple[Hindrance, ...]) -> None:
        for way, free in zip(self.ways, self._free, strict=True):
            if _meets_its_own_stop(way):
                continue
            found = self._try(way)
            if free != found:
                names = ", ".join(one.name for one in stopped)
                raise Violation("L15", f"{way} comes to {found} with {names} stopped, without to {free}")

    @contextmanager
    def _branch(self) -> Iterator[None]:
        before = self._port.snapshot()
        try:
            yield
        finally:
            self._port.restore(before)

    def _begin(self) -> None:
        """The second begins, whether anything is stopped in it or not."""
        self._send(self._world.cast["attacker"], "oracle", "tell", (bytes(32), 0, 0))

    def _stop(self, hindrance: Hindrance) -> None:
        """What of it does not rest."""
        for contract, function, *arguments in hindrance.calls:
            try:
                self._send(self._world.cast[hindrance.by], contract, function, tuple(arguments))
            except Reverted as refused:
                if refused.name not in ("StopNotReady", "AccessManagedUnauthorized", "AlreadyFrozen"):
                    raise

    def _try(self, way: WayOut) -> tuple[bool, Any]:
        with self._branch():
            try:
                sent = self._send(way.sender, way.contract, way.function, way.arguments)
            except Reverted as refused:
                return False, str(refused)
            return True, (sent.result, sent.events)

    def _send(self, sender: str, contract: str, function: str, arguments: Sequence[Any]) -> Any:
        self._port.set_time(self._second)
        return self._port.send(self._world.call(contract, function, *arguments), sender)


def _meets_its_own_stop(way: WayOut) -> bool:
    """A proposal that resumes something finds it stopped, or not."""
    return way.kind == "execute" and any(getattr(call, "function", "") in RESUMING for call in way.arguments[2])


RESUMING = {switch.resume[1] for switch in SWITCHES}
