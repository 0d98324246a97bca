"""The demo's oracle chapter: seven nodes value the homes, two of them lie, and four years pass on the real price index.

The nodes are the local parameters' own; each runs one of `appraisers`. What they observe is signed, put together and
published by `commonhold.oracle`, as any network of nodes would do it. Time then moves quarter by quarter, the index
feed follows the real consumer prices, and every quarter the chain is asked what each home is worth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from commonhold.engines import wallets
from commonhold.inputs.home import usd_units
from commonhold.inputs.portfolio import Portfolio
from commonhold.inputs.prices import PriceSeries, Quarter
from commonhold.operations.appraisers import APPRAISERS, Sales
from commonhold.operations.charts import Appraisals, HomeHistory, NodeValues, Reading
from commonhold.operations.chronicle import Chronicle
from commonhold.operations.reading import ValueStatus
from commonhold.operations.story import Cast
from commonhold.oracle import publish
from commonhold.oracle.errors import ReportError
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree
from commonhold.oracle.node import Node
from commonhold.oracle.observations import Observation
from commonhold.oracle.report import Proposal, assemble, propose

FIRST_QUARTER = Quarter(2005, 3)
QUARTERS = 16  # four years: the age at which a renewed appraisal is stale lies within
QUARTER_PERIOD = 365 * 86_400 // 4
RENEWED_AT, CLAIMED_AT, FROZEN_AT = 4, 6, 9  # quarters
FOLLOWED_HOMES = 12
CLAIM_USD = 15_000 * 10**18
USD = 10**18


@dataclass
class OracleStory:
    """`run` takes the steps in order; afterwards `appraisals` and `histories` are what the charts show."""

    suite: Any
    cast: Cast
    sales: Portfolio  # all that the appraisers know; its first homes are those on chain
    prices: PriceSeries
    property_ids: list[int]
    journals: Path
    chronicle: Chronicle
    say: Callable[[str], None] = lambda line: None
    proposals: list[Proposal] = field(default_factory=list)
    explanations: dict[int, list[Any]] = field(default_factory=dict)  # by house: IPropertyValuation.Explanation
    _began_at: int = 0
    _appraised_at: dict[int, list[int]] = field(default_factory=dict)

    @property
    def followed(self) -> list[int]:
        """The houses that are asked for every quarter."""
        return self.property_ids[:FOLLOWED_HOMES]

    @property
    def renewed(self) -> list[int]:
        """Every other house is appraised again after a year."""
        return self.property_ids[::2]

    @property
    def claimed(self) -> int:
        """The house with a senior claim."""
        return self.followed[3 % len(self.followed)]

    @property
    def frozen(self) -> int:
        """The house whose value the guardian freezes."""
        return self.followed[5 % len(self.followed)]

    def run(self) -> None:
        """Everything, in order."""
        self._began_at = self.suite.engine.now()
        self._nodes = self._make_nodes()
        self.appraise(0, self.property_ids)
        self.try_what_is_forbidden()
        self.read_values()
        for quarter in range(1, QUARTERS + 1):
            self.let_a_quarter_pass(quarter)
            self.read_values()
        self.say(f"{QUARTERS // 4} years passed; what the chain says of the values now: {self._outcome()}")

    def appraise(self, quarter: int, houses: list[int]) -> None:
        """One round of the network over all houses; only the values of `houses` are brought on chain and accepted."""
        self._set_index(quarter)
        proposal = self._propose(quarter)
        signatures = {
            node.address: node.sign(proposal, self._node_set, now=self.suite.engine.now())
            for node, appraiser in zip(self._nodes, APPRAISERS, strict=True)
            if appraiser.honest  # the two liars don't like the outcome: a quorum does without them
        }
        signed = assemble(self._node_set, proposal, signatures)
        self.proposals.append(proposal)
        suite, anyone = self.suite, self.cast.stranger  # reports, updates and appraisals need no right
        feeds = [house_feed(house) for house in houses]
        receipts = [publish.submit(suite.aggregator, signed, sender=anyone)]
        self.chronicle.did(f"report the values of {_homes(len(proposal.values))}", receipts)
        receipts = publish.update(suite.aggregator, proposal.tree, feeds, sender=anyone)
        self.chronicle.did(f"bring the values of {_homes(len(houses))} on chain", receipts)
        receipts = publish.accept(suite.aggregator, suite.valuation, houses, sender=anyone)
        self.chronicle.did("accept an appraisal", receipts)
        for house in houses:
            self._appraised_at.setdefault(house, []).append(quarter)
        self.say(
            f"{FIRST_QUARTER + quarter}: {len(proposal.observations)} nodes observed {_homes(len(proposal.values))}, "
            f"{len(signatures)} signed the medians; on chain as appraisals: {_homes(len(houses))}"
        )

    def try_what_is_forbidden(self) -> None:
        """Two ways for a liar to have his way, and what stops him."""
        proposal, liar = self.proposals[-1], next(one for one in APPRAISERS if not one.honest)
        lie = self._observed_by(APPRAISERS.index(liar), proposal)
        forged = replace(proposal, values=lie.values, root=Tree(lie.values).root)
        self.chronicle.must_fail(
            "have an honest node sign a liar's values",
            lambda: self._nodes[0].sign(forged, self._node_set, now=self.suite.engine.now()),
            ReportError,
        )
        feed = house_feed(self.property_ids[0])
        self.chronicle.must_fail(
            "bring a liar's value on chain, with the proof of the true one",
            lambda: self.suite.aggregator.update(
                feed, lie.values[feed], proposal.tree.proof(feed), sender=self.cast.stranger
            ),
        )

    def let_a_quarter_pass(self, quarter: int) -> None:
        """Time moves, the index follows the real series, and what happens in this quarter happens."""
        suite = self.suite
        suite.engine.set_time(self._began_at + quarter * QUARTER_PERIOD)
        if quarter == RENEWED_AT:
            self.appraise(quarter, self.renewed)
            return
        self._set_index(quarter)
        if quarter == CLAIMED_AT:
            reference = b"INV tax lien 1".ljust(32, b"\0")
            receipt = suite.registry.reportSeniorClaim(self.claimed, CLAIM_USD, reference, sender=self.cast.registrar)
            self.chronicle.did("report a senior claim", [receipt])
            self.say(
                f"{FIRST_QUARTER + quarter}: a claim of $ {CLAIM_USD // USD:,} ranks before the shares of "
                f"{self.label(self.claimed)}: its value falls by as much, and no new loan is made on it"
            )
        if quarter == FROZEN_AT:
            self.chronicle.did("freeze a value", [suite.valuation.freeze(self.frozen, sender=self.cast.guardian)])
            self.say(f"{FIRST_QUARTER + quarter}: the guardian doubts the value of {self.label(self.frozen)}: frozen")

    def read_values(self) -> None:
        """Ask the chain why each home has the value it has."""
        for house in self.followed:
            self.explanations.setdefault(house, []).append(self.suite.valuation.explainValue(house))

    # ------------------------------------------------------------------------------------------------------ results

    def appraisals(self) -> Appraisals:
        """What the nodes said in the first round of the followed homes, and the medians."""
        proposal = self.proposals[0]
        feeds = [house_feed(house) for house in self.followed]
        nodes = []
        for index, appraiser in enumerate(APPRAISERS):
            values = self._observed_by(index, proposal).values
            nodes.append(NodeValues(appraiser.name, appraiser.honest, tuple(values[feed] / USD for feed in feeds)))
        medians = tuple(proposal.values[feed] / USD for feed in feeds)
        return Appraisals(tuple(map(self.label, self.followed)), tuple(nodes), medians)

    def histories(self) -> list[HomeHistory]:
        """Each followed home through all quarters."""
        return [self._history(house) for house in self.followed]

    def explained(self) -> tuple[str, list[tuple[str, Any]]]:
        """Why one home, that with the claim, has its value: year by year."""
        pages = self.explanations[self.claimed]
        columns = [(str(FIRST_QUARTER + quarter), pages[quarter]) for quarter in range(0, QUARTERS + 1, 4)]
        return f"Why {self.label(self.claimed)} has its value, by explainValue", columns

    def label(self, house: int) -> str:
        """How tables and charts name a house."""
        return f"home {house}"

    def _history(self, house: int) -> HomeHistory:
        readings = tuple(
            Reading(
                str(FIRST_QUARTER + quarter),
                page.valueUsd / USD,
                page.indexedUsd / USD,
                ValueStatus(page.status).words,
            )
            for quarter, page in enumerate(self.explanations[house])
        )
        claimed_at = CLAIMED_AT if house == self.claimed else None
        return HomeHistory(self.label(house), readings, tuple(self._appraised_at[house]), claimed_at)

    def _outcome(self) -> str:
        last = [ValueStatus(pages[-1].status).words.lower() for pages in self.explanations.values()]
        return ", ".join(f"{last.count(status)} {status}" for status in sorted(set(last)))

    # ------------------------------------------------------------------------------------------------------ the nodes

    def _make_nodes(self) -> list[Node]:
        """The nodes of the present set, by index; their keys are those of the local wallets."""
        self._node_set = publish.read_state(self.suite.aggregator).node_set
        return [
            Node(wallets.private_key(address), self.journals / f"node-{index}.json")
            for index, address in enumerate(self._node_set.nodes)
        ]

    def _propose(self, quarter: int) -> Proposal:
        """Every node observes and signs; whoever wants puts the observations together."""
        state = publish.read_state(self.suite.aggregator)
        sales = Sales.of(self.sales, self.prices, FIRST_QUARTER + quarter, years_later=quarter // 4)
        observed_at = self._began_at + quarter * QUARTER_PERIOD
        rows = range(len(self.property_ids))
        feeds = [house_feed(house) for house in self.property_ids]
        observations = []
        for node, appraiser in zip(self._nodes, APPRAISERS, strict=True):
            values = map(usd_units, appraiser.values(sales, rows))
            stated = dict(zip(feeds, values, strict=True))
            observations.append(node.observe(self._node_set.scope, state.epoch + 1, observed_at, stated))
        return propose(self._node_set, observations, now=self.suite.engine.now())

    def _observed_by(self, index: int, proposal: Proposal) -> Observation:
        return next(one for one in proposal.observations if one.node == self._nodes[index].address)

    def _set_index(self, quarter: int) -> None:
        """The feed's next answer: Chainlink's mock lets anyone give it, a real feed has its own network."""
        feed = self.suite.index_feed
        answer = self.prices.at(FIRST_QUARTER + quarter) * Decimal(10) ** feed.decimals()
        self.chronicle.did(
            "a new answer of the index feed (outside)", [feed.updateAnswer(int(answer), sender=self.cast.stranger)]
        )


def _homes(count: int) -> str:
    return f"{count:,} home{'s' if count != 1 else ''}"
