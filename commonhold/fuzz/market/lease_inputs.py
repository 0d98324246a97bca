"""Inputs of the rules about leases: what is legal most of the time, and what is one step past it."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.lending.rules.repaying import earn
from commonhold.fuzz.money.inputs import holder
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES
from commonhold.model.coin import UNLIMITED
from commonhold.model.core import ZERO_ADDRESS
from commonhold.model.lending.schedule import MONTH
from commonhold.model.market.leases import NUMBERS, LeaseTerms, LeaseToBuy, Let, Offers, PriceMode

HIGHEST = 2**96


def leases(w: World) -> LeaseToBuy:
    """The model's, in the second of the next action."""
    w.model.chain.now = w.now
    found: LeaseToBuy = w.model.lease_to_buy
    return found


def let_of(w: World, lease_id: int) -> Let | None:
    return leases(w).leases.get(lease_id)


def lease(w: World, c: Choices) -> int:
    """Mostly one that stands; else one that ended, or never was."""
    last = w.model.lease_to_buy.last
    odd = c.one_of((0, last, last + 1, 2**256 - 1))
    return inputs.pick(c, w.model.lease_to_buy.leases, odd) if c.chance(97) else odd


def in_force(w: World, person: str, c: Choices) -> str:
    """Somebody's wallet of today, and now and then another's."""
    today = w.model.credentials.currentWallet(person)
    usual = today if today in w.cast.people else holder(w, c)
    return c.mostly(usual, person if person in w.cast.people else usual, holder(w, c), w.cast["attacker"], percent=95)


def lessee_of(w: World, c: Choices, lease_id: int) -> str:
    let = let_of(w, lease_id)
    return in_force(w, let.lessee, c) if let else holder(w, c)


def owner_of(w: World, c: Choices, lease_id: int) -> str:
    let = let_of(w, lease_id)
    return in_force(w, let.owner, c) if let else holder(w, c)


def leased_share(w: World, c: Choices) -> int:
    found = [let.share_id for let in w.model.lease_to_buy.leases.values()]
    return inputs.pick(c, found, inputs.share(w, c)) if c.chance(95) else inputs.share(w, c)


def share_to_let(w: World, c: Choices, owner: str) -> int:
    """Mostly one of his that is not let, be it pledged."""
    shares = w.model.certificate.shares
    own = [number for number, share in shares.items() if share.owner == owner and share.lease == ZERO_ADDRESS]
    return inputs.pick(c, own, inputs.share(w, c)) if c.chance(96) else inputs.share(w, c)


def live_nonce(w: World, owner: str) -> int:
    offers = w.model.lease_to_buy.offers.get(owner, Offers())
    number = next((number for number in range(NUMBERS) if number not in offers.used), 0)
    return offers.epoch << 8 | number


def nonce(w: World, c: Choices, owner: str) -> int:
    """Mostly one that lives; dead ones are used up, of another epoch, or of none."""
    usual = live_nonce(w, owner)
    epoch = usual >> 8 << 8
    odd = (epoch, epoch | NUMBERS, epoch | 255, epoch + 256, max(0, epoch - 256), usual + (1 << 40), 2**256 - 1)
    return c.mostly(usual, epoch | c.integer(0, NUMBERS - 1), *odd, percent=94)


def worth(w: World, share_id: int) -> int:
    value: int = w.model.valuation.shareValue(share_id)[0] if share_id < 2**40 else 0
    return value or COIN


def basis_points(c: Choices) -> int:
    return c.mostly(c.one_of((0, 10_000, 5_000, c.integer(0, 10_000))), 10_001, 65_535, percent=98)


def terms(w: World, c: Choices, owner: str, share_id: int, lessee: str) -> LeaseTerms:
    """Mostly sound: rents that nothing divides, prices that the credit comes up to, or never will."""
    rent = c.mostly(c.one_of((c.integer(1, 400), c.integer(1, 4_000))) * COIN - c.integer(0, 9_999), 1, 0, HIGHEST - 1)
    if c.chance(1):
        rent = HIGHEST
    months = c.mostly(c.one_of((12, 12, 12, 24, 60)), 0, 11, 13, 61, 65_535, percent=97)
    credit, refund = basis_points(c), basis_points(c)
    mode = c.one_of((PriceMode.FIXED, PriceMode.CURRENT))
    usual = 0
    if mode is PriceMode.FIXED:
        usual = max(1, worth(w, share_id) * c.one_of((100, 100, 90, 10, 1)) // 100 - c.integer(0, 3))
    price = c.mostly(usual, 0, 1, HIGHEST - 1, HIGHEST, percent=96)
    known = share_id in w.model.certificate.shares
    leases(w)
    seen = w.model.print_of(share_id) if known else b"\1" * 32
    seen = c.mostly(seen, b"\2" * 32, percent=98)
    until = w.now + c.mostly(30 * DAY, 3, 2, 0, 400 * DAY, percent=88)
    bps = (credit, refund)
    number = nonce(w, c, owner)
    return LeaseTerms(owner, share_id, lessee, rent, months, *bps, int(mode), price, seen, until, number)


def signature(w: World, c: Choices, offered: LeaseTerms) -> bytes:
    """Mostly the owner's over these terms."""
    signer = c.mostly(offered.owner, w.cast["attacker"], offered.lessee, percent=97)
    if signer not in w.cast.people:
        signer = w.cast["attacker"]
    signed = w.port.sign(signer, w.model.lease_to_buy.digest(w.model.lease_to_buy.hashOf(offered)))
    return c.mostly(signed, b"", signed[:64], signed[:-1] + bytes([signed[-1] ^ 7]), b"\0" * 65, percent=97)


def have_coins(w: World, c: Choices, person: str, contract: str, coins: int) -> None:
    """So many, which the contract may take; now and then not."""
    at = w.port.addresses[contract]
    coins = min(coins, UNLIMITED)
    if person in w.cast.people and w.model.coin.allowances[person, at] < coins and c.chance(97):
        w.act(person, "coin", "approve", at, c.mostly(UNLIMITED, coins, coins - 1 if coins else 0, percent=94))
    if person in w.cast.people and w.model.coin.balances[person] < coins < 10**24 and c.chance(95):
        earn(w, person, coins - c.mostly(0, 1, percent=97))


def rents_due(w: World, let: Let) -> int:
    return max(0, let.money.due(w.now) - let.money.paid)


def edges(w: World) -> list[int]:
    """Seconds ahead at which something about a lease changes."""
    found, seconds = leases(w), []
    for let in found.leases.values():
        money = let.money
        begins = money.started_at + money.due(w.now) * MONTH
        late = money.started_at + money.paid * MONTH + money.rules.grace
        seconds += [money.ends_at, begins, late, money.started_at + money.paid * MONTH]
        seconds += [money.default_at + money.rules.cure] if money.default_at else []
    seconds += [found.switch.stopped_until, found.switch.stopped_until + found.switch.period]
    return sorted({second for second in seconds if w.now < second < w.now + w.furthest})


def house(share_id: int) -> int:
    return share_id // SHARES
