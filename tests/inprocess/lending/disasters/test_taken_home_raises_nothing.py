"""A share that the treasury takes home for a part of a loan brings no money: what day 90 ended stays ended."""

from loan_scene import DAY, WAD, LoanScene


def test_taking_a_share_home__never_raises_equity(scene: LoanScene) -> None:
    owner, _, buyer = scene.owners
    loan = scene.lend(owner, scene.share(0, 1), 24_000 * WAD)
    scene.book.addCollateral(loan, scene.share(0, 2), sender=owner)
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.book.startForeclosure(loan, sender=buyer)
    scene.at(scene.auction.auctionOf(loan).startedAt + 9 * DAY)
    equity = scene.treasury.balanceSheet().equityUsd
    scene.auction.close(loan, sender=buyer)
    assert scene.treasury.balanceSheet().equityUsd <= equity
