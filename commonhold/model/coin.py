"""The coin: `IHomeDollar`, ERC-20 and ERC-7943 in exact integers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from commonhold.model.access import HasSignpost, Hub, Roles
from commonhold.model.core import ZERO_ADDRESS, Chain, require

UNLIMITED = 2**256 - 1
"""Of an allowance: it is never used up."""
UNBOUNDED = 2**128 - 1
"""Of a minter's cap: its level is not counted."""


@dataclass
class Minter:
    cap: int = 0
    level: int = 0


class Coin(HasSignpost):
    """`HomeDollar`. Permits and transfer authorisations are OpenZeppelin's and are left to the unit tests."""

    key = "coin"

    def __init__(self, chain: Chain, address: str, hub: Hub) -> None:
        super().__init__(chain, address, hub)
        self.balances: defaultdict[str, int] = defaultdict(int)
        self.frozen: defaultdict[str, int] = defaultdict(int)
        self.allowances: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.minters: dict[str, Minter] = {}
        self.supply = 0

    # -- views ----------------------------------------------------------------------------------------------------

    def totalSupply(self) -> int:
        return self.supply

    def balanceOf(self, wallet: str) -> int:
        return self.balances[wallet]

    def allowance(self, owner: str, spender: str) -> int:
        return self.allowances[owner, spender]

    def getFrozenTokens(self, wallet: str) -> int:
        return self.frozen[wallet]

    def minterOf(self, minter: str) -> tuple[int, int]:
        row = self.minters.get(minter, Minter())
        return row.cap, row.level

    def unfrozen(self, wallet: str) -> int:
        return max(0, self.balances[wallet] - self.frozen[wallet])

    def canTransfer(self, sender: str, to: str, amount: int) -> bool:
        if ZERO_ADDRESS in (sender, to):
            return False
        return self.frozen[sender] == 0 or amount <= self.unfrozen(sender)

    # -- ERC-20 ---------------------------------------------------------------------------------------------------

    def approve(self, sender: str, spender: str, amount: int) -> bool:
        require(spender != ZERO_ADDRESS, "ERC20InvalidSpender", spender)
        self.allowances[sender, spender] = amount
        self.emit("Approval", sender, spender, amount)
        return True

    def transfer(self, sender: str, to: str, amount: int) -> bool:
        self.check_movable(sender, to, amount)
        self._move(sender, to, amount)
        return True

    def transferFrom(self, sender: str, owner: str, to: str, amount: int) -> bool:
        self.check_allowance(owner, sender, amount)
        self.check_movable(owner, to, amount)
        self.spend_allowance(owner, sender, amount)
        self._move(owner, to, amount)
        return True

    def check_allowance(self, owner: str, spender: str, amount: int) -> None:
        allowed = self.allowances[owner, spender]
        require(amount <= allowed, "ERC20InsufficientAllowance", spender, allowed, amount)
        # Only nothing can be allowed by the zero address, and OpenZeppelin refuses to write even that.
        require(owner != ZERO_ADDRESS, "ERC20InvalidApprover", owner)

    def spend_allowance(self, owner: str, spender: str, amount: int) -> None:
        if self.allowances[owner, spender] != UNLIMITED:
            self.allowances[owner, spender] -= amount

    def check_movable(self, owner: str, to: str, amount: int) -> None:
        require(owner != ZERO_ADDRESS, "ERC20InvalidSender", owner)
        require(to != ZERO_ADDRESS, "ERC20InvalidReceiver", to)
        self._check_free(owner, amount)

    def _check_free(self, owner: str, amount: int) -> None:
        balance = self.balances[owner]
        require(amount <= balance, "ERC20InsufficientBalance", owner, balance, amount)
        free = self.unfrozen(owner)
        require(amount <= free, "ERC7943InsufficientUnfrozenBalance", owner, amount, free)

    def _move(self, owner: str, to: str, amount: int) -> None:
        """Everything is checked. The zero address stands for mint and burn."""
        if owner == ZERO_ADDRESS:
            self.supply += amount
        else:
            self.balances[owner] -= amount
        if to == ZERO_ADDRESS:
            self.supply -= amount
        else:
            self.balances[to] += amount
        self.emit("Transfer", owner, to, amount)

    pay = _move  # for contracts whose own books vouch for the balance

    # -- minters --------------------------------------------------------------------------------------------------

    def setMinter(self, sender: str, minter: str, cap: int) -> None:
        self.restricted(sender, "setMinter")
        row = self.minters.setdefault(minter, Minter())
        self.emit("MinterSet", minter, row.cap, cap)
        if cap == UNBOUNDED:
            row.level = 0
        elif row.cap == UNBOUNDED:
            row.level = min(self.supply, UNBOUNDED)
        row.cap = cap

    def _row(self, caller: str) -> Minter:
        row = self.minters.get(caller, Minter())
        require(row.cap or row.level, "NotMinter", caller)
        return row

    def mint(self, sender: str, to: str, amount: int) -> None:
        row = self._row(sender)
        is_bounded = row.cap != UNBOUNDED
        if is_bounded:
            room = max(0, row.cap - row.level)
            require(amount <= room, "MinterCapExceeded", sender, amount, row.level, row.cap)
        require(to != ZERO_ADDRESS, "ERC20InvalidReceiver", to)
        if is_bounded:
            row.level += amount
        self._move(ZERO_ADDRESS, to, amount)

    def burn(self, sender: str, owner: str, amount: int) -> None:
        row = self._row(sender)
        if owner != sender:
            self.check_allowance(owner, sender, amount)
        require(owner != ZERO_ADDRESS, "ERC20InvalidSender", owner)
        self._check_free(owner, amount)
        self._burn(sender, owner, amount, row)

    def burnForDebt(self, sender: str, owner: str, amount: int) -> None:
        row = self._row(sender)
        if owner != sender:
            self.check_allowance(owner, sender, amount)
        balance = self.balances[owner]
        require(amount <= balance, "ERC20InsufficientBalance", owner, balance, amount)
        self._burn(sender, owner, amount, row, release=True)

    def _burn(self, sender: str, owner: str, amount: int, row: Minter, release: bool = False) -> None:
        if owner != sender:
            self.spend_allowance(owner, sender, amount)
        if row.cap != UNBOUNDED:
            row.level = max(0, row.level - amount)
        if release:
            self._release(owner, amount)
        self._move(owner, ZERO_ADDRESS, amount)

    # -- the court ------------------------------------------------------------------------------------------------

    def setFrozenTokens(self, sender: str, wallet: str, amount: int) -> bool:
        self.hub.require_role(Roles.COURT, sender)
        self._require_no_minter(wallet)
        self.frozen[wallet] = amount
        self.emit("Frozen", wallet, amount)
        return True

    def forcedTransfer(self, sender: str, owner: str, to: str, amount: int) -> bool:
        order = self.hub.check_restricted(sender, self.address, "forcedTransfer")
        require(owner != ZERO_ADDRESS, "ERC7943CannotSend", owner)
        require(to != ZERO_ADDRESS, "ERC7943CannotReceive", to)
        self._require_no_minter(owner)
        balance = self.balances[owner]
        require(amount <= balance, "ERC20InsufficientBalance", owner, balance, amount)
        self.hub.use_up(order)
        if owner != to:
            self._release(owner, amount)
        self._move(owner, to, amount)
        self.emit("ForcedTransfer", owner, to, amount)
        return True

    def _require_no_minter(self, wallet: str) -> None:
        row = self.minters.get(wallet, Minter())
        require(row.cap == 0 and row.level == 0, "MinterExempt", wallet)

    def _release(self, wallet: str, amount: int) -> None:
        """Lifts as much of a freeze as stands in the way of an `amount` that the wallet has."""
        missing = amount - self.unfrozen(wallet)
        if missing > 0:
            self.frozen[wallet] -= missing
            self.emit("Frozen", wallet, self.frozen[wallet])
