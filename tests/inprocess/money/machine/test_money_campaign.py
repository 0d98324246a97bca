"""Short campaigns on the money alone: every law holds, the rules reach what they are for, and each law notices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from acts import do, lose
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from commonhold.engines import InProcessEngine
from commonhold.fuzz.campaign import Campaign, Report, recorded, replay
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.machine import machine_of
from commonhold.fuzz.money import FAMILIES, PACE
from commonhold.fuzz.money.laws import MoneyLaws
from commonhold.fuzz.money.stage import TERMS, open_money, stage_money
from commonhold.fuzz.rules import RULES
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome, Refused
from commonhold.model.money.fees import FeeCurve
from commonhold.model.money.gate import GateTerms

STEPS = 3_000
SEEDS = (1, 2, 3)
MONEY_RULES = {rule.name for rule in RULES.values() if rule.family in FAMILIES | PACE}


@pytest.fixture(scope="module")
def reports(money_stage: World) -> list[Report]:
    return [Campaign(money_stage, seed).run(STEPS) for seed in SEEDS]


def test_campaign__short__keeps_every_law(reports: list[Report]) -> None:
    assert [found.message for report in reports for found in report.found] == []
    assert all(report.steps >= STEPS for report in reports)


def test_campaign__rules__all_reach_their_aim(reports: list[Report]) -> None:
    assert {name for report in reports for name in report.reached} == MONEY_RULES


REFUSED = {
    "CashAboveDebt", "CashBelowFloor", "CoverageBelowOne", "ERC20InsufficientAllowance", "ERC20InsufficientBalance",
    "ERC7943InsufficientUnfrozenBalance", "EmptyRequest", "EquityTooLow", "LendingPausedByDemand", "NoLoan", "NotBook",
    "NoValidReservePrice", "NotController", "NotEnoughFreeCash", "NotLoanLedger", "NotOperator", "NotOwnedHome",
    "NothingBought", "NothingContributed", "NothingPaid", "NothingRedeemed", "NothingToSkim", "PayOutCapExceeded",
    "PositionOutOfRange", "QueueNotEmpty", "RequestTooSmall", "ReservePriceTooLow", "StoppedUntil", "TooFewCoins",
    "TooLittleCash", "UnknownRequest",
}  # fmt: skip


def test_campaign__refusals__are_met_with_their_values(reports: list[Report]) -> None:
    assert set().union(*(report.errors for report in reports)) >= REFUSED


def test_campaign__same_seed__same_actions(world: World) -> None:
    runs = []
    for _ in range(2):
        Campaign(world, 7).run(150)
        runs.append(list(world.actions))
    assert runs[0] == runs[1]
    assert len(runs[0]) >= 150


OTHER_TERMS = replace(
    TERMS,
    gate=GateTerms(800, 799, 3_600, DAY, 1),
    curve=FeeCurve(0, 1_000, 10_000),
    minRequest=2 * COIN,
    minCashRatioBps=0,
    minEquity=5_000 * COIN,
    payOutCapBps=10_000,
)


@pytest.mark.parametrize(
    ("decimals", "terms"), [(18, TERMS), (2, TERMS), (0, TERMS), (6, OTHER_TERMS), (18, OTHER_TERMS)]
)
def test_campaign__other_tokens_and_terms__keep_every_law(decimals: int, terms: Any) -> None:
    report = Campaign(open_money(stage_money(InProcessEngine(), terms, decimals=decimals)), 11).run(1_000)
    assert [found.message for found in report.found] == []


SEQUENCES = sorted((Path(__file__).parents[3] / "regressions" / "money").glob("*.json"))


@pytest.mark.parametrize("file", SEQUENCES, ids=[file.stem for file in SEQUENCES])
def test_regression__recorded_sequence__keeps_every_law(world: World, file: Path) -> None:
    violation = replay(world, MoneyLaws(world).watch(), recorded(world, file))
    assert violation is None, violation


def test_machine__random_rules__keep_every_law(world: World) -> None:
    quick = settings(
        max_examples=20,
        stateful_step_count=40,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine_of(world, set(FAMILIES | PACE)), settings=quick)


# ---------------------------------------------------------------------------------------- laws that stand by themselves


WRONG_PAGES = {
    "L2": {"equityByLedger": 1},
    "L3": {"heldCash": -(10**12)},
    "L11": {"heldCoins": -1},
    "L28": {"base": 1},
    "L29": {"loansUsd": 10**24, "equityUsd": 10**24, "equityByLedger": 10**24},
}


@pytest.mark.parametrize("law", WRONG_PAGES)
def test_law__chain_and_model_err_alike__is_noticed(world: World, monkeypatch: pytest.MonkeyPatch, law: str) -> None:
    """Laws are stated on views and events: a mistake that the model shares does not hide from them."""
    honest = world.check_view

    def wrong(contract: str, view: str, *arguments: Any) -> Any:
        seen = honest(contract, view, *arguments)
        if view != "page":
            return seen
        return seen._replace(**{name: getattr(seen, name) + off for name, off in WRONG_PAGES[law].items()})

    do(world, "alice", "treasury", "requestRedeem", 1_000 * COIN, world.cast["alice"], world.cast["alice"])
    monkeypatch.setattr(world, "check_view", wrong)
    with pytest.raises(Violation, match=law + ":"):
        do(world, "alice", "treasury", "finalise")


def test_law__gate_that_forgets_to_pause__is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = world.check_view

    def open_gate(contract: str, view: str, *arguments: Any) -> Any:
        seen = honest(contract, view, *arguments)
        return seen._replace(paused=False) if view == "page" else seen

    monkeypatch.setattr(world, "check_view", open_gate)
    alice = world.cast["alice"]
    do(world, "alice", "coin", "transfer", world.cast["bob"], COIN)
    for name in ("bob", "carol", "dave"):
        do(world, name, "coin", "transfer", alice, 39_000 * COIN)
    with pytest.raises(Violation, match="L8:"):
        do(world, "alice", "treasury", "redeem", 120_000 * COIN, 0, alice)


def test_law__coverage_that_falls_by_a_redemption__is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """L25: as if a unit too much had been paid."""
    lose(world)
    laws = MoneyLaws(world).watch()

    def dearer(action: Any, call: Any) -> None:
        laws.before(action, call)
        if laws._before is not None:
            laws._before = replace(laws._before, assets=laws._before.assets + 10**13)

    monkeypatch.setattr(world, "before", dearer)
    with pytest.raises(Violation, match="L25:"):
        do(world, "alice", "treasury", "redeem", 1_000 * COIN, 0, world.cast["alice"])


def test_law__request_refused_by_a_stop__is_noticed(world: World) -> None:
    """L15: chain and model agree that a stopped treasury takes no request; nobody may stop it."""
    laws = MoneyLaws(world).watch()
    action = world.read_action([world.now, "alice", "treasury", "requestRedeem", [1, "@alice", "@alice"]])
    with pytest.raises(Violation, match="L15:"):
        laws._check_refusal(action, Outcome(refused=Refused("StoppedUntil", b"redeem", 1)))
