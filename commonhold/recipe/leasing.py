"""Leases with the right to buy, for whoever needs some on a local chain: offered, approved, signed, as everybody must.

For tests, the demo, the gas report and the fuzz engine. The lessee has to hold a credential.
"""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from enum import IntEnum
from typing import Any

from commonhold.engines.base import Receipt
from commonhold.engines.codec import as_address
from commonhold.recipe.buying import give_coins
from commonhold.recipe.deploy import Suite

DAY, MONTH = 86_400, 2_628_000
UNLIMITED = 2**256 - 1
NUMBERS = 224
"""Of an epoch of somebody's nonces (contracts/market/libraries/OfferWords.sol)."""

TYPES = {
    "LeaseTerms": [
        {"type": kind, "name": name}
        for kind, name in (
            ("address", "owner"),
            ("uint256", "shareId"),
            ("address", "lessee"),
            ("uint256", "rent"),
            ("uint16", "months"),
            ("uint16", "creditBps"),
            ("uint16", "refundBps"),
            ("uint8", "priceMode"),
            ("uint256", "priceUsd"),
            ("bytes32", "fingerprint"),
            ("uint40", "expiresAt"),
            ("uint256", "nonce"),
        )
    ]
}
"""What an owner signs (EIP-712)."""


class PriceMode(IntEnum):
    """ILeaseToBuy.PriceMode."""

    FIXED = 0
    CURRENT = 1


class Ending(IntEnum):
    """ILeaseToBuy.Ending."""

    TERMINATED = 0
    TERM_OVER = 1
    SHARE_MOVED = 2


@dataclass(frozen=True)
class LeaseTerms:
    """ILeaseToBuy.LeaseTerms, under its names. The rent is wei of coin a month, the price dollars with 18 decimals."""

    owner: str
    shareId: int  # EIP-712 signs the names, too
    lessee: str
    rent: int
    months: int
    creditBps: int
    refundBps: int
    priceMode: PriceMode
    priceUsd: int
    fingerprint: bytes
    expiresAt: int
    nonce: int

    @property
    def values(self) -> tuple[Any, ...]:
        """As the contract takes them."""
        return astuple(self)


def lease_terms(
    suite: Suite,
    share_id: int,
    lessee: Any,
    *,
    rent: int,
    months: int = 12,
    credit_bps: int = 5_000,
    refund_bps: int = 0,
    price_usd: int = 0,
    days: int = 30,
    nonce: int | None = None,
) -> LeaseTerms:
    """What the share's owner offers as it is now; without a price it is the share's value when the lessee buys."""
    owner = suite.certificate.ownerOf(share_id)
    return LeaseTerms(
        owner=owner,
        shareId=share_id,
        lessee=as_address(lessee),
        rent=rent,
        months=months,
        creditBps=credit_bps,
        refundBps=refund_bps,
        priceMode=PriceMode.FIXED if price_usd else PriceMode.CURRENT,
        priceUsd=price_usd,
        fingerprint=suite.certificate.getStateFingerprint(share_id),
        expiresAt=suite.engine.now() + days * DAY,
        nonce=live_nonce(suite, owner) if nonce is None else nonce,
    )


def live_nonce(suite: Suite, owner: str) -> int:
    """The first of the owner's numbers that can still act."""
    first = suite.lease_to_buy.epochOf(owner) << 8
    return next(nonce for nonce in range(first, first + NUMBERS) if suite.lease_to_buy.isLive(owner, nonce))


def sign_terms(suite: Suite, terms: LeaseTerms, *, signer: Any = None, **domain: Any) -> bytes:
    """The owner's signature, or another's; `domain` replaces parts of the contract's own."""
    own = {
        "name": "Commonhold Leases",
        "version": "1",
        "chainId": suite.engine.chain_id,
        "verifyingContract": suite.lease_to_buy.address,
    }
    who = terms.owner if signer is None else as_address(signer)
    return suite.engine.sign_typed_data(who, own | domain, TYPES, asdict(terms))


def approve_lease(suite: Suite, terms: LeaseTerms, *, manager: Any = None, until: int | None = None) -> Receipt:
    """The house's manager approves exactly these terms, for a month if nothing else is said."""
    return suite.lease_to_buy.approveLease(
        terms.shareId,
        suite.lease_to_buy.hashOf(terms.values),
        suite.engine.now() + 30 * DAY if until is None else until,
        sender=suite.registry.managerOf(terms.shareId >> 8) if manager is None else manager,
    )


def fund_rents(suite: Suite, payer: Any, rent: int, rents: int = 1) -> None:
    """Coins for so many rents with their fees, which the lease contract may take of `payer`."""
    fee = -(-rent * suite.lease_to_buy.rules().leaseFeeBps // 10_000)
    give_coins(suite, payer, rents * (rent + fee))
    let_spend(suite, payer)


def let_spend(suite: Suite, payer: Any) -> None:
    """Lets the lease contract take the payer's coins."""
    if suite.coin.allowance(as_address(payer), suite.lease_to_buy.address) < UNLIMITED:
        suite.coin.approve(suite.lease_to_buy.address, UNLIMITED, sender=payer)


def sign_lease(suite: Suite, terms: LeaseTerms, *, on_chain: bool = False) -> Receipt:
    """All that makes a lease of terms: approval, signature or offer of the owner, coins, the lessee's call."""
    lessee = terms.lessee
    approve_lease(suite, terms)
    if on_chain:
        suite.lease_to_buy.offer(terms.values, sender=terms.owner)
    signature = b"" if on_chain else sign_terms(suite, terms)
    fund_rents(suite, lessee, terms.rent)
    return suite.lease_to_buy.sign(terms.values, signature, sender=lessee)


def open_lease(suite: Suite, share_id: int, lessee: Any, **terms: Any) -> int:
    """The id of a lease of the share; `terms` are those of `lease_terms`."""
    receipt = sign_lease(suite, lease_terms(suite, share_id, lessee, **terms))
    return int(receipt.event("LeaseSigned")["leaseId"])
