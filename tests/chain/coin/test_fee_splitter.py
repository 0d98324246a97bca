"""The fee splitter on the chain: construction, who may do what, events, and what a fee costs.

That every split is exact is shown in process: tests/inprocess/money/test_fee_splits.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from coin_world import SPLIT, UNLIMITED, WAD, CoinWorld, deploy_world

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert

MORTGAGE_COMPANY, DAO = 0, 1  # of Party
LATE, SALE = 1, 2  # of FeeKind
NOBODY = "0x" + "00" * 20
STALE = 13  # of FeedStatus


@pytest.fixture(scope="module")
def world(engine: Any) -> Iterator[CoinWorld]:
    with engine.rollback():
        dao, payer = engine.accounts[:2]
        world = deploy_world(engine, dao, engine.deploy("TestReserveToken", 6, sender=dao))
        world.reserve.mint(payer, 10**12, sender=payer)
        world.buy(payer, 10**12)
        world.house()
        yield world


@pytest.fixture
def payer(engine: Any) -> str:
    return engine.accounts[1]


@pytest.fixture
def mortgage_company(engine: Any) -> str:
    return engine.accounts[2]


@pytest.fixture
def treasurer(engine: Any) -> str:
    """Takes the DAO's part."""
    return engine.accounts[3]


@pytest.fixture
def provider(engine: Any) -> str:
    return engine.accounts[4]


@pytest.fixture
def stranger(engine: Any) -> str:
    return engine.accounts[5]


@pytest.fixture
def splitter(world: CoinWorld, payer: str, mortgage_company: str, treasurer: str, provider: str) -> Any:
    splitter = world.splitter(SPLIT, mortgage_company, treasurer)
    splitter.setProviderPayee("Example Homes", provider, sender=world.dao)
    world.coin.approve(splitter, UNLIMITED, sender=payer)
    return splitter


@contextmanager
def expect(name: str, *values: Any) -> Iterator[None]:
    with pytest.raises(Revert) as caught:
        yield
    told = decode_revert(caught.value.data)  # also what a constructor said
    assert (told.name, told.values) == (name, values)


def refused(name: str, *values: Any) -> AbstractContextManager[None]:
    return expect(name, *(getattr(value, "address", value) for value in values))


# ------------------------------------------------------------------------------------------------------- construction


@pytest.mark.parametrize(
    ("split", "total"),
    [
        ((5_000, 2_000, 1_000, 1_999), 9_999),
        ((5_000, 2_000, 1_000, 2_001), 10_001),
        ((0, 0, 0, 0), 0),
        ((65_535, 65_535, 65_535, 65_535), 262_140),
        ((65_535, 10_001, 0, 0), 75_536),  # 10,000 in 16 bits
    ],
)
def test_constructor__parts_that_are_not_the_whole__are_refused(world: CoinWorld, split: Any, total: int) -> None:
    with refused("SplitsDoNotTotal", total, 10_000):
        world.splitter(split)


def test_constructor__peers_without_code__are_refused(world: CoinWorld, stranger: str) -> None:
    peers = (world.coin, world.treasury, world.registry, world.credentials)
    for place in range(4):
        given = (*peers[:place], stranger, *peers[place + 1 :])
        with refused("MissingCode", stranger):
            world.engine.deploy("FeeSplitter", world.hub, given, SPLIT, NOBODY, NOBODY, sender=world.dao)


def test_constructor__writes_split_and_payees(splitter: Any, mortgage_company: str, treasurer: str) -> None:
    assert tuple(splitter.split()) == SPLIT
    assert splitter.payeeOf(MORTGAGE_COMPANY) == mortgage_company
    assert splitter.payeeOf(DAO) == treasurer
    assert splitter.totalOwed() == 0


# --------------------------------------------------------------------------------------------------------------- fees


def test_pay__says_who_paid_for_what_and_burns_the_reserves_part(world: CoinWorld, splitter: Any, payer: str) -> None:
    amount = 100 * WAD + 12_345  # a part is 10,000,000,000,000,001 wei; 2,345 are left over
    to_reserve = 50 * WAD + 5_000 + 2_345
    surplus = world.surplus()
    receipt = splitter.pay(1, SALE, amount, sender=payer)
    assert receipt.event("FeePaid").args == {
        "propertyId": 1,
        "kind": SALE,
        "from": payer,
        "amount": amount,
        "toReserve": to_reserve,
    }
    assert receipt.event("BurnedIntoEquity").args == {"from": splitter.address, "coins": to_reserve}
    assert world.surplus() == surplus + to_reserve
    assert splitter.owedTo(MORTGAGE_COMPANY) == splitter.owedTo(DAO) == 20 * WAD + 2_000
    assert splitter.owedToProvider(splitter.providerKeyOf(1)) == 10 * WAD + 1_000
    assert splitter.totalOwed() == world.coin.balanceOf(splitter) == 50 * WAD + 5_000


def test_pay__nothing_or_for_an_unknown_house__is_refused(splitter: Any, payer: str) -> None:
    with refused("NoFee", 1, LATE):
        splitter.pay(1, LATE, 0, sender=payer)
    for unknown in (0, 2, 2**256 - 1):
        with refused("UnknownHouse", unknown):
            splitter.pay(unknown, LATE, 1, sender=payer)


def test_pay__more_than_allowed_or_there__is_refused_and_leaves_no_trace(
    world: CoinWorld, splitter: Any, payer: str, stranger: str
) -> None:
    with refused("ERC20InsufficientAllowance", splitter, 0, 10):
        splitter.pay(1, LATE, 10, sender=stranger)
    world.coin.approve(splitter, UNLIMITED, sender=stranger)
    with refused("ERC20InsufficientBalance", stranger, 0, 10**20):
        splitter.pay(1, LATE, 10**20, sender=stranger)
    assert splitter.totalOwed() == splitter.owedTo(DAO) == 0


def test_pay__with_everything_stopped_and_no_valid_price__goes_on(world: CoinWorld, splitter: Any, payer: str) -> None:
    for switch in (b"buy", b"redeem", b"lending"):
        world.treasury.stop(switch.ljust(32, b"\0"), sender=world.dao)
    world.reader.set(WAD, STALE, sender=payer)
    splitter.pay(1, LATE, 100 * WAD, sender=payer)
    assert splitter.totalOwed() == 50 * WAD


# ------------------------------------------------------------------------------------------------------------- payees


def test_claim__pays_all_to_whom_the_payee_says(
    world: CoinWorld, splitter: Any, payer: str, treasurer: str, provider: str, stranger: str
) -> None:
    splitter.pay(1, SALE, 100 * WAD, sender=payer)
    receipt = splitter.claim(DAO, stranger, sender=treasurer)
    assert receipt.event("FeesClaimed").args == {"party": DAO, "to": stranger, "amount": 20 * WAD}
    key = splitter.providerKey("example homes")
    receipt = splitter.claimAsProvider(key, stranger, sender=provider)
    assert receipt.event("ProviderFeesClaimed").args == {"providerKey": key, "to": stranger, "amount": 10 * WAD}
    assert world.coin.balanceOf(stranger) == 30 * WAD
    with refused("NothingOwed"):
        splitter.claim(DAO, stranger, sender=treasurer)
    with refused("NothingOwed"):
        splitter.claimAsProvider(key, stranger, sender=provider)
    splitter.pay(1, SALE, 100 * WAD, sender=payer)
    assert splitter.owedTo(DAO) == 20 * WAD


def test_claim__by_anybody_else__is_refused(
    world: CoinWorld, splitter: Any, payer: str, treasurer: str, mortgage_company: str, provider: str
) -> None:
    splitter.pay(1, SALE, 100 * WAD, sender=payer)
    for caller in (payer, mortgage_company, provider, world.dao):
        with refused("NotPayee", caller, treasurer):
            splitter.claim(DAO, caller, sender=caller)
    for caller in (payer, mortgage_company, treasurer, world.dao):
        with refused("NotPayee", caller, provider):
            splitter.claimAsProvider(splitter.providerKeyOf(1), caller, sender=caller)


def test_payees__the_dao_writes_them_and_nobody_else(
    world: CoinWorld, splitter: Any, provider: str, mortgage_company: str, stranger: str
) -> None:
    receipt = splitter.setPayee(MORTGAGE_COMPANY, stranger, sender=world.dao)
    assert receipt.event("PayeeSet").args == {
        "party": MORTGAGE_COMPANY,
        "previous": mortgage_company,
        "payee": stranger,
    }
    receipt = splitter.setProviderPayee("EXAMPLE homes", NOBODY, sender=world.dao)
    assert receipt.event("ProviderPayeeSet").args == {
        "providerKey": splitter.providerKeyOf(1),
        "provider": "EXAMPLE homes",
        "previous": provider,
        "payee": NOBODY,
    }
    assert splitter.payeeOfProvider(splitter.providerKeyOf(1)) == NOBODY
    with refused("AccessManagedUnauthorized", stranger):
        splitter.setPayee(DAO, stranger, sender=stranger)
    with refused("AccessManagedUnauthorized", stranger):
        splitter.setProviderPayee("Example Homes", stranger, sender=stranger)
    with refused("UnreadableProvider", "?!"):
        splitter.setProviderPayee("?!", stranger, sender=world.dao)


# --------------------------------------------------------------------------------------------------------------- costs


def test_pay__costs_the_same_with_many_houses_and_fees(world: CoinWorld, splitter: Any, payer: str) -> None:
    """A house's first fee learns who its provider is; every other one writes two slots of the splitter."""
    splitter.pay(1, SALE, 100 * WAD, sender=payer)
    early = splitter.pay(1, SALE, 100 * WAD, sender=payer).gas_used
    houses = [world.house() for _ in range(10)]
    first = [splitter.pay(house, SALE, 100 * WAD, sender=payer).gas_used for house in houses]
    late = splitter.pay(houses[-1], SALE, 100 * WAD, sender=payer).gas_used
    assert abs(late - early) * 50 <= early
    assert (max(first) - min(first)) * 50 <= max(first)
    assert late < max(first) < 2 * late
