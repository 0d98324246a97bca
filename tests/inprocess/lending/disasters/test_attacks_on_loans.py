"""Who tries to get more out of a loan than its rules give: by books that are closed, bids on one's own share, courts,
recoveries, frozen shares and large houses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from loan_scene import DAY, NOBODY, SHARE_USD, WAD, LoanScene

from commonhold.recipe.buying import keep_price_valid
from commonhold.recipe.lending import LoanStage
from commonhold.recipe.plan import Role

LENT = 24_000 * WAD
ANY = 2**255


def foreclosed(scene: LoanScene, *numbers: int) -> int:
    """A loan of owner_a's on these shares of house 0, in foreclosure on arrears."""
    owner, _, buyer = scene.owners
    loan = scene.lend(owner, scene.share(0, numbers[0]), LENT)
    for number in numbers[1:]:
        scene.book.addCollateral(loan, scene.share(0, number), sender=owner)
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.book.startForeclosure(loan, sender=buyer)
    return loan


def at_elapsed(scene: LoanScene, loan: int, elapsed: int) -> None:
    page = scene.auction.auctionOf(loan)
    scene.at(page.startedAt + elapsed + scene.book.stoppedTimeOf(loan))


def test_closed_book__without_rights__still_is_paid_and_forecloses(
    scene: LoanScene, as_dao: Callable[..., Any]
) -> None:
    """The DAO moves on to a successor: what is open runs out under the same rules."""
    owner, _, buyer = scene.owners
    paid, sold, line = (
        scene.lend(owner, scene.share(0, 1), LENT),
        scene.lend(owner, scene.share(0, 2), LENT),
        scene.approved(owner, scene.share(0, 3), LENT),
    )
    as_dao(scene.suite.loans, "closeBook", scene.book.address)
    as_dao(scene.certificate, "setHolder", scene.book.address, (False, False, False))
    keep_price_valid(scene.suite)
    assert scene.tried(lambda: scene.book.draw(line.loan_id, owner, sender=owner)) == "NotHolder"
    scene.book.pay(paid, ANY, sender=owner)
    scene.at(scene.due_midnight(sold) + 90 * DAY)
    scene.book.startForeclosure(sold, sender=buyer)
    at_elapsed(scene, sold, 3 * DAY)
    scene.auction.bid(sold, ANY, 0, sender=buyer)
    assert (scene.stage(paid), scene.stage(sold)) == (LoanStage.REPAID, LoanStage.FORECLOSED)
    scene.check()


def test_borrower__who_bids_on_his_own_share__pays_like_anybody(scene: LoanScene) -> None:
    owner = scene.owners[0]
    loan = foreclosed(scene, 1)
    at_elapsed(scene, loan, 6 * DAY)
    price, had = scene.auction.auctionOf(loan).priceUsd, scene.coin.balanceOf(owner)
    debt = scene.debt_at(loan, scene.auction.auctionOf(loan).startedAt + 6 * DAY)
    scene.auction.bid(loan, ANY, 0, sender=owner)
    paid = had - scene.coin.balanceOf(owner)
    assert paid == SHARE_USD * 110 // 100 - SHARE_USD * 40 // 100 * 6 // 7 < price
    assert scene.book.surplusOf(owner) == paid - -(-paid * 2 // 100) - debt
    assert scene.certificate.ownerOf(scene.share(0, 1)) == owner
    assert scene.certificate.encumbrancesOf(scene.share(0, 1))[0] == NOBODY
    scene.check()


def test_court__that_moves_the_share_in_the_auction__leaves_debt_and_surplus_with_the_borrower(
    scene: LoanScene, court_order: Callable[..., Any]
) -> None:
    owner, other, buyer = scene.owners
    loan = foreclosed(scene, 1)
    court_order(scene.certificate, "forcedTransfer", owner, other, scene.share(0, 1))
    assert scene.certificate.encumbrancesOf(scene.share(0, 1))[0] == scene.book.address
    at_elapsed(scene, loan, 4 * DAY)
    scene.auction.bid(loan, ANY, 0, sender=buyer)
    assert scene.certificate.ownerOf(scene.share(0, 1)) == buyer
    assert scene.book.surplusOf(owner) > 0 == scene.book.surplusOf(other)
    scene.check()


def test_recovered_borrower__in_an_auction__keeps_cure_share_and_surplus(
    scene: LoanScene, recover: Callable[[Any, Any], None]
) -> None:
    """His new wallet adds a share; what was owed to the old one is his."""
    owner, _, buyer = scene.owners
    wallet = scene.engine.accounts[-1]
    loan = foreclosed(scene, 1)
    recover(owner, wallet)
    scene.certificate.completeRecovery(owner, [scene.share(0, 1), scene.share(0, 2)], sender=buyer)
    assert scene.tried(lambda: scene.book.addCollateral(loan, scene.share(0, 3), sender=owner)) == "NotBorrower"
    scene.book.addCollateral(loan, scene.share(0, 2), sender=wallet)
    at_elapsed(scene, loan, 10 * DAY)
    scene.auction.close(loan, sender=buyer)
    at_elapsed(scene, loan, 3 * DAY)
    scene.auction.bid(loan, ANY, 0, sender=buyer)
    surplus = scene.book.surplusOf(owner)
    assert surplus > 0
    assert scene.tried(lambda: scene.book.claimSurplus(owner, owner, sender=owner)) == "NothingOwed"
    scene.check()
    scene.book.claimSurplus(owner, wallet, sender=wallet)
    assert scene.coin.balanceOf(wallet) == surplus
    scene.check()


@pytest.mark.parametrize("frozen", [1, 2])
def test_frozen_share__holds_up_its_own_sale_and_nothing_else(scene: LoanScene, court: str, frozen: int) -> None:
    """A share that is freed needs no leave: frozen it stays, but without the lien."""
    owner, _, buyer = scene.owners
    loan = foreclosed(scene, 1, 2)
    at_elapsed(scene, loan, 3 * DAY)
    scene.certificate.setFrozenTokens(owner, scene.share(0, frozen), True, sender=court)
    bid = lambda: scene.auction.bid(loan, ANY, 0, sender=buyer)  # noqa: E731
    if frozen == 1:
        assert scene.tried(bid) == "ERC7943InsufficientUnfrozenBalance"
        scene.book.pay(loan, ANY, sender=buyer)
    else:
        bid()
    for number in (1, 2):
        assert scene.certificate.encumbrancesOf(scene.share(0, number))[0] == NOBODY
    assert scene.certificate.getFrozenTokens(owner, scene.share(0, frozen))
    scene.check()


@pytest.mark.parametrize("late_number", [1, 8, 9, 16, 17, 96, 97, 100])
def test_largest_house__a_late_loan_on_any_share__closes_all_of_it(
    scene: LoanScene,
    tokenized_house: Callable[..., int],
    moved: Callable[[int, str], None],
    as_dao: Callable[..., Any],
    council: str,
    late_number: int,
) -> None:
    """A hundred shares are thirteen words of eight: none of them is passed over."""
    owner, other, buyer = scene.owners
    as_dao(scene.suite.hub, "grantRole", Role.UNDERWRITER, council, 0)
    house = tokenized_house(100, to=owner)
    scene.appraise(house, 100 * SHARE_USD)
    scene.engine.advance(scene.suite.valuation.terms().firstValueQuarantinePeriod)
    scene.houses.append(house)
    wanted = 50  # in another word
    moved(scene.share(3, wanted), other)
    late = scene.lend(owner, scene.share(3, late_number), LENT)
    line = scene.approved(other, scene.share(3, wanted), LENT, underwriter=council)
    scene.at(scene.due_midnight(late) + 15 * DAY + 1)
    found = scene.refused(lambda: scene.book.draw(line.loan_id, other, sender=other))
    assert found == ("HouseLate", house, late)
    assert scene.book.loanOfShare(scene.share(3, late_number)) == late
    assert scene.desk.loansOfHouse(house) == [late]
    scene.book.pay(late, ANY, sender=buyer)
    scene.book.draw(line.loan_id, other, sender=other)
    assert scene.desk.loansOfHouse(house) == [line.loan_id]
    scene.check()


def test_home__that_a_court_took_from_the_treasury__can_be_lent_on_and_taken_again(
    scene: LoanScene, court_order: Callable[..., Any]
) -> None:
    """Once somebody has taken note that it is not the treasury's any more."""
    _, other, buyer = scene.owners
    share = scene.share(0, 1)
    loan = foreclosed(scene, 1)
    at_elapsed(scene, loan, 9 * DAY)
    scene.auction.close(loan, sender=buyer)
    court_order(scene.certificate, "forcedTransfer", scene.treasury.address, other, share)
    scene.auction.markOwned(share, sender=buyer)
    assert scene.suite.loans.ownedHomeUsd(share) == 0
    scene.check()
    scene.treasury.contribute(30_000 * 10**6, sender=buyer)  # what that cost; else nothing is lent
    again = scene.lend(other, share, 20_000 * WAD)
    scene.at(scene.due_midnight(again) + 90 * DAY)
    scene.book.startForeclosure(again, sender=buyer)
    at_elapsed(scene, again, 9 * DAY)
    scene.auction.close(again, sender=buyer)
    assert scene.certificate.ownerOf(share) == scene.treasury.address
    assert scene.suite.loans.ownedHomeUsd(share) > 0
    scene.check()
