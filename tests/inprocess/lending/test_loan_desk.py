"""What `scripts/loans.py` works with: the desk that acts on the book once, and refusals in words."""

from __future__ import annotations

from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.engines.base import coders
from commonhold.operations.lending.desk import LoanDesk
from commonhold.operations.lending.opening import appraise
from commonhold.operations.lending.refusals import WORDS, LoanRefused
from commonhold.operations.money import Unit
from commonhold.operations.reading import share_id
from commonhold.recipe.buying import give_cash, give_coins, keep_price_valid

COIN, DAY = 10**18, 86_400
TRES = Unit("TRES", 6)
LENT = 6_000 * COIN


@pytest.fixture
def desk(suite: Any, tokenized_house: Any, owner_a: str, attacker: str) -> LoanDesk:
    """Owner A has all shares of a house worth 96,000; the treasury has cash to lend."""
    house = tokenized_house()
    appraise(suite, {house: 96_000 * COIN})
    suite.engine.advance(7 * DAY + 1)
    keep_price_valid(suite)
    give_coins(suite, attacker, 50_000 * COIN)
    return LoanDesk(suite)


@pytest.fixture
def share(desk: LoanDesk) -> int:
    return share_id(desk.suite.registry.propertyCount(), 1)


@pytest.fixture
def drawn(desk: LoanDesk, share: int, owner_a: str, underwriter: str) -> int:
    """A loan on owner A's own share, drawn in coin."""
    step = desk.request(owner_a, (share, LENT, 12, 0, 0, 1_500))
    desk.approve(step.loan_id, underwriter, desk.quote(), desk.suite.engine.now() + DAY)
    desk.draw(step.loan_id, owner_a)
    return step.loan_id


def test_steps__done_once__then_said_to_be_done(desk: LoanDesk, share: int, owner_a: str, underwriter: str) -> None:
    application = (share, LENT, 12, 0, 0, 1_500)
    first = desk.request(owner_a, application)
    assert first.is_new
    again = desk.request(owner_a, application)
    assert (again.loan_id, again.is_new) == (first.loan_id, False)
    other = desk.request(owner_a, (share, LENT + 1, 12, 0, 0, 1_500))
    assert other.is_new
    until = desk.suite.engine.now() + DAY
    assert desk.approve(first.loan_id, underwriter, desk.quote(), until).is_new
    assert not desk.approve(first.loan_id, underwriter, desk.quote(), until + 1).is_new
    assert desk.draw(first.loan_id, owner_a).is_new
    assert not desk.draw(first.loan_id, owner_a).is_new
    assert desk.withdraw(other.loan_id, owner_a).is_new
    assert not desk.withdraw(other.loan_id, owner_a).is_new
    assert desk.request(owner_a, (share, LENT + 1, 12, 0, 0, 1_500)).is_new  # a withdrawn one is over
    assert desk.loans_of(owner_a) == [first.loan_id, other.loan_id, other.loan_id + 1]


def test_draw__in_cash__what_the_fee_leaves(desk: LoanDesk, share: int, owner_a: str, underwriter: str) -> None:
    step = desk.request(owner_a, (share, LENT, 12, 2, 0, 1_500))
    desk.approve(step.loan_id, underwriter, desk.quote(), desk.suite.engine.now() + DAY)
    drawn = desk.draw(step.loan_id, owner_a, in_cash=True).last.event("Drawn")
    assert drawn["cash"] == desk.suite.reserve.balanceOf(owner_a) == (LENT - desk.origination_fee(LENT)) // 10**12
    assert drawn["fee"] == desk.origination_fee(LENT)


def test_pay__instalments_fees_and_all__exactly_what_is_needed(desk: LoanDesk, drawn: int, owner_a: str) -> None:
    suite = desk.suite
    suite.engine.set_time(suite.desk.loanOf(drawn).dueAt + 40 * DAY)
    needed = desk.coins_for_instalment(drawn, 2)
    loan = suite.desk.loanOf(drawn)
    assert needed == 2 * loan.instalment + loan.feesDue
    assert loan.feesDue > 0
    paid = desk.pay(drawn, owner_a, needed)
    assert paid.fees == loan.feesDue
    after = suite.desk.loanOf(drawn)
    assert (after.paid, after.towards, after.feesDue) == (2, 0, 0)
    assert desk.coins_for_instalment(drawn, 2) == 0
    assert desk.coins_for_instalment(drawn, 3) == after.instalment
    give_coins(suite, owner_a, 1_000 * COIN)
    whole = desk.pay(drawn, owner_a, desk.coins_for_all(drawn))
    assert whole.debt == 0
    assert suite.coin.allowance(owner_a, suite.treasury.address) == 0
    assert desk.coins_for_instalment(drawn, 12) == 0


def test_pay__in_cash__for_at_least_its_worth(desk: LoanDesk, drawn: int, buyer: str) -> None:
    suite = desk.suite
    suite.reserve.mint(buyer, 500 * 10**6, sender=buyer)
    paid = desk.pay_cash(drawn, buyer, 500 * 10**6)
    assert paid.credit == 500 * COIN
    assert suite.reserve.allowance(buyer, suite.treasury.address) == 0
    give_cash(suite, buyer, 10**6)
    with pytest.raises(LoanRefused, match=r"TooLittleCredit: it counts for 1\.00 HMD; at least 2\.00 HMD wanted"):
        desk.pay_cash(drawn, buyer, 10**6, least=2 * COIN)


def test_refused__nothing_sent__one_line(desk: LoanDesk, share: int, drawn: int, owner_a: str, buyer: str) -> None:
    suite = desk.suite
    block = suite.engine.block_number()
    attempts = {
        "InvalidCredential: ": lambda: desk.request(buyer, (share, LENT, 12, 0, 0, 1_500)),
        "ApplicationOutOfRange: ": lambda: desk.request(owner_a, (share, 1, 12, 0, 0, 1_500)),
        "WrongStage: ": lambda: desk.withdraw(drawn, owner_a),
        "NoticeNotDue: ": lambda: desk.give_notice(drawn, buyer),
        f"NotForeclosable: loan {drawn} is 0 days past due": lambda: desk.foreclose(drawn, buyer),
        "NoAuction: ": lambda: desk.close(drawn, buyer),
    }
    for expected, attempt in attempts.items():
        with pytest.raises(LoanRefused) as refused:
            attempt()
        assert str(refused.value).startswith(expected)
        assert "\n" not in str(refused.value)
    assert suite.engine.block_number() == block


BETWEEN_CONTRACTS = {"NotAuction", "NotBook", "NotCollateral", "NotDesk", "SafeCastOverflowedUintDowncast"}
AT_CONSTRUCTION = {
    "AccessManagedInvalidAuthority",
    "LoanSizeOutOfRange",
    "MissingCode",
    "OtherMakeUp",
    "TermOutOfRange",
}
NOT_OF_SCRIPTS = {"AccessManagedRequiredDelay", "InstalmentsOutOfRange", "NotStopped", "StopNotReady", "UnknownSwitch"}


@pytest.mark.parametrize("contract", ["LoanDesk", "LoanBook", "ForeclosureAuction"])
def test_words__every_error_that_a_person_can_meet(contract: str) -> None:
    """One without words would be shown as the ABI has it."""
    samples = {
        "address": "0x" + "11" * 20,
        "bytes32": b"amount".ljust(32, b"\0"),
        "uint256": 257,
        "int256": -1,
        **dict.fromkeys(("uint8", "uint16", "uint32", "uint40", "uint64"), 1),
    }
    silent = BETWEEN_CONTRACTS | AT_CONSTRUCTION | NOT_OF_SCRIPTS | {"StopPeriodOutOfRange"}
    errors = {coder.name: coder for coder in coders(contract).errors.values() if coder.name not in silent}
    assert len(errors) > 5
    assert sorted(set(errors) - set(WORDS)) == []
    for coder in errors.values():
        names, types = coder.values.names, coder.values.types
        refusal = Revert(coder.name, {key: samples[kind] for key, kind in zip(names, types, strict=True)})
        said = str(LoanRefused(refusal, "0x" + "22" * 20, TRES))
        assert said.startswith(f"{coder.name}: ")
        assert "\n" not in said
