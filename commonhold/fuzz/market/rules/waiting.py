"""Purchases that wait: documents, disputes, and the two ways out."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.market.inputs import (
    DOCUMENTS,
    buyer_for,
    market,
    open_sales,
    some_sale,
    today,
)
from commonhold.fuzz.market.rules.asking import approve
from commonhold.fuzz.money.inputs import holder
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD
from commonhold.model.market.terms import Outcome


@rule(weight=8)
def attest_documents(w: World, c: Choices) -> None:
    ask, sale = some_sale(w, c)
    party = today(w, c, c.one_of((ask.seller, sale.buyer if sale else ask.seller)))
    standing = sale.documents if sale and sale.documents != ZERO_WORD else DOCUMENTS[0]
    documents = c.mostly(standing, *DOCUMENTS, ZERO_WORD, percent=92)
    w.act(c.mostly(party, w.cast["attacker"], percent=97), "market", "attestDocuments", ask, documents)


@rule(weight=14)
def complete_sale(w: World, c: Choices) -> None:
    """What a purchase lacks, and then it is settled."""
    waiting = open_sales(w)
    if not waiting:
        return
    ask, sale = c.one_of(waiting)
    buyer = market(w).today(sale.buyer)
    if c.chance(95):
        approve(w, c, ask, buyer)
    if not sale.disputed:
        for attested, party in ((sale.by_seller, ask.seller), (sale.by_buyer, sale.buyer)):
            if not attested and c.chance(96):
                documents = sale.documents if sale.documents != ZERO_WORD else DOCUMENTS[0]
                w.act(today(w, c, party), "market", "attestDocuments", ask, documents)
    w.act(holder(w, c), "market", "settle", ask)


@rule(weight=6)
def settle_sale(w: World, c: Choices) -> None:
    ask, _ = some_sale(w, c)
    w.act(holder(w, c), "market", "settle", ask)


@rule(weight=10)
def refund_sale(w: World, c: Choices) -> None:
    """Mostly once it can be."""
    waiting = open_sales(w)
    ready = [
        (ask, sale)
        for ask, sale in waiting
        if w.now > sale.deadline or sale.decided == Outcome.REFUND or not market(w).is_unchanged(ask)
    ]
    ask, sale = c.one_of(ready) if ready and c.chance(85) else some_sale(w, c)
    buyer = market(w).today(sale.buyer) if sale else buyer_for(w, c, ask)
    if c.chance(60):
        w.act(holder(w, c), "market", "refund", ask, c.mostly(buyer, holder(w, c), percent=92))
    else:
        to = c.mostly(buyer, holder(w, c), ZERO_ADDRESS, w.port.addresses["market"], percent=80)
        w.act(buyer if buyer in w.cast.people else holder(w, c), "market", "refund", ask, to)


@rule(weight=4)
def dispute_sale(w: World, c: Choices) -> None:
    ask, sale = some_sale(w, c)
    party = today(w, c, c.one_of((ask.seller, sale.buyer if sale else ask.seller)))
    w.act(c.mostly(party, w.cast["attacker"], w.cast["mediator"], percent=95), "market", "dispute", ask)


@rule(weight=10)
def resolve_sale(w: World, c: Choices) -> None:
    """One votes, or two."""
    disputed = [(ask, sale) for ask, sale in open_sales(w) if sale.disputed]
    ask, sale = c.one_of(disputed) if disputed and c.chance(95) else some_sale(w, c)
    outcome = int(c.mostly(c.one_of((Outcome.RELEASE, Outcome.REFUND)), Outcome.NONE, percent=97))
    voters = [ask.seller, sale.buyer if sale else ask.seller, w.cast["mediator"], w.cast["second_mediator"]]
    for _ in range(c.one_of((1, 2, 2))):
        voter = c.mostly(market(w).today(c.one_of(voters)), w.cast["attacker"], percent=97)
        if voter in w.cast.people:
            w.act(voter, "market", "resolve", ask, outcome)


@rule(weight=2)
def sweep_market_fees(w: World, c: Choices) -> None:
    w.act(holder(w, c), "market", "sweepFees", c.mostly(c.integer(1, 3), 0, 4, percent=95))


@rule(weight=8)
def wait_for_sale(w: World, c: Choices) -> None:
    """The last second of something, or one beside it."""
    sales = market(w)
    edges = [sale.deadline for sale in sales.sales.values()]
    edges += [offer.ask.expiresAt for offer in w.ghosts.get("offers", [])]
    edges += [until for _, until in sales.approvals.values()]
    edges += [sales.switch.stopped_until, sales.switch.stopped_until + sales.switch.period]
    ahead = [edge for edge in edges if w.now < edge < w.now + w.furthest]
    if ahead:
        w.jump_to(c.one_of(ahead) + c.integer(-1, 1))
        w.succeeded = True
