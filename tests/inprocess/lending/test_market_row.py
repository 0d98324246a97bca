"""A market of the desk's table draws a buyer's loan for a share that it has moved to him."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.recipe.buying import keep_price_valid

COIN = 10**18
PRICE = 40_000 * COIN
AMOUNT = 20_000 * COIN
NOBODY = "0x" + "00" * 20


@pytest.fixture
def market(suite: Any, attacker: str, as_dao: Callable[..., Any]) -> str:
    as_dao(suite.desk, "setMarket", attacker, True)
    return attacker


@pytest.fixture
def sale(suite: Any, valued_share: Any, approved_loan: Any, credential: Any, owner_a: str, buyer: str) -> Any:
    """A buyer's approved loan for a share of owner_a's."""
    share = valued_share(to=owner_a)
    credential(buyer)
    return approved_loan(buyer, share_id=share, price_usd=PRICE, amount=AMOUNT)


@pytest.fixture
def delivered(suite: Any, sale: Any, approve_move: Callable[..., None], owner_a: str, buyer: str) -> Any:
    """And the share is the buyer's."""
    share = sale.application.share_id
    approve_move(share, buyer)
    suite.certificate.transferFrom(owner_a, buyer, share, sender=owner_a)
    keep_price_valid(suite)
    return sale


def refusal(call: Callable[[], Any]) -> tuple[Any, ...]:
    with pytest.raises(Revert) as caught:
        call()
    return (caught.value.name, *caught.value.values)


def test_market__draws_for_the_buyer__coins_lien_and_debt(suite: Any, market: str, delivered: Any, buyer: str) -> None:
    loan_id, share = delivered.loan_id, delivered.application.share_id
    receipt = suite.book.drawForMarket(loan_id, buyer, PRICE, market, sender=market)
    fee = AMOUNT // 100
    assert suite.coin.balanceOf(market) == AMOUNT - fee
    assert suite.book.feesOf(loan_id) == (fee, 0)
    said = receipt.event("Drawn")
    assert (said["borrower"], said["amount"], said["fee"]) == (buyer, AMOUNT, fee)
    assert suite.certificate.encumbrancesOf(share).lienHolder == suite.book.address
    loan = suite.desk.loanOf(loan_id)
    assert (loan.borrower, loan.debt, list(loan.shareIds)) == (buyer, AMOUNT, [share])
    assert refusal(partial(suite.book.drawForMarket, loan_id, buyer, PRICE, market, sender=market))[0] == "WrongStage"


def test_market__anything_else_than_what_was_approved__refused(
    suite: Any, market: str, delivered: Any, buyer: str, owner_a: str
) -> None:
    loan_id, draw = delivered.loan_id, suite.book.drawForMarket
    assert refusal(partial(draw, loan_id, buyer, PRICE, buyer, sender=buyer)) == ("NotMarket", buyer)
    assert refusal(partial(draw, loan_id, owner_a, PRICE, market, sender=market)) == (
        "NotBorrower",
        loan_id,
        owner_a,
        buyer,
    )
    for price in (0, PRICE - 1, PRICE + 1):
        answer = refusal(partial(draw, loan_id, buyer, price, market, sender=market))
        assert answer == ("WrongSort", loan_id, PRICE if price else 0)
    assert refusal(partial(suite.book.draw, loan_id, buyer, sender=buyer)) == ("WrongSort", loan_id, PRICE)
    suite.engine.set_time(suite.desk.loanOf(loan_id).approvedUntil + 1)
    assert refusal(partial(draw, loan_id, buyer, PRICE, market, sender=market))[0] == "ApprovalExpired"


def test_market__before_the_share_is_the_buyers__refused(
    suite: Any, market: str, sale: Any, buyer: str, owner_a: str
) -> None:
    share = sale.application.share_id
    answer = refusal(partial(suite.book.drawForMarket, sale.loan_id, buyer, PRICE, market, sender=market))
    assert answer == ("NotShareOwner", share, buyer, owner_a)


def test_market__a_loan_that_buys_nothing__refused(suite: Any, market: str, approved_loan: Any, owner_a: str) -> None:
    asked = approved_loan(owner_a)
    for price in (0, 1):
        answer = refusal(partial(suite.book.drawForMarket, asked.loan_id, owner_a, price, market, sender=market))
        assert answer == ("WrongSort", asked.loan_id, 0)


def test_market__price_below_the_value__bounds_the_loan(
    suite: Any,
    market: str,
    valued_share: Any,
    approved_loan: Any,
    credential: Any,
    approve_move: Any,
    owner_a: str,
    buyer: str,
) -> None:
    share = valued_share(to=owner_a)
    credential(buyer)
    asked = approved_loan(buyer, share_id=share, price_usd=30_000 * COIN, amount=20_000 * COIN)
    approve_move(share, buyer)
    suite.certificate.transferFrom(owner_a, buyer, share, sender=owner_a)
    answer = refusal(partial(suite.book.drawForMarket, asked.loan_id, buyer, 30_000 * COIN, market, sender=market))
    assert answer == ("LoanToValueTooHigh", 20_000 * COIN, 18_000 * COIN)


def test_market__taken_off_the_table__draws_no_more(
    suite: Any, market: str, delivered: Any, buyer: str, as_dao: Callable[..., Any]
) -> None:
    said = as_dao(suite.desk, "setMarket", market, False)
    assert not suite.desk.isMarket(market), said
    answer = refusal(partial(suite.book.drawForMarket, delivered.loan_id, buyer, PRICE, market, sender=market))
    assert answer == ("NotMarket", market)
    assert refusal(partial(suite.desk.setMarket, market, True, sender=market))[0] == "AccessManagedUnauthorized"
