"""The registrar's houses: registering, documents, managers, claims, the listing."""

from __future__ import annotations

import re

from commonhold.fuzz import inputs
from commonhold.fuzz.cast import MANAGERS
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD
from commonhold.model.registry import PropertyTerms

MAX_HOUSES = 6
"""More would only thin out what happens to each."""

HOSTILE_TEXTS = ("", " -", "x" * 65, "x" * 257, "tab\there", "ümlaut", "line\nbreak", "\"<&'\\")


def spelled(c: Choices, text: str) -> str:
    """The same identifier as somebody else writes it."""
    return c.one_of(
        (
            text,
            text.replace("-", " "),
            text.replace("-", "."),
            text.replace("-", ""),
            text.lower(),
            "0" + text,
            f" {text} ",
            re.sub("([0-9]+)", r"00\1", text),
        )
    )


def text(c: Choices, usual: str) -> str:
    return c.mostly(usual, *HOSTILE_TEXTS, percent=98)


def terms(w: World, c: Choices, number: int) -> PropertyTerms:
    """Terms of a new house; one in eight is an old one in other spelling."""
    count = w.model.registry.propertyCount()
    provider_id = f"HC-{number}-{number + 7}"
    parcel = f"P-{number}-{number + 3}"
    title = f"Book {number}"
    if count and c.chance(12):
        old = w.model.registry.houses[c.integer(1, count)].terms
        provider_id = c.mostly(provider_id, spelled(c, old.providerPropertyId), percent=60)
        parcel = c.mostly(parcel, spelled(c, old.parcel), percent=60)
        title = c.mostly(title, spelled(c, old.titleReference), percent=60)
    return PropertyTerms(
        provider=text(c, "Harbor County Title"),
        providerPropertyId=text(c, provider_id),
        jurisdiction=text(c, c.one_of(("US-MA-009", "us ma 9", "US-MA-9", "US-MA-010"))),
        parcel=text(c, parcel),
        titleReference=text(c, title),
        holdingEntity=c.mostly(w.cast["holding_entity"], ZERO_ADDRESS, percent=99),
        manager=c.mostly(w.cast[c.one_of(MANAGERS)], ZERO_ADDRESS, percent=99),
        shareCount=c.mostly(c.integer(2, 9), 100, 1, 0, 101, 255, percent=93),
        firstPriceUsd=c.mostly(c.integer(1, 10**6) * COIN, 0, 1, 2**96 - 1, 2**96, percent=95),
        listingUri=text(c, f"https://example.org/{number}"),
        descriptionUri=text(c, f"https://example.org/{number}.json"),
        descriptionSha256=c.mostly(number.to_bytes(32, "big"), ZERO_WORD, percent=98),
    )


@rule(weight=3)
def register_house(w: World, c: Choices) -> None:
    count = w.model.registry.propertyCount()
    if count >= MAX_HOUSES and c.chance(70):
        # Only an old house again, which is refused.
        old = w.model.registry.houses[c.integer(1, count)].terms
        renamed = old._replace(
            providerPropertyId=spelled(c, old.providerPropertyId), parcel="new", titleReference="new"
        )
        w.act(w.cast["registrar"], "registry", "register", renamed)
        return
    if count < 3 * MAX_HOUSES:
        w.act(inputs.registrar(w, c), "registry", "register", terms(w, c, c.integer(1, 10**6)))


@rule(weight=3)
def tokenize_house(w: World, c: Choices) -> None:
    waiting = [i for i in w.model.registry.houses if i not in w.model.certificate.houses]
    number = c.one_of(waiting) if waiting and c.chance(85) else inputs.house(w, c)
    w.act(inputs.registrar(w, c), "certificate", "tokenize", number, inputs.receiver(w, c))


@rule(weight=2)
def set_document(w: World, c: Choices) -> None:
    number = inputs.house(w, c)
    sender = c.mostly(inputs.manager_of(w, c, number), w.cast["registrar"], percent=80)
    kind = c.integer(0, 5)
    uri = text(c, f"ipfs://{c.integer(1, 999)}")
    w.act(sender, "registry", "setDocument", number, kind, uri, c.mostly(inputs.fresh_word(c), ZERO_WORD, percent=95))


@rule(weight=2)
def set_manager(w: World, c: Choices) -> None:
    manager = c.mostly(w.cast[c.one_of(MANAGERS)], ZERO_ADDRESS, percent=96)
    w.act(inputs.registrar(w, c), "registry", "setManager", inputs.house(w, c), manager)


@rule(weight=1)
def delist_house(w: World, c: Choices) -> None:
    w.act(inputs.registrar(w, c), "registry", "delist", inputs.house(w, c))


def standing_claim(w: World, c: Choices, number: int) -> bytes:
    """Reference of a claim on this house, if there is one."""
    house = w.model.registry.houses.get(number)
    return c.one_of(list(house.claims)) if house and house.claims else inputs.word(c)


@rule(weight=2)
def report_senior_claim(w: World, c: Choices) -> None:
    amount = c.mostly(c.integer(1, 10**6) * COIN, 0, 1, 2**128 - 1, 2**128, percent=88)
    number = inputs.house(w, c)
    ref = standing_claim(w, c, number) if c.chance(20) else inputs.word(c)
    w.act(inputs.registrar(w, c), "registry", "reportSeniorClaim", number, amount, ref)


@rule(weight=2)
def clear_senior_claim(w: World, c: Choices) -> None:
    number = inputs.house(w, c)
    ref = c.mostly(standing_claim(w, c, number), inputs.word(c), percent=85)
    w.act(inputs.registrar(w, c), "registry", "clearSeniorClaim", number, ref)


@rule(weight=1)
def stop_registration(w: World, c: Choices) -> None:
    switch = w.model.registry.switch
    if switch.stopped_until and c.chance(50):
        w.jump_to(switch.stopped_until + switch.period + c.integer(-1, 1))
    w.act(w.cast[c.mostly("guardian", "attacker", "registrar", percent=85)], "registry", "stopRegistration")
