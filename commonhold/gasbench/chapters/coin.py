"""The coin: OpenZeppelin's token, plus a frozen amount to look at and a minter's cap to keep."""

from commonhold.gasbench import peers
from commonhold.gasbench.chapters.signatures import authorization_args, permit_args
from commonhold.gasbench.engine import Call
from commonhold.gasbench.peers import SameRun
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, World

CHAPTER = Chapter("coin")


def _mint(world: World, to: str) -> Call:
    return Call(world.council, world.suite.coin, "mint", (to, COIN))


def _give_row(world: World) -> None:
    """A row with a cap for the council, which has minted with it. (The treasury's has none, and counts no level.)"""
    world.as_dao(world.suite.coin, "setMinter", world.council, 1_000 * COIN)
    world.engine.run(_mint(world, world.council))


@CHAPTER.row("mint by a minter's row, new holder; the row minted before", peer=peers.OZ_20_MINT_NEW)
def mint_new(world: World) -> Call:
    _give_row(world)
    return _mint(world, world.newcomer)


@CHAPTER.row("mint by a minter's row, existing holder; the row minted before", peer=peers.OZ_20_MINT_EXISTING)
def mint_existing(world: World) -> Call:
    world.mint(world.seller, COIN)
    _give_row(world)
    return _mint(world, world.seller)


@CHAPTER.row("burn by a minter's row of its own coins, a part of them")
def burn(world: World) -> Call:
    _give_row(world)
    return Call(world.council, world.suite.coin, "burn", (world.council, COIN // 2))


def _transfer(world: World, to: str) -> Call:
    for wallet in (world.seller, world.holder):
        world.mint(wallet, COIN)
    return Call(world.seller, world.suite.coin, "transfer", (to, COIN // 2))


@CHAPTER.row("transfer, new recipient; sender never frozen", peer=peers.OZ_20_TRANSFER_NEW)
def transfer_new(world: World) -> Call:
    return _transfer(world, world.newcomer)


@CHAPTER.row("transfer, existing recipient; sender never frozen", peer=peers.OZ_20_TRANSFER_EXISTING)
def transfer_existing(world: World) -> Call:
    return _transfer(world, world.holder)


@CHAPTER.row("permit, first of the owner", peer=peers.OZ_20_PERMIT_FIRST)
def permit_first(world: World) -> Call:
    return Call(world.stranger, world.suite.coin, "permit", permit_args(world, world.suite.coin, world.holder))


@CHAPTER.row("permit, later, another spender", peer=peers.OZ_20_PERMIT_LATER)
def permit_later(world: World) -> Call:
    world.engine.run(permit_first(world))
    return Call(
        world.stranger, world.suite.coin, "permit", permit_args(world, world.suite.coin, world.newcomer, nonce=1)
    )


def _authorized(world: World, number: int) -> Call:
    args = authorization_args(world, world.suite.coin, world.holder, COIN // 4, number)
    return Call(world.stranger, world.suite.coin, "transferWithAuthorization", args)


def _plain(state: str) -> SameRun:
    name = f"plain OpenZeppelin 5.7: ERC-20 transferWithAuthorization, {state}, existing recipient"
    return SameRun(name, "plain OpenZeppelin, same run")


FIRST, LATER = "first of its key", "later of its key"


@CHAPTER.row(f"transferWithAuthorization, {FIRST}, existing recipient; sender never frozen", peer=_plain(FIRST))
def authorization_first(world: World) -> Call:
    for wallet in (world.seller, world.holder):
        world.mint(wallet, COIN)
    return _authorized(world, 0)


@CHAPTER.row(f"transferWithAuthorization, {LATER}, existing recipient; sender never frozen", peer=_plain(LATER))
def authorization_later(world: World) -> Call:
    world.engine.run(authorization_first(world))
    return _authorized(world, 1)


@CHAPTER.row("setFrozenTokens by the court, first freeze of the account")
def freeze(world: World) -> Call:
    return Call(world.court, world.suite.coin, "setFrozenTokens", (world.seller, COIN))
