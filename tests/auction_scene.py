"""An auction on the suite, with a book that forecloses any share, at any value, with any stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.engines.base import create_address, decode_revert
from commonhold.model.lending.auction import AuctionTerms, Foreclosure
from commonhold.model.money.price import WAD

TERMS = AuctionTerms()
GIVEN = (TERMS.start, TERMS.floor, TERMS.decline, TERMS.co_owners_first, TERMS.co_owners_last, TERMS.costs)
VALUE = 123_456 * WAD + 789
NOBODY = 0


@dataclass
class Scene:
    """The auction, its book, and the wallets: `owner` has all shares but those that the test gives away."""

    suite: Any
    auction: Any
    book: Any
    owner: str
    models: dict[int, Foreclosure] = field(default_factory=dict)

    @property
    def engine(self) -> Any:
        return self.suite.engine

    def foreclose(self, *shares: int, value: int = VALUE) -> int:
        """The last share is up first. Returns the loan's number."""
        loan = len(self.models) + 1
        receipt = self.book.foreclose(loan, list(shares), value, sender=self.owner)
        self.models[loan] = Foreclosure(TERMS, value, receipt.timestamp)
        return loan

    def at(self, loan: int, elapsed: int, stopped: int = 0) -> None:
        """The next transaction finds the auction's clock there."""
        self.engine.set_next_time(self.models[loan].started_at + elapsed + stopped)

    def bid(self, loan: int, wallet: Any, as_co_owner: int = NOBODY, limit: int = 2**256 - 1) -> Any:
        return self.auction.bid(loan, limit, as_co_owner, sender=wallet)

    def refused(self, call: Callable[[], Any]) -> tuple[Any, ...]:
        """The error's name and values; the chain stays as it is."""
        with self.engine.rollback(), pytest.raises(Revert) as caught:
            call()
        return (caught.value.name, *caught.value.values)

    def stillborn(self, peers: tuple[Any, ...], terms: tuple[int, ...]) -> tuple[Any, ...]:
        """Why an auction with these can't be: the error's name and values."""
        sender = self.suite.deployer
        with self.engine.rollback(), pytest.raises(Revert) as caught:
            self.engine.deploy("ForeclosureAuction", self.suite.hub, peers, terms, sender=sender)
        found = decode_revert(caught.value.data, "ForeclosureAuction")
        return (found.name, *found.values)

    def agrees(self, loan: int, stopped: int = 0) -> None:
        """All that the auction says now is what the model says."""
        model = self.models[loan]
        page = self.auction.auctionOf(loan)
        elapsed = model.elapsed(self.engine.now(), stopped)
        turn = model.turn(elapsed)
        assert tuple(page)[1:] == (
            model.started_at,
            elapsed,
            model.start_usd,
            model.floor_usd,
            model.price_usd(elapsed),
            turn.co_owners_only,
            elapsed >= TERMS.period,
        )


def peers_of(suite: Any, book: Any) -> tuple[Any, ...]:
    """In the order of `IForeclosureAuction.AuctionPeers`."""
    return (book, suite.loans, suite.certificate, suite.treasury, suite.valuation, suite.coin)


def set_scene(suite: Any, owner: str, as_dao: Callable[..., Any]) -> Scene:
    """The book and the auction know each other from birth; the DAO gives them their rows."""
    engine, deployer = suite.engine, suite.deployer
    auction_at = create_address(deployer, engine.nonce(deployer) + 1)
    book = engine.deploy("TestAuctionBook", auction_at, suite.certificate, suite.treasury, sender=deployer)
    auction = engine.deploy("ForeclosureAuction", suite.hub, peers_of(suite, book), GIVEN, sender=deployer)
    assert auction.address == auction_at
    for holder in (book, auction):
        as_dao(suite.certificate, "setHolder", holder.address, (False, True, False))
    as_dao(suite.loans, "setBook", auction.address, True)
    as_dao(suite.loans, "closeBook", auction.address)
    return Scene(suite, auction, book, owner)
