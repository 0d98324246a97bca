"""Who gets what of a fee: to the wei, over random splits, fees, claims and coverages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, permutations
from typing import Any

import pytest
from coin_world import UNLIMITED, WAD, CoinWorld, deploy_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonhold.engines import Revert

WHOLE = 10_000
MORTGAGE_COMPANY, DAO = 0, 1  # of Party
KINDS = range(5)
PROVIDERS = ("Example Homes", "Second Service", "3rd Registrar")

examples = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def world(engine: Any) -> Iterator[CoinWorld]:
    """The reserve token has 18 decimals, so that coverage can be moved by a wei; everything is covered exactly."""
    with engine.rollback():
        dao, payer = engine.accounts[:2]
        world = deploy_world(engine, dao, engine.deploy("TestReserveToken", 18, sender=dao))
        for provider in PROVIDERS:
            world.house(provider)
            world.house(provider.upper())
        world.reserve.mint(payer, 2**90, sender=payer)
        world.buy(payer, 2**90)
        yield world


@pytest.fixture
def payer(engine: Any) -> str:
    return engine.accounts[1]


@pytest.fixture
def payees(engine: Any) -> list[str]:
    """The mortgage company's, the DAO's, and one for each provider."""
    return engine.accounts[2:7]


# ------------------------------------------------------------------------------------------------------------ the model


@dataclass
class Expected:
    """What the rules say, in other words: a fee is 10,000 equal parts of whole wei, and a rest."""

    split: tuple[int, int, int, int]
    burned: int = 0
    owed: dict[Any, int] = field(default_factory=dict)

    def pay(self, provider: str, amount: int, *, covered: bool) -> None:
        _, mortgage_company, of_provider, dao = self.split if covered else (WHOLE, 0, 0, 0)
        part = amount // WHOLE
        given_away = 0
        for party, bps in ((MORTGAGE_COMPANY, mortgage_company), (DAO, dao), (provider, of_provider)):
            self.owed[party] = self.owed.get(party, 0) + part * bps
            given_away += part * bps
        self.burned += amount - given_away


class Stage:
    """A splitter with a split of its own, and what is expected of it."""

    def __init__(self, world: CoinWorld, split: tuple[int, int, int, int], payer: str, payees: list[str]) -> None:
        self.world, self.payer = world, payer
        self.splitter = world.splitter(split, payees[0], payees[1])
        self.payees: dict[Any, str] = {MORTGAGE_COMPANY: payees[0], DAO: payees[1]}
        for provider, payee in zip(PROVIDERS, payees[2:], strict=True):
            self.splitter.setProviderPayee(provider, payee, sender=world.dao)
            self.payees[provider] = payee
        world.coin.approve(self.splitter, UNLIMITED, sender=payer)
        self.expected = Expected(split)
        self.paid = self.claimed = 0
        self.supply = world.coin.totalSupply()

    def pay(self, provider: str, amount: int, kind: int = 0, house: int = 0) -> int:
        number = self.world.houses[(provider, provider.upper())[house]][0]
        covered = self.world.surplus() >= 0
        receipt = self.splitter.pay(number, kind, amount, sender=self.payer)
        self.paid += amount
        burned = self.expected.burned
        self.expected.pay(provider, amount, covered=covered)
        to_reserve = receipt.event("FeePaid")["toReserve"]
        assert to_reserve == self.expected.burned - burned
        return to_reserve

    def owed(self, party: Any) -> int:
        if isinstance(party, int):
            return self.splitter.owedTo(party)
        return self.splitter.owedToProvider(self.splitter.providerKey(party))

    def claim(self, party: Any, to: str) -> None:
        before = self.world.coin.balanceOf(to)
        sender = self.payees[party]
        if isinstance(party, int):
            self.splitter.claim(party, to, sender=sender)
        else:
            self.splitter.claimAsProvider(self.splitter.providerKey(party), to, sender=sender)
        amount = self.expected.owed.pop(party)
        self.claimed += amount
        assert self.world.coin.balanceOf(to) == before + amount

    def check(self) -> None:
        """Nothing is lost or made, and everybody is owed what the model says."""
        splitter, coin = self.splitter, self.world.coin
        for party in self.payees:
            assert self.owed(party) == self.expected.owed.get(party, 0)
        held = coin.balanceOf(splitter)
        assert splitter.totalOwed() == sum(self.expected.owed.values()) == held
        assert coin.totalSupply() == self.supply - self.expected.burned
        assert self.paid == self.expected.burned + held + self.claimed


@st.composite
def splits(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Any four parts of the whole, also none and all."""
    cuts = sorted(draw(st.lists(st.integers(0, WHOLE), min_size=3, max_size=3)))
    parts = [end - start for start, end in pairwise([0, *cuts, WHOLE])]
    return tuple(draw(st.permutations(parts)))  # type: ignore[return-value]


amounts = st.one_of(st.integers(1, 3 * WHOLE), st.integers(1, 10**24))
fees = st.lists(
    st.tuples(st.sampled_from(PROVIDERS), amounts, st.sampled_from(KINDS), st.integers(0, 1)), min_size=1, max_size=8
)


# ---------------------------------------------------------------------------------------------------------------- exact


@given(split=splits(), paid=fees, seed=st.integers(0, 2**32))
@examples
def test_split__any_fees_and_claims__are_exact_to_the_wei(
    world: CoinWorld, payer: str, payees: list[str], split: Any, paid: Any, seed: int
) -> None:
    """Fees of all kinds, claims and losses in between, in any order."""
    chosen = random.Random(seed)
    with world.engine.rollback():
        stage = Stage(world, split, payer, payees)
        for provider, amount, kind, house in paid:
            if chosen.random() < 0.3:
                wei = chosen.choice((1, amount, amount + 1))
                world.uncover(payer, wei)
                stage.supply += wei
            stage.pay(provider, amount, kind, house)
            party = chosen.choice(list(stage.payees))
            if stage.expected.owed.get(party):
                stage.claim(party, chosen.choice(payees))
            stage.check()


@given(amount=st.one_of(st.integers(0, 3 * WHOLE), st.integers(0, 2**96)), split=splits())
@examples
def test_quote__is_what_pay_does(world: CoinWorld, payer: str, payees: list[str], amount: int, split: Any) -> None:
    with world.engine.rollback():
        stage = Stage(world, split, payer, payees)
        for uncovered in (False, True):
            if uncovered:
                world.uncover(payer, world.surplus() + 1)
            told = tuple(stage.splitter.quote(amount))
            assert sum(told) == amount
            if not 0 < amount <= world.coin.balanceOf(payer):
                continue
            before = [stage.owed(party) for party in (MORTGAGE_COMPANY, PROVIDERS[0], DAO)]
            to_reserve = stage.pay(PROVIDERS[0], amount)
            after = [stage.owed(party) for party in (MORTGAGE_COMPANY, PROVIDERS[0], DAO)]
            assert told == (to_reserve, *(now - then for now, then in zip(after, before, strict=True)))
            assert not uncovered or told == (amount, 0, 0, 0)


@given(paid=fees, split=splits(), orders=st.randoms(use_true_random=False))
@examples
def test_order_of_fees__does_not_matter(
    world: CoinWorld, payer: str, payees: list[str], paid: Any, split: Any, orders: random.Random
) -> None:
    some = list(permutations(paid)) if len(paid) < 4 else [tuple(orders.sample(paid, len(paid))) for _ in range(6)]
    seen = set()
    for order in some:
        with world.engine.rollback():
            stage = Stage(world, split, payer, payees)
            for provider, amount, kind, house in order:
                stage.pay(provider, amount, kind, house)
            owed = tuple(stage.owed(party) for party in stage.payees)
            seen.add((owed, world.coin.totalSupply(), world.surplus()))
    assert len(seen) == 1


@given(pieces=st.lists(amounts, min_size=2, max_size=6), split=splits())
@examples
def test_fee_in_pieces__gives_nobody_but_the_reserve_more(
    world: CoinWorld, payer: str, payees: list[str], pieces: list[int], split: Any
) -> None:
    """The reserve takes the dust: a payee gets its part of the whole, less a few wei (below its bps) a piece."""
    owed = []
    for amounts_paid in ([sum(pieces)], pieces):
        with world.engine.rollback():
            stage = Stage(world, split, payer, payees)
            for amount in amounts_paid:
                stage.pay(PROVIDERS[0], amount)
            owed.append([stage.owed(party) for party in (MORTGAGE_COMPANY, PROVIDERS[0], DAO)])
    for whole, parted, bps in zip(*owed, split[1:], strict=True):
        assert whole - len(pieces) * bps < parted <= whole or bps == whole == parted == 0


# ------------------------------------------------------------------------------------------------------------- coverage


@pytest.mark.parametrize(("surplus", "shared"), [(-1, False), (0, True), (1, True)])
def test_coverage__a_wei_below_one__gives_all_to_the_reserve(
    world: CoinWorld, payer: str, payees: list[str], engine: Any, surplus: int, shared: bool
) -> None:
    with engine.rollback():
        stage = Stage(world, (5_000, 2_000, 1_000, 2_000), payer, payees)
        if surplus < 0:
            world.uncover(payer, -surplus)
        elif surplus > 0:
            world.reserve.mint(payer, surplus, sender=payer)
            world.reserve.approve(world.treasury, surplus, sender=payer)
            world.treasury.contribute(surplus, sender=payer)
        assert world.surplus() == surplus
        assert stage.pay(PROVIDERS[0], 100 * WAD) == (50 * WAD if shared else 100 * WAD)
        assert stage.owed(DAO) == (20 * WAD if shared else 0)


def test_coverage__by_a_depeg__counts_like_any_other(
    world: CoinWorld, payer: str, payees: list[str], engine: Any
) -> None:
    with engine.rollback():
        stage = Stage(world, (0, 0, 0, WHOLE), payer, payees)
        assert stage.pay(PROVIDERS[0], 10**20) == 0
        world.reader.set(WAD - 1, 1, sender=payer)
        assert stage.pay(PROVIDERS[0], 10**20) == 10**20


@given(gap=st.integers(1, 10**24), amount=amounts)
@examples
def test_fee_below_coverage_one__never_lowers_it(
    world: CoinWorld, payer: str, payees: list[str], gap: int, amount: int
) -> None:
    """Law L25, compared as assets x coins crosswise; what had come before stays with those it belongs to."""
    with world.engine.rollback():
        stage = Stage(world, (5_000, 2_000, 1_000, 2_000), payer, payees)
        stage.pay(PROVIDERS[0], 10**20)
        before = stage.owed(DAO)
        world.uncover(payer, gap + world.surplus())
        assets, coins = world.surplus() + world.coin.totalSupply(), world.coin.totalSupply()
        assert assets == coins - gap
        stage.pay(PROVIDERS[1], amount)
        left = world.coin.totalSupply()
        assert left == coins - amount
        assert (world.surplus() + left) * coins > assets * left
        assert stage.owed(DAO) == before


# ------------------------------------------------------------------------------------------------------- who is owed it


def test_provider__spelled_otherwise__is_the_same(world: CoinWorld, payer: str, payees: list[str], engine: Any) -> None:
    with engine.rollback():
        stage = Stage(world, (0, 0, WHOLE, 0), payer, payees)
        for house in (0, 1):
            stage.pay(PROVIDERS[0], 10**20, house=house)
        key = stage.splitter.providerKey("  example--HOMES. ")
        assert stage.splitter.owedToProvider(key) == 2 * 10**20
        assert {stage.splitter.providerKeyOf(world.houses[name][0]) for name in (PROVIDERS[0], "EXAMPLE HOMES")} == {
            key
        }
        assert stage.splitter.providerKeyOf(10**6) == bytes(32)


def test_payee_missing__holds_up_nothing(world: CoinWorld, payer: str, engine: Any) -> None:
    """What comes waits for the first payee; a later one gets what the one before had not taken."""
    first, second = engine.accounts[8:10]
    with engine.rollback():
        splitter = world.splitter()
        world.coin.approve(splitter, UNLIMITED, sender=payer)
        house = world.houses[PROVIDERS[2]][0]
        splitter.pay(house, 0, 100 * WAD, sender=payer)
        key = splitter.providerKey(PROVIDERS[2])
        nobody = "0x" + "00" * 20
        for claim in (lambda: splitter.claim(DAO, first, sender=first),
                      lambda: splitter.claimAsProvider(key, first, sender=first)):  # fmt: skip
            with pytest.raises(Revert) as refused:
                claim()
            assert (refused.value.name, refused.value.values) == ("NotPayee", (first, nobody))
        splitter.setProviderPayee(PROVIDERS[2], first, sender=world.dao)
        assert splitter.claimAsProvider.call(key, first, sender=first) == 10 * WAD
        splitter.setProviderPayee(PROVIDERS[2], second, sender=world.dao)
        splitter.claimAsProvider(key, second, sender=second)
        assert world.coin.balanceOf(second) == 10 * WAD
        assert splitter.owedTo(DAO) == 20 * WAD


def test_payee_frozen_by_the_court__still_gets_and_blocks_nobody(
    world: CoinWorld, payer: str, payees: list[str], engine: Any
) -> None:
    with engine.rollback():
        stage = Stage(world, (5_000, 2_000, 1_000, 2_000), payer, payees)
        world.hub.grantRole(6, world.dao, 0, sender=world.dao)
        world.coin.setFrozenTokens(payees[0], UNLIMITED, sender=world.dao)
        stage.pay(PROVIDERS[0], 100 * WAD)
        stage.claim(MORTGAGE_COMPANY, payees[0])
        stage.claim(DAO, payees[1])
        stage.claim(PROVIDERS[0], payees[1])
        stage.check()


def test_payee_recovered__the_wallet_of_today_claims(
    world: CoinWorld, payer: str, payees: list[str], engine: Any
) -> None:
    lost, found = payees[1], engine.accounts[9]
    with engine.rollback():
        stage = Stage(world, (5_000, 2_000, 1_000, 2_000), payer, payees)
        stage.pay(PROVIDERS[0], 100 * WAD)
        world.hub.grantRole(3, world.dao, 0, sender=world.dao)
        credentials = world.credentials
        credentials.issue(lost, b"owner".ljust(32, b"-"), engine.now() + 10**8, 840, 0, sender=world.dao)
        credentials.startRecovery(lost, found, sender=world.dao)
        engine.advance(credentials.recoveryPeriod())
        credentials.finishRecovery(lost, sender=world.dao)
        with pytest.raises(Revert) as refused:
            stage.splitter.claim(DAO, lost, sender=lost)
        assert (refused.value.name, refused.value.values) == ("NotPayee", (lost, found))
        stage.payees[DAO] = found
        stage.claim(DAO, found)
        stage.check()


# ------------------------------------------------------------------------------------------------- coins from elsewhere


def test_donation__counts_for_nothing_until_skimmed_into_equity(
    world: CoinWorld, payer: str, payees: list[str], engine: Any
) -> None:
    with engine.rollback():
        stage = Stage(world, (5_000, 2_000, 1_000, 2_000), payer, payees)
        stage.pay(PROVIDERS[0], 100 * WAD)
        owed, surplus = stage.splitter.totalOwed(), world.surplus()
        world.coin.transfer(stage.splitter, 7, sender=payer)
        assert (stage.splitter.totalOwed(), world.surplus()) == (owed, surplus)
        receipt = stage.splitter.skim(sender=payees[4])
        assert receipt.event("Skimmed").args == {"caller": payees[4], "amount": 7}
        assert world.surplus() == surplus + 7
        stage.supply -= 7
        stage.check()
        with pytest.raises(Revert) as refused:
            stage.splitter.skim(sender=payees[4])
        assert (refused.value.name, refused.value.values) == ("NothingToSkim", (owed, owed))


def test_coins_taken_by_the_court__are_missing_from_claims_and_from_nothing_else(
    world: CoinWorld, payer: str, payees: list[str], engine: Any
) -> None:
    with engine.rollback():
        stage = Stage(world, (5_000, 2_000, 1_000, 2_000), payer, payees)
        stage.pay(PROVIDERS[0], 100 * WAD)
        splitter = stage.splitter
        world.coin.forcedTransfer(splitter, payer, 45 * WAD, sender=world.dao)
        with pytest.raises(Revert) as refused:
            splitter.skim(sender=payer)
        assert (refused.value.name, refused.value.values) == ("NothingToSkim", (5 * WAD, 50 * WAD))
        with pytest.raises(Revert, match="ERC20InsufficientBalance"):
            splitter.claim(DAO, payees[1], sender=payees[1])
        assert stage.pay(PROVIDERS[1], 100 * WAD) == 50 * WAD
        splitter.claim(DAO, payees[1], sender=payees[1])
        assert world.coin.balanceOf(payees[1]) == 40 * WAD
