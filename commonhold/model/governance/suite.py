"""Governance on top of the market as a model: HOLD, governor, timelock, ballots, a target whose code changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from commonhold.model.core import Contract
from commonhold.model.governance.ballots import HouseBallot
from commonhold.model.governance.governor import Governor
from commonhold.model.governance.terms import BallotRules, GovernorTerms
from commonhold.model.governance.timelock import BatchTimelock
from commonhold.model.governance.votes import Hold
from commonhold.model.lending.loan import Instalment
from commonhold.model.market.prints import Prints
from commonhold.model.market.suite import MarketModel, MarketSetting


@dataclass(frozen=True)
class GovernanceSetting:
    """What the stage decides besides the market."""

    market: MarketSetting
    council: str
    timelock_delay: int
    allotted: Mapping[str, int]  # votes at first
    made_at: int  # when HOLD and the governor were
    governor: GovernorTerms
    ballots: BallotRules
    codes: Mapping[str, bytes]  # of every contract, by address


class Nature(Contract):
    """What no contract of the suite does: code at an address changes."""

    key = "nature"

    def __init__(self, suite: GovernanceModel, address: str) -> None:
        super().__init__(suite.chain, address)
        self.suite = suite

    def setCode(self, sender: str, address: str, code: bytes) -> None:
        self.suite.codes[address] = code


class Gadget(Contract):
    """`TestSwitch` as a target: what it does depends on the code that it has today."""

    key = "gadget"

    def __init__(self, suite: GovernanceModel, address: str) -> None:
        super().__init__(suite.chain, address)
        self.suite = suite
        self.honest = suite.code_of(address)
        self.count = 0

    def act(self, sender: str) -> None:
        """Other code than its own does nothing, and does not refuse."""
        self.count += self.suite.code_of(self.address) == self.honest


class GovernanceModel(MarketModel):
    """Every contract of the stage under its name."""

    def __init__(
        self,
        setting: GovernanceSetting,
        now: int,
        instalment: Instalment,
        prints: Prints | None = None,
    ) -> None:
        super().__init__(setting.market, now, instalment, prints)
        at = setting.market.lending.addresses
        self.codes = dict(setting.codes)
        self.chain.now = setting.made_at
        self.timelock = BatchTimelock(self, at["timelock"], setting.council, setting.timelock_delay)
        self.hold = Hold(self.chain, at["hold"], self.hub, setting.allotted, setting.made_at)
        self.governor = Governor(self, at["governor"], self.hold, setting.governor)
        self.house_ballot = HouseBallot(self, at["house_ballot"], setting.ballots)
        self.nature = Nature(self, at["nature"])
        self.gadget = Gadget(self, at["gadget"])
        self.chain.now = now
        self.chain.log.clear()

    def code_of(self, address: str) -> bytes:
        return self.codes.get(address, b"")

    def has_code(self, address: str) -> bool:
        return bool(self.code_of(address))

    @contextmanager
    def calling(self, data: bytes) -> Iterator[None]:
        """A call inside a call, of other data."""
        outer = self.chain.call_data
        self.chain.call_data = lambda: data
        try:
            yield
        finally:
            self.chain.call_data = outer
