"""How every sequence begins: owners with credentials, houses with shares, coins, and rows for the puppets.

The opening is made of ordinary actions, each compared with the model like all others.
"""

from __future__ import annotations

from commonhold.fuzz.cast import WALLETS
from commonhold.fuzz.choices import SeededChoices
from commonhold.fuzz.inputs import COIN, DAY, INDEX, YEAR
from commonhold.fuzz.network import network_of
from commonhold.fuzz.rules.feeds import DESCRIPTION, PLACES
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.access import Roles
from commonhold.model.certificate import Rights
from commonhold.model.core import ZERO_WORD, Call
from commonhold.model.feeds import FeedTerms
from commonhold.model.registry import PropertyTerms
from commonhold.oracle.feeds import house_feed

UNLIMITED = 2**256 - 1
FIRST_HOUSES = ((2, "holding_entity"), (5, "owner_a"), (8, "owner_b"))
"""Share count and first owner."""

PROVIDER = "Harbor County Title"
FIRST_CASH = 1_000_000
FIRST_EQUITY = 150_000
FIRST_VALUE = 50_000 * COIN
LOAN_SHARES = 200 * 256  # of a house that the test book alone knows

SEQUENCES_BEGIN = 1_900_345_640
"""The first second of every sequence: recorded ones count on it, whatever is added to the opening."""


def open_world(w: World) -> None:
    """Play the opening and keep its end as the start of all sequences."""
    _credentials(w)
    _houses(w)
    _rows(w)
    _coins(w)
    _values(w)
    _money(w)
    if w.now > SEQUENCES_BEGIN:
        raise Violation("opening", f"it ends {w.now - SEQUENCES_BEGIN} seconds after sequences begin")
    w.jump_to(SEQUENCES_BEGIN)
    w.keep_as_opening()


def must(outcome: Outcome) -> None:
    if outcome.refused is not None:
        raise Violation("opening", f"refused: {outcome.refused}")


def _credentials(w: World) -> None:
    for number, name in enumerate(WALLETS[:-1]):
        issuer, wallet = w.cast["issuer"], w.cast[name]
        owner_id = (1000 + number).to_bytes(32, "big")
        must(w.act(issuer, "credentials", "issue", wallet, owner_id, w.now + 5 * YEAR, 840, number))


def house_terms(w: World, number: int, share_count: int) -> PropertyTerms:
    return PropertyTerms(
        provider=PROVIDER,
        providerPropertyId=f"HC-{number:03}",
        jurisdiction="US-MA-009",
        parcel=f"12-{number:02}",
        titleReference=f"Book {number}",
        holdingEntity=w.cast["holding_entity"],
        manager=w.cast["manager"],
        shareCount=share_count,
        firstPriceUsd=100_000 * COIN,
        listingUri=f"https://example.org/{number}",
        descriptionUri=f"https://example.org/{number}.json",
        descriptionSha256=number.to_bytes(32, "big"),
    )


def _houses(w: World) -> None:
    registrar = w.cast["registrar"]
    for number, (share_count, owner) in enumerate(FIRST_HOUSES, start=1):
        must(w.act(registrar, "registry", "register", house_terms(w, number, share_count)))
        must(w.act(registrar, "certificate", "tokenize", number, w.cast[owner]))


def _rows(w: World) -> None:
    """The DAO gives the puppets their rows and a second issuer his role."""
    decisions = (
        w.call("certificate", "setHolder", w.cast["market"], Rights(maySell=True)),
        w.call("certificate", "setHolder", w.cast["lender"], Rights(mayLien=True)),
        w.call("certificate", "setHolder", w.cast["landlord"], Rights(mayLease=True)),
        w.call("coin", "setMinter", w.cast["bank"], 10**6 * COIN),
        w.call("hub", "grantRole", Roles.ISSUER, w.cast["second_issuer"], 0),
        w.call("valuation", "setSaleReporter", w.cast["market"], True),
        w.call("reader", "setFeed", INDEX, index_terms(w, "main_feed")),
        w.call("splitter", "setProviderPayee", PROVIDER, w.cast["owner_b"]),
    )
    for call in decisions:
        must(w.act(w.cast["council"], "timelock", "schedule", call, ZERO_WORD, w.model.timelock.min_delay))
    w.jump_to(w.now + w.model.timelock.min_delay)
    for call in decisions:
        must(_execute(w, call))


def _execute(w: World, call: Call) -> Outcome:
    return w.act(w.cast["attacker"], "timelock", "execute", call, ZERO_WORD)


def _coins(w: World) -> None:
    for name in WALLETS:
        must(w.act(w.cast["bank"], "coin", "mint", w.cast[name], 10_000 * COIN))
    for name in WALLETS:
        must(w.act(w.cast[name], "coin", "approve", w.port.addresses["income"], UNLIMITED))


def _money(w: World) -> None:
    """Cash for everybody, equity that covers the coins of the bank, and a few loans."""
    treasury, book = w.port.addresses["treasury"], w.model.test_book.small
    for name in WALLETS:
        person = w.cast[name]
        must(w.act(person, "reserve", "mint", person, FIRST_CASH * 10**w.model.reserve.decimals))
        for token in ("reserve", "coin"):
            must(w.act(person, token, "approve", treasury, UNLIMITED))
    feed = w.model.feeds["reserve_feed"]
    must(w.act(w.cast["buyer"], "reserve_feed", "updateAnswer", 10**feed.decimal_places))  # the first one is stale
    must(w.act(w.cast["buyer"], "treasury", "contribute", FIRST_EQUITY * 10**w.model.reserve.decimals))
    for number, name in enumerate(WALLETS[:-1], start=1):
        must(w.act(w.cast[name], "test_book", "setValue", LOAN_SHARES + number, FIRST_VALUE))
        person, principal = w.cast[name], (4_000 + 1_000 * number) * COIN
        must(w.act(person, "test_book", "draw", LOAN_SHARES + number, principal, 600, principal // 60, person))
    if book.next_loan != len(WALLETS):
        raise Violation("opening", f"{book.next_loan - 1} loans are drawn")


def index_terms(w: World, feed: str) -> FeedTerms:
    """The index by another feed, as the DAO agrees to it."""
    return FeedTerms(w.port.addresses[feed], 20 * DAY, PLACES, COIN, 10**6 * COIN, DESCRIPTION)


def _values(w: World) -> None:
    """A report of the nodes, and the first appraisals of two houses once the new index counts."""
    w.jump_to(w.now + w.model.reader.quarantinePeriod())
    anyone, choices = w.cast["attacker"], SeededChoices("opening")
    round_ = network_of(w).play(w, choices, 1, w.now)
    signatures = round_.signed_by(round_.choose(w.model.aggregator.quorum(), choices))
    must(w.act(anyone, "aggregator", "submit", round_.report, *signatures))
    for number in range(1, len(FIRST_HOUSES)):
        feed_id = house_feed(number)
        proof = tuple(round_.tree.proof(feed_id))
        must(w.act(anyone, "aggregator", "update", feed_id, round_.tree.values[feed_id], proof))
        must(w.act(anyone, "valuation", "accept", number))
