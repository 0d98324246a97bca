"""What the money's model does not know of: parameters, peers, guards, tokens that misbehave, whole transactions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from acts import cash, do, later, page, refused

from commonhold.engines import InProcessEngine, Revert
from commonhold.engines.base import Contract, decode_revert
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.money.stage import RESERVE_FEED, STOP_PERIOD, TERMS, deploy_money, terms_of
from commonhold.fuzz.world import World
from commonhold.model.money.fees import BPS
from commonhold.model.money.treasury import TreasuryTerms

NOBODY = "0x" + "00" * 20


def refusal(act: Callable[[], object]) -> tuple[str, tuple[Any, ...]]:
    """Also of a constructor, whose refusals the engine doesn't read."""
    with pytest.raises(Revert) as caught:
        act()
    read = decode_revert(caught.value.data, "Treasury") if caught.value.data else caught.value
    return read.name, read.values


# -------------------------------------------------------------------------------------------------- queue and donations


def test_skim__donations__count_only_then(world: World) -> None:
    before = page(world)
    where = world.port.addresses["treasury"]
    do(world, "alice", "reserve", "transfer", where, cash(world, 7))
    do(world, "alice", "coin", "transfer", where, 3 * COIN)
    later(world, 1)
    assert page(world).trackedCash == before.trackedCash
    assert page(world).coins == before.coins
    do(world, "bob", "treasury", "skim")
    assert page(world).trackedCash == before.trackedCash + cash(world, 7)
    assert page(world).coins == before.coins - 3 * COIN


def test_claim__by_an_operator__goes_where_he_says(world: World) -> None:
    w, owner, operator, payee = world, *(world.cast[name] for name in ("alice", "bob", "carol"))
    do(w, "alice", "treasury", "setOperator", operator, True)
    request = do(w, "bob", "treasury", "requestRedeem", 1_000 * COIN, owner, owner)
    had = w.port.view("reserve", "balanceOf", payee)
    assert refused(w, "carol", "treasury", "claim", request, payee) == ("NotController", (request, payee, owner))
    paid = do(w, "bob", "treasury", "claim", request, payee)
    assert w.port.view("reserve", "balanceOf", payee) == had + paid > had
    assert refused(w, "bob", "treasury", "claim", request, payee) == ("UnknownRequest", (request,))
    assert operator != payee


def test_claim__controller_lost_his_wallet__the_new_one_claims(world: World) -> None:
    w, lost, new = world, world.cast["alice"], world.cast["spare_a"]
    request = do(w, "alice", "treasury", "requestRedeem", 1_000 * COIN, lost, lost)
    do(w, "issuer", "credentials", "startRecovery", lost, new)
    later(w, w.model.credentials.recovery_period)
    do(w, "bob", "credentials", "finishRecovery", lost)
    assert refused(w, "alice", "treasury", "claim", request, lost) == ("NotController", (request, lost, new))
    assert do(w, "spare_a", "treasury", "claim", request, new) > 0


def test_request__without_a_controller__is_refused(world: World) -> None:
    alice = world.cast["alice"]
    net = treasury(world).netCoins(1_000 * COIN)
    told = refused(world, "alice", "treasury", "requestRedeem", 1_000 * COIN, NOBODY, alice)
    assert told == ("EmptyRequest", (NOBODY, net))


# -------------------------------------------------------------------------------------------------------------- equity


def test_pay_out__several_in_a_transaction__count_together(world: World) -> None:
    """5 % of the equity go once a transaction, however often, and not twice in one."""
    w, contracts = world, world.port.contracts
    desk, hub, dao = contracts["treasury"], contracts["hub"], w.cast["dao"]
    equity = page(w).equityUsd
    amount = cash(w, 600)
    assert equity // 20 < 1_200 * COIN
    pay = hub.execute.encode(desk.address, desk.payOut.encode(w.cast["bob"], amount))
    name, (paid, cap) = refusal(partial(hub.multicall, [pay, pay], sender=dao))
    assert (name, paid) == ("PayOutCapExceeded", 1_200 * COIN)
    assert cap == desk.balanceSheet().equityUsd * 500 // BPS
    hub.multicall([pay], sender=dao)
    hub.multicall([pay], sender=dao)
    assert equity - 1_200 * COIN < desk.balanceSheet().equityUsd < equity - 1_199 * COIN  # a second's interest


def test_pay_out_cap__raised__acts_after_7_days_and_not_before(world: World) -> None:
    w, week = world, 7 * DAY
    desk = w.port.contracts["treasury"]
    do(w, "dao", "treasury", "setPayOutCap", 1_000)
    acts_at = w.actions[-1].at + week
    w.port.engine.set_time(acts_at - 1)
    assert tuple(desk.payOutCap()) == (500, 1_000, acts_at)
    w.port.engine.set_time(acts_at)
    assert tuple(desk.payOutCap()) == (1_000, 0, 0)
    w.next_at = acts_at + 1
    do(w, "dao", "treasury", "setPayOutCap", 200)
    assert tuple(desk.payOutCap()) == (200, 0, 0)


@pytest.mark.parametrize(
    ("contract", "function", "args"),
    [
        ("treasury", "payOut", (NOBODY, 1)),
        ("treasury", "setPayOutCap", (1,)),
        ("treasury", "setGateTerms", ((1_500, 750, DAY),)),
        ("treasury", "stop", (b"buy".ljust(32, b"\0"),)),
        ("treasury", "resume", (b"buy".ljust(32, b"\0"),)),
        ("loans", "setBook", (NOBODY, True)),
    ],
)
def test_guard__strangers__may_not(world: World, contract: str, function: str, args: tuple[Any, ...]) -> None:
    told = refused(world, "alice", contract, function, *args)
    assert told == ("AccessManagedUnauthorized", (world.cast["alice"],))


def test_guardian__may_stop_and_nothing_else(world: World) -> None:
    """L16: and what is stopped is what the switch says."""
    w, switch = world, b"redeem".ljust(32, b"\0")
    do(w, "guardian", "treasury", "stop", switch)
    for function, *args in (("resume", switch), ("setPayOutCap", 0), ("payOut", NOBODY, 1)):
        assert refused(w, "guardian", "treasury", function, *args)[0] == "AccessManagedUnauthorized"
    alice = w.cast["alice"]
    assert refused(w, "alice", "treasury", "redeem", COIN, 0, alice)[0] == "StoppedUntil"
    request = do(w, "alice", "treasury", "requestRedeem", 200 * COIN, alice, alice)
    assert do(w, "alice", "treasury", "claim", request, alice) > 0


# --------------------------------------------------------------------------------------------------- the reserve token


@pytest.fixture
def unruly() -> tuple[dict[str, Contract], str]:
    """A treasury whose reserve token may misbehave, and a buyer with a million of it."""
    engine = InProcessEngine()
    dao, buyer = engine.accounts[:2]
    contracts = deploy_money(engine, dao, TERMS, reserve_kind="TestUnrulyToken")
    contracts["reserve"].mint(buyer, 10**12, sender=buyer)
    contracts["reserve"].approve(contracts["treasury"], 10**12, sender=buyer)
    contracts["treasury"].buy(10**9, 0, buyer, sender=buyer)
    return contracts, buyer


@pytest.mark.parametrize(
    ("function", "args"),
    [("skim", ()), ("finalise", ()), ("balanceSheet", ()), ("buy", (1, 0, "0x" + "11" * 20))],
)
@pytest.mark.parametrize("entry", ["buy", "contribute"])
def test_cash_in__a_token_that_calls_back__finds_the_books_locked(
    unruly: tuple[dict[str, Contract], str], entry: str, function: str, args: tuple[Any, ...]
) -> None:
    contracts, buyer = unruly
    desk = contracts["treasury"]
    contracts["reserve"].callBack(desk, getattr(desk, function).encode(*args), sender=buyer)
    arguments = (10**6, 0, buyer) if entry == "buy" else (10**6,)
    assert refusal(partial(getattr(desk, entry), *arguments, sender=buyer)) == ("CashUnderWay", ())


def test_cash_in__a_token_that_takes_a_fee__is_refused(unruly: tuple[dict[str, Contract], str]) -> None:
    contracts, buyer = unruly
    contracts["reserve"].takeFee(1, sender=buyer)
    told = refusal(partial(contracts["treasury"].buy, 10**6, 0, buyer, sender=buyer))
    assert told == ("InexactTransfer", (10**6, 10**9, 10**9 + 10**6 - 1))


# ---------------------------------------------------------------------------------------------------------- parameters


@pytest.fixture
def deploy() -> Callable[..., tuple[str, tuple[Any, ...]]]:
    """`deploy({3: 501})` tries to create a treasury with other terms, by their places; returns why it can't be."""

    def attempt(
        changes: dict[int, Any], peers: dict[int, Any] | None = None, *, decimals: int = 6, status: int = 1
    ) -> tuple[str, tuple[Any, ...]]:
        engine = InProcessEngine()
        dao, stranger = engine.accounts[:2]
        contracts = deploy_money(engine, dao, TreasuryTerms())
        if status != 1:
            contracts["reader"].set(COIN, status, sender=dao)
        terms = list(terms_of(TreasuryTerms(), STOP_PERIOD))
        reserve = engine.deploy("TestReserveToken", decimals, sender=dao)
        given = [contracts["coin"], reserve, contracts["reader"], RESERVE_FEED, contracts["credentials"]]
        given += [contracts["loans"], contracts["hub"]]
        for place, value in changes.items():
            terms[place] = value
        for place, peer in (peers or {}).items():
            given[place] = contracts.get(peer, stranger)
        hub = contracts["hub"]
        return refusal(partial(engine.deploy, "Treasury", hub, tuple(given), tuple(terms), sender=dao))

    return attempt


@pytest.mark.parametrize(
    ("changes", "error", "values"),
    [
        ({6: 2 * 10**12 - 1}, "MinRequestTooSmall", (2 * 10**12 - 1, 2 * 10**12)),
        ({7: 0}, "MinReservePriceOutOfRange", (0, 1, COIN - 1)),
        ({7: COIN}, "MinReservePriceOutOfRange", (COIN, 1, COIN - 1)),
        ({8: 10_001}, "CashRatioOutOfRange", (10_001, 10_000)),
        ({10: 10_001}, "PayOutCapOutOfRange", (10_001, 10_000)),
        ({11: 86_399}, "CapRaisePeriodOutOfRange", (86_399, 86_400, 90 * 86_400)),
        ({12: 3_599}, "StopPeriodOutOfRange", (3_599,)),
        ({4: 1_001}, "RedemptionFeeTooHigh", (1_001, 1_000)),
        ({3: 501}, "FeeBpsOutOfOrder", (501, 500, 10_000)),
        ({5: 0}, "FeeTopDemandOutOfRange", (0, 10_000)),
        ({1: 0}, "MinBaseOutOfRange", (0, 2**96 - 1)),
        ({2: 0}, "HalfLifeOutOfRange", (0, 2**40 - 1)),
        ({0: (750, 750, DAY)}, "GateThresholdsOutOfOrder", (750, 750)),
        ({0: (1_500, 750, 0)}, "DwellPeriodOutOfRange", (0, 30 * DAY)),
    ],
)
def test_constructor__parameters_without_sense__are_refused(
    deploy: Callable[..., Any], changes: dict[int, Any], error: str, values: tuple[Any, ...]
) -> None:
    assert deploy(changes) == (error, values)


def test_constructor__more_than_18_decimals__is_refused(deploy: Callable[..., Any]) -> None:
    assert deploy({}, decimals=24) == ("UnsupportedDecimals", (24, 18))


def test_constructor__no_valid_price__is_refused(deploy: Callable[..., Any]) -> None:
    assert deploy({}, status=13) == ("NoValidReservePrice", (COIN, 13))


@pytest.mark.parametrize("place", [0, 1, 2, 4, 6])
def test_constructor__peers_without_code__are_refused(deploy: Callable[..., Any], place: int) -> None:
    """But for the loan ledger, which comes after the treasury."""
    stranger = InProcessEngine().accounts[1]
    assert deploy({}, {place: stranger}) == ("MissingCode", (stranger,))


def test_constructor__the_coin_as_its_own_reserve__is_refused(deploy: Callable[..., Any]) -> None:
    error, _ = deploy({}, {1: "coin"})
    assert error == "ReserveIsCoin"
