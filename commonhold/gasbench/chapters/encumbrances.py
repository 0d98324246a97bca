"""Liens, leases and the use of a share. What loan book and leases do to the certificate is measured without their own
accounts."""

from commonhold.gasbench import peers
from commonhold.gasbench.engine import Call
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, DEADLINE, World, house_of

CHAPTER = Chapter("lien and lease")


@CHAPTER.row("lien placed; share moved before", peer=peers.PAPR_CUSTODY)
def lien_moved(world: World) -> Call:
    return world.as_book("placeLien", world.moved_share(world.seller))


@CHAPTER.row("lien placed; share never moved", peer=peers.PAPR_CUSTODY)
def lien_unmoved(world: World) -> Call:
    return world.as_book("placeLien", world.house(owner=world.seller).share(3))


@CHAPTER.row("lien released; share moved before")
def release_moved(world: World) -> Call:
    return _release(world, world.moved_share(world.seller))


@CHAPTER.row("lien released; share never moved (its slot becomes empty again)")
def release_unmoved(world: World) -> Call:
    return _release(world, world.house(owner=world.seller).share(3))


def _release(world: World, share: int) -> Call:
    world.engine.run(world.as_book("placeLien", share))
    return world.as_book("releaseLien", share)


@CHAPTER.row(
    "moveByLien (foreclosure), existing recipient; share moved before, nothing pending", peer=peers.BACKED_SEIZE
)
def foreclosure(world: World) -> Call:
    share = world.moved_share(world.seller)
    world.engine.run(world.as_book("placeLien", share))
    return world.as_book("moveByLien", share, world.holder)


@CHAPTER.row(
    "moveByLien (foreclosure), existing recipient; share moved before, income pending, all slots open",
    peer=peers.BACKED_SEIZE,
)
def foreclosure_pending(world: World) -> Call:
    share = world.moved_share(world.seller)
    world.open_mark(share, world.seller)
    world.open_settled(world.seller)
    world.pay_income(house_of(share))
    world.engine.run(world.as_book("placeLien", share))
    return world.as_book("moveByLien", share, world.holder)


@CHAPTER.row("lease placed with a lessee; share moved before")
def lease(world: World) -> Call:
    return world.as_lessor("placeLease", world.moved_share(world.seller), world.newcomer, DEADLINE)


@CHAPTER.row("lease released; share moved before")
def lease_released(world: World) -> Call:
    share = world.moved_share(world.seller)
    world.engine.run(world.as_lessor("placeLease", share, world.newcomer, DEADLINE))
    return world.as_lessor("releaseLease", share)


@CHAPTER.row("moveByLease (the lessee buys), existing recipient; share moved before, nothing pending")
def lease_sale(world: World) -> Call:
    share = world.moved_share(world.seller)
    world.engine.run(world.as_lessor("placeLease", share, world.holder, DEADLINE))
    return world.as_lessor("moveByLease", share, world.holder, 40_000 * COIN, world.suite.coin)


@CHAPTER.row("setUser, first of the share; share moved before")
def set_user(world: World) -> Call:
    args = (world.moved_share(world.seller), world.newcomer, DEADLINE)
    return Call(world.seller, world.suite.certificate, "setUser", args)
