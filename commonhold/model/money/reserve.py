"""The world's side of the treasury: the reserve token, its price, and who a recovered wallet is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from commonhold.model.coin import UNLIMITED
from commonhold.model.core import ZERO_ADDRESS, Chain, Contract, require
from commonhold.model.feeds import FeedStatus

MAX_DECIMALS = 18
VALID = int(FeedStatus.VALID)


class ReserveToken(Contract):
    """A plain dollar token that anyone mints and that moves exactly what it is asked to."""

    key = "reserve"

    def __init__(self, chain: Chain, address: str, decimals: int) -> None:
        super().__init__(chain, address)
        self.decimals = decimals
        self.balances: defaultdict[str, int] = defaultdict(int)
        self.allowances: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.supply = 0

    def balanceOf(self, wallet: str) -> int:
        return self.balances[wallet]

    def totalSupply(self) -> int:
        return self.supply

    def mint(self, sender: str, to: str, amount: int) -> None:
        require(to != ZERO_ADDRESS, "ERC20InvalidReceiver", to)
        self.supply += amount
        self.balances[to] += amount
        self.emit("Transfer", ZERO_ADDRESS, to, amount)

    def approve(self, sender: str, spender: str, amount: int) -> bool:
        require(spender != ZERO_ADDRESS, "ERC20InvalidSpender", spender)
        self.allowances[sender, spender] = amount
        self.emit("Approval", sender, spender, amount)
        return True

    def check_movable(self, owner: str, to: str, amount: int) -> None:
        require(to != ZERO_ADDRESS, "ERC20InvalidReceiver", to)
        require(amount <= self.balances[owner], "ERC20InsufficientBalance", owner, self.balances[owner], amount)

    def check_allowance(self, owner: str, spender: str, amount: int) -> None:
        allowed = self.allowances[owner, spender]
        require(amount <= allowed, "ERC20InsufficientAllowance", spender, allowed, amount)

    def transfer(self, sender: str, to: str, amount: int) -> bool:
        self.check_movable(sender, to, amount)
        self.balances[sender] -= amount
        self.balances[to] += amount
        self.emit("Transfer", sender, to, amount)
        return True

    def transferFrom(self, sender: str, owner: str, to: str, amount: int) -> bool:
        self.check_allowance(owner, sender, amount)
        self.transfer(owner, to, amount)
        if self.allowances[owner, sender] != UNLIMITED:
            self.allowances[owner, sender] -= amount
        return True


@dataclass
class Reading:
    """The reserve token's price as its reader answers: the last valid one, 18 decimals, and why it is valid or not."""

    lastUsd: int
    status: int = VALID

    @property
    def valid(self) -> bool:
        return self.status == VALID


PriceSource = Callable[[], Reading]
WalletLookup = Callable[[str], str]
