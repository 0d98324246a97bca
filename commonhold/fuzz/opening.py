"""How every sequence begins: owners with credentials, houses with shares, coins, and rows for the puppets.

The opening is made of ordinary actions, each compared with the model like all others.
"""

from __future__ import annotations

from commonhold.fuzz.cast import WALLETS
from commonhold.fuzz.inputs import COIN, DAY, YEAR
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.access import Roles
from commonhold.model.certificate import Rights
from commonhold.model.core import ZERO_WORD, Call
from commonhold.model.registry import PropertyTerms

UNLIMITED = 2**256 - 1
FIRST_HOUSES = ((2, "holding_entity"), (5, "owner_a"), (8, "owner_b"))
"""Share count and first owner."""


def open_world(w: World) -> None:
    """Play the opening and keep its end as the start of all sequences."""
    _credentials(w)
    _houses(w)
    _rows(w)
    _coins(w)
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
        provider="Harbor County Title",
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
    w.jump_to(w.now + DAY)
