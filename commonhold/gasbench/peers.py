"""What others take for the same thing: figures published for the best peers, measured in the setup used here.

One transaction per operation on anvil 1.7.1 (prague), receipt `gasUsed`, everything cold, net of refunds, approvals
given beforehand. "New" and "existing" say whether the recipient held any of it before.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A peer's figure from the table of peers."""

    name: str
    gas: int

    def times(self, count: int) -> Published:
        """As often as it takes to do what one transaction of ours does."""
        return Published(f"{count} x {self.name}", count * self.gas)


@dataclass(frozen=True)
class SameRun:
    """Another row of this very run: a plain OpenZeppelin contract, or ours in another state."""

    row: str
    name: str


Peer = Published | SameRun

# ERC-721
OZ_721_MINT_NEW = Published("OpenZeppelin 5.7 ERC-721 mint, new holder", 68_648)
OZ_721_MINT_EXISTING = Published("OpenZeppelin 5.7 ERC-721 mint, existing holder", 51_560)
OZ_721_TRANSFER_NEW = Published("OpenZeppelin 5.7 ERC-721 transfer, new recipient", 59_642)
OZ_721_TRANSFER_EXISTING = Published("OpenZeppelin 5.7 ERC-721 transfer, existing recipient", 42_542)
OZ_721_APPROVE = Published("OpenZeppelin 5.7 ERC-721 approve", 48_519)
# By ERC721A's own figures for 5 and 20: 81,111 + 3 x (110,016 - 81,111) / 15.
ERC721A_MINT_8 = Published("ERC721A batch mint of 8, new holder (by its rows for 5 and 20)", 86_892)
# An existing holder saves it the fresh balance, by its rows for one token: 73,391 - 56,303.
ERC721A_MINT_8_EXISTING = Published(
    "ERC721A batch mint of 8, existing holder (by its rows)", 86_892 - (73_391 - 56_303)
)
ERC721A_FIRST_MOVE = Published("ERC721A first move of a middle token of a batch", 88_005)

# ERC-20
OZ_20_MINT_NEW = Published("OpenZeppelin 5.7 ERC-20 mint, new holder", 51_320)
OZ_20_MINT_EXISTING = Published("OpenZeppelin 5.7 ERC-20 mint, existing holder", 34_232)
OZ_20_TRANSFER_NEW = Published("OpenZeppelin 5.7 ERC-20 transfer, new recipient", 51_471)
OZ_20_TRANSFER_EXISTING = Published("OpenZeppelin 5.7 ERC-20 transfer, existing recipient", 34_371)
OZ_20_PERMIT_FIRST = Published("OpenZeppelin 5.7 ERC-20 permit, first", 74_600)
OZ_20_PERMIT_LATER = Published("OpenZeppelin 5.7 ERC-20 permit, later", 57_500)

# Income
STAKING_DEPOSIT = Published("StakingRewards deposit (without the transfer of the money)", 58_891)
STAKING_CLAIM = Published("StakingRewards claim, existing holder", 76_020)
# The bound set for one of six shares claimed at once; storage and calldata alone cost 14,000.
CLAIM_OF_SIX = Published("bound for one of six shares claimed at once", 20_000)

# Liens
PAPR_CUSTODY = Published("papr: taking a token into custody", 97_000)
BACKED_SEIZE = Published("Backed: seize, nothing paid", 74_528)

# Oracle
OCR2_TRANSMIT_4 = Published("Chainlink OCR2 transmit, 4 nodes, one price", 95_183)
OCR2_TRANSMIT_7 = Published("Chainlink OCR2 transmit, 7 nodes, one price", 104_343)
OCR2_TRANSMIT_16 = Published("Chainlink OCR2 transmit, 16 nodes, one price", 131_888)
OCR2_TRANSMIT_31 = Published("Chainlink OCR2 transmit, 31 nodes, one price", 177_696)
CHAINLINK_PROXY_READ = Published("Chainlink proxy -> OCR2: latestRoundData, net", 18_698)

# Coin and queue
LITE_PSM_BUY_EXISTING = Published("Maker LitePSM: buy, existing holder", 59_655)
LITE_PSM_BUY_NEW = Published("Maker LitePSM: buy, new holder", 76_755)
LITE_PSM_REDEEM = Published("Maker LitePSM: redeem", 61_958)
LIDO_REQUEST = Published("Lido withdrawal queue: request", 177_474)
LIDO_FINALISE = Published("Lido withdrawal queue: finalise a batch", 107_000)
LIDO_CLAIM = Published("Lido withdrawal queue: claim with a hint", 89_566)

# Loans
LIQUITY_OPEN = Published("Liquity v2: openTrove", 560_968)
PAPR_OPEN = Published("papr: open a loan, one transaction, new coin holder", 178_435)
MORPHO_REPAY = Published("Morpho Blue: repay a part", 77_520)
PAPR_REPAY_ALL = Published("papr: repay in full and free the collateral", 118_479)
PAPR_LIQUIDATE = Published("papr: liquidation by auction, two transactions", 216_354)

# Market
MARKET_BOUND = Published("bound: a certificate's transfer, a coin's transfer and 60,000", 63_437 + 36_917 + 60_000)
