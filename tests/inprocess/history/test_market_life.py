"""Sales and leases in the history of a share; and no event of a share is forgotten by the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from share_rows import COIN, kinds_of

from commonhold import build
from commonhold.operations.history import EVENTS, Row, follow
from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.leasing import fund_rents, open_lease

DAY, MONTH = 86_400, 2_628_000
PRICE, RENT = 30_000 * COIN, 500 * COIN
DOCUMENTS = b"executed documents".ljust(32, b".")

LEFT_OUT = {
    # What strangers can do, or nobody needs to know of a share.
    ("book", "FeesSwept"),
    ("desk", "Requested"),
    ("desk", "Withdrawn"),
    ("desk", "PurchaseAccepted"),
    # Read where a loan is drawn.
    ("desk", "Approved"),
    # The move itself is there, with its price.
    ("certificate", "ForcedTransfer"),
    ("valuation", "SaleReported"),
    ("loans", "HomeTaken"),
    ("loans", "HomeSold"),
    # Approvals of ERC-721 alone move nothing.
    ("certificate", "Approval"),
    # The treasury's books.
    ("loans", "HomeMarked"),
    # The lessee's new wallet: the certificate says it, too.
    ("lease_to_buy", "UseMoved"),
    # How it voted is about the house: it bears on nobody's title.
    ("ballot", "ShareVoted"),
}
TESTS_OWN = {"test_book", "lien_holder", "reserve", "index_feed", "reserve_feed"}
SHARES_OWN = ("ShareId", "LoanId", "LeaseId")


@pytest.fixture
def past(suite: Any, tmp_path: Path) -> Callable[[int], list[Row]]:
    """The rows of a share, read anew in one go and in chunks of three blocks: the same."""
    runs: Iterator[int] = iter(range(1_000))

    def read(share: int) -> list[Row]:
        found = []
        for chunk in (2_000, 3):
            with follow(suite, share, chunk=chunk, folder=tmp_path / str(next(runs))) as told:
                found.append(list(told.rows()))
        assert found[0] == found[1]
        return found[0][3:]

    return read


@pytest.fixture
def offered(suite: Any, valued_share: Any, credential: Any, owner_a: str, buyer: str) -> int:
    """A share of owner_a's that the market may move, and a buyer with coins."""
    one = int(valued_share(to=owner_a))
    credential(buyer)
    sales.offer_through_market(suite, owner_a)
    give_coins(suite, buyer, 90_000 * COIN)
    sales.pay_through_market(suite, buyer)
    return one


# ------------------------------------------------------------------------------------------------- what is in the table


def test_table__has_every_event_that_names_a_share_or_what_it_is_tied_to(suite: Any) -> None:
    told = {(entry.contract, entry.event) for entry in EVENTS}
    missing = set()
    for key, contract in suite.contracts.items():
        for entry in build.artifact(contract.name).abi:
            if entry["type"] != "event" or key in TESTS_OWN:
                continue
            types = {parameter["internalType"] for parameter in entry["inputs"] if parameter["indexed"]}
            names = {parameter["name"] for parameter in entry["inputs"] if parameter["indexed"]}
            if types & set(SHARES_OWN) or "askHash" in names or (key == "certificate" and "tokenId" in names):
                missing |= {(key, entry["name"])} - told
    assert missing == LEFT_OUT


# ---------------------------------------------------------------------------------------------------------------- sales


def test_sale__taken_at_once__price_parties_and_documents(
    suite: Any, past: Any, offered: int, owner_a: str, buyer: str, manager: str
) -> None:
    ask = sales.make_ask(suite, owner_a, offered, PRICE, documents_hash=DOCUMENTS)
    sales.approve_sale(suite, ask, buyer, manager=manager)
    sales.take(suite, ask, buyer)
    rows = past(offered)
    assert kinds_of(rows) == ["permission", "moved"]
    permission, moved = rows
    assert (permission.sender, permission.note.startswith("of the sale 0x")) == (manager, True)
    assert (moved.authority, moved.sender, moved.receiver) == ("sale", owner_a, buyer)
    assert (moved.price, moved.currency) == (PRICE, "HMD")
    assert f"documents 0x{DOCUMENTS.hex()}; fee 300.00 HMD, 0.00 HMD to the seller's loan" in moved.note


def test_sale__in_steps_after_one_that_was_refunded__every_step(
    suite: Any, past: Any, offered: int, owner_a: str, buyer: str, manager: str
) -> None:
    listed = sales.make_ask(suite, owner_a, offered, PRICE + COIN, listed=True)
    sales.list_ask(suite, listed)
    sales.buy(suite, listed, buyer, signature=b"", payments=sales.in_coin(PRICE + COIN))
    suite.engine.advance(31 * DAY)
    keep_price_valid(suite)
    suite.market.refund(listed.struct, buyer, sender=buyer)
    ask = sales.make_ask(suite, owner_a, offered, PRICE)
    sales.approve_sale(suite, ask, buyer, manager=manager)
    sales.buy(suite, ask, buyer)
    sales.attest(suite, ask, DOCUMENTS, buyer)
    suite.market.dispute(ask.struct, sender=buyer)
    suite.market.resolve(ask.struct, sales.Outcome.RELEASE, sender=buyer)
    suite.market.resolve(ask.struct, sales.Outcome.RELEASE, sender=owner_a)
    suite.market.settle(ask.struct, sender=buyer)
    rows = past(offered)
    assert kinds_of(rows) == [
        *("ask", "unlisted", "purchase", "refund"),
        *("permission", "ask", "purchase", "documents", "dispute", "vote", "vote", "moved"),
    ]
    assert (rows[0].sender, rows[0].receiver, rows[0].price) == (owner_a, owner_a, PRICE + COIN)
    assert (rows[2].sender, rows[2].receiver) == (owner_a, buyer)
    assert rows[9].note.endswith(": release")
    assert (rows[-1].price, rows[-1].receiver) == (PRICE, buyer)


def test_sale__of_two_that_wait__the_others_refund_comes_after_the_move(
    suite: Any, past: Any, offered: int, credential: Any, owner_a: str, owner_b: str, buyer: str, manager: str
) -> None:
    credential(owner_b)
    give_coins(suite, owner_b, 90_000 * COIN)
    sales.pay_through_market(suite, owner_b)
    first = sales.make_ask(suite, owner_a, offered, PRICE, documents_hash=DOCUMENTS)
    second = sales.make_ask(suite, owner_a, offered, PRICE + COIN, documents_hash=DOCUMENTS, number=1)
    sales.approve_sale(suite, second, owner_b, manager=manager)
    sales.buy(suite, first, buyer)
    sales.buy(suite, second, owner_b)
    suite.market.settle(second.struct, sender=owner_b)
    suite.market.refund(first.struct, buyer, sender=owner_b)
    rows = past(offered)
    assert kinds_of(rows) == ["permission", "ask", "purchase", "ask", "purchase", "moved", "refund"]
    assert (rows[-2].receiver, rows[-2].price) == (owner_b, PRICE + COIN)
    assert rows[-1].receiver == buyer


# --------------------------------------------------------------------------------------------------------------- leases


def test_lease__rents_default_cure_and_purchase(
    suite: Any, past: Any, valued_share: Any, credential: Any, owner_a: str, buyer: str
) -> None:
    one = int(valued_share(to=owner_a))
    credential(buyer)
    lease = suite.lease_to_buy
    number = open_lease(suite, one, buyer, rent=RENT, months=24, price_usd=PRICE, refund_bps=2_500)
    suite.engine.advance(MONTH + 20 * DAY)
    keep_price_valid(suite)
    lease.declareDefault(number, sender=owner_a)
    fund_rents(suite, buyer, RENT, 3)
    lease.pay(number, 3, sender=buyer)
    lease.collect(number, sender=owner_a)
    give_coins(suite, buyer, PRICE)
    lease.buy(number, PRICE, sender=buyer)
    rows = past(one)
    assert kinds_of(rows) == [
        *("permission", "rent", "use", "lease", "default", "rent", "default cured", "rent collected"),
        *("use", "lease ended", "moved"),
    ]
    begun = rows[3]
    assert (begun.sender, begun.receiver, begun.lender) == (owner_a, owner_a, owner_a)
    assert (begun.amount, begun.unit, begun.months) == (RENT, "HMD", 24)
    assert f"lease {number}, rent a month" in begun.note
    assert "for a fixed price of $ 30,000.00" in begun.note
    moved = rows[-1]
    assert (moved.authority, moved.sender, moved.receiver, moved.price) == ("sale", owner_a, buyer, PRICE)
    assert "bought under lease" in moved.note


def test_lease__over__its_later_events_are_not_the_shares(
    suite: Any, past: Any, valued_share: Any, credential: Any, owner_a: str, buyer: str
) -> None:
    one = int(valued_share(to=owner_a))
    credential(buyer)
    number = open_lease(suite, one, buyer, rent=RENT, refund_bps=10_000)
    suite.engine.advance(12 * MONTH)
    suite.lease_to_buy.end(number, sender=buyer)
    rows = past(one)
    assert kinds_of(rows)[-4:] == ["rent collected", "lease over", "use", "lease ended"]
    assert "at the end of its term; 250.00 HMD back" in rows[-3].note
