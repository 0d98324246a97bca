"""The laws of houses' ballots, counted from events and the certificate's views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from commonhold.fuzz.actions import Action
from commonhold.fuzz.governance.scene import BALLOT_RULES
from commonhold.fuzz.market.bystander import Told
from commonhold.fuzz.market.purse_laws import HousePurse, PurseLaws
from commonhold.fuzz.port import Sent
from commonhold.fuzz.world import Violation
from commonhold.model import Outcome
from commonhold.model.governance.terms import Stage

BALLOT = "house_ballot"
BPS = 10_000


@dataclass
class HousePaper:
    house: int
    matter: tuple[str, int, bytes]
    ends_at: int
    quorum: int
    majority: int
    shares: int
    votes: dict[int, bool] = field(default_factory=dict)
    outcome: Stage | None = None
    paid: bool = False

    @property
    def passes(self) -> bool:
        cast, agreed = len(self.votes), sum(self.votes.values())
        return cast * BPS >= self.quorum * self.shares and agreed * BPS > self.majority * cast


class BallotLaws(PurseLaws):
    """Watches purses and ballots of a world."""

    @property
    def papers(self) -> dict[int, HousePaper]:
        """Of this sequence."""
        found: dict[int, HousePaper] = self.world.ghosts.setdefault("house papers", {})
        return found

    @property
    def terms(self) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = self.world.ghosts.setdefault("house terms", {})
        return found

    def after(self, action: Action, outcome: Outcome, sent: Sent | None) -> None:
        super().after(action, outcome, sent)
        for event in sent.events if sent is not None else ():
            if event.contract == BALLOT:
                BALLOT_EVENTS[event.name](self, action, *event.arguments)
        if action.contract == BALLOT and sent is not None:
            self._check_held(action)
        unpaid = [p for p in self.papers.values() if p.outcome == Stage.CARRIED and p.matter[1] and not p.paid]
        if unpaid:
            raise Violation("T24", f"{action}: carried, and not paid: {unpaid}")

    def _opened(self, action: Action, number: int, house: int, opener: str, matter: Any, ends_at: int) -> None:
        if number != len(self.papers) + 1 or ends_at != action.at + BALLOT_RULES.votingPeriod:
            raise Violation("ballots", f"{action} opened {number} until {ends_at}")
        for known in self.papers.values():
            same = (known.house, known.matter) == (house, tuple(matter))
            if same and action.at < known.ends_at + BALLOT_RULES.coolDownPeriod:
                raise Violation("ballots", f"{action} opened again what {known} was about")
        quorum, majority = self.terms.get(house, (BALLOT_RULES.quorumBps, BALLOT_RULES.majorityBps))
        shares = self.world.port.view("certificate", "sharesOf", house)
        self.papers[number] = HousePaper(house, tuple(matter), ends_at, quorum, majority, shares)
        self._require_person(action, opener)

    def _voted(self, action: Action, number: int, share_id: int, voter: str, support: bool) -> None:
        """Each share once, by who owns it today and has for a day; T11, T37, T38."""
        paper = self.papers[number]
        owner, since = self.world.port.view("certificate", "holdingOf", share_id)
        if action.at >= paper.ends_at or share_id in paper.votes or share_id >> 8 != paper.house:
            raise Violation("ballots", f"{action}: share {share_id} votes in {paper}")
        if self._today(owner) != voter or action.at < since + BALLOT_RULES.holdPeriod:
            raise Violation("ballots", f"{action}: {voter} votes with {share_id}, held by {owner} since {since}")
        self._require_person(action, voter)
        paper.votes[share_id] = support

    def _require_person(self, action: Action, voter: str) -> None:
        view = self.world.port.view
        if not view("credentials", "isValid", voter) or voter not in self.world.cast.people:
            raise Violation("L7", f"{action}: {voter} may not decide for a house")

    def _concluded(self, action: Action, number: int, house: int, outcome: int, agreed: int, against: int) -> None:
        paper, stage = self.papers[number], Stage(outcome)
        if action.at < paper.ends_at or paper.outcome is not None:
            raise Violation("ballots", f"{action} concluded {paper}")
        if (agreed, agreed + against) != (sum(paper.votes.values()), len(paper.votes)):
            raise Violation("ballots", f"{action} counted {agreed} and {against} of {paper}")
        lapsed = bool(paper.matter[1]) and action.at >= paper.ends_at + BALLOT_RULES.executionPeriod
        expected = Stage.REJECTED if not paper.passes else Stage.LAPSED if lapsed else Stage.CARRIED
        if stage != expected:
            raise Violation("ballots", f"{action} came to {stage!r}, must come to {expected!r}: {paper}")
        paper.outcome = stage

    def _terms_set(self, action: Action, house: int, quorum: int, majority: int) -> None:
        self.terms[house] = quorum, majority

    # -- money ----------------------------------------------------------------------------------------------------

    def _coins_moved(self, action: Action, giver: str, to: str, coins: int) -> None:
        """By a ballot, too, the purses pay by their own call."""
        if action.contract != BALLOT:
            super()._coins_moved(action, giver, to, coins)

    def _check_window(self, action: Action, house: int, purse: HousePurse, coins: int) -> None:
        """What a ballot pays, it pays past the manager's limits."""
        if action.function != "conclude":
            super()._check_window(action, house, purse, coins)

    def _paid(
        self, action: Action, house: int, payee: str, word: bytes, by: str, to: str, coins: int, fee: int
    ) -> None:
        """T24: by a ballot only what it said, once, to whom it said."""
        self._invoice_paid(action, house, payee, word, by, to, coins, fee)
        if by != self.world.port.addresses[BALLOT]:
            return
        paper = self.papers[action.arguments[0]]
        if action.function != "conclude" or paper.paid or not paper.passes:
            raise Violation("T24", f"{action} paid by {paper}")
        if (house, payee, coins, word) != (paper.house, *paper.matter) or action.at < paper.ends_at:
            raise Violation("T24", f"{action} paid {coins} to {payee} by {paper}")
        paper.paid = True

    def audit(self) -> None:
        super().audit()
        world = self.world
        for number, paper in list(self.papers.items())[-8:]:
            page = world.check_view(BALLOT, "ballotOf", number)
            if (page[0], tuple(page[1]), page[3]) != (paper.house, paper.matter, paper.ends_at):
                raise Violation("ballots", f"ballot {number} is {page}, by the papers {paper}")
            world.check_view(BALLOT, "readyAt", paper.house, paper.matter)
        for number in (0, len(self.papers) + 1, 2**256 - 1):
            world.check_view(BALLOT, "ballotOf", number)
        world.check_view(BALLOT, "ballotCount")
        for house in (0, 1, 2, 3, 9):
            world.check_view(BALLOT, "termsOf", house)


BALLOT_EVENTS: Mapping[str, Told] = {
    "BallotOpened": BallotLaws._opened,
    "ShareVoted": BallotLaws._voted,
    "BallotConcluded": BallotLaws._concluded,
    "HouseTermsSet": BallotLaws._terms_set,
}
BallotLaws.events = {**PurseLaws.events, ("house_escrow", "InvoicePaid"): BallotLaws._paid}
