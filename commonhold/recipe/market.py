"""Sales of shares for whoever needs some on a local chain: asked, signed, approved, bought, settled as they must be.

For tests, the demo, the gas report and the fuzz engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import Any

from commonhold.engines.base import ZERO_ADDRESS, Receipt
from commonhold.engines.codec import as_address
from commonhold.recipe.deploy import Suite

DAY = 86_400
UNLIMITED = 2**256 - 1
COIN_PLACE, RESERVE_PLACE = 0, 1
"""Places of the market's table of currencies."""

NO_DOCUMENTS = bytes(32)

ASK_FIELDS = (
    ("seller", "address"),
    ("shareId", "uint256"),
    ("priceUsd", "uint96"),
    ("buyer", "address"),
    ("fingerprint", "bytes32"),
    ("documentsHash", "bytes32"),
    ("expiresAt", "uint40"),
    ("settlePeriod", "uint24"),
    ("currencies", "uint8"),
    ("nonce", "uint256"),
)
"""The EIP-712 struct `Ask`, in the order of IShareMarket."""


class Outcome(IntEnum):
    """IShareMarket.Outcome."""

    NONE = 0
    RELEASE = 1
    REFUND = 2


@dataclass(frozen=True)
class Ask:
    """IShareMarket.Ask."""

    seller: str
    share_id: int
    price_usd: int
    buyer: str
    fingerprint: bytes
    documents_hash: bytes
    expires_at: int
    settle_period: int
    currencies: int
    nonce: int

    @property
    def struct(self) -> tuple[Any, ...]:
        """As the market takes it."""
        return astuple(self)


def make_ask(
    suite: Suite,
    seller: Any,
    share_id: int,
    price_usd: int,
    *,
    buyer: Any = None,
    documents_hash: bytes = NO_DOCUMENTS,
    expires_at: int | None = None,
    settle_period: int = 30 * DAY,
    currencies: int = 1 << COIN_PLACE | 1 << RESERVE_PLACE,
    number: int = 0,
    listed: bool = False,
) -> Ask:
    """What `seller` would ask for the share as it is now: a signed ask with the number, or the share's next listing."""
    owner = as_address(seller)
    nonce = suite.market.listingNonce(share_id) if listed else suite.market.epochOf(owner) << 8 | number
    return Ask(
        seller=owner,
        share_id=share_id,
        price_usd=price_usd,
        buyer=ZERO_ADDRESS if buyer is None else as_address(buyer),
        fingerprint=suite.certificate.getStateFingerprint(share_id),
        documents_hash=documents_hash,
        expires_at=suite.engine.now() + 30 * DAY if expires_at is None else expires_at,
        settle_period=settle_period,
        currencies=currencies,
        nonce=nonce,
    )


def sign_ask(suite: Suite, ask: Ask, signer: Any = None, **domain: Any) -> bytes:
    """The seller's signature, or another's; `domain` fields take the place of the market's own."""
    told = suite.market.eip712Domain()
    own = {
        "name": told.name,
        "version": told.version,
        "chainId": told.chainId,
        "verifyingContract": told.verifyingContract,
    }
    types = {"Ask": [{"name": name, "type": kind} for name, kind in ASK_FIELDS]}
    message = {name: value for (name, _), value in zip(ASK_FIELDS, ask.struct, strict=True)}
    wallet = ask.seller if signer is None else as_address(signer)
    return suite.engine.sign_typed_data(wallet, own | domain, types, message)


def sale_hash(suite: Suite, ask: Ask, buyer: Any) -> bytes:
    """What the manager approves."""
    return suite.market.saleHashOf(suite.market.askHashOf(ask.struct), as_address(buyer))


def approve_sale(suite: Suite, ask: Ask, buyer: Any, *, manager: Any, until: int | None = None) -> Receipt:
    """The manager approves that `buyer` takes the ask; for a month if nothing else is said."""
    last_second = suite.engine.now() + 30 * DAY if until is None else until
    return suite.market.approveSale(ask.share_id, sale_hash(suite, ask, buyer), last_second, sender=manager)


def list_ask(suite: Suite, ask: Ask) -> Receipt:
    """The seller puts the ask on chain; it must have been made with `listed`."""
    return suite.market.list(ask.struct, sender=ask.seller)


def offer_through_market(suite: Suite, seller: Any) -> Receipt:
    """The seller lets the market move what he sells there: for all of his shares, so that no fingerprint changes."""
    return suite.certificate.setApprovalForAll(suite.market, True, sender=seller)


def pay_through_market(suite: Suite, buyer: Any, *tokens: Any) -> None:
    """The buyer lets the market take coins and these tokens."""
    for token in (suite.coin, *tokens):
        token.approve(suite.market, UNLIMITED, sender=buyer)


def in_coin(amount: int) -> list[tuple[int, int]]:
    """A payment in coin alone."""
    return [(COIN_PLACE, amount)]


def take(
    suite: Suite,
    ask: Ask,
    buyer: Any,
    *,
    signature: bytes | None = None,
    payments: Sequence[tuple[int, int]] | None = None,
    permits: Sequence[tuple[Any, ...]] = (),
) -> Receipt:
    """Buys at once; in coin, and with the seller's signature, if nothing else is said."""
    proof = sign_ask(suite, ask) if signature is None else signature
    paid = in_coin(ask.price_usd) if payments is None else payments
    return suite.market.take(ask.struct, proof, paid, list(permits), sender=buyer)


def buy(
    suite: Suite,
    ask: Ask,
    buyer: Any,
    *,
    signature: bytes | None = None,
    payments: Sequence[tuple[int, int]] | None = None,
    permits: Sequence[tuple[Any, ...]] = (),
    loan_id: int = 0,
) -> Receipt:
    """Pays, and waits."""
    proof = sign_ask(suite, ask) if signature is None else signature
    paid = in_coin(ask.price_usd) if payments is None else payments
    return suite.market.buy(ask.struct, proof, paid, list(permits), loan_id, sender=buyer)


def attest(suite: Suite, ask: Ask, documents_hash: bytes, *parties: Any) -> None:
    """These parties attest the documents."""
    for party in parties:
        suite.market.attestDocuments(ask.struct, documents_hash, sender=party)
