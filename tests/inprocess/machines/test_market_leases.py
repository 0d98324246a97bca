"""Leases and purses in the machine: a mistaken model comes to light, and so does what the laws forbid."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commonhold.engines import InProcessEngine
from commonhold.fuzz.actions import Action
from commonhold.fuzz.campaign import Campaign
from commonhold.fuzz.market.lease_laws import LeaseLaws
from commonhold.fuzz.market.opening import FIRST_LEASES
from commonhold.fuzz.market.purse_laws import PurseLaws
from commonhold.fuzz.market.stage import open_market_stage
from commonhold.fuzz.port import Sent
from commonhold.fuzz.rules import RULES
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.core import Logged
from commonhold.model.market.lease import Lease
from commonhold.model.market.leases import LeaseToBuy
from commonhold.model.market.purses import HouseEscrow

STEPS = 20_000
COIN = 10**18
SHARE, OWNER, LESSEE, RENT = FIRST_LEASES[0][:4]
PAYEE, INVOICE = "bob", b"\7" * 32


@pytest.fixture(scope="module")
def market_stage() -> World:
    return open_market_stage(InProcessEngine())


@pytest.fixture
def world(market_stage: World) -> World:
    market_stage.reopen()
    return market_stage


def forget_early_rents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lease, "unbegun", lambda self, now: 0)


def let_the_window_run_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        HouseEscrow,
        "_window_runs",
        lambda self, purse: purse.window_from is not None and self.now <= self._window_end(purse),
    )


def forget_late_fees(monkeypatch: pytest.MonkeyPatch) -> None:
    debt = LeaseToBuy._debt
    monkeypatch.setattr(LeaseToBuy, "_debt", lambda self, share: (debt(self, share)[0], debt(self, share)[1] // 2))


def forget_who_lost_his_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LeaseToBuy, "_today", lambda self, wallet: wallet)


MISTAKES = (forget_early_rents, let_the_window_run_on, forget_late_fees, forget_who_lost_his_keys)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_campaign__mistaken_model__is_noticed(
    market_stage: World, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mistake(monkeypatch)
    campaign = Campaign(market_stage, 4, shrink=False)
    campaign._bag = [
        rule for rule in RULES.values() if rule.family in ("leasing", "purses") for _ in range(rule.weight)
    ]
    assert campaign.run(STEPS).found


def leases(w: World) -> str:
    return w.port.addresses["lease_to_buy"]


def terms(w: World) -> tuple[object, ...]:
    """Of an offer that became a lease before the sequence began."""
    share_id, owner, lessee, rent, months, *bps, price, _ = FIRST_LEASES[0]
    return (w.cast[owner], share_id, w.cast[lessee], rent, months, *bps, 0, price, bytes(32), w.now + 9, 0)


def signed(w: World, lease_id: int) -> Logged:
    told = (lease_id, SHARE, w.cast[LESSEE], bytes(32), terms(w))
    return Logged("lease_to_buy", "LeaseSigned", told)


def paid_invoice(w: World, coins: int = COIN, fee: int = 0, by: str = "manager") -> Logged:
    payee = w.cast[PAYEE]
    return Logged("house_escrow", "InvoicePaid", (1, payee, INVOICE, w.cast[by], payee, coins, fee))


def registered(w: World, at: int) -> Logged:
    return Logged("house_escrow", "PayeeRegistered", (1, w.cast[PAYEE], False, at))


FUNDED = Logged("house_escrow", "Funded", (1, "somebody", 0, 9_000 * COIN))

LEASES_FORBID: dict[str, Callable[[World], tuple[str, str, list[Logged]]]] = {
    "a lien on a let share": lambda w: (
        "book",
        "draw",
        [Logged("certificate", "LienPlaced", (SHARE, w.port.addresses["book"], w.cast[OWNER]))],
    ),
    "a sale over the lessee's head": lambda w: (
        "market",
        "settle",
        [Logged("certificate", "Transfer", (w.cast[OWNER], w.cast["bob"], SHARE))],
    ),
    "an offer that acts again": lambda w: ("lease_to_buy", "sign", [signed(w, 9)]),
    "a rent for less": lambda w: (
        "lease_to_buy",
        "pay",
        [Logged("lease_to_buy", "RentPaid", (3, w.cast["spammer"], 1, 900 * COIN - 3, 11))],
    ),
    "the owner takes what is refundable": lambda w: (
        "lease_to_buy",
        "collect",
        [Logged("lease_to_buy", "RentCollected", (1, w.cast[OWNER], 11, 11 * RENT, 0))],
    ),
    "an end before the term": lambda w: (
        "lease_to_buy",
        "end",
        [Logged("lease_to_buy", "LeaseEnded", (1, SHARE, 1, 0))],
    ),
    "coins leave by somebody else's call": lambda w: (
        "coin",
        "transfer",
        [Logged("coin", "Transfer", (leases(w), w.cast["bob"], 1))],
    ),
}

PURSES_FORBID: dict[str, Callable[[World], list[Logged]]] = {
    "nobody's payee": lambda w: [FUNDED, paid_invoice(w)],
    "too early": lambda w: [FUNDED, registered(w, w.now + 7 * 86_400), paid_invoice(w)],
    "without the delay": lambda w: [registered(w, w.now)],
    "twice": lambda w: [FUNDED, registered(w, w.now + 7 * 86_400), paid_invoice(w), paid_invoice(w)],
    "above the limit": lambda w: [FUNDED, paid_invoice(w, 1_001 * COIN)],
    "more than there is": lambda w: [paid_invoice(w, COIN)],
}


@pytest.mark.parametrize("case", LEASES_FORBID)
def test_laws__of_leases__notice(world: World, case: str) -> None:
    laws = LeaseLaws(world)
    contract, function, events = LEASES_FORBID[case](world)
    action = Action(world.now, "attacker", contract, function, (1,))
    with pytest.raises(Violation):
        laws.after(action, Outcome(), Sent(None, tuple(events)))


@pytest.mark.parametrize("case", PURSES_FORBID)
def test_laws__of_purses__notice(world: World, case: str) -> None:
    laws = PurseLaws(world)
    action = Action(world.now, "manager", "house_escrow", "pay", ())
    with pytest.raises(Violation):
        laws.after(action, Outcome(), Sent(None, tuple(PURSES_FORBID[case](world))))


def test_laws__coins_that_nobody_told_of__are_noticed(world: World) -> None:
    """In the very next step of the contract."""
    world.port.send(world.call("coin", "transfer", leases(world), 1), world.cast["alice"])
    world.next_at += 1
    with pytest.raises(Violation):
        world.act(world.cast["attacker"], "lease_to_buy", "collect", 1)


def test_laws__end_of_all_leases__leaves_nothing(world: World) -> None:
    LeaseLaws(world).end()
