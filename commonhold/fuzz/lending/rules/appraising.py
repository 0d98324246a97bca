"""What houses are worth, what the court, the registrar and the guardian do to shares, values and credentials."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.lending.scene import HOUSES, SHARE_VALUE
from commonhold.fuzz.money.inputs import decide, holder
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.feeds import FeedStatus
from commonhold.oracle.feeds import house_feed

VALID = int(FeedStatus.VALID)


def house(c: Choices) -> int:
    return c.mostly(c.one_of(list(HOUSES)), 9, percent=98)


@rule(weight=4)
def appraise(w: World, c: Choices) -> None:
    """A new value of a house, mostly accepted at once."""
    number = c.one_of(list(HOUSES))
    percent = c.one_of((100, 100, 110, 90, 75, 50, c.integer(20, 130)))
    usd = SHARE_VALUE * COIN * HOUSES[number] * percent // 100 + c.integer(0, 10)
    if c.chance(90):
        tell_house(w, c, number, usd)
    else:
        w.act(holder(w, c), "oracle", "tell", house_feed(number), usd, VALID)


def tell_house(w: World, c: Choices, number: int, usd: int) -> None:
    w.act(holder(w, c), "oracle", "tell", house_feed(number), usd, VALID)
    w.act(holder(w, c), "valuation", "accept", number)


@rule(weight=2)
def move_index(w: World, c: Choices) -> None:
    """Up, down, or no reading at all; a frozen one stops clocks."""
    usd = COIN * c.one_of((100, 100, 105, 95, c.integer(60, 130)))
    status = c.mostly(VALID, int(FeedStatus.FROZEN), int(FeedStatus.STALE), percent=75)
    w.act(holder(w, c), "oracle", "tell", w.model.valuation.index_feed, usd, status)


@rule(weight=3)
def restore_index(w: World, c: Choices) -> None:
    index = w.model.valuation.index_feed
    if w.model.oracle.read(index)[2] != VALID:
        w.act(holder(w, c), "oracle", "tell", index, 100 * COIN, VALID)


@rule(weight=4)
def restore_values(w: World, c: Choices) -> None:
    """A house that fell, or grew old, does not stay so for ever."""
    for number in HOUSES:
        usd, _, status = inputs.book(w).valuation.valueOf(number)
        if status == VALID and usd * 10 >= 8 * SHARE_VALUE * COIN * HOUSES[number]:
            continue
        tell_house(w, c, number, SHARE_VALUE * COIN * HOUSES[number])
        decide(w, c, "valuation", "resetCeiling", number)
        return


@rule(weight=1)
def freeze_house_value(w: World, c: Choices) -> None:
    w.act(w.cast[c.mostly("guardian", "attacker", percent=90)], "valuation", "freeze", house(c))


@rule(weight=1)
def unfreeze_house_value(w: World, c: Choices) -> None:
    decide(w, c, "valuation", "unfreeze", house(c))


@rule(weight=1)
def report_claim(w: World, c: Choices) -> None:
    amount = c.one_of((1, 50_000 * COIN, 2_000_000 * COIN))
    w.act(w.cast["registrar"], "registry", "reportSeniorClaim", house(c), amount, c.integer(0, 2).to_bytes(32, "big"))


@rule(weight=2)
def clear_claim(w: World, c: Choices) -> None:
    for number, found in w.model.registry.houses.items():
        if found.claims:
            w.act(w.cast["registrar"], "registry", "clearSeniorClaim", number, c.one_of(list(found.claims)))
            return


@rule(weight=1)
def freeze_pledge(w: World, c: Choices) -> None:
    """The court freezes a share, for its owner or for anybody: clocks stop, and it can't be sold."""
    pledged = [share_id for _, loan in w.model.book.open_loans() for share_id in loan.shares]
    share_id = inputs.pick(c, pledged, c.one_of(inputs.ALL_SHARES)) if c.chance(80) else c.one_of(inputs.ALL_SHARES)
    owner = w.model.certificate.owner_of(share_id)
    w.act(w.cast["court"], "certificate", "setFrozenTokens", c.mostly(owner, holder(w, c)), share_id, True)


@rule(weight=3)
def thaw_pledge(w: World, c: Choices) -> None:
    frozen = list(w.model.certificate.frozen)
    if frozen:
        wallet, share_id = c.one_of(frozen)
        w.act(w.cast["court"], "certificate", "setFrozenTokens", wallet, share_id, False)


@rule(weight=1)
def force_transfer(w: World, c: Choices) -> None:
    """By the court, with the lien and all."""
    share_id, to = c.one_of(inputs.ALL_SHARES), holder(w, c)
    owner = w.model.certificate.owner_of(share_id)
    w.act(w.cast["court"], "certificate", "forcedTransfer", owner, to, share_id)


@rule(weight=1)
def take_credential_away(w: World, c: Choices) -> None:
    w.act(w.cast["issuer"], "credentials", "revoke", holder(w, c))


@rule(weight=3)
def issue_again(w: World, c: Choices) -> None:
    """To whoever has lost it; with a new owner id, as ids are never used twice."""
    credentials = w.model.credentials
    for person in w.cast.wallets:
        known = credentials.credentials.get(person)
        if known and not known.moved and not credentials.isValid(person):
            owner_id = c.integer(2**32, 2**64).to_bytes(32, "big")
            w.act(w.cast["issuer"], "credentials", "issue", person, owner_id, w.now + 3_000 * DAY, 840, 0)
            return
