"""HOLD: `IGovernanceToken`, an ERC-20 whose delegated balances vote, for every second that is past."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping

from eth_utils import keccak

from commonhold.model.access import HasSignpost, Hub
from commonhold.model.core import ZERO_ADDRESS, Chain, hash_of, require
from commonhold.model.governance.typed import digest_of, domain_of
from commonhold.model.identity import signer_of

UNLIMITED = 2**256 - 1
DELEGATION = keccak(text="Delegation(address delegatee,uint256 nonce,uint256 expiry)")


class Trace:
    """A number's past: what it was from which second on."""

    def __init__(self) -> None:
        self.seconds: list[int] = []
        self.numbers: list[int] = []

    @property
    def latest(self) -> int:
        return self.numbers[-1] if self.numbers else 0

    def at(self, second: int) -> int:
        """At the end of that second."""
        place = bisect_right(self.seconds, second)
        return self.numbers[place - 1] if place else 0

    def push(self, second: int, number: int) -> None:
        if self.seconds and self.seconds[-1] == second:
            self.numbers[-1] = number
            return
        self.seconds.append(second)
        self.numbers.append(number)


class Hold(HasSignpost):
    """`GovernanceToken`. Permits are OpenZeppelin's and are left to the unit tests."""

    key = "hold"

    def __init__(self, chain: Chain, address: str, hub: Hub, allotted: Mapping[str, int], made_at: int) -> None:
        super().__init__(chain, address, hub)
        self.balances: defaultdict[str, int] = defaultdict(int, allotted)
        self.allowances: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.delegate_of: dict[str, str] = {}
        self.votes: defaultdict[str, Trace] = defaultdict(Trace)
        self.nonces_of: defaultdict[str, int] = defaultdict(int)
        self.supply = sum(allotted.values())
        self.made_at = made_at

    # -- views ----------------------------------------------------------------------------------------------------

    def totalSupply(self) -> int:
        return self.supply

    def balanceOf(self, wallet: str) -> int:
        return self.balances[wallet]

    def allowance(self, owner: str, spender: str) -> int:
        return self.allowances[owner, spender]

    def delegates(self, wallet: str) -> str:
        return self.delegate_of.get(wallet, ZERO_ADDRESS)

    def getVotes(self, wallet: str) -> int:
        return self.votes[wallet].latest

    def getPastVotes(self, wallet: str, second: int) -> int:
        self._require_past(second)
        return self.votes[wallet].at(second)

    def getPastTotalSupply(self, second: int) -> int:
        self._require_past(second)
        return self.supply if second >= self.made_at else 0

    def numCheckpoints(self, wallet: str) -> int:
        return len(self.votes[wallet].seconds)

    def nonces(self, wallet: str) -> int:
        return self.nonces_of[wallet]

    def clock(self) -> int:
        return self.now

    def _require_past(self, second: int) -> None:
        require(second < self.now, "ERC5805FutureLookup", second, self.now)

    # -- ERC-20 ---------------------------------------------------------------------------------------------------

    def approve(self, sender: str, spender: str, amount: int) -> bool:
        require(spender != ZERO_ADDRESS, "ERC20InvalidSpender", spender)
        self.allowances[sender, spender] = amount
        self.emit("Approval", sender, spender, amount)
        return True

    def transfer(self, sender: str, to: str, amount: int) -> bool:
        self._require_movable(sender, to, amount)
        self._move(sender, to, amount)
        return True

    def transferFrom(self, sender: str, owner: str, to: str, amount: int) -> bool:
        allowed = self.allowances[owner, sender]
        require(amount <= allowed, "ERC20InsufficientAllowance", sender, allowed, amount)
        self._require_movable(owner, to, amount)
        if allowed != UNLIMITED:
            self.allowances[owner, sender] -= amount
        self._move(owner, to, amount)
        return True

    def _require_movable(self, owner: str, to: str, amount: int) -> None:
        require(to != ZERO_ADDRESS, "ERC20InvalidReceiver", to)
        balance = self.balances[owner]
        require(amount <= balance, "ERC20InsufficientBalance", owner, balance, amount)

    def _move(self, owner: str, to: str, amount: int) -> None:
        self.balances[owner] -= amount
        self.balances[to] += amount
        self.emit("Transfer", owner, to, amount)
        self._move_votes(self.delegates(owner), self.delegates(to), amount)

    # -- delegation -----------------------------------------------------------------------------------------------

    def delegate(self, sender: str, delegatee: str) -> None:
        before = self.delegates(sender)
        self.delegate_of[sender] = delegatee
        self.emit("DelegateChanged", sender, before, delegatee)
        self._move_votes(before, delegatee, self.balances[sender])

    def delegateBySig(self, sender: str, delegatee: str, nonce: int, expiry: int, v: int, r: bytes, s: bytes) -> None:
        """Well-formed signatures: whoever's they are, of him they are."""
        require(self.now <= expiry, "VotesExpiredSignature", expiry)
        signer = signer_of(self.delegation_digest(delegatee, nonce, expiry), r + s + bytes([v]))
        require(signer is not None, "ECDSAInvalidSignature")
        assert signer is not None
        require(nonce == self.nonces_of[signer], "InvalidAccountNonce", signer, self.nonces_of[signer])
        self.nonces_of[signer] += 1
        self.delegate(signer, delegatee)

    def delegation_digest(self, delegatee: str, nonce: int, expiry: int) -> bytes:
        domain = domain_of("Commonhold", self.chain.chain_id, self.address)
        return digest_of(domain, hash_of(DELEGATION, delegatee, nonce, expiry))

    def _move_votes(self, giver: str, to: str, amount: int) -> None:
        if giver == to or amount == 0:
            return
        for wallet, change in ((giver, -amount), (to, amount)):
            if wallet != ZERO_ADDRESS:
                trace = self.votes[wallet]
                before = trace.latest
                trace.push(self.now, before + change)
                self.emit("DelegateVotesChanged", wallet, before, before + change)
