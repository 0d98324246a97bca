"""Houses' ballots: opened by owners, voted on share by share, concluded by anybody."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.governance.inputs import (
    ballot_in,
    ballots,
    entry,
    owner_today,
    plan_of,
    share,
    shares_of,
    vote_of,
    voter,
)
from commonhold.fuzz.governance.rules.deciding import pass_plan, queue_plan
from commonhold.fuzz.governance.scene import PAYEES
from commonhold.fuzz.inputs import COIN, DAY, fresh_word
from commonhold.fuzz.lending.inputs import ALL_SHARES
from commonhold.fuzz.lending.scene import HOUSES
from commonhold.fuzz.money.inputs import holder
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD
from commonhold.model.governance.ballots import HouseVote, Matter
from commonhold.model.governance.terms import BPS, Stage


def matter(w: World, c: Choices, house: int) -> Matter:
    """A payment, mostly above what a manager may release; a resolution; one that was voted on; or neither."""
    old = [about for number, about in ballots(w).ready if number == house]
    if old and c.chance(15):
        return c.one_of(old)
    word = fresh_word(c)
    if c.chance(25):
        return Matter(ZERO_ADDRESS, 0, word)
    payee = w.cast[c.mostly(c.one_of(PAYEES), "carol", percent=93)]
    balance = w.model.house_escrow.purseOf(house)[0]
    amount = c.mostly(c.integer(500, 4_000) * COIN, balance, balance + 1, 1, percent=88)
    odd = (Matter(payee, 0, word), Matter(ZERO_ADDRESS, amount, word), Matter(payee, amount, ZERO_WORD))
    paid = sorted(w.model.house_escrow.purses[house].paid) if house in w.model.house_escrow.purses else []
    again = Matter(payee, max(1, amount), paid[-1]) if paid else Matter(ZERO_ADDRESS, 0, ZERO_WORD)
    return c.mostly(Matter(payee, max(1, amount), word), *odd, again, percent=93)


def opener(w: World, c: Choices, share_id: int) -> str:
    return c.mostly(owner_today(w, share_id), holder(w, c), w.cast["manager"], w.cast["attacker"], percent=95)


@rule(weight=6)
def open_ballot(w: World, c: Choices) -> None:
    share_id = share(w, c)
    w.act(opener(w, c, share_id), "house_ballot", "open", share_id, matter(w, c, share_id >> 8))


@rule(weight=8)
def vote_in_house(w: World, c: Choices) -> None:
    """With some or all of one's shares, in the last second, too; twice, another's, another house's, none."""
    number = ballot_in(w, c, Stage.OPEN)
    found = vote_of(w, number)
    house = found.house if found is not None else c.one_of(list(HOUSES))
    if found is not None and c.chance(25):
        w.jump_to(found.ends_at + c.integer(-2, 0))
    for _ in range(c.integer(1, 3)):
        person = owner_today(w, c.one_of([s for s in ALL_SHARES if s >> 8 == house]))
        mine = shares_of(w, person, house)
        mine = mine[: c.integer(1, len(mine))] if mine else []
        odd: tuple[list[int], ...] = (mine + mine[:1], [*mine, share(w, c)], [], [share(w, c)])
        w.act(person, "house_ballot", "vote", number, tuple(c.mostly(mine, *odd, percent=82)), c.chance(75))


def gather(w: World, c: Choices, number: int) -> None:
    """Owner after owner, until enough have voted, or all."""
    found = vote_of(w, number)
    if found is None:
        return
    against = c.integer(0, 4)
    for person in sorted({owner_today(w, s) for s in ALL_SHARES if s >> 8 == found.house}):
        free = [s for s in shares_of(w, person, found.house) if s not in found.votes]
        if free:
            w.act(person, "house_ballot", "vote", number, tuple(free), against <= 0 or not c.chance(30))
            against -= 1
        if len(found.votes) >= found.quorum_votes and c.chance(40):
            return


@rule(weight=6)
def decide_in_house(w: World, c: Choices) -> None:
    """From the opening to the payment, around the second in which the vote is over; now and then twice."""
    share_id = c.one_of(ALL_SHARES)
    if w.act(owner_today(w, share_id), "house_ballot", "open", share_id, matter(w, c, share_id >> 8)).refused:
        return
    number = len(ballots(w).ballots)
    gather(w, c, number)
    w.jump_to(ballots(w).ballots[number].ends_at + c.one_of((-1, 0, 0, 1)))
    for _ in range(c.integer(1, 2)):
        w.act(voter(w, c), "house_ballot", "conclude", number)


def able(w: World, house: int) -> list[tuple[int, str]]:
    """Shares of the house that could vote now, with their voters."""
    b, credentials = ballots(w), w.model.credentials
    held = [(s, w.model.certificate.shares[s].acquired_at) for s in ALL_SHARES if s >> 8 == house]
    voters = [(s, owner_today(w, s)) for s, since in held if w.now >= since + b.numbers.holdPeriod]
    return [(s, person) for s, person in voters if credentials.isValid(person)]


def vote_nearly(w: World, c: Choices, house: int) -> HouseVote | None:
    """A new ballot with votes that are just enough, on the majority or on the quorum, or a share off it."""
    free = able(w, house)
    if not free:
        return None
    share_id, person = c.one_of(free)
    if w.act(person, "house_ballot", "open", share_id, matter(w, c, house)).refused:
        return None
    number = len(ballots(w).ballots)
    found = ballots(w).ballots[number]
    cast = max(0, found.quorum_votes + c.integer(-1, 0))
    agreed = cast
    even = [n for n in range(max(1, found.quorum_votes), len(free) + 1) if n * found.majority_bps % BPS == 0]
    if even and c.chance(60):
        cast = c.one_of(even)
        agreed = min(cast, cast * found.majority_bps // BPS + c.integer(0, 1))
    if c.chance(25):
        w.act(person, "house_ballot", "vote", number, (), True)
    for place, (share_id, person) in enumerate(free[:cast]):
        w.act(person, "house_ballot", "vote", number, (share_id,), place < agreed)
    return found


@rule(weight=5)
def decide_by_one_share(w: World, c: Choices) -> None:
    """Concluded as soon as it can be, or at the edge of lapsing."""
    found = vote_nearly(w, c, c.one_of(list(HOUSES)))
    if found is not None:
        lapses = ballots(w).numbers.executionPeriod
        w.jump_to(found.ends_at + c.mostly(0, lapses - 1, lapses, percent=70))
        w.act(voter(w, c), "house_ballot", "conclude", len(ballots(w).ballots))


@rule(weight=3)
def change_terms_under_a_ballot(w: World, c: Choices) -> None:
    """The DAO decides on a house's terms, which change during a ballot: that one keeps those of its opening."""
    house = c.one_of(list(HOUSES))
    terms = c.one_of((2_500, 10_000)), c.one_of((5_000, 7_500, 9_900))
    plan = plan_of(w, (w.call("house_ballot", "setTerms", house, *terms),))
    if not pass_plan(w, c, plan) or not queue_plan(w, c, plan):
        return
    waiting = entry(w, plan)
    if waiting is not None:
        w.jump_to(waiting.eta)
    found = vote_nearly(w, c, house)
    w.act(voter(w, c), "governor", "execute", *plan.hashed)
    if found is not None:
        w.jump_to(found.ends_at)
        w.act(voter(w, c), "house_ballot", "conclude", len(ballots(w).ballots))


@rule(weight=4)
def conclude_ballot(w: World, c: Choices) -> None:
    """Also at the edge of lapsing."""
    number = ballot_in(w, c, Stage.PASSED, Stage.REJECTED, Stage.CARRIED, Stage.LAPSED, Stage.OPEN)
    found = vote_of(w, number)
    if found is not None:
        lapses = found.ends_at + ballots(w).numbers.executionPeriod
        if c.chance(60):
            w.jump_to(c.one_of((found.ends_at, found.ends_at, lapses)) + c.integer(-1, 1))
    w.act(voter(w, c), "house_ballot", "conclude", number)


@rule(weight=3)
def open_ballot_again(w: World, c: Choices) -> None:
    """The same matter, around the end of its cool-down."""
    known = list(ballots(w).ready.items())
    if not known:
        return
    (house, about), ready_at = c.one_of(known)
    w.jump_to(ready_at + c.integer(-1, 1))
    share_id = c.one_of([s for s in ALL_SHARES if s >> 8 == house] or list(ALL_SHARES))
    w.act(owner_today(w, share_id), "house_ballot", "open", share_id, about)


@rule(weight=4)
def sell_and_vote(w: World, c: Choices) -> None:
    """T38: a share moves during a ballot: it has voted or not, and its new owner has held it long enough or not."""
    certificate, number = w.model.certificate, ballot_in(w, c, Stage.OPEN)
    found = vote_of(w, number)
    shares = [s for s in ALL_SHARES if certificate.owner_of(s) in w.cast.people and not certificate.shares[s].locked]
    free = [s for s in shares if found is not None and s >> 8 == found.house] or shares
    if not free:
        return
    share_id = c.one_of(free)
    giver, to = certificate.owner_of(share_id), holder(w, c)
    if found is None or found.house != share_id >> 8 or ballots(w).stage_of(found) != Stage.OPEN:
        w.act(giver, "house_ballot", "open", share_id, matter(w, c, share_id >> 8))
        number = len(ballots(w).ballots)
    if c.chance(50):
        w.act(giver, "house_ballot", "vote", number, (share_id,), c.chance(50))
    manager = w.model.registry.managerOf(share_id >> 8)
    if manager in w.cast.people:
        w.act(manager, "certificate", "approveTransfer", share_id, to, w.now + DAY)
    if w.act(giver, "certificate", "transferFrom", giver, to, share_id).refused is None:
        votes_at = certificate.shares[share_id].acquired_at + ballots(w).numbers.holdPeriod
        for second in (votes_at - 1, votes_at) if c.chance(70) else (votes_at + 1,):
            w.jump_to(second)
            w.act(c.mostly(to, giver, percent=85), "house_ballot", "vote", number, (share_id,), c.chance(50))


@rule(weight=3)
def vote_with_new_wallet(w: World, c: Choices) -> None:
    """Who lost his key votes with the wallet that took its place, before his shares followed; the old one doesn't."""
    credentials = w.model.credentials
    spare = [one for one in w.cast.wallets if one not in credentials.credentials]
    number = ballot_in(w, c, Stage.OPEN)
    found = vote_of(w, number)
    house = found.house if found is not None else c.one_of(list(HOUSES))
    owners = [w.model.certificate.owner_of(s) for s in ALL_SHARES if s >> 8 == house]
    owners = [one for one in owners if one in w.cast.wallets and credentials.isValid(one)]
    if spare and owners and c.chance(70):
        old, new = c.one_of(owners), spare[0]
        if w.act(w.cast["issuer"], "credentials", "startRecovery", old, new).refused is None:
            w.jump_to(w.now + credentials.recovery_period)
            w.act(new, "credentials", "finishRecovery", old)
    lost = [one for one in credentials.successor_of if one in w.cast.people]
    if not lost:
        return
    old = c.one_of(lost)
    new = credentials.currentWallet(old)
    share_id = next((s for s in ALL_SHARES if w.model.certificate.owner_of(s) == old), c.one_of(ALL_SHARES))
    if w.act(new, "house_ballot", "open", share_id, matter(w, c, share_id >> 8)).refused is None:
        number = len(ballots(w).ballots)
    for person in (old, new):
        w.act(person, "house_ballot", "vote", number, (share_id,), True)


@rule(weight=1)
def take_voters_credential(w: World, c: Choices) -> None:
    """Revoked, and another one some day."""
    person = holder(w, c)
    if w.model.credentials.isValid(person):
        w.act(w.cast["issuer"], "credentials", "revoke", person)
        number = ballot_in(w, c, Stage.OPEN)
        w.act(person, "house_ballot", "vote", number, (c.one_of(ALL_SHARES),), True)
    if c.chance(80):
        w.act(w.cast["issuer"], "credentials", "issue", person, fresh_word(c), w.now + 900 * DAY, 840, 0)
