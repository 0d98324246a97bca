"""Leases with the right to buy: offered, approved, signed, paid, defaulted on, cured, bought, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.lending.rules.borrowing import approve, ask, take
from commonhold.fuzz.market import lease_inputs
from commonhold.fuzz.money.inputs import decide, holder, rich
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES, Rights
from commonhold.model.lending.schedule import MONTH
from commonhold.model.market.leases import LEASE_FEE, LEASE_SWITCH, SALE_FEE, LeaseTerms

MOST_LEASES = 8
"""More only cost time."""

LEASES = "lease_to_buy"
PLENTY = 2**256 - 1


def kept_offers(w: World) -> list[tuple[LeaseTerms, bytes]]:
    """What owners signed in this sequence, used up or not."""
    found: list[tuple[LeaseTerms, bytes]] = w.ghosts.setdefault("lease_offers", [])
    return found


def offer(w: World, c: Choices) -> tuple[LeaseTerms, bytes] | None:
    """An owner's word, by signature or on chain; mostly with the manager's approval."""
    owner, lessee = inputs.person(w, c), inputs.person(w, c)
    if owner not in w.cast.people:
        return None
    share_id = lease_inputs.share_to_let(w, c, owner)
    offered = lease_inputs.terms(w, c, owner, share_id, lessee)
    signed = b""
    if c.chance(25):
        sender = c.mostly(owner, w.cast["attacker"], percent=97)
        w.act(sender, LEASES, "offer", offered)
    else:
        signed = lease_inputs.signature(w, c, offered)
    if c.chance(97):
        give_approval(w, c, offered)
    kept_offers(w).append((offered, signed))
    return offered, signed


def give_approval(w: World, c: Choices, offered: LeaseTerms) -> None:
    house = offered.shareId // SHARES
    manager = w.model.registry.managerOf(house) if house < 2**32 else w.cast["manager"]
    sender = c.mostly(manager if manager in w.cast.people else w.cast["manager"], w.cast["attacker"], percent=97)
    until = w.now + c.mostly(40 * DAY, 4, 3, 0, percent=90)
    word = c.mostly(w.model.lease_to_buy.hashOf(offered), b"\3" * 32, percent=98)
    w.act(sender, LEASES, "approveLease", offered.shareId, word, c.mostly(until, 0, percent=98))


def upset(w: World, c: Choices, offered: LeaseTerms) -> None:
    """What an owner, a manager, a court may do between the offer and its signing."""
    share_id, owner = offered.shareId, offered.owner
    ways: tuple[Callable[[], object], ...] = (
        lambda: w.act(owner, "certificate", "setUser", share_id, w.cast["bob"], w.now + DAY),
        lambda: w.act(owner, "certificate", "approve", w.cast["bob"], share_id),
        lambda: w.act(w.cast["manager"], "certificate", "approveTransfer", share_id, w.cast["bob"], w.now + 2),
        lambda: w.act(w.cast["court"], "certificate", "setFrozenTokens", owner, share_id, True),
        lambda: w.act(owner, LEASES, "cancelAll"),
        lambda: w.act(owner, LEASES, "cancel", (offered.nonce,)),
        lambda: w.act(owner, LEASES, "withdraw", share_id),
        lambda: w.jump_to(offered.expiresAt + c.integer(-1, 1)),
        lambda: w.jump_to(lease_inputs.leases(w).approvalOf(share_id, w.model.lease_to_buy.hashOf(offered)) + 1),
    )
    if owner in w.cast.people and share_id in w.model.certificate.shares:
        c.one_of(ways)()


def sign(w: World, c: Choices, offered: LeaseTerms, signed: bytes) -> None:
    lessee = lease_inputs.in_force(w, offered.lessee, c)
    lease_inputs.have_coins(w, c, lessee, LEASES, offered.rent + -(-offered.rent // 100))
    w.act(lessee, LEASES, "sign", offered, signed)


@rule(weight=9)
def let_share(w: World, c: Choices) -> None:
    """From the offer to the keys."""
    if len(w.model.lease_to_buy.leases) >= MOST_LEASES and c.chance(80):
        return
    made = offer(w, c)
    if made is None:
        return
    if c.chance(15):
        upset(w, c, made[0])
    sign(w, c, *made)


@rule(weight=1)
def offer_lease(w: World, c: Choices) -> None:
    """For later."""
    offer(w, c)


@rule(weight=3)
def sign_kept_offer(w: World, c: Choices) -> None:
    """One that was made before: a used one acts no more, nor with a field or the signature changed."""
    kept = kept_offers(w)
    if not kept:
        return
    offered, signed = c.one_of(kept[-12:])
    if c.chance(30):
        other = c.one_of(kept)
        field = c.one_of(offered._fields)
        offered = offered._replace(**{field: getattr(other[0], field)})
    if c.chance(30):
        give_approval(w, c, offered)
    sign(w, c, offered, c.mostly(signed, b"", percent=85))


@rule(weight=1)
def approve_kept_offer(w: World, c: Choices) -> None:
    if kept_offers(w):
        give_approval(w, c, c.one_of(kept_offers(w))[0])


@rule(weight=1)
def take_offers_back(w: World, c: Choices) -> None:
    owner = inputs.person(w, c)
    way = c.integer(0, 5)
    if way == 0:
        w.act(owner, LEASES, "cancelAll")
    elif way < 3:
        w.act(owner, LEASES, "withdraw", lease_inputs.share_to_let(w, c, owner))
    else:
        w.act(owner, LEASES, "cancel", tuple(lease_inputs.nonce(w, c, owner) for _ in range(c.integer(0, 3))))


# -- rents ------------------------------------------------------------------------------------------------------------


@rule(weight=6)
def pay_rent(w: World, c: Choices) -> None:
    """One, what is due, a few before their time, all; now and then one too many, or none."""
    lease_id = lease_inputs.lease(w, c)
    let = lease_inputs.let_of(w, lease_id)
    if let is None:
        w.act(holder(w, c), LEASES, "pay", lease_id, 1)
        return
    left, due = let.money.months - let.money.paid, lease_inputs.rents_due(w, let)
    rents = c.mostly(c.one_of((1, max(1, due), min(left, 3))), left, left + 1, 0, due + 1, 2**256 - 1, percent=88)
    pay(w, c, lease_id, rents, c.mostly(lease_inputs.lessee_of(w, c, lease_id), rich(w, c), percent=85))


def pay(w: World, c: Choices, lease_id: int, rents: int, person: str) -> None:
    money = w.model.lease_to_buy.leases[lease_id].money
    lease_inputs.have_coins(w, c, person, LEASES, rents * (money.rent + money.fee))
    w.act(person, LEASES, "pay", lease_id, rents)


@rule(weight=8)
def pay_due_rents(w: World, c: Choices) -> None:
    """Most lessees keep up, so that leases grow old."""
    for lease_id, let in list(w.model.lease_to_buy.leases.items()):
        due = lease_inputs.rents_due(w, let)
        lessee = w.model.credentials.currentWallet(let.lessee)
        if due and lessee in w.cast.people and let.money.rent < 10**22 and c.chance(70):
            pay(w, c, lease_id, due, lessee)


@rule(weight=3)
def collect_rents(w: World, c: Choices) -> None:
    w.act(holder(w, c), LEASES, "collect", lease_inputs.lease(w, c))


@rule(weight=3)
def wait_for_lease(w: World, c: Choices) -> None:
    """To a month's begin, the end of grace, cure, term or stop, or a second off."""
    ahead = lease_inputs.edges(w)
    if ahead:
        w.jump_to(c.one_of(ahead) + c.integer(-1, 1))
        w.succeeded = True


# -- default ----------------------------------------------------------------------------------------------------------


@rule(weight=3)
def declare_default(w: World, c: Choices) -> None:
    behind = [number for number, let in lease_inputs.leases(w).leases.items() if lease_inputs.rents_due(w, let)]
    lease_id = inputs.pick(c, behind, lease_inputs.lease(w, c)) if c.chance(85) else lease_inputs.lease(w, c)
    let = lease_inputs.let_of(w, lease_id)
    if let and c.chance(50):
        w.jump_to(let.money.started_at + let.money.paid * MONTH + let.money.rules.grace + c.integer(-1, 1))
    outcome = w.act(lease_inputs.owner_of(w, c, lease_id), LEASES, "declareDefault", lease_id)
    if outcome.refused is None and c.chance(40):
        see_it_through(w, c, lease_id)


def see_it_through(w: World, c: Choices, lease_id: int) -> None:
    """At the edge of its cure a default is cured, or all but; or the lease is terminated."""
    money = w.model.lease_to_buy.leases[lease_id].money
    w.jump_to(money.default_at + money.rules.cure + c.integer(-1, 1))
    due = lease_inputs.rents_due(w, w.model.lease_to_buy.leases[lease_id])
    if c.chance(50):
        pay(w, c, lease_id, max(1, due - c.integer(0, 1)), lease_inputs.lessee_of(w, c, lease_id))
    w.act(lease_inputs.owner_of(w, c, lease_id), LEASES, "terminate", lease_id)


def in_default(w: World, c: Choices) -> int:
    found = [number for number, let in w.model.lease_to_buy.leases.items() if let.money.default_at]
    return inputs.pick(c, found, lease_inputs.lease(w, c)) if c.chance(90) else lease_inputs.lease(w, c)


@rule(weight=3)
def cure_default(w: World, c: Choices) -> None:
    """All that is due, or a rent less."""
    lease_id = in_default(w, c)
    let = lease_inputs.let_of(w, lease_id)
    if let and c.chance(25):
        w.jump_to(let.money.default_at + let.money.rules.cure + c.integer(-1, 1))
    let = lease_inputs.let_of(w, lease_id)
    if let and lease_inputs.rents_due(w, let):
        due = lease_inputs.rents_due(w, let)
        rents = due if c.chance(50) else max(1, due - 1)
        pay(w, c, lease_id, rents, lease_inputs.lessee_of(w, c, lease_id))


@rule(weight=2)
def terminate_lease(w: World, c: Choices) -> None:
    lease_id = in_default(w, c)
    let = lease_inputs.let_of(w, lease_id)
    if let and let.money.default_at and c.chance(60):
        w.jump_to(let.money.default_at + let.money.rules.cure + c.integer(-1, 1))
    w.act(lease_inputs.owner_of(w, c, lease_id), LEASES, "terminate", lease_id)


# -- the end ----------------------------------------------------------------------------------------------------------


@rule(weight=3)
def end_real_lease(w: World, c: Choices) -> None:
    lease_id = lease_inputs.lease(w, c)
    let = lease_inputs.let_of(w, lease_id)
    if let and c.chance(40):
        w.jump_to(let.money.ends_at + c.integer(-1, 1))
    w.act(holder(w, c), LEASES, "end", lease_id)


@rule(weight=4)
def buy_leased_share(w: World, c: Choices) -> None:
    """At the limit or a wei below; now and then in the last second of the term, or with a rent due."""
    lease_id = lease_inputs.lease(w, c)
    let, lessee = lease_inputs.let_of(w, lease_id), lease_inputs.lessee_of(w, c, lease_id)
    if let is None:
        w.act(lessee, LEASES, "buy", lease_id, PLENTY)
        return
    if c.chance(25):
        w.jump_to(let.money.ends_at + c.integer(-1, 1))
    due = lease_inputs.rents_due(w, let)
    if due and c.chance(92):
        pay(w, c, lease_id, due, lessee)
    found = lease_inputs.leases(w)
    price = let.money.price or lease_inputs.worth(w, let.share_id)
    to_pay = found.quote(lease_id, price).toPay if lease_id in found.leases else 0
    lease_inputs.have_coins(w, c, lessee, LEASES, to_pay)
    found = lease_inputs.leases(w)
    to_pay = found.quote(lease_id, price).toPay if lease_id in found.leases else 0
    w.act(lessee, LEASES, "buy", lease_id, c.mostly(PLENTY, to_pay, max(0, to_pay - 1), percent=60))


# -- what happens to leased shares ------------------------------------------------------------------------------------


@rule(weight=2)
def move_use(w: World, c: Choices) -> None:
    moved = [
        number for number, let in w.model.lease_to_buy.leases.items() if let.lessee in w.model.credentials.successor_of
    ]
    w.act(holder(w, c), LEASES, "moveUse", inputs.pick(c, moved, lease_inputs.lease(w, c)))


@rule(weight=2)
def lose_keys_of_lease(w: World, c: Choices) -> None:
    """Owner or lessee loses his wallet; his shares follow now or later."""
    lease_id = lease_inputs.lease(w, c)
    person = c.one_of((lease_inputs.lessee_of, lease_inputs.owner_of))(w, c, lease_id)
    spare = [w.cast[name] for name in ("spare_a", "spare_b", "spare_c")]
    unknown = [wallet for wallet in spare if wallet not in w.model.credentials.credentials]
    if not unknown:
        return
    w.act(w.cast["issuer"], "credentials", "startRecovery", person, unknown[0])
    if person in w.model.credentials.recoveries:
        w.jump_to(w.now + w.model.credentials.recovery_period)
        w.act(holder(w, c), "credentials", "finishRecovery", person)
    if c.chance(50):
        own = tuple(number for number, found in w.model.certificate.shares.items() if found.owner == person)
        w.act(holder(w, c), "certificate", "completeRecovery", person, own[:6])


@rule(weight=1)
def order_leased_share_away(w: World, c: Choices) -> None:
    """The court, to anybody; sometimes to the lessee himself, or back to the owner."""
    share_id = lease_inputs.leased_share(w, c)
    owner = w.model.certificate.owner_of(share_id)
    if owner in w.cast.people:
        to = inputs.person(w, c)
        let = lease_inputs.let_of(w, w.model.lease_to_buy.leaseOfShare(share_id))
        if let and c.chance(25):
            to = c.one_of((let.lessee, let.owner))
        w.act(w.cast["court"], "certificate", "forcedTransfer", owner, to, share_id)


@rule(weight=2)
def freeze_leased_share(w: World, c: Choices) -> None:
    """Nobody's term or cure is longer for it; the share can't be bought before it ends."""
    share_id = lease_inputs.leased_share(w, c)
    owner = w.model.certificate.owner_of(share_id)
    if owner in w.cast.people:
        frozen = (owner, share_id) in w.model.certificate.frozen
        w.act(w.cast["court"], "certificate", "setFrozenTokens", owner, share_id, not frozen)


@rule(weight=3)
def thaw_leased_shares(w: World, c: Choices) -> None:
    for owner, share_id in list(w.model.certificate.frozen):
        if owner in w.cast.people and c.chance(80):
            w.act(w.cast["court"], "certificate", "setFrozenTokens", owner, share_id, False)


@rule(weight=2)
def encumber_leased_share(w: World, c: Choices) -> None:
    """Its owner borrows on it, lends its use, lets it again, sells it over the lessee's head: nothing of it works."""
    share_id = lease_inputs.leased_share(w, c)
    owner = w.model.certificate.owner_of(share_id)
    if owner not in w.cast.people or owner == w.cast["attacker"]:
        return
    way = c.integer(0, 4)
    if way < 2:
        loan_id = ask(w, c, owner, share_id, least=True)
        if loan_id is not None:
            approve(w, c, loan_id)
            take(w, c, loan_id)
    elif way == 2:
        w.act(owner, "certificate", "setUser", share_id, w.cast["bob"], w.now + DAY)
    elif way == 3:
        loan_id = inputs.open_loan(w, c)
        w.act(owner, "book", "addCollateral", loan_id, share_id)
    else:
        w.act(w.cast["manager"], "certificate", "approveTransfer", share_id, w.cast["bob"], w.now + DAY)
        w.act(owner, "certificate", "transferFrom", owner, w.cast["bob"], share_id)


# -- fees, switch, rows -----------------------------------------------------------------------------------------------


@rule(weight=2)
def sweep_lease_fees(w: World, c: Choices) -> None:
    waiting = [key for key, coins in w.model.lease_to_buy.fees.items() if coins]
    usual = c.one_of(waiting) if waiting else (1, LEASE_FEE)
    house, kind = c.mostly(usual, (c.integer(0, 4), c.integer(0, 4)), (9, SALE_FEE), percent=92)
    w.act(holder(w, c), LEASES, "sweepFees", house, kind)


@rule(weight=1)
def stop_leases(w: World, c: Choices) -> None:
    what = c.mostly(LEASE_SWITCH, b"rain".ljust(32, b"\0"), percent=95)
    if c.chance(40):
        w.act(w.cast[c.mostly("guardian", "attacker", percent=95)], LEASES, "stop", what)
    else:
        decide(w, c, LEASES, "resume", what)


@rule(weight=1)
def cut_leases_off(w: World, c: Choices) -> None:
    """The DAO takes a row of the leases' away: leases that stand go on."""
    at = w.port.addresses[LEASES]
    if c.chance(50):
        decide(w, c, "certificate", "setHolder", at, Rights())
    else:
        decide(w, c, "valuation", "setSaleReporter", at, False)


@rule(weight=5)
def restore_leases(w: World, c: Choices) -> None:
    at = w.port.addresses[LEASES]
    if not w.model.certificate.holderRights(at).mayLease:
        decide(w, c, "certificate", "setHolder", at, Rights(mayLease=True))
    if at not in w.model.valuation.reporters:
        decide(w, c, "valuation", "setSaleReporter", at, True)
    if w.model.coin.frozen[at]:
        w.act(w.cast["court"], "coin", "setFrozenTokens", at, 0)


@rule(weight=1)
def freeze_leases_coins(w: World, c: Choices) -> None:
    """The court can freeze what lies here, too; who is paid from it waits."""
    at = w.port.addresses[LEASES]
    held = w.model.coin.balances[at]
    w.act(w.cast["court"], "coin", "setFrozenTokens", at, c.one_of((held, held // 2, 1, 0)))


@rule(weight=1)
def give_leases_coins(w: World, c: Choices) -> None:
    """Nobody's: they lie here for ever and count for nothing."""
    w.act(rich(w, c), "coin", "transfer", w.port.addresses[LEASES], c.integer(1, 5) * COIN)


# -- strangers --------------------------------------------------------------------------------------------------------

Way = Callable[[World, Choices, str], tuple[Any, ...]]


def _any_terms(w: World, c: Choices, person: str) -> tuple[Any, ...]:
    share_id = lease_inputs.leased_share(w, c)
    return "offer", lease_inputs.terms(w, c, c.one_of((person, holder(w, c))), share_id, person)


WAYS: tuple[Way, ...] = (
    lambda w, c, person: ("pay", lease_inputs.lease(w, c), c.integer(0, 2)),
    lambda w, c, person: ("collect", lease_inputs.lease(w, c)),
    lambda w, c, person: ("moveUse", lease_inputs.lease(w, c)),
    lambda w, c, person: ("declareDefault", lease_inputs.lease(w, c)),
    lambda w, c, person: ("terminate", lease_inputs.lease(w, c)),
    lambda w, c, person: ("end", lease_inputs.lease(w, c)),
    lambda w, c, person: ("buy", lease_inputs.lease(w, c), PLENTY),
    lambda w, c, person: ("sweepFees", c.integer(0, 4), c.integer(0, 4)),
    lambda w, c, person: ("stop", LEASE_SWITCH),
    lambda w, c, person: ("resume", LEASE_SWITCH),
    lambda w, c, person: ("withdraw", lease_inputs.leased_share(w, c)),
    lambda w, c, person: ("cancel", (lease_inputs.nonce(w, c, person),)),
    lambda w, c, person: ("approveLease", lease_inputs.leased_share(w, c), b"\4" * 32, w.now + 9),
    _any_terms,
)


@rule(weight=2)
def prowl_leases(w: World, c: Choices) -> None:
    """Every function, called by people with no part in the lease."""
    person = w.cast[c.mostly("attacker", "insider", "spammer", "dao", "court", "registrar", percent=70)]
    for _ in range(c.integer(1, 4)):
        function, *arguments = c.one_of(WAYS)(w, c, person)
        w.act(person, LEASES, function, *arguments)
    w.succeeded = True
