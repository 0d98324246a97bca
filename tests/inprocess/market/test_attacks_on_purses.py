"""What an adversary tries with a house's purse: as its manager, who comes or goes, or as a payee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from lease_stage import COIN, DAY, refused

from commonhold.recipe.buying import give_coins

INVOICE, WINDOW, DELAY = 1_000 * COIN, 3_000 * COIN, 7 * DAY
MONTH = 30 * DAY


@dataclass
class Purse:
    """A house with plenty in its purse, and a payee whom its manager registered a week ago."""

    suite: Any
    house: int
    manager: str
    payee: str
    numbers: int = 0

    @property
    def escrow(self) -> Any:
        return self.suite.house_escrow

    def pay(self, coins: int, *, payee: str | None = None, number: int | None = None, sender: str | None = None) -> Any:
        self.numbers += 1
        invoice = (self.numbers if number is None else number).to_bytes(32, "big")
        return self.escrow.pay(self.house, payee or self.payee, invoice, coins, sender=sender or self.manager)

    def most(self) -> int:
        """Releases all that a window lets through, from the next second on."""
        released = 0
        while room := min(INVOICE, self.escrow.purseOf(self.house).releasable):
            self.pay(room)
            released += room
        return released

    def check(self) -> None:
        houses = range(1, self.suite.registry.propertyCount() + 1)
        held = sum(self.escrow.purseOf(house).balance + self.escrow.feesOf(house) for house in houses)
        assert self.suite.coin.balanceOf(self.escrow.address) == held


@pytest.fixture
def purse(suite: Any, tokenized_house: Callable[..., int], manager: str, owner_b: str, buyer: str) -> Any:
    made = Purse(suite, tokenized_house(), manager, owner_b)
    give_coins(suite, buyer, 50_000 * COIN)
    suite.coin.approve(suite.house_escrow.address, 50_000 * COIN, sender=buyer)
    suite.house_escrow.fund(made.house, 50_000 * COIN, 0, sender=buyer)
    suite.house_escrow.registerPayee(made.house, owner_b, False, sender=manager)
    suite.engine.advance(DELAY)
    yield made
    made.check()


@pytest.mark.parametrize("gap", [1, DAY, 29 * DAY, MONTH - 10])
def test_window__a_wei_first_and_the_rest_in_its_last_seconds__never_twice_the_limit_in_any_30_days(
    suite: Any, purse: Purse, gap: int
) -> None:
    """The window begins with the first release: a manager gets at most two windows into 30 days, not three."""
    began = purse.pay(1).timestamp
    suite.engine.set_next_time(began + gap)
    released = [(suite.engine.now(), purse.most())]
    assert released[0][1] == WINDOW - 1
    suite.engine.set_time(began + MONTH)
    for _ in range(61):
        released.append((suite.engine.now(), purse.most()))
        suite.engine.advance(DAY)
    sums = [sum(coins for time, coins in released if begin <= time < begin + MONTH) for begin, _ in released]
    assert max(sums) <= 2 * WINDOW


def test_window__manager_who_is_replaced__gets_no_second_one(
    suite: Any, purse: Purse, attacker: str, registrar: str
) -> None:
    """Nor does his successor: limits and window are the house's."""
    assert purse.most() == WINDOW
    suite.registry.setManager(purse.house, attacker, sender=registrar)
    purse.manager = attacker
    refused(lambda: purse.pay(1), "AboveWindowLimit", purse.house, 1, 0)
    suite.registry.setManager(purse.house, purse.manager, sender=registrar)
    assert purse.most() == 0


def test_window__limits_lowered_below_what_was_released__nothing_underflows(
    suite: Any, purse: Purse, as_dao: Any
) -> None:
    purse.most()
    as_dao(purse.escrow, "setLimits", purse.house, 1, 2)
    assert purse.escrow.purseOf(purse.house).releasable in (0, 2)
    if purse.escrow.purseOf(purse.house).released:
        refused(lambda: purse.pay(1), "AboveWindowLimit", purse.house, 1, 0)


def test_payee__swapped_for_another_or_made_a_vendor__waits_again(suite: Any, purse: Purse, attacker: str) -> None:
    """Removing and registering anew is no way round the delay, nor round the vendor's fee."""
    escrow, house, manager = purse.escrow, purse.house, purse.manager
    active = escrow.payeeOf(house, purse.payee).activeFrom
    refused(
        lambda: escrow.registerPayee(house, purse.payee, True, sender=manager),
        "AlreadyPayee", house, purse.payee, active,
    )  # fmt: skip
    escrow.removePayee(house, purse.payee, sender=manager)
    for payee, vendor in ((purse.payee, True), (attacker, False)):
        active = escrow.registerPayee(house, payee, vendor, sender=manager).timestamp + DELAY
        refused(lambda payee=payee: purse.pay(1, payee=payee), "NotPayee", house, payee, active)


def test_payee__planted_by_a_manager_who_leaves__is_paid_by_his_successor_or_never(
    suite: Any, purse: Purse, attacker: str, registrar: str
) -> None:
    """What a leaving manager registered waits for the next one, who can remove it before it is active."""
    escrow, house, leaving = purse.escrow, purse.house, purse.manager
    escrow.registerPayee(house, attacker, False, sender=leaving)
    suite.registry.setManager(house, suite.deployer, sender=registrar)
    suite.engine.advance(DELAY)
    refused(lambda: purse.pay(1, payee=attacker), "NotManager", leaving, house, suite.deployer)
    escrow.removePayee(house, attacker, sender=suite.deployer)
    refused(lambda: purse.pay(1, payee=attacker, sender=suite.deployer), "NotPayee", house, attacker, 0)


def test_invoice__one_hash_at_two_houses__is_each_houses_own(
    suite: Any, purse: Purse, tokenized_house: Callable[..., int]
) -> None:
    """Paid at one house it is not paid at the other; and an empty purse is not filled from the full one."""
    escrow, other = purse.escrow, tokenized_house()
    escrow.registerPayee(other, purse.payee, False, sender=purse.manager)
    suite.engine.advance(DELAY)
    purse.pay(INVOICE, number=77)
    neighbour = Purse(suite, other, purse.manager, purse.payee)
    refused(lambda: neighbour.pay(1, number=77), "NotEnough", other, 1, 0)
    suite.coin.approve(escrow.address, 1, sender=purse.payee)
    escrow.fund(other, 1, 2, sender=purse.payee)
    neighbour.pay(1, number=77)
    for house in (purse, neighbour):
        refused(lambda house=house: house.pay(1, number=77), "AlreadyPaid", house.house, (77).to_bytes(32, "big"))
        refused(
            lambda house=house: house.pay(1, number=77, payee=suite.deployer),
            "AlreadyPaid", house.house, (77).to_bytes(32, "big"),
        )  # fmt: skip


def test_invoice__split_into_wei__dodges_no_vendor_fee(suite: Any, purse: Purse, attacker: str, as_dao: Any) -> None:
    """The fee is rounded up, so an invoice of a wei is all fee."""
    as_dao(purse.escrow, "registerPayee", purse.house, attacker, True)
    for coins in (1, 49, 50, 51):
        before = suite.coin.balanceOf(attacker)
        purse.pay(coins, payee=attacker)
        assert suite.coin.balanceOf(attacker) - before == coins - -(-coins // 50)


def test_payee__the_purse_itself__is_refused(purse: Purse) -> None:
    """Its coins would be nobody's: out of the house's balance, and still there."""
    here = purse.escrow.address
    refused(
        lambda: purse.escrow.registerPayee(purse.house, here, False, sender=purse.manager), "InvalidRecipient", here
    )
