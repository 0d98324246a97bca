"""The node network: whole rounds of honest and lying nodes, reports as they must not be, equivocation, rotation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.network import (
    ORDER,
    Report,
    Round,
    Signature,
    elsewhere,
    network_of,
    scope_of,
    signature,
)
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.rules.strangers import must_be_refused
from commonhold.fuzz.world import World
from commonhold.model import Outcome
from commonhold.model.core import NEVER, ZERO_ADDRESS, ZERO_WORD, Call
from commonhold.oracle.digests import report_digest

Submission = tuple[Report, int, tuple[Signature, ...]]


def next_epoch(w: World, c: Choices) -> int:
    """Mostly the next one; gaps are fine, the last of all times is, too."""
    latest = w.model.aggregator.latestReport()[0]
    return min(NEVER, latest + c.mostly(1, 2, 1000, 0, percent=88))


def observed_at(w: World, c: Choices) -> int:
    """Mostly after the latest report and before now; on each edge and one past it."""
    latest = w.model.aggregator.latestReport()[1]
    usual = c.integer(latest + 1, w.now) if w.now > latest else w.now
    usual = max(usual, w.now - c.integer(0, 2 * DAY))
    return c.mostly(usual, w.now, latest + 1, latest, w.now + 1, latest - 1 if latest else 0, percent=85)


def play(w: World, c: Choices) -> Round:
    return network_of(w).play(w, c, next_epoch(w, c), observed_at(w, c))


def submission(w: World, c: Choices, round_: Round) -> Submission:
    """The report with as many signatures as it needs, if so many were given."""
    signers, signatures = round_.signed_by(round_.choose(w.model.aggregator.quorum(), c))
    return round_.report, signers, signatures


def submit(w: World, c: Choices, given: Submission) -> Outcome:
    return w.act(inputs.anyone(w, c), "aggregator", "submit", *given)


def bring_some(w: World, c: Choices, round_: Round, most: int) -> None:
    """Bring some values of a report on chain, one by one."""
    feeds = list(round_.tree.values)
    for _ in range(c.integer(0, most)):
        feed_id = c.one_of(feeds)
        proof = tuple(round_.tree.proof(feed_id))
        w.act(inputs.anyone(w, c), "aggregator", "update", feed_id, round_.tree.values[feed_id], proof)


@rule(weight=6)
def play_round(w: World, c: Choices) -> None:
    """All nodes observe, somebody proposes, whoever agrees signs, anyone submits."""
    round_ = play(w, c)
    if c.chance(8):
        return  # kept for later
    if submit(w, c, submission(w, c, round_)).refused is None:
        bring_some(w, c, round_, 3)


@rule(weight=1)
def submit_again(w: World, c: Choices) -> None:
    """L19: reports that were submitted before, or kept back, or signed under an old set."""
    rounds = network_of(w).rounds
    if rounds:
        submit(w, c, submission(w, c, c.one_of(rounds)))
        w.succeeded = True


# ----------------------------------------------------------------------------------------------- one thing is wrong


def one_too_few(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    report, signers, signatures = given
    return report, c.one_of((signers, signers & (signers - 1))), signatures[1:]


def one_too_many(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    report, signers, signatures = given
    more = round_.choose(len(signatures) + 1, c)
    if c.chance(50) and len(more) > len(signatures):
        return report, *round_.signed_by(more)
    return report, signers, (*signatures, signatures[-1])


def wrong_order(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    report, signers, signatures = given
    return report, signers, (*signatures[1:], signatures[0])


def one_twice(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    """One node's signature stands for two nodes."""
    report, signers, signatures = given
    return report, signers, (signatures[0], signatures[0], *signatures[2:])


def other_bits(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    """The bits name somebody else, nobody, or more than there are signatures."""
    report, signers, signatures = given
    count = len(round_.nodes)
    lowest = signers & -signers
    changed = (signers ^ lowest | 1 << count, signers ^ lowest | 1 << 255, signers | 1 << count, (1 << count) - 1, 0)
    return report, c.one_of(changed), signatures


def strangers_signature(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    """Of a key that is no node's now, or of another node."""
    report, signers, signatures = given
    others = [signer for signer in w.cast.keys if signer not in round_.nodes] + list(round_.nodes)
    made = signature(w, c.one_of(others), report_digest(round_.scope, *report))
    place = c.integer(0, len(signatures) - 1)
    if made == signatures[place]:
        return one_twice(w, c, round_, given)
    return report, signers, (*signatures[:place], made, *signatures[place + 1 :])


def other_fields(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    """Another epoch, time or root than was signed."""
    (epoch, time, root), signers, signatures = given
    changed: tuple[Report, ...] = (
        (min(epoch + 1, NEVER), time, root) if epoch < NEVER else (epoch - 1, time, root),
        (epoch, time - 1, root),
        (epoch, time, inputs.fresh_word(c)),
        (epoch, time, ZERO_WORD),
    )
    return c.one_of(changed), signers, signatures


def other_place(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    """Signed for another chain, contract or set of nodes."""
    report, signers, _ = given
    scopes = (
        elsewhere(round_.scope, chain_id=1),
        elsewhere(round_.scope, aggregator=w.port.addresses["reader"]),
        elsewhere(round_.scope, node_set=w.cast["attacker"]),
    )
    digest = report_digest(c.one_of(scopes), *report)
    indices = [index for index in range(len(round_.nodes)) if signers >> index & 1]
    return report, signers, tuple(signature(w, round_.nodes[index], digest) for index in indices)


def twisted_signature(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    """The same signature with its other s, which is too high; or nobody's."""
    report, signers, signatures = given
    r, vs = signatures[0]
    parity, s = divmod(int.from_bytes(vs, "big"), 2**255)
    twisted = (1 - parity) * 2**255 + ORDER - s if ORDER - s < 2**255 else 0
    wrong = c.one_of((twisted.to_bytes(32, "big"), (ORDER // 2 + 1).to_bytes(32, "big"), ZERO_WORD, b"\xff" * 32))
    return report, signers, ((c.one_of((r, r, ZERO_WORD, b"\xff" * 32)), wrong), *signatures[1:])


def liars_alone(w: World, c: Choices, round_: Round, given: Submission) -> Submission:
    """A root that no honest node recomputed, with the liars' signatures; the honest ones are of the true report."""
    (epoch, time, _), signers, signatures = given
    network = network_of(w)
    liars = network.liars(w, c)
    lie: Report = (epoch, time, inputs.fresh_word(c))
    digest = report_digest(round_.scope, *lie)
    indices = [index for index in range(len(round_.nodes)) if signers >> index & 1]
    mixed = (
        signature(w, round_.nodes[index], digest) if round_.nodes[index] in liars else true
        for index, true in zip(indices, signatures, strict=True)
    )
    return lie, signers, tuple(mixed)


Spoil = Callable[[World, Choices, Round, Submission], Submission]

SPOILS: tuple[Spoil, ...] = (
    one_too_few,
    one_too_many,
    wrong_order,
    one_twice,
    other_bits,
    strangers_signature,
    other_fields,
    other_place,
    twisted_signature,
    liars_alone,
)


@rule(weight=3)
def submit_wrongly(w: World, c: Choices) -> None:
    """T32: a good report in which one thing is wrong is refused; then, mostly, the good one."""
    round_ = play(w, c)
    given = submission(w, c, round_)
    quorum = w.model.aggregator.quorum()
    if len(given[2]) < max(quorum, 2):
        return
    spoilt = c.one_of(SPOILS)(w, c, round_, given)
    if spoilt != given:
        must_be_refused(w, submit(w, c, spoilt))
    if c.chance(60):
        submit(w, c, given)


# ----------------------------------------------------------------------------------------------------- equivocation


def two_roots(w: World, c: Choices) -> tuple[Report, Report]:
    """For one epoch, whichever: the latest, an old or a coming one."""
    latest, at, root = w.model.aggregator.latestReport()
    epoch = c.mostly(latest + 1, latest, c.integer(0, latest + 5), NEVER, percent=60)
    first = root if root != ZERO_WORD and epoch == latest else inputs.fresh_word(c)
    return (epoch, at, first), (epoch, at + c.integer(0, 2), inputs.fresh_word(c))


@rule(weight=1)
def prove_equivocation(w: World, c: Choices) -> None:
    """T54: a liar signed two roots, and whoever holds both signatures removes it. Sometimes the proof comes twice."""
    network = network_of(w)
    _, _, max_faulty, nodes = w.model.aggregator.nodeSet()
    liars = network.liars(w, c)
    suspects = [index for index, node in enumerate(nodes) if node in liars or max_faulty == 0]
    if not suspects:
        return
    index = c.one_of(suspects)
    a, b = two_roots(w, c)
    if a[2] == b[2]:
        return
    proof = (index, a, signed(w, nodes[index], a), b, signed(w, nodes[index], b))
    for _ in range(c.mostly(1, 2, percent=80)):
        w.act(inputs.anyone(w, c), "aggregator", "proveEquivocation", *proof)


def signed(w: World, node: str, report: Report) -> Signature:
    return signature(w, node, report_digest(scope_of(w), *report))


@rule(weight=2)
def prove_nothing(w: World, c: Choices) -> None:
    """T54: two signatures that prove no equivocation, whoever's they are."""
    _, _, _, nodes = w.model.aggregator.nodeSet()
    if not nodes:
        return
    index = c.integer(0, len(nodes) - 1)
    scope, node = scope_of(w), nodes[index]
    other = c.one_of([key for key in w.cast.keys if key != node])
    away = c.one_of(
        (
            elsewhere(scope, chain_id=1),
            elsewhere(scope, aggregator=w.port.addresses["reader"]),
            elsewhere(scope, node_set=ZERO_ADDRESS),
        )
    )
    a, b = two_roots(w, c)
    epoch, at, root = b
    later: Report = (epoch + 1 if epoch < NEVER else epoch - 1, at, root)
    same: Report = (a[0], a[1] + 1, a[2])
    # Which node's index, what was signed by whom for which scope, twice.
    index, *halves = c.one_of(
        (
            (index, (a, node, scope, a), (b, node, away, b)),
            (index, (a, node, scope, a), (b, other, scope, b)),
            (index, (a, other, scope, a), (b, other, scope, b)),
            (index, (a, node, scope, a), (b, node, scope, a)),
            (index, (a, node, scope, a), (later, node, scope, later)),
            (index, (a, node, scope, a), (same, node, scope, same)),
            (index, (a, node, scope, a), (a, node, scope, a)),
            (len(nodes), (a, node, scope, a), (b, node, scope, b)),
            (2**256 - 1, (a, node, scope, a), (b, node, scope, b)),
        )
    )
    proof: list[Any] = [index]
    for shown, signer, where, signed_ in halves:
        proof += [shown, signature(w, signer, report_digest(where, *signed_))]
    if c.chance(5):
        proof[2] = proof[4] = (ZERO_WORD, ZERO_WORD)
    must_be_refused(w, w.act(inputs.anyone(w, c), "aggregator", "proveEquivocation", *proof))


# --------------------------------------------------------------------------------------------------------- rotation


def rotate_nodes(w: World, c: Choices) -> Call:
    """For the DAO: another set of nodes; one in four is one that can't be."""
    keys = list(w.cast.keys)
    count = c.mostly(7, 4, 5, 6, 8, 10, percent=40)
    start = c.integer(0, len(keys) - count)
    nodes = keys[start : start + count]
    most = (count - 1) // 3
    max_faulty = c.one_of((most, most, c.integer(1, most)))
    if c.chance(25):
        wrong: tuple[tuple[list[str], int], ...] = (
            (nodes, 0),
            (nodes, most + 1),
            (nodes, 255),
            (nodes[:3], 1),
            ([], 1),
            ([f"0x{number:040x}" for number in range(1, 33)], 1),
            ([*nodes[:-1], nodes[0]], most),
            ([*nodes[:-1], ZERO_ADDRESS], most),
            ([*nodes, keys[start]], most),
        )
        nodes, max_faulty = c.one_of(wrong)
    return w.call("aggregator", "setNodes", tuple(nodes), max_faulty)
