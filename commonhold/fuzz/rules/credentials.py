"""Issuers and the wallets they issue to."""

from __future__ import annotations

from typing import Any

from commonhold.fuzz import inputs
from commonhold.fuzz.cast import ISSUERS
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.certificate import Rights
from commonhold.model.core import NEVER, ZERO_ADDRESS


def without_credential(w: World, c: Choices) -> str:
    missing = [address for address in w.cast.wallets if not w.model.credentials.isValid(address)]
    usual = c.one_of(missing) if missing and c.chance(70) else inputs.wallet(w, c)
    return c.mostly(usual, ZERO_ADDRESS, percent=98)


@rule(weight=4)
def issue_credential(w: World, c: Choices) -> None:
    owner_id = inputs.owner_id(w, c)
    jurisdiction = c.one_of((0, 276, 840, 2**16 - 1))
    w.act(
        inputs.issuer(w, c),
        "credentials",
        "issue",
        without_credential(w, c),
        owner_id,
        inputs.expiry(w, c),
        jurisdiction,
        c.integer(0, 2**32 - 1),
    )


@rule(weight=2)
def claim_credential(w: World, c: Choices) -> None:
    """A wallet submits what an issuer signed for it; now and then something was changed on the way."""
    claimant = without_credential(w, c)
    if claimant == ZERO_ADDRESS:
        claimant = w.cast["buyer"]
    issuer = w.cast[c.one_of(ISSUERS)]
    signed: list[Any] = [
        claimant,
        inputs.owner_id(w, c),
        inputs.expiry(w, c),
        c.one_of((0, 276, 840)),
        c.integer(0, 3),
        issuer,
        inputs.deadline(w, c),
    ]
    digest = w.model.credentials.claim_digest(*signed)
    signer = c.mostly(issuer, w.cast["attacker"], w.cast["issuer"], percent=90)
    signature = c.mostly(w.port.sign(signer, digest), bytes(65), b"", percent=95)
    sender, *fields = signed
    if c.chance(10):
        changed = c.integer(0, len(fields) - 1)
        fields[changed] = (
            inputs.fresh_word(c),
            inputs.expiry(w, c),
            7,
            99,
            c.one_of((w.cast["attacker"], w.cast["second_issuer"])),
            inputs.deadline(w, c),
        )[changed]
    if c.chance(4):
        sender = inputs.wallet(w, c)
    w.act(sender, "credentials", "claim", *fields, signature)


@rule(weight=3)
def renew_credential(w: World, c: Choices) -> None:
    holder = inputs.wallet(w, c)
    w.act(inputs.issuer_of(w, c, holder), "credentials", "renew", holder, inputs.expiry(w, c))


@rule(weight=2)
def revoke_credential(w: World, c: Choices) -> None:
    holder = c.mostly(inputs.wallet(w, c), w.cast["attacker"], w.port.addresses["book"], percent=90)
    w.act(inputs.issuer_of(w, c, holder), "credentials", "revoke", holder)


@rule(weight=1)
def issuer_revokes_own_work(w: World, c: Choices) -> None:
    """A stolen key: rarely the first issuer's, or nobody would issue for the rest of the sequence."""
    issuer = w.cast[c.mostly("second_issuer", "issuer", "attacker", percent=85)]
    credentials = w.model.credentials.credentials.values()
    issued = [item.issued_at for item in credentials if item.issuer == issuer] or [w.now]
    since = c.one_of(issued) + c.integer(-1, 1) if c.chance(60) else w.now - c.integer(-1, 2 * DAY)
    sender = c.mostly(issuer, w.cast["attacker"], w.cast["issuer"], percent=85)
    w.act(sender, "credentials", "revokeIssuedSince", issuer, min(max(since, 0), NEVER))


@rule(weight=2)
def act_through_hub(w: World, c: Choices) -> None:
    """Whoever holds a role may call by the hub's `execute`; an issuer may not, for the hub would be the issuer."""
    holder, other = inputs.wallet(w, c), inputs.wallet(w, c)
    number = inputs.house(w, c)
    ways: tuple[tuple[Any, ...], ...] = (
        ("credentials", "issue", holder, inputs.owner_id(w, c), inputs.expiry(w, c), 0, 0),
        ("credentials", "renew", holder, inputs.expiry(w, c)),
        ("credentials", "revoke", holder),
        ("credentials", "startRecovery", holder, other),
        ("credentials", "cancelRecovery", holder),
        ("registry", "setManager", number, w.cast["manager"]),
        ("registry", "reportSeniorClaim", number, 7, inputs.word(c)),
        ("certificate", "tokenize", number, holder),
        ("certificate", "setHolder", w.cast["vault"], Rights(True, True, True)),
    )
    way = c.one_of(ways)
    role_holder = c.mostly("issuer" if way[0] == "credentials" else "registrar", "attacker", "council", percent=90)
    w.act(w.cast[role_holder], "hub", "execute", w.call(*way))
