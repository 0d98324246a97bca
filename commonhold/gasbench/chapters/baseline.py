"""Plain OpenZeppelin tokens, measured here: rows to compare with, and proof that this setup is the peers'."""

from collections.abc import Callable

from commonhold.gasbench import peers
from commonhold.gasbench.chapters.signatures import authorization_args, permit_args
from commonhold.gasbench.engine import Call
from commonhold.gasbench.peers import Published
from commonhold.gasbench.rows import Chapter, Scene
from commonhold.gasbench.world import COIN, World

CHAPTER = Chapter("plain OpenZeppelin 5.7")
# Compiler settings move it by some gas; more than that would mean that the setup is another.
SAME_SETUP = 1.01

TOKEN = 1_027


def _mint_721(world: World, to: str, token: int = TOKEN) -> Call:
    return Call(world.stranger, world.plain721, "mint", (to, token))


def _mint_20(world: World, to: str) -> Call:
    return Call(world.stranger, world.plain20, "mint", (to, COIN))


def _hold_721(world: World, *wallets: str) -> None:
    for number, wallet in enumerate(wallets, TOKEN + 1):
        world.engine.run(_mint_721(world, wallet, number))


def _hold_20(world: World, *wallets: str) -> None:
    for wallet in wallets:
        world.engine.run(_mint_20(world, wallet))


def _row(name: str, peer: Published) -> Callable[[Scene], Scene]:
    return CHAPTER.row(name, peer=peer, allowed=SAME_SETUP)


@_row("ERC-721 mint, new holder", peers.OZ_721_MINT_NEW)
def mint_721_new(world: World) -> Call:
    return _mint_721(world, world.newcomer)


@_row("ERC-721 mint, existing holder", peers.OZ_721_MINT_EXISTING)
def mint_721_existing(world: World) -> Call:
    _hold_721(world, world.holder)
    return _mint_721(world, world.holder)


def _transfer_721(world: World, to: str) -> Call:
    _hold_721(world, world.seller, world.holder)
    world.engine.run(_mint_721(world, world.seller))
    return Call(world.seller, world.plain721, "transferFrom", (world.seller, to, TOKEN))


@_row("ERC-721 transfer, new recipient", peers.OZ_721_TRANSFER_NEW)
def transfer_721_new(world: World) -> Call:
    return _transfer_721(world, world.newcomer)


@_row("ERC-721 transfer, existing recipient", peers.OZ_721_TRANSFER_EXISTING)
def transfer_721_existing(world: World) -> Call:
    return _transfer_721(world, world.holder)


@CHAPTER.row("ERC-721 transfer to oneself")
def transfer_721_self(world: World) -> Call:
    return _transfer_721(world, world.seller)


@_row("ERC-721 approve", peers.OZ_721_APPROVE)
def approve_721(world: World) -> Call:
    world.engine.run(_mint_721(world, world.seller))
    return Call(world.seller, world.plain721, "approve", (world.holder, TOKEN))


@_row("ERC-20 mint, new holder", peers.OZ_20_MINT_NEW)
def mint_20_new(world: World) -> Call:
    _hold_20(world, world.seller)
    return _mint_20(world, world.newcomer)


@_row("ERC-20 mint, existing holder", peers.OZ_20_MINT_EXISTING)
def mint_20_existing(world: World) -> Call:
    _hold_20(world, world.seller)
    return _mint_20(world, world.seller)


def _transfer_20(world: World, to: str) -> Call:
    _hold_20(world, world.seller, world.holder)
    return Call(world.seller, world.plain20, "transfer", (to, COIN // 2))


@_row("ERC-20 transfer, new recipient", peers.OZ_20_TRANSFER_NEW)
def transfer_20_new(world: World) -> Call:
    return _transfer_20(world, world.newcomer)


@_row("ERC-20 transfer, existing recipient", peers.OZ_20_TRANSFER_EXISTING)
def transfer_20_existing(world: World) -> Call:
    return _transfer_20(world, world.holder)


@_row("ERC-20 permit, first of the owner", peers.OZ_20_PERMIT_FIRST)
def permit_first(world: World) -> Call:
    return Call(world.stranger, world.plain20, "permit", permit_args(world, world.plain20, world.holder))


@_row("ERC-20 permit, later, another spender", peers.OZ_20_PERMIT_LATER)
def permit_later(world: World) -> Call:
    world.engine.run(permit_first(world))
    return Call(world.stranger, world.plain20, "permit", permit_args(world, world.plain20, world.newcomer, nonce=1))


def _authorized(world: World, nonce: int) -> Call:
    args = authorization_args(world, world.plain20, world.holder, COIN // 4, nonce)
    return Call(world.stranger, world.plain20, "transferWithAuthorization", args)


@CHAPTER.row("ERC-20 transferWithAuthorization, first of its key, existing recipient")
def authorization_first(world: World) -> Call:
    _hold_20(world, world.seller, world.holder)
    return _authorized(world, 0)


@CHAPTER.row("ERC-20 transferWithAuthorization, later of its key, existing recipient")
def authorization_later(world: World) -> Call:
    world.engine.run(authorization_first(world))
    return _authorized(world, 1)
