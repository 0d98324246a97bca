"""Values on their way into lending: from the latest report to the feeds, from there to appraisals; sales, freezes."""

from __future__ import annotations

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.network import network_of
from commonhold.fuzz.rules.feeds import index_edges, refresh_index
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES
from commonhold.model.core import NEVER, ZERO_ADDRESS, ZERO_WORD, Call
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree

Update = tuple[bytes, int, tuple[bytes, ...]]


def true_update(w: World, c: Choices, root: bytes | None = None) -> Update:
    """A value of the latest report, or of another, with its proof."""
    trees = network_of(w).trees
    tree = trees.get(root if root is not None else w.model.aggregator.latestReport()[2])
    if tree is None:
        return house_feed(1), 1, ()
    return update_of(tree, c.one_of(list(tree.values)))


def update_of(tree: Tree, feed_id: bytes) -> Update:
    return feed_id, tree.values[feed_id], tuple(tree.proof(feed_id))


def wrong_update(w: World, c: Choices) -> Update:
    """T17: another value, another feed, another report, a broken proof."""
    feed_id, value, proof = true_update(w, c)
    other_feed, _, other_proof = true_update(w, c)
    old = true_update(w, c, c.one_of(list(network_of(w).trees) or [ZERO_WORD]))
    return c.one_of(
        (
            (feed_id, value + 1, proof),
            (feed_id, 0, proof),
            (feed_id, 2**128, proof),
            (feed_id, 2**256 - 1, proof),
            (other_feed, value, proof),
            (feed_id, value, other_proof),
            (feed_id, value, proof[:-1]),
            (feed_id, value, (*proof, ZERO_WORD)),
            (feed_id, value, proof[::-1]),
            (ZERO_WORD, value, proof),
            old,
        )
    )


@rule(weight=4)
def update_feed(w: World, c: Choices) -> None:
    update = true_update(w, c) if c.chance(75) else wrong_update(w, c)
    w.act(inputs.anyone(w, c), "aggregator", "update", *update)


@rule(weight=2)
def update_feeds(w: World, c: Choices) -> None:
    """All or none: one wrong among them spoils the batch."""
    batch = [true_update(w, c) for _ in range(c.integer(0, 5))]
    if c.chance(15):
        batch.insert(c.integer(0, len(batch)), wrong_update(w, c))
    w.act(inputs.anyone(w, c), "aggregator", "updateMany", tuple(batch))


@rule(weight=5)
def accept_value(w: World, c: Choices) -> None:
    """In order and out of order, near the end of the time for it, twice, of houses without a value."""
    number = inputs.house(w, c)
    observed_at = w.model.aggregator.feedOf(number.to_bytes(32, "big"))[1]
    if observed_at and c.chance(10):
        w.jump_to(observed_at + w.model.valuation.terms().acceptPeriod + c.integer(-1, 1))
    w.act(inputs.anyone(w, c), "valuation", "accept", number)


@rule(weight=3)
def report_sale(w: World, c: Choices) -> None:
    """T21: by the row and by strangers; between persons, between wallets of one person, from the holding entity."""
    share = inputs.share(w, c)
    seller = c.mostly(inputs.wallet(w, c), inputs.entry(w, share).owner, w.cast["holding_entity"], percent=70)
    buyer = c.mostly(inputs.wallet(w, c), seller, ZERO_ADDRESS, w.port.addresses["book"], percent=88)
    worth = w.model.valuation.explainValue(share // SHARES).appraisalUsd if share < 2**255 else 0
    count = max(1, w.model.registry.houseOf(share // SHARES)[1])
    usual = max(1, (worth or 100_000 * COIN) // count * c.integer(700, 1300) // 1000)
    price = c.mostly(usual, 0, 1, 2**112 // count, 2**112, 2**256 // max(2, count), 2**256 - 1, percent=90)
    reporter = w.cast[c.mostly("market", "attacker", "lender", "council", percent=85)]
    w.act(reporter, "valuation", "reportSale", share, seller, buyer, price)


@rule(weight=2)
def freeze_value(w: World, c: Choices) -> None:
    number = inputs.house(w, c)
    until = w.model.valuation.explainValue(number).frozenUntil
    if until and c.chance(70):
        w.jump_to(until + w.model.setting.guardian_stop_period + c.integer(-1, 1))
    w.act(w.cast[c.mostly("guardian", "attacker", "council", percent=88)], "valuation", "freeze", number)


def value_edges(w: World, number: int) -> list[int]:
    """Seconds at which a house's value, or what may be done with it, changes its state."""
    terms, told = w.model.valuation.terms(), w.model.valuation.explainValue(number)
    observed_at = w.model.aggregator.feedOf(number.to_bytes(32, "big"))[1]
    found = [observed_at + terms.acceptPeriod, told.frozenUntil, told.saleAt + terms.saleRecentPeriod]
    if told.appraisedAt:
        since = (told.appraisedAt, w.model.valuation.appraisals[number].anchor_at)
        found += [since[0] + terms.haircutFreePeriod, since[0] + terms.maxAgePeriod, since[1] + terms.growthPeriod]
        found.append(told.quarantinedUntil)
    return found


@rule(weight=3)
def act_on_the_edge(w: World, c: Choices) -> None:
    """Somebody touches a house in the very second in which its value changes its state, or a second off."""
    number = inputs.house(w, c)
    ahead = [second for second in value_edges(w, number) + index_edges(w) if w.now < second]
    if ahead:
        touch_around(w, c, number, min(ahead) if c.chance(40) else c.one_of(ahead))
        w.succeeded = True


@rule(weight=1)
def first_value(w: World, c: Choices) -> None:
    """A house's first appraisal, from the nodes to the end of its quarantine."""
    waiting = [number for number in w.model.registry.houses if number not in w.model.valuation.appraisals]
    latest = w.model.aggregator.latestReport()
    if not waiting or w.now <= latest[1] or latest[0] == NEVER:
        return
    number = c.one_of(waiting)
    appraise(w, c, number)
    until = w.model.valuation.explainValue(number).quarantinedUntil
    if until > w.now:
        touch_around(w, c, number, until)


def appraise(w: World, c: Choices, number: int) -> None:
    """A house's value from the nodes to its acceptance."""
    latest = w.model.aggregator.latestReport()
    if w.now <= latest[1] or latest[0] == NEVER:
        return
    round_ = network_of(w).play(w, c, latest[0] + 1, w.now)
    sender = inputs.anyone(w, c)
    w.act(
        sender, "aggregator", "submit", round_.report, *round_.signed_by(round_.choose(w.model.aggregator.quorum(), c))
    )
    w.act(sender, "aggregator", "update", *update_of(round_.tree, house_feed(number)))
    refresh_index(w, c)
    w.act(sender, "valuation", "accept", number)


def touch_around(w: World, c: Choices, number: int, second: int) -> None:
    """Mostly with an index that is valid then, so that nothing hides the house's own state."""
    if c.chance(60):
        w.jump_to(second - 20)
        refresh_index(w, c)
    for moment in (second - 1, second, second + 1)[c.integer(0, 2) :]:
        w.jump_to(moment)
        w.act(inputs.anyone(w, c), "valuation", "accept", number)


def reset_ceiling(w: World, c: Choices) -> Call:
    """For the DAO."""
    return w.call("valuation", "resetCeiling", inputs.house(w, c))


def set_reporter(w: World, c: Choices) -> Call:
    """For the DAO."""
    reporter = w.cast[c.mostly("market", "lender", "attacker", percent=80)]
    return w.call("valuation", "setSaleReporter", reporter, c.chance(75))
