"""A second loan book beside the first, for the day when loans are to have other rules.

A book's rules never change, so another one takes over for new loans while the first runs out: its borrowers pay, its
shares are released or foreclosed, under the rules that they signed. Anybody deploys the second book with its desk and
its auction; they can do nothing until the DAO gives them their rows. `examples/proposal_second_book.yaml` is that
proposal: what it takes is the first book's right to lend, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commonhold.engines.base import create_address
from commonhold.recipe.deploy import Suite


@dataclass(frozen=True)
class SecondBook:
    """The addresses of a book, its desk and its auction, by the names of the proposal file."""

    new_book: str
    new_desk: str
    new_auction: str

    def named_in(self, text: str) -> str:
        """The text of a proposal file whose contracts stand at made-up addresses, with these in their place."""
        lines = text.splitlines(keepends=True)
        for place, line in enumerate(lines):
            name = line.strip().partition(":")[0]
            if name in vars(self) and "address:" in line:
                before, _, rest = line.partition('"')
                lines[place] = f'{before}"{vars(self)[name]}"{rest.partition(chr(34))[2]}'
        return "".join(lines)


def deploy_second_book(suite: Suite, sender: str, terms: Sequence[Any] | None = None) -> SecondBook:
    """Create the three, with the first book's peers, and its terms unless others are given."""
    engine = suite.engine
    nonce = engine.nonce(sender)
    book, desk, auction = (create_address(sender, nonce + place) for place in range(3))
    peers = suite.desk.peers()._replace(auction=auction, desk=desk)
    given = tuple(suite.desk.terms() if terms is None else terms)
    feeds, stop = suite.reader.address, suite.desk.guardianStopPeriod()
    engine.deploy("LoanBook", peers, given, sender=sender)
    engine.deploy("LoanDesk", suite.hub.address, book, feeds, stop, peers, given, sender=sender)
    auction_peers = suite.auction.peers()._replace(book=book)
    auction_terms = tuple(suite.auction.terms())
    engine.deploy("ForeclosureAuction", suite.hub.address, auction_peers, auction_terms, sender=sender)
    return SecondBook(book, desk, auction)


def suite_with(suite: Suite, second: SecondBook) -> Suite:
    """The suite as it is for whoever borrows from the second book."""
    addresses = {key: contract.address for key, contract in suite.contracts.items()}
    addresses |= {"book": second.new_book, "desk": second.new_desk, "auction": second.new_auction}
    return Suite(suite.engine, suite.parameters, suite.deployer, addresses, suite.from_block)
