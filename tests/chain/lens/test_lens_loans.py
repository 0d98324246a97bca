"""The lens for loans on the chain: named by the suite's lens, within the gas of a call, whatever the oracle does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.engines.base import decode_revert
from commonhold.recipe.lending import LoanStage, Requested
from commonhold.recipe.plan import INDEX_FEED

WAD = 10**18
FEED_INVALID = 5  # of ValueStatus
BURNS_GAS = 4  # mode of TestFaultyFeed


def test_suite__names_its_lens_for_loans(handles: Any) -> None:
    assert handles.lens.LOAN_LENS() == handles.loan_lens.address
    assert handles.loan_lens.CHECKS() == handles.loan_checks.address
    assert handles.loan_lens.DESK() == handles.loan_checks.DESK() == handles.desk.address
    assert handles.loan_lens.AUCTION() == handles.auction.address
    assert handles.loan_checks.TREASURY_LENS() == handles.treasury_lens.address


def test_pages__with_an_index_that_burns_all_gas__fit_one_call(
    suite: Any,
    handles: Any,
    project: Any,
    active_loan: Callable[..., int],
    approved_loan: Callable[..., Requested],
    share: Callable[..., int],
    dao: Any,
    deployer: Any,
    owner_a: Any,
) -> None:
    """Nothing reverts, everything is complete, and the draw is refused for its value, as the call would be."""
    first = active_loan(owner_a)
    house = handles.desk.loanOf(first).application.shareId >> 8
    second = approved_loan(owner_a, share_id=share(house, 2)).loan_id
    assert handles.loan_checks.drawCheck(second).refusal == b""

    index = suite.parameters.oracle.index
    burning = project.TestFaultyFeed.deploy(index.decimals, index.description, 100 * 10**8, sender=deployer)
    terms = (burning, index.heartbeat, index.decimals, index.min, index.max, index.description)
    suite.reader.setFeed(INDEX_FEED, terms, sender=dao)
    burning.setMode(BURNS_GAS, sender=deployer)

    lens, checks = handles.loan_lens, handles.loan_checks
    page = checks.drawCheck(second)
    refused = decode_revert(page.refusal, "LoanBook")
    assert (page.complete, page.gates.status) == (True, FEED_INVALID)
    assert (refused.name, refused.values) == ("ValueNotValid", (house, FEED_INVALID))
    assert page.cashRefusal == page.refusal
    loans = lens.loans(first, 2)
    assert loans.complete
    assert [entry.loan.stage for entry in loans.loans] == [LoanStage.ACTIVE, LoanStage.APPROVED]
    assert len(lens.schedule(first, 0, 0).rows) == lens.MAX_ROWS_PER_PAGE()
    quote = checks.paymentQuote(first, owner_a.address, WAD)
    assert (quote.complete, quote.refusal, quote.credit) == (True, b"", WAD)
