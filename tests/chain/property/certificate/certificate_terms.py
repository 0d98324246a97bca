"""Names and numbers that the certificate's tests share; beside the tests, so pytest finds it by its bare name."""

from __future__ import annotations

from typing import NamedTuple

from eth_abi import encode
from eth_utils import keccak

ZERO = "0x" + "00" * 20
MAX = 2**256 - 1
DAY = 86_400
WEEK = 7 * DAY
YEAR = 365 * DAY
COIN = 10**18
COURT = 6
"""The hub's role."""

MANAGER, SALE, FORECLOSURE, RECOVERY, ORDER = range(5)
"""`IShareCertificate.Authority`: by what right a share moved."""

DESCRIPTION, APPRAISAL, INSPECTION, PHOTOGRAPHS, TITLE, AGREEMENT = range(6)
"""`IPropertyRegistry.DocumentKind`."""


class Terms(NamedTuple):
    """Terms of a loan, in the order of `ILienHolder.Terms`."""

    lender: str
    amount: int
    currency: str
    rateBps: int
    startedAt: int
    termPeriod: int
    kind: str


def millionths(number: int, count: int) -> int:
    """Share `number` of `count`, as the specification says it."""
    return 10**6 * number // count - 10**6 * (number - 1) // count


def transaction_reference(chain_id: int, certificate: str, share_id: int, move_number: int) -> bytes:
    fields = [chain_id, certificate, share_id, move_number]
    return keccak(encode(["uint256", "address", "uint256", "uint256"], fields))
