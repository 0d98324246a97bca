"""T21, appraisal collusion: liars among the nodes, or a wash sale, push a house by 40 %.

New borrowing stays bounded by the honest nodes' range, by the step a period and by the last sale at arm's length; and
who lied stands in the signed observations.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commonhold.engines import wallets
from commonhold.oracle.errors import ReportError
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.node import Node
from commonhold.oracle.nodeset import NodeSet, read_node_set
from commonhold.oracle.observations import Observation, observe
from commonhold.oracle.report import Proposal, assemble, propose

USD = 10**18
DAY = 86_400
WHOLE = 10_000  # basis points
VALID = 1
HONEST = [199_000 * USD, 199_500 * USD, 200_000 * USD, 200_500 * USD, 201_000 * USD]
VALUE = 200_000 * USD
PUSHED = VALUE * 140 // 100


@pytest.fixture
def node_set(handles: Any) -> NodeSet:
    return read_node_set(handles.aggregator)


@pytest.fixture
def honest(node_set: NodeSet, tmp_path: Path) -> list[Node]:
    """All but the last f nodes."""
    count = node_set.least_observations
    return [Node(wallets.private_key(node), tmp_path / node) for node in node_set.nodes[:count]]


@pytest.fixture
def liars(node_set: NodeSet) -> list[bytes]:
    """The keys of the last f nodes."""
    return [wallets.private_key(node) for node in node_set.nodes[node_set.least_observations :]]


@pytest.fixture
def house(handles: Any, register_house: Callable[..., int], appraise: Callable[..., Any], index_feed: Any) -> int:
    """A house that was worth 200,000 dollars for eight days: its first value's quarantine is over."""
    registered = register_house()
    appraise(registered, VALUE)
    handles.engine.advance(8 * DAY)
    assert lending(handles, registered) == (VALUE, VALID)
    return registered


@pytest.fixture
def observe_round(
    handles: Any, node_set: NodeSet, honest: list[Node], liars: list[bytes]
) -> Callable[[int, int], list[Observation]]:
    """Everybody's observations of a house: the honest ones within their range, the liars what they are told to."""

    def make(house: int, lie: int) -> list[Observation]:
        epoch, now, feed = handles.aggregator.latestReport().epoch + 1, handles.engine.now(), house_feed(house)
        found = [
            node.observe(node_set.scope, epoch, now, {feed: value}) for node, value in zip(honest, HONEST, strict=True)
        ]
        return found + [observe(key, node_set.scope, epoch, now, {feed: lie}) for key in liars]

    return make


@pytest.fixture
def publish(handles: Any, node_set: NodeSet, attacker: Any) -> Callable[..., None]:
    """Brings a signed proposal on chain, and the house's value of it into force."""

    def send(house: int, proposal: Proposal, signatures: dict[str, bytes]) -> None:
        signed = assemble(node_set, proposal, signatures)
        handles.aggregator.submit(*signed.arguments, sender=attacker)
        feed = house_feed(house)
        handles.aggregator.update(feed, proposal.values[feed], proposal.tree.proof(feed), sender=attacker)
        handles.valuation.accept(house, sender=attacker)

    return send


def lending(handles: Any, house: int) -> tuple[int, int]:
    """Value for new loans, and status."""
    value, _, status = handles.valuation.lendingValueOf(house)
    return value, status


def ceiling_after(handles: Any, seconds: int) -> int:
    """How high new loans can value the house so long after its level was 200,000."""
    terms = handles.valuation.terms()
    periods, rest = divmod(seconds, terms.growthPeriod)
    level = VALUE
    for held in [terms.growthPeriod] * periods + [rest]:
        level += level * terms.growthStepBps * held // (WHOLE * terms.growthPeriod)
    return level


# ------------------------------------------------------------------------------------------------------ lying nodes


@pytest.mark.parametrize("lie", [PUSHED, 1, 2**128 - 1])
def test_liars__as_many_as_the_network_bears__stay_in_the_honest_range(
    handles, node_set, house, honest, observe_round, publish, lie
):
    now = handles.engine.now()
    proposal = propose(node_set, observe_round(house, lie), now=now)
    publish(house, proposal, {node.address: node.sign(proposal, node_set, now=now) for node in honest})
    value = handles.valuation.explainValue(house).appraisalUsd
    assert min(HONEST) <= value <= max(HONEST)
    assert lending(handles, house)[0] <= max(HONEST)


def test_liars__stand_in_the_signed_observations(handles, node_set, house, observe_round):
    """Anybody can recompute the report, and sees whose numbers lie outside."""
    proposal = propose(node_set, observe_round(house, PUSHED), now=handles.engine.now())
    assert all(observation.is_signed for observation in proposal.observations)
    outliers = {
        observation.node
        for observation in proposal.observations
        if not min(HONEST) <= observation.values[house_feed(house)] <= max(HONEST)
    }
    assert outliers == set(node_set.nodes[node_set.least_observations :])


def test_liars__who_propose_another_value__get_no_honest_signature(handles, node_set, house, honest, observe_round):
    now = handles.engine.now()
    good = propose(node_set, observe_round(house, PUSHED), now=now)
    values = {house_feed(house): PUSHED}
    bad = Proposal(
        good.scope, good.epoch, good.observed_at, type(good.tree)(values).root, values, (), good.observations
    )
    for node in honest:
        with pytest.raises(ReportError):
            node.sign(bad, node_set, now=now)


def test_liars__one_short_of_a_quorum__publish_nothing(handles, node_set, house, report, refused, feed_of):
    """k - 1 of the k signatures that a report needs, all under + 40 %."""
    before = lending(handles, house)
    short = node_set.nodes[: node_set.quorum - 1]
    with refused("WrongSignatureCount", node_set.quorum - 1, node_set.quorum):
        report({feed_of(house): PUSHED}, signers=short)
    assert lending(handles, house) == before


# --------------------------------------------------------------------------------------------- all of the network lies


@pytest.mark.parametrize("every", [DAY, 10 * DAY, 30 * DAY, 90 * DAY])
def test_whole_quorum_lies__for_half_a_year__new_loans_rise_by_a_step_a_period(
    handles, house, appraise, index_feed, every
):
    """Worse than anything that f liars can do. `valueOf` follows; what can be borrowed anew is bounded all the time."""
    index = handles.reader.read(handles.valuation.INDEX_FEED())[0]
    begin = handles.engine.now()
    while handles.engine.now() < begin + 180 * DAY:
        index_feed.set_index(index)
        appraise(house, PUSHED)
        value, status = lending(handles, house)
        assert (status, value <= ceiling_after(handles, handles.engine.now() - begin + 60)) == (VALID, True)
        handles.engine.advance(every - 10)
        value, status = lending(handles, house)
        assert (status, value <= ceiling_after(handles, handles.engine.now() - begin + 60)) == (VALID, True)
    assert handles.valuation.valueOf(house).valueUsd == PUSHED
    assert lending(handles, house)[0] <= VALUE * 105 * 105 // 10_000 < PUSHED


# ---------------------------------------------------------------------------------------------------------- wash sales


@pytest.fixture
def sell(handles: Any, as_dao: Callable[..., Any], council: Any, share: Callable[..., int]) -> Callable[..., bool]:
    """A sale as the market would report it; answers whether it counts."""
    as_dao(handles.valuation, "setSaleReporter", council.address, True)

    def report(house: int, seller: Any, buyer: Any, house_usd: int) -> bool:
        args = (share(house, 1), seller.address, buyer.address, house_usd // 8)
        return handles.valuation.reportSale(*args, sender=council).event("SaleReported")["armsLength"]

    return report


def test_wash_sale__among_wallets_of_one_credential__lifts_nothing(
    handles, house, sell, appraise, credential, recover, owner_a, owner_b, buyer
):
    credential(owner_a)
    credential(owner_b)
    assert sell(house, owner_a, owner_b, 150_000 * USD)
    cap = 150_000 * USD * 11 // 10
    assert lending(handles, house) == (cap, VALID)
    recover(owner_b, buyer)
    for seller, other in ((owner_b, buyer), (buyer, owner_b), (buyer, buyer)):
        assert not sell(house, seller, other, PUSHED)
    appraise(house, PUSHED)
    assert lending(handles, house) == (cap, VALID)


def test_wash_sale__with_nobody_or_the_holding_entity__lifts_nothing(
    handles, house, sell, credential, owner_a, owner_b, attacker, holding_entity
):
    for wallet in (owner_a, owner_b, holding_entity):
        credential(wallet)
    assert sell(house, owner_a, owner_b, 150_000 * USD)
    for seller, other in (
        (owner_a, attacker),
        (attacker, owner_a),
        (holding_entity, owner_a),
        (owner_b, holding_entity),
    ):
        assert not sell(house, seller, other, PUSHED)
    assert lending(handles, house) == (150_000 * USD * 11 // 10, VALID)


def test_wash_sale__between_two_persons__lifts_nothing_above_the_step(
    handles, house, sell, appraise, credential, owner_a, owner_b
):
    """Two real credentials may agree on any price: a sale only ever lowers what the appraisal and the step allow."""
    credential(owner_a)
    credential(owner_b)
    begin = handles.engine.now()
    assert sell(house, owner_a, owner_b, 10 * VALUE)
    appraise(house, PUSHED)
    value, status = lending(handles, house)
    assert status == VALID
    assert VALUE <= value <= ceiling_after(handles, handles.engine.now() - begin + 9 * DAY)
