"""Shares: made, permitted, moved."""

from dataclasses import dataclass

from commonhold.gasbench import peers
from commonhold.gasbench.engine import Call
from commonhold.gasbench.peers import SameRun
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, DEADLINE, World, house_of

CHAPTER = Chapter("certificate")


# ------------------------------------------------------------------------------------------------------------ making


@CHAPTER.row("tokenize 8 shares of a registered home, new holder", peer=peers.ERC721A_MINT_8, allowed=1.3)
def tokenize_new(world: World) -> Call:
    return world.tokenize_call(world.registered(shares=8), world.newcomer)


@CHAPTER.row("tokenize 8 shares of a registered home, existing holder", peer=peers.ERC721A_MINT_8_EXISTING)
def tokenize_existing(world: World) -> Call:
    return world.tokenize_call(world.registered(shares=8), world.holder)


# ------------------------------------------------------------------------------------------------------------ moving


@dataclass(frozen=True)
class Move:
    """A transfer by the owner with the manager's permission, and the state in which it meets the share.

    `moved`: the share moved before, so its slot is written. `income`: something is pending. `mark`: the slot of its
    income mark is written. `settled`: the slot of the seller's settled income is. The seller keeps other shares.
    """

    to_new: bool
    moved: bool = True
    income: bool = True
    mark: bool = True
    settled: bool = True

    def __call__(self, world: World) -> Call:
        seller, to = world.seller, world.newcomer if self.to_new else world.holder
        share = world.moved_share(seller) if self.moved else world.house(owner=seller).share(3)
        if self.mark:
            world.open_mark(share, seller)
        if self.settled:
            world.open_settled(seller)
        if self.income:
            world.pay_income(house_of(share))
        world.permit(share, to)
        self._check(world, share, to)
        return world.transfer_call(share, seller, to)

    def _check(self, world: World, share: int, to: str) -> None:
        """The state is what the row says."""
        certificate, income = world.suite.certificate, world.suite.income
        assert (certificate.balanceOf(to) == 0) == self.to_new
        assert (certificate.moveNumberOf(share) > 0) == self.moved
        assert (income.pendingOf(share) > 0) == self.income
        assert (income.settledOf(world.seller) > 0) == self.settled
        assert certificate.balanceOf(world.seller) > 1


PENDING = "income pending, all slots of share and seller open"
EXISTING_PENDING = f"transfer, existing recipient; {PENDING}"
NEW_PENDING = f"transfer, new recipient; {PENDING}"
EXISTING_NOTHING = "transfer, existing recipient; nothing pending"


def _transfer(name: str, move: Move, peer: peers.Peer, allowed: float | None = None) -> None:
    CHAPTER.row(name, peer=peer, allowed=allowed)(move)


def _later(name: str) -> SameRun:
    return SameRun(f"{CHAPTER.title}: {name}", "ours, a later move")


_transfer(EXISTING_PENDING, Move(to_new=False), peers.OZ_721_TRANSFER_EXISTING, 1.75)
_transfer(NEW_PENDING, Move(to_new=True), peers.OZ_721_TRANSFER_NEW, 1.6)
_transfer(EXISTING_NOTHING, Move(to_new=False, income=False), peers.OZ_721_TRANSFER_EXISTING, 1.75)
_transfer("transfer, new recipient; nothing pending", Move(to_new=True, income=False), peers.OZ_721_TRANSFER_NEW, 1.6)
_transfer(
    "transfer, new recipient; income pending, seller's settled-income slot fresh, the share's slots open",
    Move(to_new=True, settled=False),
    peers.OZ_721_TRANSFER_NEW,
    1.9,
)
_transfer(
    "transfer, existing recipient; income pending, seller's settled-income slot fresh, the share's slots open",
    Move(to_new=False, settled=False),
    peers.OZ_721_TRANSFER_EXISTING,
)
_transfer(
    "transfer, new recipient; income pending, every slot fresh (settled income, mark, share never moved)",
    Move(to_new=True, moved=False, mark=False, settled=False),
    peers.OZ_721_TRANSFER_NEW,
)
_transfer(
    "first move of a share, existing recipient; else as the later move with income pending",
    Move(to_new=False, moved=False),
    _later(EXISTING_PENDING),
    1.35,
)
_transfer(
    "first move of a share, existing recipient; else as the later move with nothing pending",
    Move(to_new=False, moved=False, income=False),
    _later(EXISTING_NOTHING),
    1.35,
)
_transfer(
    "first move of a share, new recipient; else as the later move with income pending",
    Move(to_new=True, moved=False),
    _later(NEW_PENDING),
    1.35,
)
_transfer(
    "first move of a share, existing recipient; income pending, all other slots open, beside ERC721A",
    Move(to_new=False, moved=False),
    peers.ERC721A_FIRST_MOVE,
)


@CHAPTER.row(
    "transfer to oneself; share moved before, income pending",
    peer=SameRun("plain OpenZeppelin 5.7: ERC-721 transfer to oneself", "plain OpenZeppelin, same run"),
)
def transfer_to_oneself(world: World) -> Call:
    share = world.moved_share(world.seller)
    world.pay_income(house_of(share))
    world.permit(share, world.seller)
    return world.transfer_call(share, world.seller, world.seller)


@CHAPTER.row(
    "moveBySale, existing recipient, priced sales before; income pending, all slots open",
    peer=peers.OZ_721_TRANSFER_EXISTING,
)
def sale_existing(world: World) -> Call:
    return _sale(world, world.holder, sold_before=True)


@CHAPTER.row(
    "moveBySale, new recipient, first priced sale; income pending, other slots open", peer=peers.OZ_721_TRANSFER_NEW
)
def sale_new(world: World) -> Call:
    return _sale(world, world.newcomer, sold_before=False)


def _sale(world: World, to: str, sold_before: bool) -> Call:
    certificate, book = world.suite.certificate, world.suite.book.address
    share = world.moved_share(world.seller)
    for wallet in (world.seller, world.holder):
        certificate.setApprovalForAll(book, True, sender=wallet)
    if sold_before:
        for owner, buyer in ((world.seller, world.holder), (world.holder, world.seller)):
            world.engine.run(_sale_call(world, share, owner, buyer))
    world.open_mark(share, world.seller)
    world.open_settled(world.seller)
    world.pay_income(house_of(share))
    return _sale_call(world, share, world.seller, to)


def _sale_call(world: World, share: int, owner: str, buyer: str) -> Call:
    return world.as_book("moveBySale", share, owner, buyer, 31_000 * COIN, world.suite.coin.address)


# ------------------------------------------------------------------------------------------------------- permissions


@CHAPTER.row("approveTransfer by the manager, the share's first; share never moved")
def approve_transfer_first(world: World) -> Call:
    return _approve_transfer(world, world.house(owner=world.seller).share(3))


@CHAPTER.row("approveTransfer by the manager, a later one; share moved before")
def approve_transfer_later(world: World) -> Call:
    return _approve_transfer(world, world.moved_share(world.seller))


def _approve_transfer(world: World, share: int) -> Call:
    return Call(world.manager, world.suite.certificate, "approveTransfer", (share, world.newcomer, DEADLINE))


@CHAPTER.row("approve (ERC-721), share moved before", peer=peers.OZ_721_APPROVE)
def approve_moved(world: World) -> Call:
    return _approve(world, world.moved_share(world.seller))


@CHAPTER.row("approve (ERC-721), share never moved", peer=peers.OZ_721_APPROVE)
def approve_unmoved(world: World) -> Call:
    return _approve(world, world.house(owner=world.seller).share(3))


def _approve(world: World, share: int) -> Call:
    return Call(world.seller, world.suite.certificate, "approve", (world.holder, share))


# ------------------------------------------------------------------------------------------------- court and recovery


@CHAPTER.row("setFrozenTokens, first freeze of the share; share moved before")
def freeze(world: World) -> Call:
    return _freeze(world, world.moved_share(world.seller), True)


@CHAPTER.row("setFrozenTokens, freeze lifted; share moved before")
def unfreeze(world: World) -> Call:
    share = world.moved_share(world.seller)
    world.engine.run(_freeze(world, share, True))
    return _freeze(world, share, False)


def _freeze(world: World, share: int, frozen: bool) -> Call:
    return Call(world.court, world.suite.certificate, "setFrozenTokens", (world.seller, share, frozen))


@CHAPTER.row(
    "forcedTransfer of a frozen share through the hub after its delay, new recipient; moved before, nothing pending",
    peer=peers.OZ_721_TRANSFER_NEW,
)
def forced_transfer(world: World) -> Call:
    hub, certificate, share = world.suite.hub, world.suite.certificate, world.moved_share(world.seller)
    world.engine.run(_freeze(world, share, True))
    order = certificate.forcedTransfer.encode(world.seller, world.newcomer, share)
    hub.schedule(certificate, order, 0, sender=world.court)
    world.engine.advance(world.suite.parameters.value("court.forced_transfer_delay"))
    return Call(world.court, hub, "execute", (certificate, order))


@CHAPTER.row(
    "completeRecovery of 1 share to a new wallet; share moved before, nothing pending", peer=peers.OZ_721_TRANSFER_NEW
)
def recovery_of_one(world: World) -> Call:
    share = world.moved_share(world.seller)
    return _recovery(world, share)


@CHAPTER.row(
    "completeRecovery of 8 shares to a new wallet; moved before, nothing pending",
    peer=peers.OZ_721_TRANSFER_EXISTING.times(8),
)
def recovery_of_eight(world: World) -> Call:
    house = world.house(owner=world.holder)
    shares = [world.moved_share(world.seller, house, number) for number in range(1, 9)]
    return _recovery(world, *shares)


@CHAPTER.row(
    "completeRecovery of 8 shares to a new wallet; never moved, nothing pending",
    peer=peers.OZ_721_TRANSFER_EXISTING.times(8),
)
def recovery_of_eight_unmoved(world: World) -> Call:
    house = world.house(owner=world.seller)
    return _recovery(world, *(house.share(number) for number in range(1, 9)))


def _recovery(world: World, *shares: int) -> Call:
    """Anybody completes it; the old wallet keeps shares that are not recovered yet."""
    world.recover(world.seller, world.heir)
    return Call(world.stranger, world.suite.certificate, "completeRecovery", (world.seller, shares))
