"""What comes between an offer and its end: shares that change, people who lose wallets or credentials, tokens that
refuse, prices that are not valid, the guardian.
"""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.inputs import ALL_SHARES
from commonhold.fuzz.market.inputs import manager_of, market, offers, open_sales, player, some_sale
from commonhold.fuzz.market.scene import FEEDS, FIRST_PRICES, MANAGERS, PLACES
from commonhold.fuzz.money.inputs import decide, holder
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD
from commonhold.model.feeds import FeedStatus
from commonhold.model.market.terms import MARKET_SWITCH, sale_hash


def share_in_play(w: World, c: Choices) -> int:
    """Mostly one that somebody waits for, or could."""
    shares = [ask.shareId for ask, _ in open_sales(w)] or [offer.ask.shareId for offer in offers(w)]
    known = [share_id for share_id in shares if share_id in w.model.certificate.shares]
    return c.one_of(known) if known and c.chance(70) else c.one_of(ALL_SHARES)


@rule(weight=2)
def give_share_away(w: World, c: Choices) -> None:
    """Past the market, while an ask for it may stand."""
    share_id, to = share_in_play(w, c), player(w, c)
    owner = w.model.certificate.owner_of(share_id)
    w.act(manager_of(w, c, share_id), "certificate", "approveTransfer", share_id, to, w.now + DAY)
    if c.chance(70) and owner in w.cast.people:
        w.act(owner, "certificate", "transferFrom", owner, to, share_id)


@rule(weight=2)
def freeze_share_in_play(w: World, c: Choices) -> None:
    share_id = share_in_play(w, c)
    wallet = c.mostly(w.model.certificate.owner_of(share_id), player(w, c), percent=80)
    w.act(w.cast["court"], "certificate", "setFrozenTokens", wallet, share_id, c.chance(60))


@rule(weight=2)
def thaw_shares(w: World, c: Choices) -> None:
    for wallet, share_id in list(w.model.certificate.frozen)[:2]:
        w.act(w.cast["court"], "certificate", "setFrozenTokens", wallet, share_id, False)


@rule(weight=2)
def approve_share_in_play(w: World, c: Choices) -> None:
    """An approval is a part of the fingerprint; one for the market as well."""
    share_id = share_in_play(w, c)
    owner = w.model.certificate.owner_of(share_id)
    to = c.mostly(w.port.addresses["market"], ZERO_ADDRESS, player(w, c), percent=40)
    w.act(owner if owner in w.cast.people else holder(w, c), "certificate", "approve", to, share_id)


@rule(weight=2)
def withdraw_market(w: World, c: Choices) -> None:
    """The market may not move his shares for a while."""
    owner = w.model.certificate.owner_of(share_in_play(w, c))
    if owner in w.cast.people:
        w.act(owner, "certificate", "setApprovalForAll", w.port.addresses["market"], c.chance(70))


@rule(weight=3)
def admit_market(w: World, c: Choices) -> None:
    """Whoever has not let it work yet, does."""
    market_address = w.port.addresses["market"]
    for share_id in ALL_SHARES:
        owner = w.model.certificate.owner_of(share_id)
        if owner in w.cast.people and not w.model.certificate.isApprovedForAll(owner, market_address):
            w.act(owner, "certificate", "setApprovalForAll", market_address, True)
            return


@rule(weight=1)
def use_share(w: World, c: Choices) -> None:
    share_id = share_in_play(w, c)
    owner = w.model.certificate.owner_of(share_id)
    if owner in w.cast.people:
        user = c.mostly(player(w, c), ZERO_ADDRESS, percent=70)
        w.act(owner, "certificate", "setUser", share_id, user, w.now + c.one_of((0, 60, DAY, 30 * DAY)))


@rule(weight=1)
def claim_on_house(w: World, c: Choices) -> None:
    house, reference = c.integer(1, 3), c.one_of((b"tax", b"water")).ljust(32, b"\0")
    if c.chance(50):
        w.act(w.cast["registrar"], "registry", "clearSeniorClaim", house, reference)
    else:
        w.act(w.cast["registrar"], "registry", "reportSeniorClaim", house, 1_000 * COIN, reference)


@rule(weight=1)
def change_manager(w: World, c: Choices) -> None:
    house = share_in_play(w, c) // SHARES
    name = c.mostly(c.one_of(MANAGERS), "dave", percent=90)
    w.act(w.cast["registrar"], "registry", "setManager", house, w.cast[name])


@rule(weight=2)
def approve_between(w: World, c: Choices) -> None:
    """Another is the house's manager for a moment, and approves; the share is what it was when the first is back."""
    ask, sale = some_sale(w, c)
    house, registrar = ask.shareId // SHARES, w.cast["registrar"]
    first = w.model.registry.managerOf(house)
    other = next(w.cast[name] for name in MANAGERS if w.cast[name] != first)
    buyer = market(w).today(sale.buyer) if sale else player(w, c)
    w.act(registrar, "registry", "setManager", house, other)
    w.act(other, "market", "approveSale", ask.shareId, sale_hash(ask.hash, buyer), w.now + DAY)
    if first in w.cast.people:
        w.act(registrar, "registry", "setManager", house, first)
    w.act(holder(w, c), "market", "settle", ask)


@rule(weight=2)
def first_manager_again(w: World, c: Choices) -> None:
    for house in (1, 2, 3):
        if w.model.registry.managerOf(house) != w.cast[MANAGERS[0]]:
            w.act(w.cast["registrar"], "registry", "setManager", house, w.cast[MANAGERS[0]])
            return


@rule(weight=2)
def recover_share(w: World, c: Choices) -> None:
    """Shares follow their owner's new wallet, when somebody says so."""
    moved = list(w.model.credentials.successor_of)
    old = c.one_of(moved) if moved else holder(w, c)
    shares = [share_id for share_id in ALL_SHARES if w.model.certificate.owner_of(share_id) == old]
    w.act(holder(w, c), "certificate", "completeRecovery", old, tuple(shares[: c.integer(0, 3)]))


@rule(weight=1)
def lose_buyer_or_seller(w: World, c: Choices) -> None:
    """A party of a purchase that waits loses its wallet."""
    ask, sale = some_sale(w, c)
    credentials = w.model.credentials
    old = c.one_of((ask.seller, sale.buyer if sale else ask.seller))
    spare = [name for name in w.cast.wallets if name not in credentials.credentials]
    if old not in credentials.credentials or not spare:
        return
    new = c.one_of(spare)
    if w.act(w.cast["issuer"], "credentials", "startRecovery", old, new).refused is None:
        w.jump_to(w.now + credentials.recovery_period)
        w.act(new, "credentials", "finishRecovery", old)


@rule(weight=1)
def end_credential(w: World, c: Choices) -> None:
    ask, sale = some_sale(w, c)
    wallet = c.mostly(sale.buyer if sale else ask.seller, player(w, c), percent=70)
    w.act(w.cast["issuer"], "credentials", "revoke", wallet)


@rule(weight=2)
def spend_allowance_in_play(w: World, c: Choices) -> None:
    """Whom the market may take little of, or again everything."""
    person, token = player(w, c), c.one_of(("coin", "reserve", "token"))
    amount = c.mostly(2**256 - 1, 0, c.integer(1, 50_000) * COIN, percent=55)
    w.act(person, token, "approve", w.port.addresses["market"], amount)


@rule(weight=2)
def spend_tokens(w: World, c: Choices) -> None:
    """Somebody has fewer; now and then they are given to the market itself."""
    person, token = player(w, c), c.one_of(("coin", "reserve", "token"))
    balance = w.model.contract(token).balances[person]
    to = c.mostly(player(w, c), w.port.addresses["market"], percent=90)
    if balance:
        w.act(person, token, "transfer", to, c.one_of((balance, balance // 2, 1)))


@rule(weight=2)
def earn_tokens(w: World, c: Choices) -> None:
    poor = [person for person in w.cast.wallets if w.model.coin.balances[person] < 50_000 * COIN]
    person = c.one_of(poor) if poor else player(w, c)
    if c.chance(30):
        w.act(person, "token", "mint", person, 10_000 * 10**w.model.token.decimals)
    else:
        w.act(person, "treasury", "buy", 100_000 * 10**w.model.reserve.decimals, 0, person)


@rule(weight=2)
def token_refuses(w: World, c: Choices) -> None:
    """A party of a purchase, or the market itself; or it deals with everybody again."""
    refused = sorted(w.model.token.refused)
    if refused and c.chance(60):
        w.act(w.cast["attacker"], "token", "refuse", c.one_of(refused), False)
        return
    ask, sale = some_sale(w, c)
    parties = (market(w).today(ask.seller), market(w).today(sale.buyer) if sale else ask.seller)
    party = c.one_of(parties)
    usual = party if party in w.cast.people else holder(w, c)
    account = c.mostly(usual, w.port.addresses["market"], player(w, c), percent=70)
    w.act(w.cast["attacker"], "token", "refuse", account, True)


@rule(weight=1)
def freeze_coins_in_play(w: World, c: Choices) -> None:
    """The court does; of the market, too."""
    wallet = c.mostly(player(w, c), w.port.addresses["market"], percent=85)
    balance = w.model.coin.balances[wallet]
    w.act(w.cast["court"], "coin", "setFrozenTokens", wallet, c.mostly(0, balance, balance // 2, percent=40))


@rule(weight=2)
def thaw_coins(w: World, c: Choices) -> None:
    frozen = [wallet for wallet, amount in w.model.coin.frozen.items() if amount]
    if frozen:
        w.act(w.cast["court"], "coin", "setFrozenTokens", c.one_of(frozen), 0)


@rule(weight=4)
def price_of_token(w: World, c: Choices) -> None:
    name = c.one_of(tuple(FEEDS))
    value = max(1, FIRST_PRICES[name] * c.integer(80, 125) // 100 + c.integer(-9, 9))
    bad = (FeedStatus.STALE, FeedStatus.FROZEN)
    status = c.mostly(FeedStatus.VALID, *bad, percent=85)
    w.act(holder(w, c), "oracle", "tell", FEEDS[name], c.mostly(value, 1, 10**7, 2**96 - 1, percent=92), int(status))


@rule(weight=2)
def write_currency(w: World, c: Choices) -> None:
    """A place is closed or opened again; now and then it is none, or another token's."""
    name = c.one_of(tuple(PLACES))
    if c.chance(15):
        token = w.port.addresses[c.one_of(("coin", "odd_token", "reserve", "token"))]
        decide(w, c, "market", "setCurrency", c.integer(0, 8), c.mostly(token, w.cast["attacker"]), FEEDS[name])
        return
    place, token = PLACES[name], w.port.addresses[name]
    feed = c.mostly(FEEDS[name], ZERO_WORD, b"none".ljust(32, b"\0"), percent=70)
    decide(w, c, "market", "setCurrency", place, token, feed)


@rule(weight=1)
def stop_market(w: World, c: Choices) -> None:
    sender = w.cast[c.mostly("guardian", "attacker", "dao", percent=90)]
    w.act(sender, "market", "stop", c.mostly(MARKET_SWITCH, b"lease".ljust(32, b"\0"), percent=95))


@rule(weight=3)
def resume_market(w: World, c: Choices) -> None:
    if w.now < market(w).switch.stopped_until or c.chance(5):
        decide(w, c, "market", "resume", c.mostly(MARKET_SWITCH, ZERO_WORD, percent=97))
