"""The nodes off chain: what they observe, who of them lies, and what the honest ones sign.

Honest nodes observe within a range around the truth and sign a proposal only if they recomputed it from the signed
observations of at least n - f nodes, and one root an epoch. Liars observe and sign anything. Of each set of nodes at
most f lie, as the set promises. What honest nodes vouched for is kept in the world's `Almanac`, by the digest that they
signed: the laws hold the chain's values against it, without asking the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from commonhold.fuzz.choices import Choices, SeededChoices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.world import Violation, World
from commonhold.oracle.digests import Scope, report_digest, sign
from commonhold.oracle.feeds import house_feed, named_feed
from commonhold.oracle.medians import median
from commonhold.oracle.merkle import Tree

RENT_INDEX = named_feed("RENT-INDEX")
"""A feed of the nodes that belongs to no house."""

SPREAD = 30
"""Honest nodes observe within so many thousandths of the truth."""

ABSURD = (1, 2**112 - 1, 2**112, 2**128 - 1)
"""Values that all nodes may agree on and that somebody behind them can't use."""

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1: a signature's s counts only up to half of it."""

Report = tuple[int, int, bytes]
Signature = tuple[bytes, bytes]


@dataclass
class Round:
    """A proposal with its values, and who signed it."""

    scope: Scope
    nodes: tuple[str, ...]
    report: Report
    tree: Tree
    signatures: dict[str, Signature] = field(default_factory=dict)  # by node

    def choose(self, count: int, c: Choices) -> list[int]:
        """Indices of `count` nodes that signed, ascending; of all of them if there are fewer."""
        signed = [index for index, node in enumerate(self.nodes) if node in self.signatures]
        while len(signed) > count:
            signed.remove(c.one_of(signed))
        return signed

    def signed_by(self, indices: Sequence[int]) -> tuple[int, tuple[Signature, ...]]:
        """The bits and the signatures of these nodes, as `submit` takes them."""
        return bits(indices), tuple(self.signatures[self.nodes[index]] for index in indices)


def bits(indices: Sequence[int]) -> int:
    return sum(1 << index for index in indices)


class Network:
    """What the nodes did in one sequence."""

    def __init__(self) -> None:
        self.rounds: list[Round] = []
        self.trees: dict[bytes, Tree] = {}  # by root
        self.truth: dict[bytes, int] = {}  # what a feed is worth
        self._liars: dict[str, frozenset[str]] = {}  # by set of nodes
        self._everybody_who_lied: set[str] = set()
        self._signed: dict[tuple[str, int, str], bytes] = {}  # honest nodes: (set, epoch, node) -> root
        self._behind: dict[tuple[str, int], dict[bytes, set[str]]] = {}  # (set, epoch) -> root -> who signed it

    # -- who takes part -------------------------------------------------------------------------------------------

    def liars(self, w: World, c: Choices) -> frozenset[str]:
        """Who lies in the present set, at most f: whoever lied before goes on, others may begin."""
        digest, _, max_faulty, nodes = w.model.aggregator.nodeSet()
        if digest not in self._liars:
            old = [node for node in nodes if node in self._everybody_who_lied]
            rest = [node for node in nodes if node not in self._everybody_who_lied]
            lying = old[:max_faulty]
            while rest and len(lying) < max_faulty and c.chance(85):
                lying.append(rest.pop(c.integer(0, len(rest) - 1)))
            self._liars[digest] = frozenset(lying)
            self._everybody_who_lied |= set(lying)
        return self._liars[digest]

    # -- a round --------------------------------------------------------------------------------------------------

    def play(self, w: World, c: Choices, epoch: int, observed_at: int) -> Round:
        """All nodes observe, one proposes medians, and every node that agrees signs."""
        scope = scope_of(w)
        _, _, max_faulty, nodes = w.model.aggregator.nodeSet()
        liars = self.liars(w, c)
        dice = SeededChoices(c.integer(0, 2**32))  # one choice for all that is observed: a round has dozens of numbers
        seen = {feed_id: self._observe(feed_id, nodes, liars, dice) for feed_id in reported_feeds(w)}
        chosen = list(nodes)
        while len(chosen) > len(nodes) - max_faulty and dice.chance(50):
            chosen.remove(dice.one_of(chosen))
        tree = Tree({feed_id: median([values[node] for node in chosen]) for feed_id, values in seen.items()})
        round_ = Round(scope, tuple(nodes), (epoch, observed_at, tree.root), tree)
        self.trees[tree.root] = tree
        self._sign(w, round_, liars, dice)
        honest = [node for node in nodes if node not in liars]
        if any(node in round_.signatures for node in honest):
            ranges = {feed_id: _range([values[node] for node in honest]) for feed_id, values in seen.items()}
            w.almanac.enter(report_digest(scope, *round_.report), ranges)
        self.rounds.append(round_)
        return round_

    def _observe(self, feed_id: bytes, nodes: Sequence[str], liars: frozenset[str], dice: Choices) -> dict[str, int]:
        truth = self.truth.get(feed_id) or dice.integer(50_000, 900_000) * COIN
        truth = max(1, truth * dice.integer(900, 1120) // 1000)
        self.truth[feed_id] = truth
        if dice.chance(2):
            truth = dice.one_of(ABSURD)
        low, high = max(1, truth - truth * SPREAD // 1000), min(truth + truth * SPREAD // 1000, 2**128 - 1)
        lie = dice.one_of((1, truth * 14 // 10, 2**128 - 1, truth // 2))
        together = dice.chance(60)
        return {
            node: (lie if together else dice.one_of((1, 2**128 - 1, low, high)))
            if node in liars
            else dice.integer(low, high)
            for node in nodes
        }

    def _sign(self, w: World, round_: Round, liars: frozenset[str], dice: Choices) -> None:
        """The honest who are awake and signed no other root for this epoch; liars sign whatever they get."""
        set_, epoch, root = round_.scope.node_set, round_.report[0], round_.report[2]
        digest = report_digest(round_.scope, *round_.report)
        behind = self._behind.setdefault((set_, epoch), {})
        for node in round_.nodes:
            awake = dice.chance(96)
            if node not in liars:
                if not awake or self._signed.get((set_, epoch, node), root) != root:
                    continue
                self._signed[set_, epoch, node] = root
            round_.signatures[node] = signature(w, node, digest)
            behind.setdefault(root, set()).add(node)
        quorum = w.port.view("aggregator", "quorum")
        if sum(len(signers) >= quorum for signers in behind.values()) > 1:
            raise Violation("quorum", f"{quorum} signatures each for two roots of epoch {epoch}")


def scope_of(w: World) -> Scope:
    """Where signatures of the present set count."""
    digest = w.model.aggregator.nodeSet()[0]
    return Scope(w.model.chain.chain_id, w.port.addresses["aggregator"], digest)


def reported_feeds(w: World) -> list[bytes]:
    """What the nodes report on: all houses, one that is not registered yet, and the rents."""
    count = w.model.registry.propertyCount()
    return [house_feed(number) for number in range(1, count + 2)] + [RENT_INDEX]


def signature(w: World, node: str, digest: bytes) -> Signature:
    made = sign(w.cast.keys[node], digest)
    return made[:32], made[32:]


def _range(values: Sequence[int]) -> tuple[int, int]:
    return min(values), max(values)


def network_of(w: World) -> Network:
    """The nodes of the sequence under way."""
    network = w.ghosts.get("network")
    if network is None:
        network = w.ghosts["network"] = Network()
    return network


def elsewhere(scope: Scope, **changes: Any) -> Scope:
    """Another chain's, contract's or set's scope."""
    return replace(scope, **changes)
