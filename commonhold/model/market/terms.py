"""What a sale is made of: `IShareMarket`'s structs under their own names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import NamedTuple

from eth_utils import keccak

from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, hash_of

MARKET_SWITCH = b"market".ljust(32, b"\0")
LISTED = 1 << 255
"""In the nonce of a listing."""
NUMBERS = 224
"""Of an epoch of somebody's nonces."""
MOST_PAYMENTS = 4
PLACES = 8
MAX_DECIMALS = 18
SALE_FEE = 2
"""IFeeSplitter.FeeKind.Sale."""


class Outcome(IntEnum):
    NONE = 0
    RELEASE = 1
    REFUND = 2


@dataclass(frozen=True)
class MarketTerms:
    saleFeeBps: int = 100
    minSettlePeriod: int = 86_400
    maxSettlePeriod: int = 90 * 86_400
    mediationPeriod: int = 30 * 86_400


class Ask(NamedTuple):
    seller: str
    shareId: int
    priceUsd: int
    buyer: str
    fingerprint: bytes
    documentsHash: bytes
    expiresAt: int
    settlePeriod: int
    currencies: int
    nonce: int

    @property
    def hash(self) -> bytes:
        """EIP-712 struct hash: its name."""
        return hash_of(_ask_type(), *self)


NO_ASK = Ask(ZERO_ADDRESS, 0, 0, ZERO_ADDRESS, ZERO_WORD, ZERO_WORD, 0, 0, 0, 0)


class Part(NamedTuple):
    currency: int
    amount: int


class SalePage(NamedTuple):
    """`IShareMarket.Sale`."""

    buyer: str
    deadline: int
    disputed: bool
    refunding: bool
    bySeller: bool
    byBuyer: bool
    sellerVote: int
    buyerVote: int
    mediatorVote: int
    documentsHash: bytes
    parts: Sequence[Part]
    loanId: int
    loanCoins: int


@dataclass
class Sale:
    """A purchase that waits."""

    buyer: str
    deadline: int
    parts: list[Part]
    documents: bytes = ZERO_WORD
    by_seller: bool = False
    by_buyer: bool = False
    disputed: bool = False
    refunding: bool = False
    votes: dict[str, Outcome] = field(default_factory=dict)  # of seller, buyer, mediator
    loan_id: int = 0
    loan_coins: int = 0

    @property
    def decided(self) -> Outcome:
        """What two of the three agree on."""
        given = list(self.votes.values())
        return next((outcome for outcome in given if given.count(outcome) > 1), Outcome.NONE)

    def page(self) -> SalePage:
        seller, buyer, mediator = (int(self.votes.get(who, Outcome.NONE)) for who in ("seller", "buyer", "mediator"))
        return SalePage(
            self.buyer,
            self.deadline,
            self.disputed,
            self.refunding,
            self.by_seller,
            self.by_buyer,
            seller,
            buyer,
            mediator,
            self.documents,
            list(self.parts),
            self.loan_id,
            self.loan_coins,
        )


NO_SALE = SalePage(ZERO_ADDRESS, 0, False, False, False, False, 0, 0, 0, ZERO_WORD, [], 0, 0)


def sale_hash(ask_hash: bytes, buyer: str) -> bytes:
    """What the manager approves."""
    return hash_of(ask_hash, buyer)


def ask_digest(chain_id: int, market: str, ask_hash: bytes) -> bytes:
    """What the seller signs."""
    return keccak(b"\x19\x01" + _separator(chain_id, market) + ask_hash)


@cache
def _separator(chain_id: int, market: str) -> bytes:
    domain = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    return hash_of(domain, keccak(text="Commonhold Market"), keccak(text="1"), chain_id, market)


@cache
def _ask_type() -> bytes:
    return keccak(
        text="Ask(address seller,uint256 shareId,uint96 priceUsd,address buyer,bytes32 fingerprint,"
        "bytes32 documentsHash,uint40 expiresAt,uint24 settlePeriod,uint8 currencies,uint256 nonce)"
    )
