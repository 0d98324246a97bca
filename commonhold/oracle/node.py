"""An honest node: it signs what it observed, and no report that it did not recompute; of both one for an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from commonhold.oracle.digests import Scope, address_of, sign
from commonhold.oracle.errors import OracleError
from commonhold.oracle.journal import Journal
from commonhold.oracle.nodeset import NodeSet
from commonhold.oracle.observations import Observation, observe
from commonhold.oracle.report import Proposal, check


class NotANode(OracleError):
    """The key is none of the set's nodes."""

    def __init__(self, address: str, node_set: NodeSet) -> None:
        super().__init__(f"{address} is none of the {len(node_set.nodes)} nodes of set {node_set.number}")


class Node:
    """A node with its private key (32 bytes, or anything of eth-account with a `key`) and its journal.

    The journal is what keeps the node honest across restarts. A node that lost it must not sign again under the same
    node set before a report was accepted whose epoch is above all it may have signed.
    """

    def __init__(self, key: Any, journal: Path) -> None:
        self._key = key
        self.address = address_of(key)
        self._journal = Journal(journal, self.address)

    def observe(self, scope: Scope, epoch: int, observed_at: int, values: Mapping[bytes, int]) -> Observation:
        """Sign what was observed: values with 18 decimals by feed id, at a time in seconds; the same again, too.

        Nobody who proposes may choose between two observations of one node. Raises EpochObserved if the node signed
        another one for this epoch or one for a later epoch, JournalDamaged, and ValueError for values out of range.
        """
        observation = observe(self._key, scope, epoch, observed_at, values)
        self._journal.enter_observation(scope, epoch, observed_at, observation.digest)
        return observation  # not before it is written down

    def sign(self, proposal: Proposal, node_set: NodeSet, *, now: int, known: Sequence[Observation] = ()) -> bytes:
        """The node's 64 bytes under a proposal, after it was recomputed and written to the journal. With the
        observations that are `known` here, no feed that n - f nodes observed may be missing.

        Raises NotANode, ReportError for a proposal that does not follow from its observations, EpochSigned if the node
        signed another report for this epoch or one for a later epoch, and JournalDamaged.
        """
        if self.address not in node_set.nodes:
            raise NotANode(self.address, node_set)
        check(proposal, node_set, now=now, known=known)
        self._journal.enter_report(proposal.scope, proposal.epoch, proposal.observed_at, proposal.root)
        return sign(self._key, proposal.digest)
