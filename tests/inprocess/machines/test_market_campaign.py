"""Short campaigns where the market plays: every law holds, the rules reach what they are for, and the laws notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commonhold.engines import InProcessEngine
from commonhold.fuzz.actions import load_facts
from commonhold.fuzz.campaign import Campaign, Report, laws_of, recorded, replay
from commonhold.fuzz.choices import SeededChoices
from commonhold.fuzz.market.ending import end_everything
from commonhold.fuzz.market.laws import MarketLaws
from commonhold.fuzz.market.stage import open_market_stage
from commonhold.fuzz.rules import rules_for
from commonhold.fuzz.world import Violation, World
from commonhold.model.core import ZERO_WORD, Refused
from commonhold.model.market.asks import Asks
from commonhold.model.market.prints import Differs, Prints
from commonhold.model.market.sales import ShareMarket

STEPS = 2_000
SEEDS = (1, 2)

CERTAIN = {
    "AskExpired", "AskSpent", "CurrencyNotTaken", "FeeNeedsCoin", "FingerprintChanged", "InvalidSignature",
    "MissingDocuments", "NoSale", "NotAttested", "NotBuyer", "NotListed", "NotManager", "NotRefundable",
    "NotShareOwner", "OwnShare", "PaymentShort", "SaleNotApproved", "SettlePeriodOutOfRange", "StoppedUntil",
}  # fmt: skip


@pytest.fixture(scope="module")
def market_stage() -> World:
    return open_market_stage(InProcessEngine())


@pytest.fixture
def world(market_stage: World) -> World:
    market_stage.reopen()
    MarketLaws(market_stage).watch()
    return market_stage


@pytest.fixture(scope="module")
def reports(market_stage: World) -> list[Report]:
    return [Campaign(market_stage, seed).run(STEPS) for seed in SEEDS]


def test_campaign__short__keeps_every_law(reports: list[Report]) -> None:
    assert [found.message for report in reports for found in report.found] == []
    assert all(report.steps >= STEPS for report in reports)


def test_campaign__rules__reach_their_aim(market_stage: World, reports: list[Report]) -> None:
    missed = {rule.name for rule in rules_for(market_stage)} - {name for report in reports for name in report.reached}
    assert len(missed) <= 12, missed  # some states are rare


def test_campaign__refusals__are_met_with_their_values(reports: list[Report]) -> None:
    assert CERTAIN - set().union(*(report.errors for report in reports)) == set()


def test_campaign__same_seed__same_actions(world: World) -> None:
    runs = []
    for _ in range(2):
        Campaign(world, 7).run(150)
        runs.append(list(world.actions))
    assert runs[0] == runs[1]


def forget_the_fee(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShareMarket, "feeOf", lambda self, price: price * self.numbers.saleFeeBps // 10_000)


def forget_recoveries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Asks, "today", lambda self, person: person)


MISTAKES: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (forget_the_fee, forget_recoveries)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_campaign__mistaken_model__is_noticed(
    market_stage: World, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """What the chain does and the model does not, comes to light."""
    mistake(monkeypatch)
    assert Campaign(market_stage, 4, shrink=False).run(20_000).found


SEQUENCES = sorted((Path(__file__).parents[2] / "regressions" / "market").glob("*.json"))


@pytest.mark.parametrize("file", SEQUENCES, ids=[file.stem for file in SEQUENCES])
def test_regression__recorded_sequence__keeps_every_law(world: World, file: Path) -> None:
    violation = replay(world, laws_of(world), recorded(world, file))
    assert violation is None, violation
    # Its signatures are for these addresses: with others every step would be refused, and show nothing.
    assert world.endings == load_facts(file)["endings"]


# -- the laws themselves, where chain and model would be wrong alike --------------------------------------------------


def with_purchase(stage: World) -> MarketLaws:
    """Laws of a sequence in which a purchase waits, with something that was paid for it."""
    stage.reopen()
    laws = MarketLaws(stage)
    laws.watch()
    rules, choices = {rule.name: rule for rule in rules_for(stage)}, SeededChoices("a purchase")
    while not any(part.amount for purchase in laws.ledger.open.values() for part in purchase.parts):
        rules["list_ask"].run(stage, choices)
        rules["buy_offer"].run(stage, choices)
    return laws


def test_law__ask_acts_twice__is_a_violation(market_stage: World) -> None:
    laws = with_purchase(market_stage)
    with pytest.raises(Violation, match="acts twice"):
        laws.ledger._act(next(iter(laws.ledger.open)))


def test_law__money_that_nobody_counts__is_a_violation(market_stage: World) -> None:
    laws = with_purchase(market_stage)
    next(iter(laws.ledger.open.values())).parts.pop()
    with pytest.raises(Violation, match="lie in the market"):
        laws._check_balances()


def test_law__refund_to_a_stranger__is_a_violation(market_stage: World) -> None:
    laws = with_purchase(market_stage)
    ask_hash, purchase = next(iter(laws.ledger.open.items()))
    part, thief = next(part for part in purchase.parts if part.amount), market_stage.cast["attacker"]
    with pytest.raises(Violation, match="L12"):
        laws.ledger._refunded(thief, None, ask_hash, thief, *part)


def test_law__purchase_that_can_not_end__is_stuck(market_stage: World) -> None:
    """The end of everything gives all back, and says so if it can't."""
    laws = with_purchase(market_stage)
    before = market_stage.port.engine.now()
    end_everything(market_stage, laws.ledger)
    assert market_stage.port.engine.now() == before
    for purchase in laws.ledger.open.values():
        purchase.deadline -= 10**6
        purchase.ask = purchase.ask._replace(expiresAt=1)
    with pytest.raises(Violation, match="NoSale"):
        end_everything(market_stage, laws.ledger)


def test_prints__two_states_with_one__are_told() -> None:
    prints = Prints(lambda share_id, state, second: ZERO_WORD)
    prints(1, (1, "a"), 0)
    with pytest.raises(Differs):
        prints(1, (1, "b"), 0)


def test_trial__refused__leaves_the_model_as_it_was(world: World) -> None:
    model, coins = world.model, dict(world.model.coin.balances)
    with pytest.raises(Refused), model.trial():
        _pay_and_refuse(world)
    assert dict(model.coin.balances) == coins
    assert world.model is model


def _pay_and_refuse(world: World) -> None:
    world.model.coin.transfer(world.cast["alice"], world.cast["bob"], 5)
    raise Refused("TestRefusal")
