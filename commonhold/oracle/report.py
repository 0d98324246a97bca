"""A round's report: proposed from signed observations, recomputed by every node before it signs, sealed by a quorum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from commonhold.oracle.digests import Scope, recover, report_digest
from commonhold.oracle.errors import Objection, OracleError, ReportError
from commonhold.oracle.feeds import show_feed
from commonhold.oracle.medians import Combined, combine, median
from commonhold.oracle.merkle import Tree
from commonhold.oracle.nodeset import NodeSet
from commonhold.oracle.observations import Observation, objections_to, scope_objections

OBSERVATION_WINDOW = 86_400
"""Seconds that an observation's time may lie from its report's: no older price gets a new time."""

SHOWN_FEEDS = 5


@dataclass(frozen=True)
class Proposal:
    """A report with all it was made of. Honest nodes sign `digest`, after `check`."""

    scope: Scope
    epoch: int
    observed_at: int
    root: bytes
    values: Mapping[bytes, int]  # medians, 18 decimals, in the order of feed ids
    left_out: tuple[bytes, ...]  # feeds that too few nodes observed
    observations: tuple[Observation, ...]  # in the order of the nodes' indices
    untimely: tuple[Observation, ...] = field(default=(), compare=False)  # given to `propose`, but not taken

    @cached_property
    def tree(self) -> Tree:
        """The tree of the values."""
        return Tree(self.values)

    @property
    def digest(self) -> bytes:
        """What nodes sign."""
        return report_digest(self.scope, self.epoch, self.observed_at, self.root)


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report with the signatures of exactly a quorum: `aggregator.submit(*signed.arguments, sender=...)`."""

    epoch: int
    observed_at: int
    root: bytes
    signers: int  # bit i for the node with index i
    signatures: tuple[tuple[bytes, bytes], ...]  # (r, vs) by ascending index

    @property
    def arguments(self) -> tuple[tuple[int, int, bytes], int, list[tuple[bytes, bytes]]]:
        """Those of `IQuorumAggregator.submit`."""
        return (self.epoch, self.observed_at, self.root), self.signers, list(self.signatures)


class TooFewSignatures(OracleError):
    """A quorum did not sign."""

    def __init__(self, given: int, required: int, refused: Sequence[str]) -> None:
        self.given, self.required, self.refused = given, required, tuple(refused)
        also = f"; not counted: {', '.join(refused)}" if refused else ""
        super().__init__(f"signatures: got those of {given} nodes; expected {required}{also}")


def record_of(number: int, observation: Observation) -> str:
    """How messages name the observation with this number, from 1."""
    return f"observation {number} ({observation.node})"


def propose(node_set: NodeSet, observations: Sequence[Observation], *, now: int | None = None) -> Proposal:
    """The report of these observations: the same whoever proposes it, and in whatever order they came.

    Observations outside the window around the report's time are not taken: they are the proposal's `untimely`.

    Raises ReportError if an observation does not count (with `now`, in seconds, also if it is from the future), if they
    are of different epochs, or too few.
    """
    places = {node: index for index, node in enumerate(node_set.nodes)}
    ordered = tuple(sorted(observations, key=lambda one: (places.get(one.node, len(places)), one.node)))
    epoch = ordered[0].epoch if ordered else 0
    _raise(_observation_objections(node_set, ordered, epoch, now))
    taken = _timely(ordered)
    untimely = tuple(one for one in ordered if one not in taken)
    try:
        found = combine(taken, len(node_set.nodes), node_set.max_faulty)
    except ReportError as error:
        if not untimely:
            raise
        time = _median_time(taken)
        raise ReportError([*error.objections, *_untimely_objections(ordered, time)]) from None
    root = Tree(found.values).root
    return Proposal(node_set.scope, epoch, found.observed_at, root, found.values, found.left_out, taken, untimely)


def check(proposal: Proposal, node_set: NodeSet, *, now: int, known: Sequence[Observation] = ()) -> None:
    """What a node does before it signs: recompute everything from the observations. Raises ReportError.

    An observation's own time may lie after `now` (seconds): the report's can't, and f of them don't decide it. With
    observations that are `known` to the node, its own and others', a report is refused also if it leaves out a feed
    that n - f nodes observed.
    """
    _raise(proposal_objections(proposal, node_set, now=now))
    _raise(omissions(proposal, node_set, known))


def omissions(proposal: Proposal, node_set: NodeSet, known: Sequence[Observation]) -> Iterator[Objection]:
    """Feeds without a value although n - f nodes observed them, by the proposal and the observations that one knows.

    Of `known` only that counts which the proposal could have taken: who proposes is not blamed for anything else.
    """
    present = {observation.node for observation in proposal.observations}
    untaken = {
        one.node: one
        for one in known
        if one.node not in present
        and one.epoch == proposal.epoch
        and _is_timely(one, proposal.observed_at)
        and not any(objections_to(one, node_set))
    }
    observed_by = Counter(feed_id for one in (*proposal.observations, *untaken.values()) for feed_id in one.values)
    for feed_id in sorted(observed_by.keys() - proposal.values.keys()):
        if observed_by[feed_id] >= node_set.least_observations:
            expected = f"the median, since {observed_by[feed_id]} nodes observed it, with those that the report lacks"
            yield Objection(show_feed(feed_id), "value", "none", expected)


def proposal_objections(proposal: Proposal, node_set: NodeSet, *, now: int) -> Iterator[Objection]:
    """Why a node must not sign."""
    yield from scope_objections(proposal.scope, node_set.scope)
    if proposal.observed_at > now:
        yield Objection(None, "observed_at", str(proposal.observed_at), f"a time not after now, {now}")
    wrong = list(_observation_objections(node_set, proposal.observations, proposal.epoch, None))
    wrong += _order_objections(node_set, proposal.observations)
    if wrong:
        yield from wrong  # nothing can be recomputed from them
        return
    try:
        found = combine(proposal.observations, len(node_set.nodes), node_set.max_faulty)
    except ReportError as error:
        yield from error.objections
        return
    yield from _untimely_objections(proposal.observations, found.observed_at)
    yield from _differences(proposal, found)


def assemble(node_set: NodeSet, proposal: Proposal, signatures: Mapping[str, bytes]) -> SignedReport:
    """A report with exactly a quorum of the given signatures (64 bytes by node), those of the lowest indices.

    A signature that is not the node's is left aside: no liar can hold a report up. Raises TooFewSignatures.
    """
    signers, pairs = choose_quorum(node_set, proposal.digest, signatures)
    return SignedReport(proposal.epoch, proposal.observed_at, proposal.root, signers, pairs)


def choose_quorum(
    node_set: NodeSet, digest: bytes, signatures: Mapping[str, bytes]
) -> tuple[int, tuple[tuple[bytes, bytes], ...]]:
    """The bitmap and the (r, vs) of exactly a quorum that signed `digest`. Raises TooFewSignatures."""
    refused = [node for node in signatures if node not in node_set.nodes]
    chosen: dict[int, bytes] = {}
    for index, node in enumerate(node_set.nodes):
        if node not in signatures:
            continue
        if recover(digest, signatures[node]) == node:
            chosen[index] = signatures[node]
        else:
            refused.append(node)
    if len(chosen) < node_set.quorum:
        raise TooFewSignatures(len(chosen), node_set.quorum, refused)
    first = dict(list(chosen.items())[: node_set.quorum])
    pairs = tuple((signature[:32], signature[32:]) for signature in first.values())
    return sum(1 << index for index in first), pairs


# ----------------------------------------------------------------------------------------------------------- checks


def _raise(objections: Iterator[Objection]) -> None:
    found = list(objections)
    if found:
        raise ReportError(found)


def _timely(observations: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """The observations within the window around their own median time. Those of honest nodes, made within one window,
    always stay: the median of n - f times lies among theirs."""
    taken = observations
    while taken:
        time = _median_time(taken)
        kept = tuple(one for one in taken if _is_timely(one, time))
        if kept == taken:
            break
        taken = kept
    return taken


def _is_timely(observation: Observation, report_time: int) -> bool:
    return abs(observation.observed_at - report_time) <= OBSERVATION_WINDOW


def _median_time(observations: Sequence[Observation]) -> int:
    return median([observation.observed_at for observation in observations])


def _untimely_objections(observations: Sequence[Observation], report_time: int) -> Iterator[Objection]:
    expected = f"a time at most {OBSERVATION_WINDOW:,} seconds from the report's, {report_time}"
    for number, observation in enumerate(observations, start=1):
        if not _is_timely(observation, report_time):
            yield Objection(record_of(number, observation), "observed_at", str(observation.observed_at), expected)


def _observation_objections(
    node_set: NodeSet, observations: Sequence[Observation], epoch: int, now: int | None
) -> Iterator[Objection]:
    seen: dict[str, int] = {}
    for number, observation in enumerate(observations, start=1):
        record = record_of(number, observation)
        yield from objections_to(observation, node_set, now=now, record=record)
        if observation.epoch != epoch:
            yield Objection(record, "epoch", str(observation.epoch), f"{epoch}, as the others have it")
        first = seen.setdefault(observation.node, number)
        if first != number:
            expected = f"another node than that of observation {first}"
            yield Objection(record, "node", f"{observation.node} again", expected)


def _order_objections(node_set: NodeSet, observations: Sequence[Observation]) -> Iterator[Objection]:
    """One set of observations makes one file: they stand in the order of the nodes' indices."""
    last = -1
    for number, observation in enumerate(observations, start=1):
        index = node_set.index_of(observation.node)
        if index is None:
            continue  # objected to already
        if index < last:
            expected = "observations in the order of the nodes' indices"
            yield Objection(record_of(number, observation), "node", f"index {index} after {last}", expected)
        last = index


def _differences(proposal: Proposal, found: Combined) -> Iterator[Objection]:
    if proposal.observed_at != found.observed_at:
        expected = f"{found.observed_at}, the median of the observations' times"
        yield Objection(None, "observed_at", str(proposal.observed_at), expected)
    for feed_id in sorted({*proposal.values, *found.values}):
        given, median = proposal.values.get(feed_id), found.values.get(feed_id)
        if given != median:
            expected = (
                "none, too few nodes observed it" if median is None else f"{median}, the median, in units of 1e-18"
            )
            yield Objection(show_feed(feed_id), "value", "none" if given is None else str(given), expected)
    if proposal.left_out != found.left_out:
        yield Objection(None, "left_out", _names(proposal.left_out), _names(found.left_out))
    root = Tree(found.values).root
    if proposal.root != root:
        yield Objection(None, "root", f"0x{proposal.root.hex()}", f"0x{root.hex()}, that of the medians")


def _names(feed_ids: Sequence[bytes]) -> str:
    names = [show_feed(feed_id) for feed_id in feed_ids[:SHOWN_FEEDS]]
    more = len(feed_ids) - SHOWN_FEEDS
    return ", ".join([*names, f"and {more} more"] if more > 0 else names) or "none"
