"""The DAO's timelock with its roles: OpenZeppelin's, with bounds of its delay (`ICouncilTimelock`)."""

from __future__ import annotations

from typing import Any

from eth_utils import keccak

from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call, Contract, Refused, require
from commonhold.model.governance.terms import DELAYS, Actions, Payload

PROPOSER, EXECUTOR, CANCELLER = (keccak(text=f"{name}_ROLE") for name in ("PROPOSER", "EXECUTOR", "CANCELLER"))
ROLES = (PROPOSER, EXECUTOR, CANCELLER)
ADMIN = ZERO_WORD

UNSET, WAITING, READY, DONE = 0, 1, 2, 3
"""TimelockController.OperationState."""

DONE_AT = 1


def bitmap(*states: int) -> bytes:
    return sum(1 << state for state in states).to_bytes(32, "big")


class BatchTimelock(Contract):
    """`CouncilTimelock` as the hand-over and the governor use it: batches. `suite` is the model that it is part of."""

    key = "timelock"

    def __init__(self, suite: Any, address: str, council: str, min_delay: int) -> None:
        super().__init__(suite.chain, address)
        self.suite = suite
        self.min_delay = min_delay
        self.holders: dict[bytes, set[str]] = {
            ADMIN: {address},
            PROPOSER: {council},
            CANCELLER: {council},
            EXECUTOR: {ZERO_ADDRESS},
        }
        self.times: dict[bytes, int] = {}

    # -- views ----------------------------------------------------------------------------------------------------

    def getMinDelay(self) -> int:
        return self.min_delay

    def hasRole(self, role: bytes, account: str) -> bool:
        return account in self.holders.get(role, ())

    def getOperationState(self, identity: bytes) -> int:
        at = self.times.get(identity)
        if at is None:
            return UNSET
        if at == DONE_AT:
            return DONE
        return WAITING if at > self.now else READY

    def getTimestamp(self, identity: bytes) -> int:
        return self.times.get(identity, 0)

    def is_pending(self, identity: bytes) -> bool:
        return self.getOperationState(identity) in (WAITING, READY)

    # -- roles ----------------------------------------------------------------------------------------------------

    def _require_role(self, role: bytes, account: str) -> None:
        require(self.hasRole(role, account), "AccessControlUnauthorizedAccount", account, role)

    def grantRole(self, sender: str, role: bytes, account: str) -> None:
        self._require_role(ADMIN, sender)
        if not self.hasRole(role, account):
            self.holders.setdefault(role, set()).add(account)
            self.emit("RoleGranted", role, account, sender)

    def revokeRole(self, sender: str, role: bytes, account: str) -> None:
        self._require_role(ADMIN, sender)
        self._drop(sender, role, account)

    def renounceRole(self, sender: str, role: bytes, account: str) -> None:
        require(sender == account, "AccessControlBadConfirmation")
        self._drop(sender, role, account)

    def _drop(self, sender: str, role: bytes, account: str) -> None:
        if self.hasRole(role, account):
            self.holders[role].remove(account)
            self.emit("RoleRevoked", role, account, sender)

    # -- batches --------------------------------------------------------------------------------------------------

    def scheduleBatch(
        self,
        sender: str,
        targets: tuple[str, ...],
        values: tuple[int, ...],
        payloads: tuple[Payload, ...],
        predecessor: bytes,
        salt: bytes,
        delay: int,
    ) -> None:
        self._require_role(PROPOSER, sender)
        batch = Actions(targets, values, payloads)
        require(batch.fits, "TimelockInvalidOperationLength", len(targets), len(payloads), len(values))
        identity = batch.batch_id(predecessor, salt)
        require(identity not in self.times, "TimelockUnexpectedOperationState", identity, bitmap(UNSET))
        require(delay >= self.min_delay, "TimelockInsufficientDelay", delay, self.min_delay)
        self.times[identity] = self.now + delay
        for place, (target, value, data) in enumerate(zip(targets, values, batch.data, strict=True)):
            self.emit("CallScheduled", identity, place, target, value, data, predecessor, delay)
        if salt != ZERO_WORD:
            self.emit("CallSalt", identity, salt)

    def cancel(self, sender: str, identity: bytes) -> None:
        self._require_role(CANCELLER, sender)
        expected = bitmap(WAITING, READY)
        require(self.is_pending(identity), "TimelockUnexpectedOperationState", identity, expected)
        del self.times[identity]
        self.emit("Cancelled", identity)

    def executeBatch(
        self,
        sender: str,
        targets: tuple[str, ...],
        values: tuple[int, ...],
        payloads: tuple[Payload, ...],
        predecessor: bytes,
        salt: bytes,
    ) -> None:
        """All of it or nothing: whoever calls this of the model has a way back (`MarketModel.trial`)."""
        if not self.hasRole(EXECUTOR, ZERO_ADDRESS):
            self._require_role(EXECUTOR, sender)
        batch = Actions(targets, values, payloads)
        require(batch.fits, "TimelockInvalidOperationLength", len(targets), len(payloads), len(values))
        identity = batch.batch_id(predecessor, salt)
        self._require_ready(identity)
        done = self.getOperationState(predecessor) == DONE
        require(predecessor == ZERO_WORD or done, "TimelockUnexecutedPredecessor", predecessor)
        with self.suite.trial():
            for place, (target, value, payload) in enumerate(zip(targets, values, payloads, strict=True)):
                self._call(target, value, payload)
                self.emit("CallExecuted", identity, place, target, value, batch.data[place])
            self._require_ready(identity)
            self.times[identity] = DONE_AT

    def _require_ready(self, identity: bytes) -> None:
        ready = self.getOperationState(identity) == READY
        require(ready, "TimelockUnexpectedOperationState", identity, bitmap(READY))

    def _call(self, target: str, value: int, payload: Payload) -> None:
        require(value == 0, "FailedCall")  # it has no ether
        if not isinstance(payload, Call):
            require(not self.suite.has_code(target), "FailedCall")  # nothing of the suite knows such data
            return
        try:
            with self.suite.calling(payload.data):
                self.chain.dispatch(payload, self.address)
        except Refused as refused:
            require(refused.name != "Empty", "FailedCall")  # OpenZeppelin's word for a revert that says nothing
            raise

    def updateDelay(self, sender: str, delay: int) -> None:
        require(sender == self.address, "TimelockUnauthorizedCaller", sender)
        require(DELAYS[0] <= delay <= DELAYS[1], "DelayOutOfRange", delay)
        self.emit("MinDelayChange", self.min_delay, delay)
        self.min_delay = delay
