"""The use of a share, and liens and leases of contracts with rows of their own; loans are in `mortgages`."""

from __future__ import annotations

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS

UINT64_MAX = 2**64 - 1


def owner_of(w: World, c: Choices, share: int) -> str:
    owner = inputs.entry(w, share).owner
    usual = owner if owner in w.cast.people else w.cast["owner_a"]
    return c.mostly(usual, inputs.anyone(w, c), percent=94)


def until(w: World, c: Choices) -> int:
    """Seconds of a use: past, now, ahead, for ever."""
    now = w.now
    return c.one_of((now + c.integer(1, 30 * DAY), now + c.integer(1, 30 * DAY), now + 1, now, now - 1, 0, UINT64_MAX))


@rule(weight=3)
def lend_use(w: World, c: Choices) -> None:
    share = inputs.share(w, c)
    user = c.mostly(inputs.anyone(w, c), ZERO_ADDRESS, percent=85)
    w.act(owner_of(w, c, share), "certificate", "setUser", share, user, until(w, c))


def share_to_encumber(w: World, c: Choices) -> int:
    """Any share; now and then one that bears a lien or a lease already, or is frozen for its owner."""
    if c.chance(65):
        return inputs.share(w, c)
    frozen = [share for owner, share in sorted(w.model.certificate.frozen) if inputs.entry(w, share).owner == owner]
    return c.one_of(frozen) if frozen and c.chance(30) else inputs.share_where(w, c, c.one_of(("lien", "lease")))


@rule(weight=4)
def row_places_lien(w: World, c: Choices) -> None:
    sender = c.mostly(w.cast["lender"], w.cast["landlord"], w.cast["attacker"], percent=90)
    w.act(sender, "certificate", "placeLien", share_to_encumber(w, c))


@rule(weight=3)
def row_releases_lien(w: World, c: Choices) -> None:
    share = inputs.share_where(w, c, "lien")
    w.act(encumbrance_holder(w, c, share), "certificate", "releaseLien", share)


@rule(weight=2)
def row_forecloses(w: World, c: Choices) -> None:
    share = inputs.share_where(w, c, "lien")
    to = c.mostly(inputs.receiver(w, c), inputs.entry(w, share).owner, percent=92)
    w.act(encumbrance_holder(w, c, share), "certificate", "moveByLien", share, to)


@rule(weight=4)
def row_places_lease(w: World, c: Choices) -> None:
    sender = c.mostly(w.cast["landlord"], w.cast["lender"], w.cast["attacker"], percent=90)
    lessee = c.mostly(inputs.anyone(w, c), ZERO_ADDRESS, percent=92)
    w.act(sender, "certificate", "placeLease", share_to_encumber(w, c), lessee, until(w, c))


@rule(weight=4)
def row_releases_lease(w: World, c: Choices) -> None:
    share = inputs.share_where(w, c, "lease")
    w.act(encumbrance_holder(w, c, share, "lease"), "certificate", "releaseLease", share)


@rule(weight=2)
def row_sells_leased(w: World, c: Choices) -> None:
    share = inputs.share_where(w, c, "lease")
    to = c.mostly(inputs.receiver(w, c), inputs.entry(w, share).owner, percent=92)
    price = c.mostly(c.integer(1, 10**6) * COIN, 2**96 - 1, 2**96, percent=90)
    sender = encumbrance_holder(w, c, share, "lease")
    w.act(sender, "certificate", "moveByLease", share, to, price, c.one_of((ZERO_ADDRESS, w.port.addresses["coin"])))


@rule(weight=1)
def row_refreshes_terms(w: World, c: Choices) -> None:
    kind = c.one_of(("lien", "lease"))
    share = inputs.share_where(w, c, kind)
    w.act(encumbrance_holder(w, c, share, kind), "certificate", "refreshTerms", share)


def encumbrance_holder(w: World, c: Choices, share: int, kind: str = "lien") -> str:
    """Mostly who holds it, if that is a puppet; the loan book acts by rules of its own."""
    holder = getattr(inputs.entry(w, share), kind)
    usual = holder if holder in w.cast.people else w.cast["lender"]
    return c.mostly(usual, w.cast["lender"], w.cast["landlord"], w.cast["attacker"], percent=75)
