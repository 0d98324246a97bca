"""Tokens that shares are paid with: the coin with its permits (ERC-2612), and a token that refuses some."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from eth_utils import keccak

from commonhold.model.access import Hub
from commonhold.model.coin import Coin
from commonhold.model.core import Chain, Contract, Refused, hash_of, require
from commonhold.model.identity import signer_of
from commonhold.model.money.reserve import ReserveToken


class Permits(Contract):
    """ERC-2612, as OpenZeppelin ships it."""

    called: str
    allowances: defaultdict[tuple[str, str], int]
    nonces_used: defaultdict[str, int]

    def nonces(self, owner: str) -> int:
        return self.nonces_used[owner]

    def permit(
        self, sender: str, owner: str, spender: str, value: int, deadline: int, v: int, r: bytes, s: bytes
    ) -> None:
        require(self.now <= deadline, "ERC2612ExpiredSignature", deadline)
        digest = self.permit_digest(owner, spender, value, self.nonces_used[owner], deadline)
        signer = signer_of(digest, r + s + bytes([v]))
        if signer is None:
            raise Refused("ECDSAInvalidSignature")
        require(signer == owner, "ERC2612InvalidSigner", signer, owner)
        self.nonces_used[owner] += 1
        self.allowances[owner, spender] = value
        self.emit("Approval", owner, spender, value)

    def permit_digest(self, owner: str, spender: str, value: int, nonce: int, deadline: int) -> bytes:
        domain, permit = _type_hashes()
        name = keccak(text=self.called)
        separator = hash_of(domain, name, keccak(text="1"), self.chain.chain_id, self.address)
        return keccak(b"\x19\x01" + separator + hash_of(permit, owner, spender, value, nonce, deadline))


class PermitCoin(Coin, Permits):
    """`HomeDollar` with its permits."""

    called = "Home Dollar"

    def __init__(self, chain: Chain, address: str, hub: Hub) -> None:
        super().__init__(chain, address, hub)
        self.nonces_used = defaultdict(int)


class ListedToken(ReserveToken, Permits):
    """`TestListedToken`."""

    called = "Test Listed"

    def __init__(self, chain: Chain, address: str, decimals: int, key: str) -> None:
        super().__init__(chain, address, decimals)
        self.key = key
        self.refused: set[str] = set()
        self.nonces_used = defaultdict(int)

    def refuse(self, sender: str, account: str, refused: bool) -> None:
        (self.refused.add if refused else self.refused.discard)(account)

    def mint(self, sender: str, to: str, amount: int) -> None:
        require(to not in self.refused, "AccountRefused", to)
        super().mint(sender, to, amount)

    def check_movable(self, owner: str, to: str, amount: int) -> None:
        require(int(to, 16), "ERC20InvalidReceiver", to)
        require(owner not in self.refused, "AccountRefused", owner)
        require(to not in self.refused, "AccountRefused", to)
        super().check_movable(owner, to, amount)


@cache
def _type_hashes() -> tuple[bytes, bytes]:
    domain = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    permit = keccak(text="Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
    return domain, permit
