"""Fees through the splitter: paid for houses, claimed by payees, sent by mistake."""

from __future__ import annotations

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS, Call
from commonhold.model.money.splitter import DAO, MORTGAGE_COMPANY

KINDS = 5
UNLIMITED = 2**256 - 1


def payee(w: World, c: Choices) -> str:
    return c.mostly(inputs.wallet(w, c), ZERO_ADDRESS, percent=93)


def set_payee(w: World, c: Choices) -> Call:
    return w.call("splitter", "setPayee", c.one_of((MORTGAGE_COMPANY, DAO)), payee(w, c))


def set_provider_payee(w: World, c: Choices) -> Call:
    house = w.model.registry.houses.get(inputs.house(w, c))
    usual = house.terms.provider if house else "Nobody"
    name = c.one_of((usual, usual.upper(), usual.lower().replace(" ", "  ")))
    return w.call("splitter", "setProviderPayee", c.mostly(name, "", "-- ", percent=93), payee(w, c))


@rule(weight=4)
def pay_fee(w: World, c: Choices) -> None:
    payer, splitter = inputs.wallet(w, c), w.port.addresses["splitter"]
    if w.model.coin.allowance(payer, splitter) == 0 and c.chance(90):
        w.act(payer, "coin", "approve", splitter, UNLIMITED)
    amount = c.one_of((c.integer(1, 100 * COIN), c.integer(0, 30_000), w.model.coin.balanceOf(payer) + c.integer(0, 1)))
    w.act(payer, "splitter", "pay", inputs.house(w, c), c.integer(0, KINDS - 1), amount)


@rule(weight=3)
def claim_fees(w: World, c: Choices) -> None:
    """Mostly by a payee in his wallet of today."""
    party = c.integer(MORTGAGE_COMPANY, DAO)
    current = w.model.credentials.currentWallet(w.model.splitter.payeeOf(party))
    known = current if current in w.cast.people else inputs.wallet(w, c)
    sender = c.mostly(known, inputs.wallet(w, c), percent=85)
    w.act(sender, "splitter", "claim", party, c.mostly(sender, inputs.wallet(w, c), ZERO_ADDRESS, percent=85))


@rule(weight=2)
def claim_provider_fees(w: World, c: Choices) -> None:
    key = w.model.splitter.providerKeyOf(c.integer(0, w.model.registry.propertyCount()))
    current = w.model.credentials.currentWallet(w.model.splitter.payeeOfProvider(key))
    known = current if current in w.cast.people else inputs.wallet(w, c)
    w.act(c.mostly(known, inputs.wallet(w, c), percent=88), "splitter", "claimAsProvider", key, inputs.wallet(w, c))


@rule(weight=2)
def skim_splitter(w: World, c: Choices) -> None:
    giver = inputs.wallet(w, c)
    if c.chance(70):
        w.act(giver, "coin", "transfer", w.port.addresses["splitter"], c.integer(0, COIN))
    w.act(giver, "splitter", "skim")
