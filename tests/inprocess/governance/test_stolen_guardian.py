"""The guardian's key is stolen (L15, L16, T42): the thief can stop new business for one period and do no worse, and
long before it is over the DAO has taken the key's power away. People repay, cure, claim and leave all the time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from dao_stage import DAY, Dao, own_dao, refused

from commonhold.engines import Revert
from commonhold.engines.base import EngineError
from commonhold.operations.governance.guardian import (
    KINDS,
    GuardianError,
    Switch,
    all_switches,
    drill,
    spelled,
    stop,
    summary,
    switch_of,
    switch_table,
)
from commonhold.operations.governance.powers import STRANGER, refusal_of
from commonhold.operations.governance.roles import audit
from commonhold.recipe import Role
from commonhold.recipe.buying import buy_coins, give_cash, keep_price_valid
from commonhold.recipe.lending import LoanStage
from commonhold.recipe.plan import RESERVE_FEED
from commonhold.recipe.voting import action, by_vote

COIN, PERIOD = 10**18, 30 * DAY
SWITCHES = 10  # seven of the suite, two feeds, one house
STOPS = {
    ("registry", "stopRegistration"),
    ("reader", "freeze"),
    ("valuation", "freeze"),
    *((contract, "stop") for contract in ("treasury", "desk", "market", "lease_to_buy")),
}


@dataclass
class Town:
    """A suite under its governor: a loan to be paid, one in foreclosure, coins and income to be claimed."""

    dao: Dao
    thief: str  # whoever has the guardian's key
    owner: str
    debtor: str
    saver: str
    paid_loan: int
    late_loan: int
    house: int  # of the owner's loan
    request: int  # of the saver, finalised

    @property
    def suite(self) -> Any:
        return self.dao.suite

    def stop_everything(self) -> list[Switch]:
        """All there is, and the value of the house."""
        names = [*(one.name for one in all_switches(self.suite)), f"house {self.house}"]
        planned = drill(self.suite, names)
        stop(self.suite, planned.to_stop, self.thief, lambda one: None)
        return list(planned.to_stop)

    def use(self, one: Switch) -> Any:
        """The thief, directly."""
        return getattr(self.suite.contracts[one.contract], one.function)(*one.args, sender=self.thief)

    def fortune(self) -> dict[str, Any]:
        """What could be stolen, spent or changed in somebody's disfavour."""
        suite = self.suite
        people = (self.thief, self.owner, self.debtor, self.saver, suite.treasury.address, suite.timelock.address)
        houses = range(1, suite.registry.propertyCount() + 1)
        return {
            "coins": suite.coin.totalSupply(),
            "purses": [(suite.coin.balanceOf(one), suite.reserve.balanceOf(one)) for one in people],
            "votes": [suite.hold.balanceOf(one) for one in people],
            "cash": (suite.treasury.trackedCash(), suite.treasury.setAsideCash()),
            "debts": [suite.desk.loanOf(loan).principal for loan in (self.paid_loan, self.late_loan)],
            "owners": [suite.certificate.ownerOf(house * 256 + number) for house in houses for number in range(1, 9)],
            "values": [suite.valuation.explainValue(house).appraisalUsd for house in houses],
        }


def keep_index(suite: Any) -> None:
    """Time went by: the index says again what it said last."""
    suite.index_feed.updateAnswer(suite.index_feed.latestAnswer(), sender=suite.deployer)


@pytest.fixture
def town(
    suite: Any,
    late_loan: Any,
    active_loan: Any,
    coins: Any,
    pay_income: Any,
    guardian: str,
    owner_a: str,
    owner_b: str,
    buyer: str,
    attacker: str,
    credential: Any,
) -> Town:
    paid = active_loan(owner_a)
    late = late_loan(owner_b, days=91)
    keep_index(suite)
    suite.book.startForeclosure(late, sender=attacker)
    house = suite.desk.loanOf(paid).application.shareId >> 8
    pay_income(house, 800 * COIN)
    for wallet in (owner_a, owner_b, buyer):
        coins(wallet, 30_000 * COIN)
        suite.coin.approve(suite.treasury.address, 2**256 - 1, sender=wallet)
    credential(buyer)
    request = suite.treasury.requestRedeem(1_000 * COIN, buyer, buyer, sender=buyer).event("RedeemRequest")["requestId"]
    return Town(own_dao(suite), guardian, owner_a, owner_b, buyer, paid, late, house, request)


def test_l16_stolen_key__every_function_of_the_suite__answers_a_stop_and_nothing_else(town: Town) -> None:
    """The thief calls everything. Only the stops answer him otherwise than they answer a stranger."""
    suite, thief, different = town.suite, town.thief, set()
    for key, contract in suite.contracts.items():
        for coder in contract.coders.functions.values():
            if not coder.is_view:
                answers = [answer(suite, contract, coder.selector, caller) for caller in (thief, STRANGER)]
                if answers[0] != answers[1]:
                    different.add((key, coder.name))
    assert different == STOPS


def answer(suite: Any, contract: Any, selector: bytes, caller: str) -> Any:
    """How a contract answers, with the caller's own name left out."""
    try:
        refusal = refusal_of(suite.engine, contract, selector, caller)
    except EngineError as error:
        return type(error).__name__
    return refusal and (refusal.name, tuple("caller" if value == caller else value for value in refusal.values))


def test_t42_stolen_key__stops_everything__and_moves_nothing(town: Town) -> None:
    before = town.fortune()
    assert len(town.stop_everything()) == SWITCHES
    found = all_switches(town.suite)
    now = town.suite.engine.now()
    assert len(found) == SWITCHES
    assert all(one.is_on(now) and one.until <= now + PERIOD for one in found)
    assert town.fortune() == before
    assert audit(town.suite).findings == ()


def test_l15_stolen_key__under_all_stops__people_repay_cure_claim_and_leave(
    town: Town, approve_move: Any, register_house: Any
) -> None:
    town.stop_everything()
    suite, owner, debtor, saver = town.suite, town.owner, town.debtor, town.saver
    new_business_is_stopped(town)
    until = suite.registry.registrationStoppedUntil()
    refused(register_house, "StoppedUntil", b"registration".ljust(32, b"\0"), until)

    suite.book.pay(town.paid_loan, 2**256 - 1, sender=owner)
    assert suite.desk.loanOf(town.paid_loan).stage == LoanStage.REPAID
    cured = suite.book.pay(town.late_loan, 5_000 * COIN, sender=debtor)
    assert "ForeclosureCured" in {event.name for event in cured.events}
    assert suite.desk.loanOf(town.late_loan).stage == LoanStage.ACTIVE

    cash = suite.reserve.balanceOf(saver)
    suite.treasury.claim(town.request, saver, sender=saver)
    assert suite.reserve.balanceOf(saver) > cash
    suite.treasury.requestRedeem(1_000 * COIN, saver, saver, sender=saver)

    share = town.house * 256 + 2
    income = suite.coin.balanceOf(owner)
    suite.income.claim([share], sender=owner)
    assert suite.coin.balanceOf(owner) == income + 100 * COIN
    approve_move(share, saver)
    suite.certificate.transferFrom(owner, saver, share, sender=owner)
    assert suite.certificate.ownerOf(share) == saver


def new_business_is_stopped(town: Town) -> None:
    """Coins are not sold, nor redeemed at once; and no foreclosure begins, though the loan is late enough."""
    suite, saver = town.suite, town.saver
    give_cash(suite, saver, 1_000 * suite.parameters.reserve.unit)
    cash = 1_000 * suite.parameters.reserve.unit
    for what, call in {
        "buy": lambda: suite.treasury.buy(cash, 0, saver, sender=saver),
        "redeem": lambda: suite.treasury.redeem(COIN * 1_000, 0, saver, sender=saver),
        "foreclosure": lambda: suite.book.startForeclosure(town.paid_loan, sender=saver),
    }.items():
        with pytest.raises(Revert) as caught:
            call()
        assert (caught.value.name, caught.value.values[0]) == ("StoppedUntil", what.encode().ljust(32, b"\0"))


def test_t42_stolen_key__without_anybodys_help__stops_thirty_days_and_rests_as_long(town: Town) -> None:
    """What no vote ends, ends by itself; and the next stop is another thirty days away."""
    suite, engine = town.suite, town.suite.engine
    town.stop_everything()
    stopped = {one.name: one for one in all_switches(suite)}
    for one in stopped.values():
        refused(functools.partial(town.use, one), "StopNotReady", _what(one), one.until + PERIOD)
    engine.set_time(max(one.until for one in stopped.values()))
    assert [one for one in all_switches(suite) if one.is_on(engine.now())] == []
    keep_price_valid(suite)
    buy_coins(suite, town.saver, 1_000 * suite.parameters.reserve.unit)
    engine.set_time(min(one.until for one in stopped.values()) + PERIOD - 60)
    for one in stopped.values():
        refused(functools.partial(town.use, one), "StopNotReady", _what(one), one.until + PERIOD)
    assert len(drill(suite, []).resting) == SWITCHES
    assert drill(suite, []).to_stop == []


def _what(one: Switch) -> bytes:
    """How a switch is called in its contract's events and errors."""
    argument = one.args[0] if one.args else b"registration".ljust(32, b"\0")
    return argument if isinstance(argument, bytes) else argument.to_bytes(32, "big")


def test_t42_stolen_key__the_daos_vote__takes_it_away_and_starts_again_before_the_stop_ends(
    town: Town, attacker: str
) -> None:
    """One proposal: the role to another guardian, all switches on again. It takes eight days of the thirty."""
    suite, engine = town.suite, town.suite.engine
    began = engine.now()
    stopped = town.stop_everything()
    lifted = by_vote(
        suite,
        action(suite.hub, "revokeRole", Role.GUARDIAN, town.thief),
        action(suite.hub, "grantRole", Role.GUARDIAN, attacker, 0),
        *(lifting(suite, one) for one in stopped),
        text="The guardian's key was stolen",
    )
    assert lifted.timestamp - began < 9 * DAY < PERIOD
    now = engine.now()
    assert [one for one in all_switches(suite) if one.is_on(now)] == []
    for one in all_switches(suite):
        refused(functools.partial(town.use, one), "AccessManagedUnauthorized", town.thief)
    buy_coins(suite, town.saver, 1_000 * suite.parameters.reserve.unit)
    # The audit shows whoever reads it that the parameters name the old one.
    assert {(one.rule, one.holder) for one in audit(suite).findings} == {
        ("role-missing", town.thief),
        ("role-besides-plan", attacker),
    }


def lifting(suite: Any, one: Switch) -> Any:
    """What ends a stop early."""
    name = {"stopRegistration": "resumeRegistration", "stop": "resume", "freeze": "unfreeze"}[one.function]
    return action(suite.contracts[one.contract], name, *one.args)


def test_t42_stolen_key__against_the_vote_that_takes_it_away__has_no_means(town: Town) -> None:
    """He can't cancel it, in the governor or in the timelock, and can't keep the role by granting it to himself."""
    suite, thief = town.suite, town.thief
    proposal = town.dao.proposal(action(suite.hub, "revokeRole", Role.GUARDIAN, thief))
    proposal.pass_and_queue(town.dao.voters)
    with pytest.raises(Revert) as caught:
        proposal.cancel(thief)
    assert caught.value.name == "GovernorUnableToCancel"
    refused(
        lambda: suite.hub.grantRole(Role.GUARDIAN, STRANGER, 0, sender=thief),
        "AccessManagerUnauthorizedAccount",
        thief,
        Role.ADMIN,
    )
    proposal.execute(town.dao.voters[0])
    assert not suite.hub.hasRole(Role.GUARDIAN, thief).isMember


# --------------------------------------------------------------------------------------------------- the drill itself


def test_drill__of_one_that_is_on__leaves_it(suite: Any, guardian: str) -> None:
    first = drill(suite, ["lending"])
    stop(suite, first.to_stop, guardian, lambda one: None)
    again = drill(suite, ["lending", "market"])
    assert ([one.name for one in again.stopped], [one.name for one in again.to_stop]) == (["lending"], ["market"])
    told: list[Switch] = []
    stop(suite, again.to_stop, guardian, told.append)
    assert [(one.name, one.until) for one in told] == [("market", suite.market.stoppedUntil(KINDS[5].id))]


def test_drill__lifted_by_the_dao__rests_from_then_on(suite: Any, guardian: str, as_dao: Any) -> None:
    stop(suite, drill(suite, ["register"]).to_stop, guardian, lambda one: None)
    as_dao(suite.registry, "resumeRegistration")
    resumed = suite.engine.now()
    (one,) = drill(suite, ["register"]).resting
    assert (one.until, one.ready_at) == (resumed, resumed + PERIOD)


def test_drill__by_no_guardian__sends_nothing(suite: Any, attacker: str) -> None:
    block = suite.engine.block_number()
    with pytest.raises(GuardianError, match=f"{attacker} is no guardian"):
        stop(suite, drill(suite, []).to_stop, attacker, lambda one: None)
    assert suite.engine.block_number() == block


def test_drill__of_a_house_without_an_appraisal__says_until_when(
    suite: Any, guardian: str, as_dao: Any, register_house: Callable[..., int]
) -> None:
    """It has no value that could be frozen, and the freeze holds all the same."""
    house = register_house()
    name = f"house {house}"
    told: list[Switch] = []
    assert [one.name for one in drill(suite, [name]).to_stop] == [name]
    stop(suite, drill(suite, [name]).to_stop, guardian, told.append)
    until = suite.engine.now() + PERIOD
    assert [(one.name, one.until) for one in told] == [(name, until)]
    assert [one.until for one in drill(suite, [name]).stopped] == [until]
    assert next(iter(summary(all_switches(suite), suite.engine.now()))) == "stopped: 1 of 10 switches"

    as_dao(suite.valuation, "unfreeze", house)
    resumed = suite.engine.now()
    (one,) = drill(suite, [name]).resting
    assert (one.until, one.ready_at) == (resumed, resumed + PERIOD)
    suite.engine.set_time(resumed + PERIOD)
    assert [one.name for one in drill(suite, [name]).to_stop] == [name]


@pytest.mark.parametrize("name", ["", "lendin", "house", "house 0", "house x", "feed ", "feed \x07", "stop"])
def test_switch__that_is_none__is_named_with_those_there_are(name: str) -> None:
    with pytest.raises(GuardianError, match=r"expected register, buy, redeem, lending, foreclosure, market, lease, a"):
        spelled(name)


@pytest.mark.parametrize(
    ("name", "said"), [("house 7", "property 7 is not registered"), ("feed GOLD", "there is no such feed")]
)
def test_switch__of_what_the_suite_has_not__is_refused(suite: Any, name: str, said: str) -> None:
    with pytest.raises(GuardianError, match=said):
        switch_of(suite, spelled(name))


def test_table__says_what_is_stopped_and_until_when(suite: Any, guardian: str, say: Callable[..., str]) -> None:
    stop(suite, drill(suite, ["feed RESERVE-USD"]).to_stop, guardian, lambda one: None)
    until, now = suite.reader.inspect(RESERVE_FEED).frozenUntil, suite.engine.now()
    found = all_switches(suite)
    assert [one.name for one in found if one.is_on(now)] == ["feed RESERVE-USD"]
    assert say(switch_table(found, now)).count("STOPPED") == 1
    assert next(iter(summary(found, now))) == "stopped: 1 of 9 switches"
    assert until == now + PERIOD
