"""Fixed sequences for places that random steps don't reach: a full table of holders, wrong constructor parameters.

Each is played once at the beginning of a campaign, from the opening.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.engines import InProcessEngine
from commonhold.engines.base import Revert, init_code
from commonhold.fuzz.choices import SeededChoices
from commonhold.fuzz.inputs import INDEX
from commonhold.fuzz.network import Report, network_of, scope_of, signature
from commonhold.fuzz.opening import must
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.certificate import Rights
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call
from commonhold.oracle.digests import report_digest
from commonhold.oracle.feeds import house_feed, named_feed

PLACES = 255
"""In the certificate's table of holders."""

SMALLEST_CONTRACT = bytes.fromhex("60015ff3")
"""Creation code of a contract that is one zero byte long."""

HOUR, DAY = 3600, 86_400


def full_holder_table(w: World) -> None:
    """The DAO gives rows to contracts until no place is left; rows that stand can still be written."""
    engine = w.port.engine
    rows = w.model.certificate.rows
    while len(rows) <= PLACES:
        receipt = engine.send_raw(w.cast["deployer"], None, SMALLEST_CONTRACT)
        holder = receipt.contract_address or ZERO_ADDRESS
        w.next_at = engine.now() + 1
        w.model.chain.with_code |= {holder}
        outcome = decide(w, w.call("certificate", "setHolder", holder, Rights(mayLien=True)))
        if outcome.refused is not None:
            break
    if len(rows) != PLACES:
        raise Violation("scenario", f"the table of holders took {len(rows)} rows")
    must(decide(w, w.call("certificate", "setHolder", w.cast["market"], Rights())))


def decide(w: World, call: Call) -> Outcome:
    """The DAO's decision, from the council's proposal to its effect."""
    council = w.cast["council"]
    must(w.act(council, "timelock", "schedule", call, ZERO_WORD, w.model.timelock.min_delay))
    w.jump_to(w.now + w.model.timelock.min_delay)
    return w.act(council, "timelock", "execute", call, ZERO_WORD)


def wrong_constructor_parameters(w: World) -> None:
    """Constructors refuse what parameters files must not say, one step past each bound."""
    hub, council = w.port.addresses["hub"], w.cast["council"]
    cases: tuple[Case, ...] = (
        ("CredentialRegistry", (hub, DAY - 1), "RecoveryPeriodOutOfRange", (DAY - 1,)),
        ("CredentialRegistry", (hub, 90 * DAY + 1), "RecoveryPeriodOutOfRange", (90 * DAY + 1,)),
        ("PropertyRegistry", (hub, HOUR - 1), "StopPeriodOutOfRange", (HOUR - 1,)),
        ("PropertyRegistry", (hub, 30 * DAY + 1), "StopPeriodOutOfRange", (30 * DAY + 1,)),
        ("CouncilTimelock", (HOUR - 1, council), "DelayOutOfRange", (HOUR - 1,)),
        ("CouncilTimelock", (30 * DAY + 1, council), "DelayOutOfRange", (30 * DAY + 1,)),
        ("CouncilTimelock", (2 * DAY, ZERO_ADDRESS), "InvalidCouncil", (ZERO_ADDRESS,)),
        *_wrong_node_sets(w),
        *_wrong_readers(w),
        *_wrong_valuations(w),
    )
    for artifact, arguments, error, values in cases:
        made = init_code(artifact, arguments)
        _must_refuse(w, f"{artifact}{arguments}", None, made, error, values)


Case = tuple[str, tuple[Any, ...], str, tuple[Any, ...]]


def _wrong_node_sets(w: World) -> list[Case]:
    hub, nodes = w.port.addresses["hub"], list(w.cast.keys)[:7]
    many = [f"0x{number:040x}" for number in range(1, 33)]
    return [
        ("QuorumAggregator", (hub, nodes, 0), "FaultBoundTooHigh", (7, 0)),
        ("QuorumAggregator", (hub, nodes, 3), "FaultBoundTooHigh", (7, 3)),
        ("QuorumAggregator", (hub, nodes[:3], 1), "FaultBoundTooHigh", (3, 1)),
        ("QuorumAggregator", (hub, many, 1), "FaultBoundTooHigh", (32, 1)),
        ("QuorumAggregator", (hub, [*nodes[:6], nodes[2]], 2), "InvalidNode", (6, nodes[2])),
        ("QuorumAggregator", (hub, [ZERO_ADDRESS, *nodes], 2), "InvalidNode", (0, ZERO_ADDRESS)),
        ("QuorumFeedFactory", (w.cast["buyer"],), "MissingCode", (w.cast["buyer"],)),
    ]


def _wrong_readers(w: World) -> list[Case]:
    """Each parameter one step past its bounds."""
    hub, feed, buyer = w.port.addresses["hub"], w.port.addresses["sequencer_feed"], w.cast["buyer"]
    good = (hub, feed, HOUR, 1000, DAY, 7 * DAY)
    wrong = (
        (1, ZERO_ADDRESS, "sequencerGracePeriod", HOUR, 0, 0),
        (2, 0, "sequencerGracePeriod", 0, 1, DAY),
        (2, DAY + 1, "sequencerGracePeriod", DAY + 1, 1, DAY),
        (3, 0, "maxStepBps", 0, 1, 9_999),
        (3, 10_000, "maxStepBps", 10_000, 1, 9_999),
        (4, HOUR - 1, "quarantinePeriod", HOUR - 1, HOUR, 30 * DAY),
        (4, 30 * DAY + 1, "quarantinePeriod", 30 * DAY + 1, HOUR, 30 * DAY),
    )
    cases: list[Case] = [
        ("PriceFeedReader", (*good[:place], value, *good[place + 1 :]), "TermOutOfRange", tuple(told))
        for place, value, *told in wrong
    ]
    return [*cases, ("PriceFeedReader", (hub, buyer, *good[2:]), "MissingCode", (buyer,))]


def _wrong_valuations(w: World) -> list[Case]:
    at, terms = w.port.addresses, w.model.valuation.terms()
    peers = (at["hub"], at["registry"], at["credentials"], at["aggregator"], at["reader"])
    oldest = terms.maxAgePeriod - 1
    wrong = (
        ("maxAgePeriod", 3650 * DAY + 1, DAY, 3650 * DAY),
        ("haircutFreePeriod", DAY - 1, DAY, oldest),
        ("haircutFreePeriod", terms.maxAgePeriod, DAY, oldest),
        ("haircutRateBps", 10_001, 0, 10_000),
        ("acceptPeriod", DAY - 1, DAY, oldest),
        ("acceptPeriod", terms.maxAgePeriod, DAY, oldest),
        ("growthStepBps", 10_001, 0, 10_000),
        ("growthPeriod", DAY - 1, DAY, 365 * DAY),
        ("growthPeriod", 365 * DAY + 1, DAY, 365 * DAY),
        ("saleRecentPeriod", DAY - 1, DAY, 3650 * DAY),
        ("saleMarginBps", 10_001, 0, 10_000),
        ("firstValueQuarantinePeriod", DAY - 1, DAY, 90 * DAY),
        ("firstValueQuarantinePeriod", 90 * DAY + 1, DAY, 90 * DAY),
    )
    cases: list[Case] = [
        (
            "PropertyValuation",
            (*peers, INDEX, terms._replace(**{name: value}), 7 * DAY),
            "TermOutOfRange",
            (name, value, *bounds),
        )
        for name, value, *bounds in wrong
    ]
    stranger = (*peers[:3], w.cast["buyer"], peers[4], INDEX, terms, 7 * DAY)
    return [*cases, ("PropertyValuation", stranger, "MissingCode", (w.cast["buyer"],))]


def _must_refuse(
    w: World, what: str, target: str | None, data: bytes, error: str, values: tuple[Any, ...] | None = None
) -> None:
    """This very error; with these values, if they are given."""
    engine, expected = w.port.engine, f"{error}{values or ''}"
    engine.set_next_time(w.now)
    try:
        engine.send_raw(w.cast["attacker"], target, data)
    except Revert as revert:
        told = engine.explain(revert, target, "")
        w.errors_seen[told.name] += 1
        if told.name == error and values in (None, told.values):
            return
        raise Violation("scenario", f"{what} must refuse with {expected}, not {told}") from None
    finally:
        w.next_at = engine.now() + 1
    raise Violation("scenario", f"{what} must refuse with {expected}")


# ----------------------------------------------------------------------------------------------------- node network


def call_data_of_other_length(w: World) -> None:
    """T32, exact length: a report with anything behind its signatures is refused; as it must be, it counts."""
    choices = SeededChoices("length")
    round_ = network_of(w).play(w, choices, 2, w.now)
    given = (round_.report, *round_.signed_by(round_.choose(w.model.aggregator.quorum(), choices)))
    call = w.call("aggregator", "submit", *given)
    for tail in (b"\0", bytes(32), bytes(64)):
        _must_refuse(w, f"{len(tail)} bytes behind", call.target, call.data + tail, "WrongLength")
    must(w.act(w.cast["attacker"], "aggregator", "submit", *given))


def last_node(w: World) -> None:
    """All nodes are proven liars, one by one, until none is left and nobody can report; the DAO sets new ones."""
    aggregator, anyone = w.model.aggregator, w.cast["attacker"]
    while aggregator.nodeSet()[3]:
        node, scope = aggregator.nodeSet()[3][0], scope_of(w)
        halves: list[Any] = []
        for number in (1, 2):
            report: Report = (9, number, number.to_bytes(32, "big"))
            halves += [report, signature(w, node, report_digest(scope, *report))]
        must(w.act(anyone, "aggregator", "proveEquivocation", 0, *halves))
    outcome = w.act(anyone, "aggregator", "submit", (9, w.now, b"\1" * 32), 0, ())
    if outcome.refused is None:
        raise Violation("scenario", "a report counts without a node")
    must(decide(w, w.call("aggregator", "setNodes", tuple(w.cast.keys)[4:11], 2)))
    choices = SeededChoices("last node")
    round_ = network_of(w).play(w, choices, 9, w.now)
    must(w.act(anyone, "aggregator", "submit", round_.report, *round_.signed_by(round_.choose(5, choices))))


def feeds_at_their_addresses(w: World) -> None:
    """Every feed of the network is one of `AggregatorV3Interface`, at the address foretold, for whoever asks."""
    engine, factory = w.port.engine, w.port.contracts["feed_factory"]
    aggregator, attacker = w.port.contracts["aggregator"], w.cast["attacker"]
    for feed_id in (house_feed(1), house_feed(2), named_feed("RENT-INDEX")):
        address = factory.addressOf(feed_id)
        for _ in range(2):
            factory.create(feed_id, sender=attacker)
        feed = engine.at("QuorumFeed", address)
        if not aggregator.feedOf(feed_id)[2]:
            data = feed.coders.function("latestRoundData").encode(())
            _must_refuse(w, "a feed without a value", address, data, "NoDataPresent", (feed_id, 0))
        elif (feed.latestRoundData(), feed.decimals()) != (aggregator.latestRoundData(feed_id), 18):
            raise Violation("scenario", f"feed {feed_id.hex()} answers {feed.latestRoundData()}")
    for unreadable in (ZERO_WORD, b"\xff" * 32, b"A\0B".ljust(32, b"\0")):
        data = factory.coders.function("create").encode((unreadable,))
        _must_refuse(w, "an unreadable id", factory.address, data, "UnreadableFeedId", (unreadable,))
    w.next_at = engine.now() + 1


def too_little_gas(w: World) -> None:
    """However little gas a reading gets, it gives the right answer or none: nobody can make a good feed look dead."""
    engine = w.port.engine
    if not isinstance(engine, InProcessEngine):
        return
    engine.set_time(w.now)
    w.next_at = engine.now() + 1
    for contract, function, argument in (("reader", "read", INDEX), ("valuation", "valueOf", 1)):
        call = w.call(contract, function, argument)
        right = engine.call_raw(call.target, call.data)
        for gas in range(25_000, 800_000, 5_000):
            _right_or_none(w, engine, call, gas, right)


def _right_or_none(w: World, engine: InProcessEngine, call: Call, gas: int, right: bytes) -> None:
    try:
        answer = engine._evm.message_call(w.cast["attacker"], call.target, call.data, None, gas, None, True)
    except RuntimeError as problem:
        told = engine.explain(engine._revert(problem), call.target, "")
        w.errors_seen[told.name] += 1
        if told.name not in ("GasTooLow", "Halt", "Empty"):
            raise Violation("scenario", f"{call.function} with {gas} gas: {told}") from None
        return
    if answer != right:
        raise Violation("scenario", f"{call.function} with {gas} gas answers {answer.hex()}, not {right.hex()}")


SCENARIOS: tuple[Callable[[World], None], ...] = (
    full_holder_table,
    wrong_constructor_parameters,
    call_data_of_other_length,
    last_node,
    feeds_at_their_addresses,
    too_little_gas,
)
