"""T47: what a voter or an owner of HOLD signs acts for him, here, for exactly its fields, once, in time.

Four calls take a signature: `castVoteBySig` and `castVoteWithReasonAndParamsBySig` of the governor, `delegateBySig` and
`permit` of HOLD. Each cell of the matrix is handed in to each of them; each scene first shows that the right signature
passes. `delegateBySig` has no signer among its arguments: it acts for whom it recovers. The voter of these scenes has
used a nonce before, so that whoever else is recovered fails by his nonce.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import ape
import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from vote_stage import HOLD, ZERO, Made

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
OTHER = "0x" + "11" * 20
LATER = 2**39
PLENTY = 3_000_000  # units of gas, for whoever burns what he gets
TYPES = {
    "Ballot": "uint256 proposalId,uint8 support,address voter,uint256 nonce",
    "ExtendedBallot": "uint256 proposalId,uint8 support,address voter,uint256 nonce,string reason,bytes params",
    "Delegation": "address delegatee,uint256 nonce,uint256 expiry",
    "Permit": "address owner,address spender,uint256 value,uint256 nonce,uint256 deadline",
}
TEXTS = {"reason": "because", "params": b"\1\2"}


@dataclass
class Signed:
    """What `signer` signs, and the call that takes it."""

    handles: Any
    contract: Any
    kind: str
    signer: Any
    fields: dict[str, Any]

    @property
    def is_vote(self) -> bool:
        return "support" in self.fields

    def but(self, **fields: Any) -> Signed:
        return replace(self, fields=self.fields | fields)

    def typed(self, **domain: Any) -> tuple[Any, ...]:
        found = self.contract.eip712Domain()
        own = {name: found[name] for name in ("name", "version", "chainId", "verifyingContract")}
        members = [dict(zip(("type", "name"), field.split(" "), strict=True)) for field in TYPES[self.kind].split(",")]
        return own | domain, {self.kind: members}, self.fields

    def signature(self, signer: Any = None, **domain: Any) -> bytes:
        chosen = self.signer if signer is None else signer
        return bytes(self.handles.engine.sign_typed_data(chosen.address, *self.typed(**domain)))

    def recovered(self, signature: bytes) -> str:
        """Whom the contract finds behind a signature of these fields."""
        return str(Account.recover_message(encode_typed_data(*self.typed()), signature=signature))

    def call(self, signature: bytes) -> tuple[Any, tuple[Any, ...]]:
        """The function and its arguments; nonces of votes and permits are the contract's own."""
        given = self.fields
        if self.kind == "Ballot":
            return self.contract.castVoteBySig, (given["proposalId"], given["support"], given["voter"], signature)
        if self.kind == "ExtendedBallot":
            head = (given["proposalId"], given["support"], given["voter"])
            call = self.contract.castVoteWithReasonAndParamsBySig
            return call, (*head, given["reason"], given["params"], signature)
        vrs = (signature[64], signature[:32], signature[32:64])
        if self.kind == "Delegation":
            return self.contract.delegateBySig, (given["delegatee"], given["nonce"], given["expiry"], *vrs)
        parts = (given["owner"], given["spender"], given["value"], given["deadline"])
        return self.contract.permit, (*parts, *vrs)

    def tries(self, signature: bytes, **options: Any) -> None:
        """Would it pass? As a call that leaves nothing behind."""
        function, arguments = self.call(signature)
        function.call(*arguments, **({"sender": self.handles.engine.accounts[19]} | options))

    def acts(self, signature: bytes, sender: Any) -> Any:
        function, arguments = self.call(signature)
        return function(*arguments, sender=sender)

    def is_refused(self, signature: bytes, **options: Any) -> None:
        """As one that is not its signer's."""
        if self.is_vote:
            expected = ape.reverts(self.contract.GovernorInvalidSignature, voter=self.fields["voter"])
        elif self.kind == "Delegation":
            expected = ape.reverts(self.contract.InvalidAccountNonce, account=self.recovered(signature), currentNonce=0)
        else:
            expected = ape.reverts(
                self.contract.ERC2612InvalidSigner, signer=self.recovered(signature), owner=self.fields["owner"]
            )
        with expected:
            self.tries(signature, **options)

    def is_unreadable(self, signature: bytes) -> None:
        """As one from which nobody can be recovered."""
        if self.is_vote:
            return self.is_refused(signature)
        s = int.from_bytes(signature[32:64], "big")
        if s > ORDER // 2:
            expected = ape.reverts(self.contract.ECDSAInvalidSignatureS, s=signature[32:64])
        else:
            expected = ape.reverts(self.contract.ECDSAInvalidSignature)
        with expected:
            self.tries(signature)
        return None


@pytest.fixture(params=list(TYPES))
def signed(request: Any, made: Made, suite: Any, handles: Any, voters: list[Any], at: Any) -> Signed:
    voter, hold = voters[1], suite.hold
    first = Signed(handles, hold, "Delegation", voter, {"delegatee": voter.address, "nonce": 0, "expiry": LATER})
    first.acts(first.signature(), voter)
    fields: dict[str, Any] = {
        "Ballot": {"proposalId": made.id, "support": 1, "voter": voter.address, "nonce": 0},
        "ExtendedBallot": {"proposalId": made.id, "support": 1, "voter": voter.address, "nonce": 0, **TEXTS},
        "Delegation": {"delegatee": OTHER, "nonce": 1, "expiry": LATER},
        "Permit": {"owner": voter.address, "spender": OTHER, "value": 5, "nonce": 1, "deadline": LATER},
    }[request.param]
    handles.engine.set_time(made.begins + 1)
    found = Signed(handles, suite.governor if "support" in fields else hold, request.param, voter, fields)
    found.tries(found.signature())
    return found


# ----------------------------------------------------------------------------------------------------- the signature


def _bend(signature: bytes, *, v: int | None = None, s: int | None = None) -> bytes:
    last = signature[64] if v is None else v
    return signature[:32] + (signature[32:64] if s is None else s.to_bytes(32, "big")) + bytes([last])


def test_t47__bent_signature__refused(signed: Signed) -> None:
    signature = signed.signature()
    s, v = int.from_bytes(signature[32:64], "big"), signature[64]
    for wrong in (0, 1, 29):
        signed.is_unreadable(_bend(signature, v=wrong))
    signed.is_unreadable(_bend(signature, v=55 - v, s=ORDER - s))
    signed.is_unreadable(bytes(65))
    signed.is_refused(_bend(signature, v=55 - v))
    if signed.is_vote:
        compact = signature[:32] + (s | (v - 27) << 255).to_bytes(32, "big")
        for bent in (compact, b"", signature[:1], signature[:64], signature + b"\0", signature + b"\x64\x92" * 16):
            signed.is_refused(bent)


def test_t47__signed_by_somebody_else__refused(signed: Signed, attacker: Any, voters: list[Any]) -> None:
    for signer in (attacker, voters[2]):
        signed.is_refused(signed.signature(signer))
    nobodys = {"voter": ZERO} if signed.is_vote else {"owner": ZERO}
    if signed.kind != "Delegation":
        signed.but(**nobodys).is_unreadable(bytes(65))


def test_t47__signed_for_another_contract_or_chain__refused(
    signed: Signed, suite: Any, handles: Any, chain: Any, forked: Callable[[], int]
) -> None:
    other = (suite.hold if signed.is_vote else suite.governor).eip712Domain()
    coins = suite.coin.eip712Domain()
    for domain in (
        {"chainId": 1},
        {"verifyingContract": OTHER},
        {"name": other.name},
        {"version": "2"},
        {"name": other.name, "verifyingContract": other.verifyingContract},
        {"name": coins.name, "verifyingContract": coins.verifyingContract},
    ):
        signed.is_refused(signed.signature(**domain))
    before = signed.signature()
    there = forked()
    signed.is_refused(before)
    signed.tries(signed.signature(chainId=there))


@pytest.fixture
def forked(chain: Any) -> Iterator[Callable[[], int]]:
    """The chain splits when it is called: this branch gets another id."""
    own = chain.chain_id

    def fork() -> int:
        chain.provider.make_request("anvil_setChainId", [own + 4_242])
        return int(own + 4_242)

    try:
        yield fork
    finally:
        chain.provider.make_request("anvil_setChainId", [own])


def test_t47__anything_else_was_signed__refused(signed: Signed) -> None:
    """What is handed in is right in everything, but another was signed."""
    for field, value in signed.fields.items():
        if isinstance(value, int):
            other: Any = value + 1
        else:
            other = {"reason": "other", "params": b"\1"}.get(field, "0x" + "22" * 20)
        signed.is_refused(signed.but(**{field: other}).signature())


# ------------------------------------------------------------------------------------------------------ once, in time


def test_t47__replay_and_nonces_out_of_order__refused(signed: Signed, attacker: Any, suite: Any) -> None:
    signature, ahead = signed.signature(), signed.but(nonce=signed.fields["nonce"] + 1)
    if signed.kind == "Delegation":
        with ape.reverts(signed.contract.InvalidAccountNonce, account=signed.signer, currentNonce=1):
            ahead.tries(ahead.signature())
    signed.acts(signature, attacker)
    nonces = signed.contract.nonces(signed.signer)
    assert nonces == signed.fields["nonce"] + 1
    if signed.kind == "Delegation":
        with ape.reverts(signed.contract.InvalidAccountNonce, account=signed.signer, currentNonce=nonces):
            signed.tries(signature)
        assert (suite.hold.delegates(signed.signer), suite.hold.getVotes(OTHER)) == (OTHER, 15_000_000 * HOLD)
    elif signed.kind == "Permit":
        with ape.reverts(signed.contract.ERC2612InvalidSigner, signer=ahead.recovered(signature), owner=signed.signer):
            signed.tries(signature)
        assert suite.hold.allowance(signed.signer, OTHER) == 5
    else:
        signed.is_refused(signature)
        with ape.reverts(signed.contract.GovernorAlreadyCastVote, voter=signed.signer):
            ahead.tries(ahead.signature())


@pytest.mark.parametrize("signed", ["Delegation", "Permit"], indirect=True)
@pytest.mark.parametrize("late", [0, 1])
def test_t47__expiry__last_second_counts(signed: Signed, late: int, view_at: Callable[[int], int], made: Made) -> None:
    soon, field = made.begins + 100, "expiry" if signed.kind == "Delegation" else "deadline"
    short = signed.but(**{field: soon})
    view_at(soon + late)
    if not late:
        short.tries(short.signature())
        return
    name = "VotesExpiredSignature" if signed.kind == "Delegation" else "ERC2612ExpiredSignature"
    with ape.reverts(getattr(signed.contract, name), **{field: soon}):
        short.tries(short.signature())


@pytest.mark.parametrize("signed", ["Permit"], indirect=True)
def test_t47__one_sequence_of_nonces__a_delegation_voids_a_permit(signed: Signed, suite: Any, attacker: Any) -> None:
    """And the other way round, as OpenZeppelin has it: who signs both lets them be handed in in order."""
    delegation = Signed(
        signed.handles, suite.hold, "Delegation", signed.signer, {"delegatee": OTHER, "nonce": 1, "expiry": LATER}
    )
    permit = signed.signature()
    delegation.acts(delegation.signature(), attacker)
    with ape.reverts(
        suite.hold.ERC2612InvalidSigner, signer=signed.but(nonce=2).recovered(permit), owner=signed.signer
    ):
        signed.tries(permit)


# ----------------------------------------------------------------------------------------- wallets that are contracts


@pytest.mark.parametrize("signed", ["Ballot", "ExtendedBallot"], indirect=True)
def test_t47__erc1271__counts_if_the_wallet_says_so_and_else_never(
    signed: Signed, project: Any, attacker: Any, suite: Any
) -> None:
    wallet = attacker.deploy(project.Test1271Wallet, signed.signer)
    its = signed.but(voter=wallet.address)
    signature = its.signature()
    its.tries(signature)
    its.is_refused(its.signature(attacker))
    its.is_refused(signed.signature())  # the owner's own vote is not the wallet's
    for mode in range(1, 6):  # wrong value, short, dirty, reverts, burns gas
        wallet.setMode(mode, sender=attacker)
        its.is_refused(signature, gas=PLENTY)
    signed.but(voter=suite.registry.address).is_refused(signature)  # which never signed anything


def test_t47__eip7702__wallet_with_borrowed_code__its_key_counts(signed: Signed, chain: Any, suite: Any) -> None:
    signature = signed.signature()
    chain.provider.set_code(signed.signer.address, "0xef0100" + suite.factory.address[2:])
    try:
        signed.tries(signature)
        signed.is_refused(_bend(signature, v=55 - signature[64]))
    finally:
        chain.provider.set_code(signed.signer.address, "0x")
