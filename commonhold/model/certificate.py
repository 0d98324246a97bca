"""Share certificates: who owns which share, what rests on it, and by what authority it moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from commonhold.model.access import HasSignpost, Hub, Roles
from commonhold.model.core import ZERO_ADDRESS, Chain, Refused, hash_of, require
from commonhold.model.identity import Credentials
from commonhold.model.registry import LISTING, MANAGER, Registry

SHARES = 256  # a share's id is its house's times this, plus its number


class Authority(IntEnum):
    MANAGER = 0
    SALE = 1
    FORECLOSURE = 2
    RECOVERY = 3
    COURT = 4


class Rights(NamedTuple):
    """What a contract in the table of holders may do."""

    maySell: bool = False
    mayLien: bool = False
    mayLease: bool = False


class Permission(NamedTuple):
    """A manager's permission of one move; it dies with the move and with the manager's term."""

    to: str
    deadline: int
    term: int


@dataclass
class Share:
    owner: str
    acquired_at: int
    moves: int = 0
    lien: str = ZERO_ADDRESS
    lease: str = ZERO_ADDRESS
    user: str = ZERO_ADDRESS
    user_expires: int = 0
    approved: str = ZERO_ADDRESS
    permission: Permission | None = None
    sale: tuple[int, str] | None = None  # price in dollars of 18 decimals, currency
    first_priced: bool = True  # the house's first price is still this owner's

    @property
    def locked(self) -> bool:
        return self.lien != ZERO_ADDRESS or self.lease != ZERO_ADDRESS


@dataclass
class Tokenized:
    share_count: int
    tokenized_at: int


class Certificate(HasSignpost):
    """`ShareCertificate`."""

    key = "certificate"

    def __init__(self, chain: Chain, address: str, hub: Hub, credentials: Credentials, registry: Registry) -> None:
        super().__init__(chain, address, hub)
        self.credentials = credentials
        self.registry = registry
        self.settle: Callable[[str, int, str], object]  # the income's, which is built after the certificate
        self.renderer_address = ZERO_ADDRESS
        self.houses: dict[int, Tokenized] = {}
        self.shares: dict[int, Share] = {}
        self.held: defaultdict[str, int] = defaultdict(int)
        self.operators: set[tuple[str, str]] = set()
        self.frozen: dict[tuple[str, int], int] = {}  # (account, share) -> since when
        self.thawed: defaultdict[tuple[str, int], int] = defaultdict(int)  # seconds of freezes that ended
        self.rows: dict[str, Rights] = {}
        self.tellers: dict[str, Callable[[int], tuple[object, ...]]] = {}  # lien holders that tell a loan's terms
        self.terms: defaultdict[int, int] = defaultdict(int)  # how often a house's manager was set
        registry.on_change = self._on_change

    # -- views ----------------------------------------------------------------------------------------------------

    def owner_of(self, share_id: int) -> str:
        share = self.shares.get(share_id)
        return share.owner if share else ZERO_ADDRESS

    def _existing(self, share_id: int) -> Share:
        require(share_id in self.shares, "ERC721NonexistentToken", share_id)
        return self.shares[share_id]

    def ownerOf(self, share_id: int) -> str:
        return self._existing(share_id).owner

    def balanceOf(self, wallet: str) -> int:
        require(wallet != ZERO_ADDRESS, "ERC721InvalidOwner", wallet)
        return self.held[wallet]

    def getApproved(self, share_id: int) -> str:
        return self._existing(share_id).approved

    def isApprovedForAll(self, owner: str, operator: str) -> bool:
        return (owner, operator) in self.operators

    def locked(self, share_id: int) -> bool:
        return self._existing(share_id).locked

    def sharesOf(self, property_id: int) -> int:
        house = self.houses.get(property_id)
        return house.share_count if house else 0

    def encumbrancesOf(self, share_id: int) -> tuple[str, str]:
        share = self.shares.get(share_id)
        return (share.lien, share.lease) if share else (ZERO_ADDRESS, ZERO_ADDRESS)

    def moveNumberOf(self, share_id: int) -> int:
        share = self.shares.get(share_id)
        return share.moves if share else 0

    def userOf(self, share_id: int) -> str:
        share = self.shares.get(share_id)
        return share.user if share and self.now <= share.user_expires else ZERO_ADDRESS

    def userExpires(self, share_id: int) -> int:
        share = self.shares.get(share_id)
        return share.user_expires if share else 0

    def holderRights(self, holder: str) -> Rights:
        return self.rows.get(holder, Rights())

    def getFrozenTokens(self, wallet: str, share_id: int) -> bool:
        return (wallet, share_id) in self.frozen

    def frozenTimeOf(self, wallet: str, share_id: int) -> int:
        key = (wallet, share_id)
        return self.thawed[key] + (self.now - self.frozen[key] if key in self.frozen else 0)

    def canReceive(self, wallet: str) -> bool:
        return self.credentials.isValid(wallet)

    def canSend(self, wallet: str) -> bool:
        return wallet != ZERO_ADDRESS

    def transferApprovalOf(self, share_id: int) -> tuple[str, int]:
        permission = self._live_permission(share_id)
        if permission is None or self.now > permission.deadline:
            return ZERO_ADDRESS, 0
        return permission.to, permission.deadline

    def canTransfer(self, owner: str, to: str, share_id: int) -> bool:
        permission = self._live_permission(share_id)
        return bool(
            owner != ZERO_ADDRESS
            and (owner, share_id) not in self.frozen
            and permission
            and permission.to == to
            and self.now <= permission.deadline
            and not self.shares[share_id].locked
            and self.credentials.isValid(to)
        )

    def renderer(self) -> str:
        return self.renderer_address

    def millionthsOf(self, number: int, count: int) -> int:
        return 10**6 * number // count - 10**6 * (number - 1) // count if 0 < number <= count else 0

    def paper(self, share_id: int) -> dict[str, object]:
        """What `certificateOf` shows, but for the loan's terms and what the registry knows better."""
        share = self._existing(share_id)
        house = self.houses[share_id // SHARES]
        first_price = self.registry.houses[share_id // SHARES].terms.firstPriceUsd
        price, currency = share.sale or (first_price if share.first_priced else 0, ZERO_ADDRESS)
        credential = self.credentials.credentialOf(share.owner)
        return {
            "shareId": share_id,
            "propertyId": share_id // SHARES,
            "shareNumber": share_id % SHARES,
            "shareCount": house.share_count,
            "millionths": self.millionthsOf(share_id % SHARES, house.share_count),
            "owner": share.owner,
            "ownerId": credential[0],
            "ownerIdIssuer": credential[1],
            "priceUsd": price,
            "currency": currency,
            "acquiredAt": share.acquired_at,
            "moveNumber": share.moves,
            "transactionReference": hash_of(self.chain.chain_id, self.address, share_id, share.moves),
            "manager": self.registry.managerOf(share_id // SHARES),
            "lienHolder": share.lien,
            "leaseHolder": share.lease,
        }

    def loan_terms(self, share_id: int) -> tuple[object, ...] | None:
        """The terms of the share's lien, if its holder tells them."""
        teller = self.tellers.get(self.shares[share_id].lien)
        return teller(share_id) if teller else None

    def fingerprint(self, share_id: int) -> tuple[object, ...]:
        """Everything that `getStateFingerprint` must bind: it changes exactly when one of these does."""
        share = self.shares[share_id]
        manager, _, _, documents = self.registry.houseOf(share_id // SHARES)
        return (
            share.owner,
            share.moves,
            share.lien,
            self.loan_terms(share_id),
            share.lease,
            self.userOf(share_id),
            share.user_expires,
            (share.owner, share_id) in self.frozen,
            share.approved,
            self.transferApprovalOf(share_id),
            manager,
            documents,
            self.registry.seniorClaimsOf(share_id // SHARES),
        )

    # -- rules ----------------------------------------------------------------------------------------------------

    def _require_authorized(self, share_id: int, spender: str) -> Share:
        share = self._existing(share_id)
        allowed = spender in (share.owner, share.approved) or (share.owner, spender) in self.operators
        require(allowed, "ERC721InsufficientApproval", spender, share_id)
        return share

    def _require_unfrozen(self, share: Share, share_id: int) -> None:
        self.require_unfrozen(share.owner, share_id)

    def require_unfrozen(self, owner: str, share_id: int) -> None:
        require((owner, share_id) not in self.frozen, "ERC7943InsufficientUnfrozenBalance", owner, share_id)

    def _require_unlocked(self, share: Share, share_id: int) -> None:
        require(not share.locked, "ShareLocked", share_id, share.lien, share.lease)

    def _require_receiver(self, to: str) -> None:
        require(self.credentials.isValid(to), "ERC7943CannotReceive", to)

    def _live_permission(self, share_id: int) -> Permission | None:
        """The permission of the present manager, past its deadline or not."""
        share = self.shares.get(share_id)
        permission = share.permission if share else None
        return permission if permission and permission.term == self.terms[share_id // SHARES] else None

    # -- tokenizing -----------------------------------------------------------------------------------------------

    def tokenize(self, sender: str, property_id: int, to: str) -> None:
        self.restricted(sender, "tokenize")
        require(property_id not in self.houses, "AlreadyTokenized", property_id)
        _, share_count, listed, _ = self.registry.houseOf(property_id)
        require(listed, "NotTokenizable", property_id)
        self._require_receiver(to)
        self.houses[property_id] = Tokenized(share_count, self.now)
        self.held[to] += share_count
        for number in range(1, share_count + 1):
            self.shares[property_id * SHARES + number] = Share(to, self.now)
            self.emit("Transfer", ZERO_ADDRESS, to, property_id * SHARES + number)
        self.emit("Tokenized", property_id, to, share_count)

    # -- approvals and permissions --------------------------------------------------------------------------------

    def approve(self, sender: str, to: str, share_id: int) -> None:
        share = self._existing(share_id)
        allowed = sender == share.owner or (share.owner, sender) in self.operators
        require(allowed, "ERC721InvalidApprover", sender)
        share.approved = to
        self.emit("Approval", share.owner, to, share_id)

    def setApprovalForAll(self, sender: str, operator: str, approved: bool) -> None:
        require(operator != ZERO_ADDRESS, "ERC721InvalidOperator", operator)
        (self.operators.add if approved else self.operators.discard)((sender, operator))
        self.emit("ApprovalForAll", sender, operator, approved)

    def approveTransfer(self, sender: str, share_id: int, to: str, deadline: int) -> None:
        property_id = share_id // SHARES
        manager = self.registry.managerOf(property_id)
        require(sender == manager, "NotManager", sender, property_id, manager)
        share = self._existing(share_id)
        require(deadline == 0 or deadline >= self.now, "DeadlineInPast", deadline, self.now)
        share.permission = Permission(to, deadline, self.terms[property_id]) if deadline else None
        self.emit("TransferApproved", share_id, to, manager, deadline)

    # -- moves ----------------------------------------------------------------------------------------------------

    def transferFrom(self, sender: str, owner: str, to: str, share_id: int) -> None:
        self.require_transferable(sender, owner, to, share_id)
        self._move(share_id, to, Authority.MANAGER)

    def safeTransferFrom(self, sender: str, owner: str, to: str, share_id: int, data: bytes = b"") -> None:
        self.require_transferable(sender, owner, to, share_id)
        hook = self.chain.hooks.get(to)
        require(hook or not self.chain.has_code(to), "ERC721InvalidReceiver", to)
        require(hook is None or not hook.refuses, "Refused", share_id)
        self._move(share_id, to, Authority.MANAGER)
        # What the receiver does in its hook is what it could do the moment after.
        for call in hook.calls if hook else ():
            self.chain.attempt(call, to)

    def require_transferable(self, sender: str, owner: str, to: str, share_id: int) -> None:
        require(to != ZERO_ADDRESS, "ERC721InvalidReceiver", to)
        share = self._require_authorized(share_id, sender)
        self._require_unfrozen(share, share_id)
        self._require_unlocked(share, share_id)
        permission = self._live_permission(share_id)
        if permission is None or permission.to != to:
            raise Refused("TransferNotApproved", share_id, to)
        require(self.now <= permission.deadline, "TransferApprovalExpired", share_id, to, permission.deadline)
        self._require_receiver(to)
        require(share.owner == owner, "ERC721IncorrectOwner", owner, share_id, share.owner)

    def refusal(self, owner: str, to: str, share_id: int, operator: str) -> Refused | None:
        """What `transferCheck` must answer."""
        try:
            self.require_transferable(operator, owner, to, share_id)
        except Refused as refused:
            return refused
        return None

    def check_sale(self, sender: str, share_id: int, owner: str, to: str, price: int) -> Share:
        """Every check of `moveBySale`, for sellers that must know before they write."""
        require(self.holderRights(sender).maySell, "NotHolder", sender)
        require(price < 2**96, "PriceOutOfRange", price)
        share = self._require_authorized(share_id, sender)
        require(share.owner == owner, "ERC721IncorrectOwner", owner, share_id, share.owner)
        self._require_unfrozen(share, share_id)
        self._require_unlocked(share, share_id)
        self._require_receiver(to)
        return share

    def requireSaleable(self, share_id: int, market: str) -> None:
        """What would keep a sale from settling, and only the owner or the court can lift."""
        share = self._existing(share_id)
        require(share.lease == ZERO_ADDRESS, "ShareLocked", share_id, share.lien, share.lease)
        self._require_unfrozen(share, share_id)
        self._require_authorized(share_id, market)

    def moveBySale(self, sender: str, share_id: int, owner: str, to: str, price: int, currency: str) -> None:
        self.check_sale(sender, share_id, owner, to, price)
        self._sell(share_id, to, price, currency)

    def _sell(self, share_id: int, to: str, price: int, currency: str) -> None:
        share = self.shares[share_id]
        owner = share.owner
        self._move(share_id, to, Authority.SALE)
        if owner != to:
            share.sale = (price, currency)
            self.emit("SaleRecorded", share_id, share.moves, price, currency)
            self.emit("MetadataUpdate", share_id)

    def completeRecovery(self, sender: str, old_wallet: str, share_ids: tuple[int, ...]) -> None:
        current = self.credentials.currentWallet(old_wallet)
        require(current != old_wallet, "NotRecovered", old_wallet)
        self._require_receiver(current)
        moved: list[int] = []
        for share_id in share_ids:
            owner = current if share_id in moved else self.owner_of(share_id)
            if owner == current:
                continue
            require(owner == old_wallet, "NotShareOwner", share_id, old_wallet, owner)
            self._require_unfrozen(self.shares[share_id], share_id)
            moved.append(share_id)
        for share_id in moved:
            self._move(share_id, current, Authority.RECOVERY)

    def forcedTransfer(self, sender: str, owner: str, to: str, share_id: int) -> bool:
        order = self.hub.check_restricted(sender, self.address, "forcedTransfer")
        share = self._existing(share_id)
        require(share.owner == owner, "ERC721IncorrectOwner", owner, share_id, share.owner)
        self._require_receiver(to)
        self.hub.use_up(order)
        if owner != to and (owner, share_id) in self.frozen:
            self._set_frozen(owner, share_id, False)
        self._move(share_id, to, Authority.COURT)
        self.emit("ForcedTransfer", owner, to, share_id)
        return True

    def _move(self, share_id: int, to: str, authority: Authority) -> None:
        """Everything is checked. A move to oneself is announced and changes nothing."""
        share = self.shares[share_id]
        owner = share.owner
        if owner == to:
            self.emit("Transfer", owner, to, share_id)
            return
        self.settle(self.address, share_id, owner)
        if authority is not Authority.RECOVERY:  # a lost key is no sale
            # What the seller granted ends with his ownership; a lessee stays.
            if share.user != ZERO_ADDRESS and share.lease == ZERO_ADDRESS:
                share.user, share.user_expires = ZERO_ADDRESS, 0
                self.emit("UpdateUser", share_id, ZERO_ADDRESS, 0)
            share.acquired_at = self.now
            share.sale = None
            share.first_priced = False
        share.owner = to
        share.moves += 1
        share.approved = ZERO_ADDRESS
        share.permission = None
        self.held[owner] -= 1
        self.held[to] += 1
        self.emit("Transfer", owner, to, share_id)
        self.emit("ShareMoved", share_id, share.moves, int(authority))

    # -- freezes --------------------------------------------------------------------------------------------------

    def setFrozenTokens(self, sender: str, wallet: str, share_id: int, frozen: bool) -> bool:
        self.hub.require_role(Roles.COURT, sender)
        self._set_frozen(wallet, share_id, frozen)
        return True

    def _set_frozen(self, wallet: str, share_id: int, frozen: bool) -> None:
        """Freezing again does not restart the time."""
        key = (wallet, share_id)
        if frozen:
            self.frozen.setdefault(key, self.now)
        elif key in self.frozen:
            self.thawed[key] += self.now - self.frozen.pop(key)
        self.emit("Frozen", wallet, share_id, frozen)

    # -- liens, leases, use ---------------------------------------------------------------------------------------

    def setHolder(self, sender: str, holder: str, rights: Rights) -> None:
        self.restricted(sender, "setHolder")
        require(self.chain.has_code(holder), "MissingCode", holder)
        require(holder in self.rows or len(self.rows) < 255, "HolderTableFull", holder)
        self.rows[holder] = Rights(*rights)
        self.emit("HolderSet", holder, tuple(rights))

    def _encumberable(self, share_id: int) -> Share:
        share = self._existing(share_id)
        self._require_unfrozen(share, share_id)
        return share

    def check_lien(self, sender: str, share_id: int) -> Share:
        """Every check of `placeLien`, for holders that must know before they write."""
        require(self.holderRights(sender).mayLien, "NotHolder", sender)
        share = self._encumberable(share_id)
        self._require_unlocked(share, share_id)
        return share

    def placeLien(self, sender: str, share_id: int) -> None:
        share = self.check_lien(sender, share_id)
        share.lien = sender
        self.emit("LienPlaced", share_id, sender, share.owner)
        self.emit("Locked", share_id)
        self.emit("MetadataUpdate", share_id)

    def check_own_lien(self, sender: str, share_id: int) -> Share:
        share = self.shares.get(share_id)
        lien = share.lien if share else ZERO_ADDRESS
        if share is None or lien != sender:
            raise Refused("NotEncumbranceHolder", share_id, sender, lien)
        return share

    def releaseLien(self, sender: str, share_id: int) -> None:
        share = self.check_own_lien(sender, share_id)
        share.lien = ZERO_ADDRESS
        self.emit("LienReleased", share_id, sender, share.owner)
        if share.lease == ZERO_ADDRESS:
            self.emit("Unlocked", share_id)
        self.emit("MetadataUpdate", share_id)

    def check_foreclosure(self, sender: str, share_id: int, to: str) -> None:
        share = self.check_own_lien(sender, share_id)
        self._require_unfrozen(share, share_id)
        self._require_receiver(to)

    def moveByLien(self, sender: str, share_id: int, to: str) -> None:
        self.check_foreclosure(sender, share_id, to)
        self.releaseLien(sender, share_id)
        self._move(share_id, to, Authority.FORECLOSURE)

    def refreshTerms(self, sender: str, share_id: int) -> None:
        lien, lease = self.encumbrancesOf(share_id)
        require(sender in (lien, lease), "NotEncumbranceHolder", share_id, sender, lien)
        self.emit("MetadataUpdate", share_id)

    def check_lease(self, sender: str, share_id: int) -> Share:
        require(self.holderRights(sender).mayLease, "NotHolder", sender)
        share = self._encumberable(share_id)
        require(share.lease == ZERO_ADDRESS, "ShareLocked", share_id, share.lien, share.lease)
        return share

    def placeLease(self, sender: str, share_id: int, lessee: str, expires: int) -> None:
        share = self.check_lease(sender, share_id)
        share.lease = sender
        self._set_user(share, share_id, lessee, expires)
        self.emit("LeasePlaced", share_id, sender, lessee)
        if share.lien == ZERO_ADDRESS:
            self.emit("Locked", share_id)
        self.emit("MetadataUpdate", share_id)

    def check_own_lease(self, sender: str, share_id: int) -> Share:
        share = self.shares.get(share_id)
        lease = share.lease if share else ZERO_ADDRESS
        if share is None or lease != sender:
            raise Refused("NotEncumbranceHolder", share_id, sender, lease)
        return share

    def releaseLease(self, sender: str, share_id: int) -> None:
        share = self.check_own_lease(sender, share_id)
        share.lease = ZERO_ADDRESS
        self._set_user(share, share_id, ZERO_ADDRESS, 0)
        self.emit("LeaseReleased", share_id, sender)
        if share.lien == ZERO_ADDRESS:
            self.emit("Unlocked", share_id)
        self.emit("MetadataUpdate", share_id)

    def check_lease_sale(self, sender: str, share_id: int, to: str, price: int) -> None:
        """Every check of `moveByLease`, for holders that must know before they write."""
        share = self.check_own_lease(sender, share_id)
        require(price < 2**96, "PriceOutOfRange", price)
        self._require_unfrozen(share, share_id)
        require(share.lien == ZERO_ADDRESS, "ShareLocked", share_id, share.lien, share.lease)
        self._require_receiver(to)

    def moveByLease(self, sender: str, share_id: int, to: str, price: int, currency: str) -> None:
        self.check_lease_sale(sender, share_id, to, price)
        self.releaseLease(sender, share_id)
        self._sell(share_id, to, price, currency)

    def setUser(self, sender: str, share_id: int, user: str, expires: int) -> None:
        share = self._require_authorized(share_id, sender)
        require(share.lease == ZERO_ADDRESS, "UseIsLeased", share_id, share.lease)
        self._set_user(share, share_id, user, expires)

    def _set_user(self, share: Share, share_id: int, user: str, expires: int) -> None:
        share.user = user
        share.user_expires = expires if user != ZERO_ADDRESS else 0
        self.emit("UpdateUser", share_id, user, expires)

    # -- the registry and the paper -------------------------------------------------------------------------------

    def onHouseChanged(self, sender: str, property_id: int, change: int) -> None:
        require(sender == self.registry.address, "NotRegistry", sender)
        self._on_change(property_id, change)

    def _on_change(self, property_id: int, change: int) -> None:
        if change == MANAGER:
            self.terms[property_id] += 1
        house = self.houses.get(property_id)
        if house and change != LISTING:
            first = property_id * SHARES
            self.emit("BatchMetadataUpdate", first + 1, first + house.share_count)

    def setRenderer(self, sender: str, renderer: str) -> None:
        self.restricted(sender, "setRenderer")
        require(self.chain.has_code(renderer), "MissingCode", renderer)
        self.emit("RendererSet", self.renderer_address, renderer)
        self.renderer_address = renderer
        self.emit("BatchMetadataUpdate", 0, 2**256 - 1)
        self.emit("ContractURIUpdated")
