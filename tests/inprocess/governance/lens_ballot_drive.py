"""Two houses whose owners decide, driven at random, with the lens beside: what it says is held against what happens."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ballot_stage import COIN, DAY, HELD, NOBODY, PAYABLE, House, Stage, invoice
from lens_proposal_drive import named, outcome

from commonhold.recipe.governing import as_dao, court_order, role_holder

DECLARING = ("HouseBallot", "HouseEscrow", "HomeDollar")
RESOLUTION = (NOBODY, 0, b"A resolution".ljust(32, b"."))


@dataclass
class BallotDrive:
    """Houses of eight and three shares, whose shares go round among people with credentials, and now and then new
    wallets. It counts what it saw."""

    houses: list[House]
    people: list[str]
    spare: list[str]
    recover: Callable[[str, str], None]
    random: random.Random
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.suite = self.houses[0].suite
        self.engine, self.ballot = self.suite.engine, self.suite.ballot
        self.lens, self.checks = self.suite.governance_lens, self.suite.governance_checks
        self.stranger = self.spare.pop()
        for _ in range(6):
            outcome(self.sell)

    # -- what is done ---------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One thing happens, if it may; what refuses changes nothing."""
        often = [self.open] * 8 + [self.vote] * 6 + [self.decide] * 6 + [self.conclude] * 4 + [self.wait] * 5
        seldom = [self.sell] * 3 + [self.replace, self.leave, self.payee, self.pay, self.rows] + [self.coins] * 3
        outcome(self.random.choice(often + seldom + [self.mend] * 4))

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def a_house(self) -> House:
        return self.houses[0] if self.chance(0.8) else self.houses[1]

    def a_share(self, house: House) -> int:
        return house.share(self.random.randint(1, self.suite.certificate.sharesOf(house.id)))

    def holder(self, share: int) -> str:
        owner = self.suite.certificate.holdingOf(share)[0]
        return str(self.suite.credentials.currentWallet(owner))

    def someone(self) -> str:
        return self.random.choice([*self.people, *self.people, self.stranger])

    def a_matter(self, house: House) -> tuple[str, int, bytes]:
        number = self.random.randint(1, 6)
        payee = self.random.choice((house.payee, house.payee, house.funder))
        coins = self.random.choice((100, 400, 4_000, 6_000)) * COIN
        if self.chance(0.1):
            return self.random.choice(((NOBODY, 1, invoice(1)), (payee, 0, invoice(1)), (payee, 1, bytes(32))))
        return RESOLUTION if self.chance(0.15) else (payee, coins, invoice(number))

    def a_ballot(self) -> int:
        """Mostly a late one, or one that can be voted on."""
        count = self.ballot.ballotCount()
        if not count or self.chance(0.04):
            return self.random.choice((0, count + 1, 2**256 - 1))
        late = range(max(1, count - 9), count + 1)
        alive = [one for one in late if self.ballot.ballotOf(one).stage in (Stage.OPEN, Stage.PASSED)]
        return self.random.choice(alive if alive and self.chance(0.7) else late)

    def some_shares(self, ballot: int) -> list[int]:
        """Of the ballot's house and one wallet, mostly."""
        found = self.ballot.ballotOf(ballot)
        if not found.endsAt:
            return [self.houses[0].share(1)]
        numbers = list(range(1, found.shareCount + 1))
        shares = [found.propertyId * 256 + number for number in numbers]
        wanted = self.holder(self.random.choice(shares))
        shares = [share for share in shares if self.holder(share) == wanted]
        if self.chance(0.6):
            shares = [share for share in shares if not self.ballot.hasVoted(ballot, share)]
        self.random.shuffle(shares)
        chosen = shares[: self.random.choice((0, 1, 1, 2, 3))]
        if self.chance(0.2):
            chosen += self.random.choice((chosen[:1], [self.a_share(self.houses[1])], [found.propertyId * 256]))
        return chosen

    def voter_of(self, shares: list[int]) -> str:
        return self.holder(shares[0]) if shares and self.chance(0.9) else self.someone()

    def open(self) -> None:
        house = self.a_house()
        share = self.a_share(house)
        self.ballot.open(share, self.a_matter(house), sender=self.holder(share))

    def vote(self) -> None:
        ballot = self.a_ballot()
        shares = self.some_shares(ballot)
        self.ballot.vote(ballot, shares, self.chance(0.8), sender=self.voter_of(shares))

    def decide(self) -> None:
        """All vote for it who can, and mostly the vote ends."""
        ballot = self.a_ballot()
        found = self.ballot.ballotOf(ballot)
        for number in range(1, found.shareCount + 1):
            share = found.propertyId * 256 + number
            outcome(lambda share=share: self.ballot.vote(ballot, [share], True, sender=self.holder(share)))
        if self.chance(0.6) and found.endsAt > self.engine.now():
            self.engine.set_time(found.endsAt - self.random.choice((0, 0, 1)))

    def conclude(self) -> None:
        self.ballot.conclude(self.a_ballot(), sender=self.stranger)

    def sell(self) -> None:
        house = self.a_house()
        share, buyer = self.a_share(house), self.random.choice(self.people)
        certificate = self.suite.certificate
        owner = certificate.ownerOf(share)
        certificate.approveTransfer(share, buyer, self.engine.now() + DAY, sender=house.manager)
        certificate.transferFrom(owner, buyer, share, sender=owner)

    def replace(self) -> None:
        """Somebody loses his key: another wallet takes his wallet's place, and mostly not yet his shares."""
        if not self.spare:
            return
        old = self.random.choice(self.people)
        self.recover(old, self.spare[-1])
        self.people[self.people.index(old)] = self.spare.pop()

    def leave(self) -> None:
        """Somebody's credential runs out for a while."""
        issuer = role_holder(self.suite, "issuer")
        self.suite.credentials.renew(self.random.choice(self.people), self.engine.now() + DAY, sender=issuer)

    def payee(self) -> None:
        house, escrow = self.houses[0], self.suite.house_escrow
        if not self.chance(0.6):
            escrow.removePayee(house.id, house.payee, sender=house.manager)
        elif self.chance(0.5):
            as_dao(self.suite, escrow, "registerPayee", house.id, house.funder, True)
        else:
            escrow.registerPayee(house.id, house.payee, self.chance(0.5), sender=house.manager)

    def pay(self) -> None:
        house, number = self.a_house(), self.random.randint(1, 6)
        self.suite.house_escrow.pay(house.id, house.payee, invoice(number), COIN, sender=house.manager)

    def coins(self) -> None:
        """The court freezes, or takes, what the escrow holds."""
        coin, escrow = self.suite.coin, self.suite.house_escrow.address
        if self.chance(0.7):
            frozen = self.random.choice((1_000, 8_000, 20_000)) * COIN
            coin.setFrozenTokens(escrow, frozen, sender=role_holder(self.suite, "court"))
        else:
            taken = max(0, coin.balanceOf(escrow) - 300 * COIN)
            court_order(self.suite, coin, "forcedTransfer", escrow, self.houses[0].funder, taken)

    def rows(self) -> None:
        """The DAO takes the ballots' row from the escrow, or writes what a house's ballots need."""
        escrow, house = self.suite.house_escrow, self.a_house()
        if self.chance(0.5):
            as_dao(self.suite, escrow, "setBallot", self.ballot.address, False)
        else:
            terms = self.random.choice(((2_500, 5_000), (5_000, 6_000), (10_000, 9_900)))
            as_dao(self.suite, self.ballot, "setTerms", house.id, *terms)

    def mend(self) -> None:
        """Most of what stands in the way ends, as with time it would."""
        suite, escrow, house = self.suite, self.suite.house_escrow, self.houses[0]
        if suite.coin.getFrozenTokens(escrow.address):
            suite.coin.setFrozenTokens(escrow.address, 0, sender=role_holder(suite, "court"))
        missing = escrow.feesOf(house.id) + escrow.purseOf(house.id).balance - suite.coin.balanceOf(escrow.address)
        if missing > 0:
            suite.coin.transfer(escrow.address, missing, sender=house.funder)
        if not escrow.isBallot(self.ballot.address):
            as_dao(suite, escrow, "setBallot", self.ballot.address, True)
        if not escrow.payeeOf(house.id, house.payee).activeFrom:
            as_dao(suite, escrow, "registerPayee", house.id, house.payee, self.chance(0.5))
        for person in self.people:
            if not suite.credentials.isValid(person):
                suite.credentials.renew(person, 2**40 - 1, sender=role_holder(suite, "issuer"))

    def wait(self) -> None:
        """To a moment at which something turns, or for some days."""
        now = self.engine.now()
        moments = [now + self.random.choice((1, DAY, 8 * DAY))]
        page = self.lens.ballot(self.a_ballot())
        for turn in (page.ballot.endsAt, page.payableUntil, page.openableAt):
            moments.append(turn + self.random.choice((-1, 0, 1)))
        self.engine.set_time(self.random.choice([one for one in moments if one > now]))

    # -- what is compared -----------------------------------------------------------------------------------------

    def check(self) -> None:
        ballot, house = self.a_ballot(), self.a_house()
        self.check_steps(ballot, house)
        self.check_page(ballot)
        self.check_shares(ballot)
        self.check_house(house)

    def compare(self, what: str, said: bytes, call: Callable[[], Any]) -> None:
        """A check's refusal is the call's, byte for byte."""
        happens = outcome(call)
        names = named(said, *DECLARING), named(happens, *DECLARING)
        assert said == happens, (what, *names, said.hex(), happens.hex())
        self.seen[f"{what}: {names[0]}"] += 1

    def check_steps(self, ballot: int, house: House) -> None:
        at, checks = self.ballot, self.checks
        share, matter = self.a_share(house) if self.chance(0.95) else house.share(9), self.a_matter(house)
        caller = self.holder(share) if self.chance(0.8) else self.someone()
        said = checks.openCheck(caller, share, matter)
        self.compare("open", said, lambda: at.open.call(share, matter, sender=caller))
        shares = self.some_shares(ballot)
        voter, support = self.voter_of(shares), self.chance(0.5)
        said = checks.ballotVoteCheck(voter, ballot, shares)
        self.compare("vote", said, lambda: at.vote.call(ballot, shares, support, sender=voter))
        said = checks.concludeCheck(ballot)
        self.compare("conclude", said, lambda: at.conclude.call(ballot, sender=self.stranger))

    def check_page(self, ballot: int) -> None:
        page, found, now = self.lens.ballot(ballot), self.ballot.ballotOf(ballot), self.engine.now()
        assert (page.complete, page.ballotId, tuple(page.ballot)) == (True, ballot, tuple(found))
        if not found.endsAt:
            assert tuple(page)[2:] == (0, False, False, 0, 0, False, b"", True)
            return
        assert page.missingVotes == max(0, found.quorumVotes - found.forVotes - found.againstVotes)
        assert page.concluded == self.ballot.isConcluded(ballot)
        assert page.openableAt == self.ballot.readyAt(found.propertyId, found.matter)
        is_payment = found.matter.payee != NOBODY
        assert page.payableUntil == (found.endsAt + PAYABLE if is_payment else 0)
        assert page.paid == (is_payment and self.suite.house_escrow.isPaid(found.propertyId, found.matter.documentHash))
        assert page.concludeRefusal == self.checks.concludeCheck(ballot)
        self.seen[f"page: {Stage(found.stage).name}"] += 1
        if found.stage == Stage.OPEN:
            with self.engine.rollback():
                self.engine.set_time(found.endsAt)
                comes = Stage(self.ballot.ballotOf(ballot).stage)
            expected = (Stage.PASSED if is_payment else Stage.CARRIED) if page.passing else Stage.REJECTED
            assert comes == expected
            self.seen[f"passing: {page.passing}"] += 1
        else:
            assert page.passing == (found.stage != Stage.REJECTED)
        if found.stage == Stage.PASSED:
            with self.engine.rollback():
                if now < page.payableUntil - 1:
                    self.engine.set_time(page.payableUntil - 1)
                assert self.ballot.ballotOf(ballot).stage == Stage.PASSED
                self.engine.set_time(page.payableUntil)
                assert self.ballot.ballotOf(ballot).stage == Stage.LAPSED

    def check_shares(self, ballot: int) -> None:
        """Each share as the ballot judges it, for everybody and for one wallet."""
        found, certificate = self.ballot.ballotOf(ballot), self.suite.certificate
        everybody = self.lens.ballotShares(ballot, NOBODY, 0, 0)
        assert (everybody.complete, everybody.nextNumber) == (True, 0)
        assert [entry.shareId & 0xFF for entry in everybody.shares] == list(range(1, found.shareCount + 1))
        for entry in everybody.shares:
            _, since = certificate.holdingOf(entry.shareId)
            assert (entry.owner, entry.votesAt) == (self.holder(entry.shareId), since + HELD)
            assert entry.voted == self.ballot.hasVoted(ballot, entry.shareId)
            one = (ballot, [entry.shareId], True)
            assert entry.refusal == outcome(lambda one=one, by=entry.owner: self.ballot.vote.call(*one, sender=by))
        asker = self.someone()
        his = self.lens.ballotShares(ballot, asker, 0, 0)
        assert [entry.shareId for entry in his.shares] == [
            entry.shareId
            for entry in everybody.shares
            if asker in (entry.owner, certificate.holdingOf(entry.shareId)[0])
        ]
        for entry in his.shares:
            one = (ballot, [entry.shareId], True)
            assert entry.refusal == outcome(lambda one=one: self.ballot.vote.call(*one, sender=asker))

    def check_house(self, house: House) -> None:
        page = self.lens.house(house.id)
        assert page.complete
        assert (page.quorumBps, page.majorityBps) == tuple(self.ballot.termsOf(house.id))
        assert page.shareCount == self.suite.certificate.sharesOf(house.id)
        assert page.payer == self.suite.house_escrow.isBallot(self.ballot.address)
        with self.engine.rollback():
            share = house.share(1)
            paper = (NOBODY, 0, b"Another resolution".ljust(32, b"."))
            if not outcome(lambda: self.ballot.open(share, paper, sender=self.holder(share))):
                opened = self.ballot.ballotOf(self.ballot.ballotCount())
                assert (opened.quorumVotes, opened.majorityBps) == (page.quorumVotes, page.majorityBps)
                self.seen["a house's quorum compared"] += 1
        its = self.lens.ballotsOfHouse(house.id, 0, 0)
        count = self.ballot.ballotCount()
        numbers = [n for n in range(1, count + 1) if self.ballot.ballotOf(n).propertyId == house.id]
        assert its.complete
        assert [page.ballotId for page in its.ballots] == numbers[:50]
