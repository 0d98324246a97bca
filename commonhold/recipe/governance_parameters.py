"""The parameters of the DAO's votes and of houses' ballots. Bounds are those of the contracts' constructors."""

from __future__ import annotations

import builtins
from typing import Annotated

from pydantic import Field

from commonhold.recipe.sections import Section
from commonhold.recipe.units import DAY, FIXED_POINT, HOUR, PERCENT, Account, Percent, Seconds, Votes, between

SomeVotes = Annotated[Votes, between(1, 10**12, FIXED_POINT, "HOLD")]
HourTo30Days = Annotated[Seconds, between(1, 30 * 24, HOUR, "hours")]
DayTo30Days = Annotated[Seconds, between(1, 30, DAY, "days")]
DayToYear = Annotated[Seconds, between(1, 365, DAY, "days")]

FLOOR_PARTS = 5
THRESHOLD_PARTS = (10_000, 50)


class Holder(Section):
    """Who begins with votes."""

    account: Account
    votes: SomeVotes


class Governance(Section):
    """HOLD and the governor, whose numbers stand in the order of `ICommonholdGovernor.GovernorTerms`."""

    supply: Annotated[Votes, between(10**6, 10**12, FIXED_POINT, "HOLD")]
    holders: Annotated[list[Holder], Field(max_length=20, default_factory=list)]
    voting_delay: HourTo30Days
    voting_period: DayTo30Days
    late_extension: HourTo30Days
    cool_down: DayToYear
    quorum: Annotated[Percent, between(1, 20, PERCENT, "%")]
    proposal_threshold: Annotated[Percent, between(1, 200, 1, "hundredths of a %")]
    quorum_floor: SomeVotes
    proposal_guardian: Account

    def disagreements(self) -> list[tuple[str, str]]:
        found, supply = [], f"governance.supply ({_votes(self.supply)})"
        if sum(self.amounts) > self.supply:
            found.append(("holders", f"together at most {supply}, not {_votes(sum(self.amounts))}"))
        if len(set(self.accounts)) != len(self.accounts):
            found.append(("holders", "each account once"))
        if self.quorum_floor > self.supply // FLOOR_PARTS:
            found.append(("quorum_floor", f"at most a fifth of {supply}"))
        if self.late_extension > self.voting_period:
            found.append(("late_extension", f"at most governance.voting_period ({self.voting_period} s)"))
        return found

    @builtins.property
    def accounts(self) -> list[int | str]:
        return [holder.account for holder in self.holders]

    @builtins.property
    def amounts(self) -> list[int]:
        return [holder.votes for holder in self.holders]

    @builtins.property
    def threshold_votes(self) -> int:
        """Votes needed to propose."""
        return self.supply * self.proposal_threshold // (100 * PERCENT)


class Ballot(Section):
    """Houses' ballots, in the order of `IHouseBallot.BallotRules`."""

    period: DayTo30Days
    held: HourTo30Days
    payable: DayToYear
    cool_down: Annotated[Seconds, between(0, 365, DAY, "days")]
    quorum: Annotated[Percent, between(25, 100, PERCENT, "%")]
    majority: Annotated[Percent, between(50, 99, PERCENT, "%")]

    def disagreements(self) -> list[tuple[str, str]]:
        if self.held <= self.period:
            return []
        return [("held", f"at most ballot.period ({self.period} s)")]

    @builtins.property
    def rules(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in type(self).model_fields)


def _votes(wei: int) -> str:
    return f"{wei / FIXED_POINT:,.15g} HOLD"
