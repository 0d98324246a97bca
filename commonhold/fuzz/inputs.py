"""Inputs of rules: what exists most of the time, and what is one step past it."""

from __future__ import annotations

from commonhold.fuzz.cast import ISSUERS, MANAGERS
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES, Share
from commonhold.model.core import NEVER, ZERO_ADDRESS, ZERO_WORD
from commonhold.oracle.feeds import named_feed

INDEX = named_feed("HOUSE-PRICE-INDEX")
TOKEN = named_feed("TOKEN-USD")
"""Pairs of the reader: the one that moves appraisals, and one that the DAO may configure or not."""

DAY = 86_400
YEAR = 365 * DAY
COIN = 10**18


def wallet(w: World, c: Choices) -> str:
    """Somebody who may own shares, have owned some, or take over a lost wallet."""
    return c.one_of(w.cast.wallets)


def anyone(w: World, c: Choices) -> str:
    """Any account or contract wallet at all."""
    return c.one_of(w.cast.people)


def receiver(w: World, c: Choices) -> str:
    """A wallet to receive shares: mostly one that can."""
    able = [address for address in w.cast.wallets if w.model.credentials.isValid(address)]
    usual = c.one_of(able) if able else wallet(w, c)
    return c.mostly(usual, wallet(w, c), ZERO_ADDRESS, w.cast["attacker"], w.port.addresses["certificate"], percent=90)


def house(w: World, c: Choices) -> int:
    """A house's number, or one that does not exist."""
    count = w.model.registry.propertyCount()
    return c.mostly(c.integer(1, max(1, count)), 0, count + 1, 2**255, percent=96)


def share(w: World, c: Choices) -> int:
    """A share's id, or one that does not exist."""
    shares = w.model.certificate.shares
    if not shares:
        return SHARES + 1
    if c.chance(96):
        return c.one_of(list(shares))
    number = c.integer(1, max(1, w.model.registry.propertyCount()))
    past = w.model.certificate.sharesOf(number) + 1
    return c.one_of((number * SHARES, number * SHARES + past, (number + 1) * SHARES + 1, 0, 2**256 - 1))


def share_where(w: World, c: Choices, wanted: str) -> int:
    """A share that is `lien`ed, `lease`d, has a `user`, a `permission` ... ; any share if there is none."""
    blank = {ZERO_ADDRESS, None}
    found = [i for i, entry in w.model.certificate.shares.items() if getattr(entry, wanted) not in blank]
    return c.one_of(found) if found and c.chance(85) else share(w, c)


def share_of(w: World, c: Choices, owner: str) -> int:
    """A share of this owner, if it has one."""
    owned = shares_owned(w, owner)
    return c.one_of(owned) if owned and c.chance(95) else share(w, c)


def shares_owned(w: World, owner: str) -> list[int]:
    return [i for i, entry in w.model.certificate.shares.items() if entry.owner == owner]


def entry(w: World, share_id: int) -> Share:
    """What the model knows of a share; of one that does not exist, nothing."""
    return w.model.certificate.shares.get(share_id) or Share(ZERO_ADDRESS, 0)


def deadline(w: World, c: Choices) -> int:
    """A last second: mostly ahead, sometimes now, just past, or for ever."""
    now = w.now
    return c.one_of((now + c.integer(1, 3 * DAY), now + YEAR, now + YEAR, now + 1, now, now - 1, NEVER))


def expiry(w: World, c: Choices) -> int:
    """When a credential ends: mostly years away."""
    now = w.now
    return c.mostly(now + c.integer(1, 3) * YEAR, now + c.integer(1, 5 * DAY), now + 1, now, NEVER, 0, percent=80)


def word(c: Choices) -> bytes:
    """A small random word: zero and repetitions included."""
    return c.integer(0, 40).to_bytes(32, "big")


def fresh_word(c: Choices) -> bytes:
    return c.integer(1, 2**64).to_bytes(32, "big")


def owner_id(w: World, c: Choices) -> bytes:
    """Mostly a new one; sometimes one that was given before, or none."""
    given = c.one_of(sorted(w.model.credentials.owner_ids)) if c.chance(60) else ZERO_WORD
    return c.mostly(fresh_word(c), given, percent=92)


def issuer(w: World, c: Choices) -> str:
    return w.cast[c.mostly(c.one_of(ISSUERS), "attacker", "registrar", "owner_a", percent=94)]


def issuer_of(w: World, c: Choices, holder: str) -> str:
    """Mostly who may act on this wallet's credential."""
    credential = w.model.credentials.credentials.get(holder)
    own = credential.issuer if credential else w.cast["issuer"]
    return own if own in w.cast.people and c.chance(75) else issuer(w, c)


def registrar(w: World, c: Choices) -> str:
    return w.cast[c.mostly("registrar", "attacker", "manager", percent=95)]


def manager_of(w: World, c: Choices, house_number: int) -> str:
    manager = w.model.registry.managerOf(house_number)
    usual = manager if manager in w.cast.people else w.cast[c.one_of(MANAGERS)]
    return c.mostly(usual, w.cast["manager"], w.cast["second_manager"], w.cast["attacker"], percent=93)
