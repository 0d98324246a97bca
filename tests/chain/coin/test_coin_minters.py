"""The table of minters: who may change the supply, and by how much."""

from __future__ import annotations

import ape
import pytest

COIN = 10**18
CAP = 1_000 * COIN
UNLIMITED = 2**128 - 1
ZERO = "0x" + "00" * 20


@pytest.fixture
def minter(buyer, set_minter):
    set_minter(buyer, CAP)
    return buyer


def row(coin, minter) -> tuple[int, int]:
    found = coin.minterOf(minter)
    return found.cap, found.level


def test_set_minter__dao__writes_cap_and_keeps_level(coin, minter, owner_a, set_minter):
    coin.mint(owner_a, 400 * COIN, sender=minter)
    set_minter(minter, 7)
    assert row(coin, minter) == (7, 400 * COIN)
    events = list(coin.MinterSet.range(0, ape.chain.blocks.height + 1, search_topics={"minter": minter.address}))
    assert [(e.previousCap, e.cap) for e in events[-2:]] == [(0, CAP), (CAP, 7)]


def test_set_minter__anybody_else__refused(coin, council, court, guardian, attacker):
    for caller in (council, court, guardian, attacker):
        with ape.reverts(coin.AccessManagedUnauthorized, caller=caller):
            coin.setMinter(caller, CAP, sender=caller)


def test_mint__within_cap__moves_level_and_supply(coin, minter, owner_a):
    supply, balance = coin.totalSupply(), coin.balanceOf(owner_a)
    tx = coin.mint(owner_a, CAP - 1, sender=minter)
    assert tx.events == [
        coin.Transfer(**{"from": ZERO, "to": owner_a, "value": CAP - 1}),
    ]
    assert coin.totalSupply() == supply + CAP - 1
    assert coin.balanceOf(owner_a) == balance + CAP - 1
    assert row(coin, minter) == (CAP, CAP - 1)


@pytest.mark.parametrize(("minted", "amount"), [(0, CAP - 1), (0, CAP), (CAP - 5, 4), (CAP - 5, 5), (CAP, 0)])
def test_mint__up_to_the_cap__passes(coin, minter, owner_a, minted, amount):
    coin.mint(owner_a, minted, sender=minter)
    coin.mint(owner_a, amount, sender=minter)
    assert row(coin, minter) == (CAP, minted + amount)


@pytest.mark.parametrize(("minted", "amount"), [(0, CAP + 1), (CAP - 5, 6), (CAP, 1), (7, 2**128), (7, 2**256 - 1)])
def test_mint__past_the_cap__refused(coin, minter, owner_a, minted, amount):
    coin.mint(owner_a, minted, sender=minter)
    with ape.reverts(coin.MinterCapExceeded, minter=minter, amount=amount, level=minted, cap=CAP):
        coin.mint(owner_a, amount, sender=minter)


def test_mint__cap_lowered_below_level__refused_until_burned(coin, minter, owner_a, set_minter):
    coin.mint(minter, 100, sender=minter)
    set_minter(minter, 60)
    with ape.reverts(coin.MinterCapExceeded, minter=minter, amount=1, level=100, cap=60):
        coin.mint(owner_a, 1, sender=minter)
    coin.burn(minter, 41, sender=minter)
    coin.mint(owner_a, 1, sender=minter)
    assert row(coin, minter) == (60, 60)


def test_mint__to_zero__refused(coin, minter):
    with ape.reverts(coin.ERC20InvalidReceiver, receiver=ZERO):
        coin.mint(ZERO, 1, sender=minter)


def test_mint__to_frozen_wallet__passes(coin, minter, owner_a, freeze):
    freeze(owner_a, 2**256 - 1)
    coin.mint(owner_a, 5, sender=minter)
    assert coin.balanceOf(owner_a) >= 5


def test_mint__freeze_of_the_zero_address__stops_nothing(coin, minter, owner_a, freeze):
    freeze(ZERO, 2**256 - 1)
    coin.mint(owner_a, 5, sender=minter)
    assert coin.balanceOf(owner_a) >= 5


@pytest.mark.parametrize("function", ["mint", "burn", "burnForDebt"])
def test_supply__caller_without_row__refused(coin, attacker, owner_a, coins, function):
    coins(owner_a, 10)
    coin.approve(attacker, 10, sender=owner_a)
    with ape.reverts(coin.NotMinter, caller=attacker):
        getattr(coin, function)(owner_a, 1, sender=attacker)


def test_burn__own_coins__moves_level_and_supply(coin, minter):
    coin.mint(minter, 100, sender=minter)
    supply = coin.totalSupply()
    tx = coin.burn(minter, 30, sender=minter)
    assert tx.events == [
        coin.Transfer(**{"from": minter, "to": ZERO, "value": 30}),
    ]
    assert (coin.totalSupply(), coin.balanceOf(minter)) == (supply - 30, 70)


@pytest.mark.parametrize("function", ["burn", "burnForDebt"])
def test_burn__of_others_with_allowance__uses_it_up(coin, minter, owner_a, coins, function):
    coins(owner_a, 100)
    coin.mint(owner_a, 50, sender=minter)
    coin.approve(minter, 80, sender=owner_a)
    getattr(coin, function)(owner_a, 30, sender=minter)
    assert coin.allowance(owner_a, minter) == 50
    assert row(coin, minter) == (CAP, 20)


@pytest.mark.parametrize("function", ["burn", "burnForDebt"])
@pytest.mark.parametrize("allowed", [0, 29])
def test_burn__of_others_without_allowance__refused(coin, minter, owner_a, coins, function, allowed):
    coins(owner_a, 100)
    coin.approve(minter, allowed, sender=owner_a)
    with ape.reverts(coin.ERC20InsufficientAllowance, spender=minter, allowance=allowed, needed=30):
        getattr(coin, function)(owner_a, 30, sender=minter)


@pytest.mark.parametrize("function", ["burn", "burnForDebt"])
def test_burn__more_than_the_balance__refused(coin, minter, function):
    coin.mint(minter, 10, sender=minter)
    with ape.reverts(coin.ERC20InsufficientBalance, sender=minter, balance=10, needed=11):
        getattr(coin, function)(minter, 11, sender=minter)


@pytest.mark.parametrize(("burned", "level"), [(9, 1), (10, 0), (11, 0), (60, 0)])
def test_burn__coins_of_other_rows__level_stops_at_zero(coin, minter, coins, burned, level):
    coins(minter, 50)  # first: nothing stands behind what the row mints
    coin.mint(minter, 10, sender=minter)
    coin.burn(minter, burned, sender=minter)
    assert row(coin, minter) == (CAP, level)


def test_burn__row_ended__until_its_level_is_zero(coin, minter, coins, set_minter):
    coins(minter, 50)  # first: nothing stands behind what the row mints
    coin.mint(minter, 10, sender=minter)
    set_minter(minter, 0)
    with ape.reverts(coin.MinterCapExceeded, minter=minter, amount=1, level=10, cap=0):
        coin.mint(minter, 1, sender=minter)
    coin.burn(minter, 9, sender=minter)
    coin.burn(minter, 1, sender=minter)
    with ape.reverts(coin.NotMinter, caller=minter):
        coin.burn(minter, 1, sender=minter)


def test_burn__frozen_coins__refused(coin, minter, owner_a, coins, freeze):
    coins(owner_a, 100)
    coin.approve(minter, 100, sender=owner_a)
    freeze(owner_a, coin.balanceOf(owner_a) - 40)
    coin.burn(owner_a, 39, sender=minter)
    with ape.reverts(coin.ERC7943InsufficientUnfrozenBalance, account=owner_a, amount=2, unfrozen=1):
        coin.burn(owner_a, 2, sender=minter)


def test_burn__zero_address__refused(coin, minter):
    with ape.reverts(coin.ERC20InsufficientAllowance, spender=minter, allowance=0, needed=1):
        coin.burnForDebt(ZERO, 1, sender=minter)
    with ape.reverts(coin.ERC20InvalidApprover, approver=ZERO):
        coin.burnForDebt(ZERO, 0, sender=minter)


# balance 100 throughout: what is frozen, what is burned, what stays frozen, and whether that changed
@pytest.mark.parametrize(
    ("frozen", "burned", "left"),
    [(0, 100, 0), (60, 40, 60), (60, 41, 59), (60, 100, 0), (100, 1, 99), (250, 30, 220), (250, 100, 150)],
)
def test_burn_for_debt__frozen_coins__lifts_what_is_missing(coin, minter, manager, coins, freeze, frozen, burned, left):
    coins(manager, 100)
    assert coin.balanceOf(manager) == 100
    coin.approve(minter, burned, sender=manager)
    if frozen:
        freeze(manager, frozen)
    tx = coin.burnForDebt(manager, burned, sender=minter)
    names = [event.event_name for event in tx.events]
    if left != frozen:
        assert coin.Frozen(account=manager, amount=left) in tx.events
        assert names == ["Frozen", "Transfer"]
    else:
        assert names == ["Transfer"]
    assert (coin.balanceOf(manager), coin.getFrozenTokens(manager)) == (100 - burned, left)


# ------------------------------------------------------------------------------------------------ rows without a bound


@pytest.fixture
def boundless(manager, set_minter):
    set_minter(manager, UNLIMITED)
    return manager


def test_row__without_a_bound__mints_and_burns_uncounted(coin, boundless, owner_a):
    supply = coin.totalSupply()
    tx = coin.mint(owner_a, 2**128, sender=boundless)  # more than any level could be
    assert tx.events == [coin.Transfer(**{"from": ZERO, "to": owner_a, "value": 2**128})]
    coin.approve(boundless, 2**127, sender=owner_a)
    for function in (coin.burn, coin.burnForDebt):
        function(owner_a, 2**126, sender=boundless)
    assert coin.totalSupply() == supply + 2**127
    assert row(coin, boundless) == (UNLIMITED, 0)


def test_row__without_a_bound__still_needs_the_allowance(coin, boundless, owner_a, coins):
    coins(owner_a, 5)
    with ape.reverts(coin.ERC20InsufficientAllowance, spender=boundless, allowance=0, needed=5):
        coin.burn(owner_a, 5, sender=boundless)


@pytest.mark.parametrize("cap", [UNLIMITED - 1, 1, 0])
def test_row__without_a_bound__that_gets_one__starts_at_all_coins(coin, boundless, owner_a, coins, set_minter, cap):
    coins(owner_a, 7)
    coin.mint(boundless, 30, sender=boundless)
    supply = coin.totalSupply()
    set_minter(boundless, cap)
    assert row(coin, boundless) == (cap, supply)
    if cap < supply:
        with ape.reverts(coin.MinterCapExceeded, minter=boundless, amount=1, level=supply, cap=cap):
            coin.mint(owner_a, 1, sender=boundless)
    coin.burn(boundless, 30, sender=boundless)
    assert row(coin, boundless) == (cap, supply - 30)
    set_minter(boundless, UNLIMITED - 2)  # only the step from none to one counts
    assert row(coin, boundless) == (UNLIMITED - 2, supply - 30)


def test_row__without_a_bound__of_more_coins_than_a_level_counts__can_be_ended(coin, boundless, owner_a, set_minter):
    coin.mint(owner_a, 2**129, sender=boundless)
    set_minter(boundless, 0)
    assert row(coin, boundless) == (0, UNLIMITED)


def test_row__that_loses_its_bound__stops_counting(coin, minter, owner_a, set_minter):
    coin.mint(owner_a, CAP, sender=minter)
    set_minter(minter, UNLIMITED)
    assert row(coin, minter) == (UNLIMITED, 0)
    coin.mint(owner_a, 1, sender=minter)
    assert row(coin, minter) == (UNLIMITED, 0)


def test_row__one_below_no_bound__counts(coin, minter, owner_a, set_minter):
    set_minter(minter, UNLIMITED - 1)
    coin.mint(owner_a, UNLIMITED - 1, sender=minter)
    with ape.reverts(coin.MinterCapExceeded, minter=minter, amount=1, level=UNLIMITED - 1, cap=UNLIMITED - 1):
        coin.mint(owner_a, 1, sender=minter)


def test_row__of_the_treasury__is_the_only_one(suite, coin, council):
    assert row(coin, suite.treasury) == (UNLIMITED, 0)
    with ape.reverts(coin.NotMinter, caller=council):
        coin.mint(council, 1, sender=council)
