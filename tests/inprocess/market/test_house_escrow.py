"""Houses' money for repairs and taxes (T24): who is paid, once an invoice, how much, and who can't get at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from lease_stage import COIN, DAY, refused

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.recipe.buying import give_coins

OWNERS, INCOME, VENDORS = range(3)
"""IHouseEscrow.Source."""
VENDOR_FEE = 4
"""IFeeSplitter.FeeKind."""
INVOICE_LIMIT, WINDOW_LIMIT, WINDOW, DELAY = 1_000 * COIN, 3_000 * COIN, 30 * DAY, 7 * DAY
ZERO, NOBODY = "0x" + "00" * 20, "0x" + "77" * 20


@dataclass
class Escrow:
    """A house with a manager, its money, and whom it pays."""

    suite: Any
    house: int
    manager: str
    payee: str
    funder: str

    @property
    def at(self) -> Any:
        return self.suite.house_escrow

    def fund(self, coins: int, house: int | None = None) -> Any:
        give_coins(self.suite, self.funder, coins)
        self.suite.coin.approve(self.at.address, coins, sender=self.funder)
        return self.at.fund(self.house if house is None else house, coins, OWNERS, sender=self.funder)

    def pay(self, number: int, coins: int, payee: str | None = None, sender: str | None = None) -> Any:
        to = self.payee if payee is None else payee
        return self.at.pay(self.house, to, invoice(number), coins, sender=self.manager if sender is None else sender)

    def check(self) -> None:
        """What lies there is the houses' money and fees nobody swept."""
        houses = range(1, self.suite.registry.propertyCount() + 1)
        held = sum(self.at.purseOf(house).balance + self.at.feesOf(house) for house in houses)
        assert self.suite.coin.balanceOf(self.at.address) == held


def invoice(number: int) -> bytes:
    return b"invoice".ljust(28, b"-") + number.to_bytes(4, "big")


@pytest.fixture
def escrow(suite: Any, tokenized_house: Callable[..., int], manager: str, owner_b: str, buyer: str) -> Any:
    """5,000 coins, and owner_b, whom the manager registered a week ago."""
    made = Escrow(suite, tokenized_house(), manager, owner_b, buyer)
    made.fund(5_000 * COIN)
    suite.house_escrow.registerPayee(made.house, owner_b, False, sender=manager)
    suite.engine.advance(DELAY)
    yield made
    made.check()


@dataclass
class Ballot:
    """A contract that calls what anybody tells it."""

    contract: Any

    def pay(self, escrow: Escrow, number: int, coins: int, payee: str | None = None) -> Any:
        args = (escrow.house, escrow.payee if payee is None else payee, invoice(number), coins)
        data = escrow.at.payByBallot.encode(*args)
        return self.contract.execute(escrow.at.address, data, sender=escrow.funder)


@pytest.fixture
def ballot(suite: Any, attacker: str) -> Ballot:
    return Ballot(suite.engine.deploy("TestReentrantOwner", sender=attacker))


# ---------------------------------------------------------------------------------------------------------- money in


def test_fund__by_anyone__is_the_houses(suite: Any, escrow: Escrow, attacker: str) -> None:
    receipt = escrow.fund(7)
    assert receipt.event("Funded").args == {
        "propertyId": escrow.house,
        "from": escrow.funder,
        "source": OWNERS,
        "amount": 7,
    }
    assert escrow.at.purseOf(escrow.house).balance == 5_000 * COIN + 7
    refused(lambda: escrow.at.fund(escrow.house, 0, INCOME, sender=attacker), "NothingPaid", escrow.house)
    refused(lambda: escrow.at.fund(escrow.house + 1, 1, VENDORS, sender=attacker), "UnknownHouse", escrow.house + 1)
    most = 2**96 - 5_000 * COIN - 7
    refused(lambda: escrow.at.fund(escrow.house, most, OWNERS, sender=attacker), "TooMuch", escrow.house, most)
    missing = ("ERC20InsufficientAllowance", escrow.at.address, 0, most - 1)
    refused(lambda: escrow.at.fund(escrow.house, most - 1, OWNERS, sender=attacker), *missing)


# ------------------------------------------------------------------------------------------------------------ payees


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_payee__of_the_managers__is_paid_from_the_delay_on(
    suite: Any, escrow: Escrow, attacker: str, second: int
) -> None:
    receipt = escrow.at.registerPayee(escrow.house, attacker, True, sender=escrow.manager)
    active_from = receipt.timestamp + DELAY
    assert receipt.event("PayeeRegistered").args == {
        "propertyId": escrow.house,
        "payee": attacker,
        "vendor": True,
        "activeFrom": active_from,
    }
    assert tuple(escrow.at.payeeOf(escrow.house, attacker)) == (active_from, True)
    suite.engine.set_next_time(active_from + second)
    if second < 0:
        refused(lambda: escrow.pay(1, COIN, attacker), "NotPayee", escrow.house, attacker, active_from)
    else:
        escrow.pay(1, COIN, attacker)


def test_payee__of_the_daos__is_paid_at_once(suite: Any, escrow: Escrow, attacker: str, as_dao: Any) -> None:
    escrow.at.registerPayee(escrow.house, attacker, True, sender=escrow.manager)
    suite.engine.advance(DAY)
    as_dao(escrow.at, "registerPayee", escrow.house, attacker, False)  # after the timelock's two days
    escrow.pay(1, COIN, attacker)
    assert escrow.at.feesOf(escrow.house) == 0


def test_payee__removed__by_manager_or_dao__is_not_paid(suite: Any, escrow: Escrow, as_dao: Any) -> None:
    with suite.engine.rollback():
        as_dao(escrow.at, "removePayee", escrow.house, escrow.payee)
        refused(lambda: escrow.pay(1, COIN), "NotPayee", escrow.house, escrow.payee, 0)
    receipt = escrow.at.removePayee(escrow.house, escrow.payee, sender=escrow.manager)
    assert receipt.event("PayeeRemoved").args == {"propertyId": escrow.house, "payee": escrow.payee}
    refused(lambda: escrow.pay(1, COIN), "NotPayee", escrow.house, escrow.payee, 0)
    again = lambda: escrow.at.removePayee(escrow.house, escrow.payee, sender=escrow.manager)  # noqa: E731
    refused(again, "NotPayee", escrow.house, escrow.payee, 0)


def test_payee__rights_and_refusals(suite: Any, escrow: Escrow, attacker: str, owner_a: str, as_dao: Any) -> None:
    at, house = escrow.at, escrow.house
    for caller in (attacker, owner_a, escrow.payee):
        refused(lambda who=caller: at.registerPayee(house, who, False, sender=who), "AccessManagedUnauthorized", caller)
        refused(lambda who=caller: at.removePayee(house, escrow.payee, sender=who), "AccessManagedUnauthorized", caller)
    refused(lambda: at.registerPayee(house, ZERO, False, sender=escrow.manager), "MissingPayee", house)
    active_from = at.payeeOf(house, escrow.payee).activeFrom
    standing = ("AlreadyPayee", house, escrow.payee, active_from)
    # Else he could make a vendor somebody who pays no fee.
    refused(lambda: at.registerPayee(house, escrow.payee, True, sender=escrow.manager), *standing)
    refused(lambda: as_dao(at, "registerPayee", house, escrow.payee, True), *standing)
    refused(lambda: as_dao(at, "registerPayee", house + 1, escrow.payee, True), "UnknownHouse", house + 1)
    waits = at.registerPayee(house, attacker, False, sender=escrow.manager).timestamp + DELAY
    again = lambda: at.registerPayee(house, attacker, True, sender=escrow.manager)  # noqa: E731
    refused(again, "AlreadyPayee", house, attacker, waits)


def test_payee__of_one_house__is_none_of_another(
    suite: Any, escrow: Escrow, tokenized_house: Callable[..., int], attacker: str
) -> None:
    other = tokenized_house(manager=attacker)
    escrow.fund(COIN, other)
    call = lambda: escrow.at.pay(other, escrow.payee, invoice(1), 1, sender=attacker)  # noqa: E731
    refused(call, "NotPayee", other, escrow.payee, 0)
    refused(lambda: escrow.pay(1, COIN, sender=attacker), "NotManager", attacker, escrow.house, escrow.manager)


# --------------------------------------------------------------------------------------------------------- money out


def test_pay__an_invoice__once_for_ever(suite: Any, escrow: Escrow, ballot: Ballot, as_dao: Any) -> None:
    before = suite.coin.balanceOf(escrow.payee)
    receipt = escrow.pay(1, 400 * COIN)
    assert receipt.event("InvoicePaid").args == {
        "propertyId": escrow.house,
        "payee": escrow.payee,
        "invoiceHash": invoice(1),
        "releasedBy": escrow.manager,
        "to": escrow.payee,
        "amount": 400 * COIN,
        "fee": 0,
    }
    assert suite.coin.balanceOf(escrow.payee) == before + 400 * COIN
    assert escrow.at.purseOf(escrow.house).balance == 4_600 * COIN
    assert escrow.at.isPaid(escrow.house, invoice(1))
    suite.engine.advance(365 * DAY)
    refused(lambda: escrow.pay(1, 1), "AlreadyPaid", escrow.house, invoice(1))
    as_dao(escrow.at, "setBallot", ballot.contract, True)
    refused(lambda: ballot.pay(escrow, 1, 1), "AlreadyPaid", escrow.house, invoice(1))


def test_pay__nothing_or_for_nothing__is_refused(escrow: Escrow) -> None:
    refused(lambda: escrow.pay(1, 0), "NothingPaid", escrow.house)
    nameless = lambda: escrow.at.pay(escrow.house, escrow.payee, bytes(32), 1, sender=escrow.manager)  # noqa: E731
    refused(nameless, "MissingHash", escrow.house)


@pytest.mark.parametrize("wei", [-1, 0, 1])
def test_pay__limit_of_an_invoice__to_the_wei(escrow: Escrow, wei: int) -> None:
    if wei > 0:
        named = ("AboveInvoiceLimit", escrow.house, INVOICE_LIMIT + 1, INVOICE_LIMIT)
        refused(lambda: escrow.pay(1, INVOICE_LIMIT + 1), *named)
    else:
        escrow.pay(1, INVOICE_LIMIT + wei)


@pytest.mark.parametrize("wei", [-1, 0, 1])
def test_pay__limit_of_a_window__to_the_wei(escrow: Escrow, wei: int) -> None:
    for number in range(2):
        escrow.pay(number, INVOICE_LIMIT)
    escrow.pay(2, INVOICE_LIMIT - 10)
    purse = escrow.at.purseOf(escrow.house)
    assert (purse.released, purse.releasable) == (WINDOW_LIMIT - 10, 10)
    if wei > 0:
        refused(lambda: escrow.pay(3, 11), "AboveWindowLimit", escrow.house, 11, 10)
    else:
        escrow.pay(3, 10 + wei)
        assert escrow.at.purseOf(escrow.house).releasable == -wei


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_pay__window__begins_with_the_first_release_and_rolls_after_its_last_second(
    suite: Any, escrow: Escrow, second: int
) -> None:
    suite.engine.advance(100 * DAY)  # no window runs while nothing is paid
    ends_at = escrow.pay(0, INVOICE_LIMIT).timestamp + WINDOW
    assert escrow.at.purseOf(escrow.house).windowEndsAt == ends_at
    for number in (1, 2):
        suite.engine.advance(10 * DAY)
        escrow.pay(number, INVOICE_LIMIT)
    suite.engine.set_next_time(ends_at + second)
    if second < 0:
        refused(lambda: escrow.pay(3, 1), "AboveWindowLimit", escrow.house, 1, 0)
    else:
        escrow.pay(3, INVOICE_LIMIT)
        purse = escrow.at.purseOf(escrow.house)
        assert (purse.released, purse.windowEndsAt) == (INVOICE_LIMIT, ends_at + second + WINDOW)


@pytest.mark.parametrize("wei", [-1, 0, 1])
def test_pay__what_the_house_has__to_the_wei(escrow: Escrow, tokenized_house: Callable[..., int], wei: int) -> None:
    other = Escrow(escrow.suite, tokenized_house(), escrow.manager, escrow.payee, escrow.funder)
    other.fund(500)
    other.at.registerPayee(other.house, other.payee, False, sender=other.manager)
    other.suite.engine.advance(DELAY)
    if wei > 0:  # what another house has does not help
        refused(lambda: other.pay(1, 501), "NotEnough", other.house, 501, 500)
    else:
        other.pay(1, 500 + wei)


def test_pay__order_of_judging(suite: Any, escrow: Escrow, attacker: str, as_dao: Any) -> None:
    """Everything is wrong with the call at first."""
    at, house, pay = escrow.at, escrow.house, suite.house_escrow.pay
    as_dao(at, "setLimits", house, 10, 15)
    call = lambda who, payee, named, coins: lambda: pay(house, payee, named, coins, sender=who)  # noqa: E731
    manager = escrow.manager
    refused(call(attacker, attacker, bytes(32), 0), "NotManager", attacker, house, manager)
    refused(call(manager, attacker, bytes(32), 0), "MissingHash", house)
    refused(call(manager, attacker, invoice(1), 0), "NothingPaid", house)
    escrow.pay(1, 8)
    refused(call(manager, attacker, invoice(1), 9_000 * COIN), "AlreadyPaid", house, invoice(1))
    refused(call(manager, attacker, invoice(2), 9_000 * COIN), "NotPayee", house, attacker, 0)
    refused(call(manager, escrow.payee, invoice(2), 9_000 * COIN), "AboveInvoiceLimit", house, 9_000 * COIN, 10)
    refused(call(manager, escrow.payee, invoice(2), 10), "AboveWindowLimit", house, 10, 7)
    as_dao(at, "setLimits", house, 9_000 * COIN, 9_000 * COIN)
    left = 5_000 * COIN - 8
    refused(call(manager, escrow.payee, invoice(2), left + 1), "NotEnough", house, left + 1, left)


def test_vendor__fee__is_kept_back_and_goes_to_the_splitter(suite: Any, escrow: Escrow, attacker: str) -> None:
    escrow.at.registerPayee(escrow.house, attacker, True, sender=escrow.manager)
    suite.engine.advance(DELAY)
    for number, coins, fee in ((1, 1, 1), (2, 50, 1), (3, 51, 2), (4, 999 * COIN, 999 * COIN // 50)):
        before = suite.coin.balanceOf(attacker)
        assert escrow.pay(number, coins, attacker).event("InvoicePaid")["fee"] == fee
        assert suite.coin.balanceOf(attacker) == before + coins - fee
    fees = escrow.at.feesOf(escrow.house)
    assert fees == 4 + 999 * COIN // 50
    receipt = escrow.at.sweepFees(escrow.house, sender=attacker)
    paid = receipt.event("FeePaid")
    assert (paid["kind"], paid["amount"], paid["propertyId"]) == (VENDOR_FEE, fees, escrow.house)
    assert escrow.at.feesOf(escrow.house) == 0
    refused(lambda: escrow.at.sweepFees(escrow.house, sender=attacker), "NoFee", escrow.house, VENDOR_FEE)


def test_payee__with_a_lost_wallet__is_paid_in_his_new_one(
    suite: Any, escrow: Escrow, attacker: str, credential: Any, recover: Callable[[Any, Any], None]
) -> None:
    credential(escrow.payee)
    recover(escrow.payee, attacker)
    before = suite.coin.balanceOf(attacker)
    escrow.pay(1, 5)
    assert suite.coin.balanceOf(attacker) == before + 5


# ---------------------------------------------------------------------------------------------------------- disasters


def test_t24__new_manager__inherits_payees_limits_and_window(
    suite: Any, escrow: Escrow, registrar: str, attacker: str
) -> None:
    """He can't drain the house: not to friends of his at once, nor beyond what was left of the window."""
    for number in range(3):
        escrow.pay(number, INVOICE_LIMIT - 1)
    suite.registry.setManager(escrow.house, attacker, sender=registrar)
    refused(lambda: escrow.pay(9, 1), "NotManager", escrow.manager, escrow.house, attacker)
    at, house = escrow.at, escrow.house
    pay = lambda payee, number, coins: lambda: at.pay(house, payee, invoice(number), coins, sender=attacker)  # noqa: E731
    at.registerPayee(house, attacker, False, sender=attacker)
    refused(pay(attacker, 9, 1), "NotPayee", house, attacker, suite.engine.now() + DELAY)
    refused(pay(escrow.payee, 0, 1), "AlreadyPaid", house, invoice(0))
    refused(pay(escrow.payee, 9, 4), "AboveWindowLimit", house, 4, 3)
    refused(pay(escrow.payee, 9, INVOICE_LIMIT + 1), "AboveInvoiceLimit", house, INVOICE_LIMIT + 1, INVOICE_LIMIT)
    refused(lambda: at.setLimits(house, 2**96 - 1, 2**96 - 1, sender=attacker), "AccessManagedUnauthorized", attacker)
    refused(lambda: at.setBallot(attacker, True, sender=attacker), "AccessManagedUnauthorized", attacker)
    refused(lambda: at.payByBallot(house, attacker, invoice(9), 1, sender=attacker), "NotBallot", attacker)


def test_t24__sale_of_all_shares__releases_nothing(
    suite: Any, escrow: Escrow, owner_a: str, buyer: str, credential: Any, approve_move: Any, share: Any
) -> None:
    credential(buyer)
    coins = [suite.coin.balanceOf(wallet) for wallet in (owner_a, buyer)]
    for number in range(1, 9):
        approve_move(share(escrow.house, number), buyer)
        suite.certificate.transferFrom(owner_a, buyer, share(escrow.house, number), sender=owner_a)
    assert escrow.at.purseOf(escrow.house).balance == 5_000 * COIN
    assert [suite.coin.balanceOf(wallet) for wallet in (owner_a, buyer)] == coins
    for owner in (owner_a, buyer):
        refused(lambda who=owner: escrow.pay(1, 1, sender=who), "NotManager", owner, escrow.house, escrow.manager)


# ------------------------------------------------------------------------------------------------------ ballots, DAO


def test_ballot__with_a_row__pays_above_the_limits_and_without_one_nothing(
    suite: Any, escrow: Escrow, ballot: Ballot, attacker: str, as_dao: Any
) -> None:
    at, much, row = escrow.at, 4_999 * COIN, ballot.contract.address
    refused(lambda: ballot.pay(escrow, 1, much), "NotBallot", row)
    by_manager = lambda: at.payByBallot(escrow.house, escrow.payee, invoice(1), 1, sender=escrow.manager)  # noqa: E731
    refused(by_manager, "NotBallot", escrow.manager)
    as_dao(at, "setBallot", row, True)
    before = suite.coin.balanceOf(escrow.payee)
    paid = ballot.pay(escrow, 1, much).event("InvoicePaid")
    assert (paid["releasedBy"], paid["amount"]) == (row, much)
    assert suite.coin.balanceOf(escrow.payee) == before + much
    assert at.purseOf(escrow.house).released == 0, "the manager's window is his alone"
    refused(lambda: ballot.pay(escrow, 2, 1, attacker), "NotPayee", escrow.house, attacker, 0)
    refused(lambda: ballot.pay(escrow, 2, COIN + 1), "NotEnough", escrow.house, COIN + 1, COIN)
    as_dao(at, "setBallot", row, False)
    refused(lambda: ballot.pay(escrow, 2, 1), "NotBallot", row)
    refused(lambda: as_dao(at, "setBallot", NOBODY, True), "MissingCode", NOBODY)


def test_limits__of_the_daos__hold_from_now_on_and_leave_the_window(suite: Any, escrow: Escrow, as_dao: Any) -> None:
    at, house = escrow.at, escrow.house
    escrow.pay(1, 700)
    as_dao(at, "setLimits", house, 500, 600)
    purse = at.purseOf(house)
    assert (tuple(purse.limits), purse.released, purse.releasable) == ((500, 600), 700, 0)
    refused(lambda: escrow.pay(2, 1), "AboveWindowLimit", house, 1, 0)
    as_dao(at, "setLimits", house, 0, 0)
    refused(lambda: escrow.pay(2, 1), "AboveInvoiceLimit", house, 1, 0)
    refused(lambda: as_dao(at, "setLimits", house, 2, 1), "LimitsOutOfOrder", 2, 1)
    refused(lambda: as_dao(at, "setLimits", house + 1, 1, 1), "UnknownHouse", house + 1)


# ------------------------------------------------------------------------------------------------------- construction


RULES = {
    "windowPeriod": (2, (DAY - 1, 365 * DAY + 1), DAY, 365 * DAY),
    "payeeDelay": (3, (DAY - 1, 90 * DAY + 1), DAY, 90 * DAY),
    "vendorFeeBps": (4, (1_001,), 0, 1_000),
}


def stillborn(suite: Any, *args: Any) -> tuple[Any, ...]:
    with pytest.raises(Revert) as caught:
        suite.engine.deploy("HouseEscrow", *args, sender=suite.deployer)
    told = decode_revert(caught.value.data, "HouseEscrow")
    return (told.name, *told.values)


@pytest.mark.parametrize("rule", RULES)
def test_construction__rules_out_of_range__are_refused_and_their_bounds_are_not(suite: Any, rule: str) -> None:
    place, wrong, least, most = RULES[rule]
    peers, good = tuple(suite.house_escrow.peers()), tuple(suite.house_escrow.rules())

    def args(value: int) -> tuple[Any, ...]:
        return suite.hub, peers, (*good[:place], value, *good[place + 1 :])

    for value in wrong:
        assert stillborn(suite, *args(value)) == ("TermOutOfRange", rule, value, least, most)
    for value in (least, most):
        assert suite.engine.deploy("HouseEscrow", *args(value), sender=suite.deployer).rules()[place] == value


def test_construction__limits_out_of_order_or_peers_without_code__are_refused(suite: Any) -> None:
    peers, rules = tuple(suite.house_escrow.peers()), tuple(suite.house_escrow.rules())
    assert stillborn(suite, suite.hub, peers, (2, 1, *rules[2:])) == ("LimitsOutOfOrder", 2, 1)
    for place in range(len(peers)):
        wrong = (*peers[:place], NOBODY, *peers[place + 1 :])
        assert stillborn(suite, suite.hub, wrong, rules) == ("MissingCode", NOBODY)
