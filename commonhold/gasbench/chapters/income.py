"""Money for the owners of a house: paid in once, claimed share by share or together."""

from commonhold.gasbench import peers
from commonhold.gasbench.engine import Call
from commonhold.gasbench.peers import SameRun
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import House, World, house_of

CHAPTER = Chapter("income")


# ----------------------------------------------------------------------------------------------------------- money in


def _later_deposit(shares: int) -> str:
    return f"deposit, {shares} shares; the house had income before"


def _house_with_income(world: World, shares: int) -> House:
    house = world.house(owner=world.holder, shares=shares)
    world.pay_income(house)
    return house


@CHAPTER.row(_later_deposit(2), peer=peers.STAKING_DEPOSIT)
def deposit_two(world: World) -> Call:
    return world.deposit_call(_house_with_income(world, 2))


@CHAPTER.row(_later_deposit(8), peer=SameRun(f"{CHAPTER.title}: {_later_deposit(2)}", "ours, 2 shares"), allowed=1.0)
def deposit_eight(world: World) -> Call:
    return world.deposit_call(_house_with_income(world, 8))


@CHAPTER.row(_later_deposit(100), peer=SameRun(f"{CHAPTER.title}: {_later_deposit(2)}", "ours, 2 shares"), allowed=1.0)
def deposit_hundred(world: World) -> Call:
    return world.deposit_call(_house_with_income(world, 100))


@CHAPTER.row("deposit, 8 shares; the house's first income", peer=peers.STAKING_DEPOSIT)
def deposit_first(world: World) -> Call:
    return world.deposit_call(world.house(owner=world.holder))


# ---------------------------------------------------------------------------------------------------------- money out


def _with_coins(world: World) -> None:
    """The claimant holds coins before."""
    world.mint(world.seller, 1)


@CHAPTER.row(
    "claim 1 share, existing coin holder; mark slot open, share moved before", peer=peers.STAKING_CLAIM, allowed=1.0
)
def claim_open(world: World) -> Call:
    _with_coins(world)
    share = world.moved_share(world.seller)
    world.open_mark(share, world.seller)
    world.pay_income(house_of(share))
    return world.claim_call(world.seller, share)


@CHAPTER.row(
    "claim 1 share, existing coin holder; mark slot open, share never moved", peer=peers.STAKING_CLAIM, allowed=1.0
)
def claim_open_unmoved(world: World) -> Call:
    _with_coins(world)
    share = world.house(owner=world.seller).share(3)
    world.open_mark(share, world.seller)
    world.pay_income(house_of(share))
    return world.claim_call(world.seller, share)


@CHAPTER.row("claim 1 share, existing coin holder; mark slot fresh, share never moved", peer=peers.STAKING_CLAIM)
def claim_fresh(world: World) -> Call:
    _with_coins(world)
    house = world.house(owner=world.seller)
    world.pay_income(house)
    return world.claim_call(world.seller, house.share(3))


@CHAPTER.row("claim 1 share, new coin holder; mark slot fresh, share never moved", peer=peers.STAKING_CLAIM)
def claim_all_fresh(world: World) -> Call:
    house = world.house(owner=world.seller)
    world.pay_income(house)
    return world.claim_call(world.seller, house.share(3))


def _claim_six(world: World, marks_open: bool) -> Call:
    _with_coins(world)
    house = world.house(owner=world.seller)
    shares = [house.share(number) for number in range(1, 7)]
    world.pay_income(house)
    if marks_open:
        world.claim(world.seller, *shares)
        world.pay_income(house)
    return world.claim_call(world.seller, *shares)


@CHAPTER.row(
    "claim 6 shares of a house at once, for each; existing coin holder, mark slots open, never moved",
    peer=peers.CLAIM_OF_SIX,
    allowed=1.0,
    divisor=6,
)
def claim_six_open(world: World) -> Call:
    return _claim_six(world, marks_open=True)


@CHAPTER.row(
    "claim 6 shares of a house at once, for each; existing coin holder, mark slots fresh, never moved",
    peer=peers.CLAIM_OF_SIX,
    divisor=6,
)
def claim_six_fresh(world: World) -> Call:
    return _claim_six(world, marks_open=False)


@CHAPTER.row(
    "claim 6 shares of 6 houses at once, for each; existing coin holder, mark slots open, moved before",
    peer=peers.CLAIM_OF_SIX,
    divisor=6,
)
def claim_six_houses(world: World) -> Call:
    _with_coins(world)
    shares = [world.moved_share(world.seller) for _ in range(6)]
    for share in shares:
        world.open_mark(share, world.seller)
    for share in shares:
        world.pay_income(house_of(share))
    return world.claim_call(world.seller, *shares)


@CHAPTER.row("claim of settled income alone, existing coin holder", peer=peers.STAKING_CLAIM, allowed=1.0)
def claim_settled(world: World) -> Call:
    _with_coins(world)
    world.open_settled(world.seller)
    return world.claim_call(world.seller)
