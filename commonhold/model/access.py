"""The people's hub (OpenZeppelin's AccessManager, as far as the suite uses it) and the DAO's timelock."""

from __future__ import annotations

from dataclasses import dataclass

from eth_utils import keccak

from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call, Chain, Contract, Refused, require, word

DAY = 86_400


class Roles:
    """Roles of the hub, by number."""

    ADMIN = 0
    GUARDIAN = 1
    REGISTRAR = 2
    ISSUER = 3
    UNDERWRITER = 4
    MEDIATOR = 5
    COURT = 6


@dataclass
class Order:
    """A call that waits in the hub for its time."""

    ready_at: int = 0  # 0: not waiting
    nonce: int = 0


class Hub(Contract):
    """`AccessHub`: who holds which role, with what delay, and orders that wait."""

    key = "hub"
    EXPIRATION = 7 * DAY  # AccessManager's `expiration()`

    def __init__(self, chain: Chain, address: str) -> None:
        super().__init__(chain, address)
        self.members: dict[tuple[int, str], int] = {}  # (role, account) -> execution delay
        self.function_roles: dict[tuple[str, str], int] = {}  # (contract's address, function) -> role
        self.orders: dict[bytes, Order] = {}
        self.executing: tuple[str, str] | None = None
        self.successor = ZERO_ADDRESS

    def has_role(self, role: int, account: str) -> bool:
        return (role, account) in self.members

    def require_role(self, role: int, account: str) -> None:
        """Membership alone, whatever the delay (`RoleGated`)."""
        require(self.has_role(role, account), "MissingRole", account, role)

    def authority_of(self, caller: str, target: str, function: str) -> tuple[bool, int]:
        """AccessManager's `canCall`: at once, or after which delay (0: not at all)."""
        if caller == self.address:
            return self.executing == (target, function), 0
        role = self.function_roles.get((target, function), Roles.ADMIN)
        delay = self.members.get((role, caller))
        return (False, 0) if delay is None else (delay == 0, delay)

    def check_restricted(self, caller: str, target: str, function: str) -> bytes | None:
        """The modifier `restricted`. Returns the order that the call uses up, for `use_up` after the other checks."""
        immediate, delay = self.authority_of(caller, target, function)
        if immediate:
            return None
        require(delay > 0, "AccessManagedUnauthorized", caller)
        return self.check_order(self.order_id(caller, target, self.chain.call_data()))

    # -- orders -------------------------------------------------------------------------------------------------

    @staticmethod
    def order_id(caller: str, target: str, data: bytes) -> bytes:
        """keccak256(abi.encode(caller, target, data))."""
        padded = data + b"\0" * (-len(data) % 32)
        return keccak(word(caller) + word(target) + word(96) + word(len(data)) + padded)

    def check_order(self, order_id: bytes) -> bytes:
        order = self.orders.get(order_id, Order())
        require(order.ready_at != 0, "AccessManagerNotScheduled", order_id)
        require(order.ready_at <= self.now, "AccessManagerNotReady", order_id)
        require(order.ready_at + self.EXPIRATION > self.now, "AccessManagerExpired", order_id)
        return order_id

    def use_up(self, order_id: bytes | None) -> None:
        if order_id is not None:
            order = self.orders[order_id]
            order.ready_at = 0
            self.emit("OperationExecuted", order_id, order.nonce)

    def schedule(self, sender: str, call: Call, when: int) -> tuple[bytes, int]:
        _, setback = self.authority_of(sender, call.target, call.function)
        earliest = self.now + setback
        require(
            setback != 0 and not 0 < when < earliest,
            "AccessManagerUnauthorizedCall",
            sender,
            call.target,
            call.data[:4],
        )
        ready_at = max(when, earliest)
        order_id = self.order_id(sender, call.target, call.data)
        order = self.orders.get(order_id, Order())
        waiting = order.ready_at != 0 and order.ready_at + self.EXPIRATION > self.now
        require(not waiting, "AccessManagerAlreadyScheduled", order_id)
        self.orders[order_id] = Order(ready_at, order.nonce + 1)
        self.emit("OperationScheduled", order_id, order.nonce + 1, ready_at, sender, call.target, call.data)
        return order_id, order.nonce + 1

    def execute(self, sender: str, call: Call) -> int:
        immediate, delay = self.authority_of(sender, call.target, call.function)
        require(immediate or delay, "AccessManagerUnauthorizedCall", sender, call.target, call.data[:4])
        order_id = self.order_id(sender, call.target, call.data)
        order = self.orders.get(order_id, Order())
        waiting = order.ready_at != 0 and order.ready_at + self.EXPIRATION > self.now
        nonce = 0
        before = len(self.chain.log)
        if delay or waiting:
            self.check_order(order_id)
            nonce = order.nonce
            ready_at = order.ready_at
            self.use_up(order_id)
        self.executing = (call.target, call.function)
        try:
            self.chain.dispatch(call, self.address)
        except Refused:
            if delay or waiting:
                order.ready_at = ready_at
            del self.chain.log[before:]
            raise
        finally:
            self.executing = None
        return nonce

    def cancel(self, sender: str, caller: str, call: Call) -> int:
        order_id = self.order_id(caller, call.target, call.data)
        order = self.orders.get(order_id, Order())
        require(order.ready_at != 0, "AccessManagerNotScheduled", order_id)
        # No role has a guardian role of its own, so it is the admin's.
        require(
            sender == caller or self.has_role(Roles.ADMIN, sender),
            "AccessManagerUnauthorizedCancel",
            sender,
            caller,
            call.target,
            call.data[:4],
        )
        order.ready_at = 0
        self.emit("OperationCanceled", order_id, order.nonce)
        return order.nonce

    # -- roles --------------------------------------------------------------------------------------------------

    def _require_admin(self, sender: str) -> None:
        require(self.has_role(Roles.ADMIN, sender), "AccessManagerUnauthorizedAccount", sender, Roles.ADMIN)

    def grantRole(self, sender: str, role: int, account: str, delay: int) -> None:
        """Modelled for new members and for members whose delay stays as it is."""
        self._require_admin(sender)
        new = (role, account) not in self.members
        self.members[role, account] = delay
        self.emit("RoleGranted", role, account, delay, self.now, new)

    def revokeRole(self, sender: str, role: int, account: str) -> None:
        self._require_admin(sender)
        if self.members.pop((role, account), None) is not None:
            self.emit("RoleRevoked", role, account)

    def setSuccessor(self, sender: str, successor: str) -> None:
        # `onlyAuthorized` without an entry for the function: the admin's.
        self._require_admin(sender)
        set_signpost(self, successor)


class Managed(Contract):
    """A contract that asks the hub who may call."""

    def __init__(self, chain: Chain, address: str, hub: Hub) -> None:
        super().__init__(chain, address)
        self.hub = hub

    def restricted(self, sender: str, function: str) -> None:
        """The modifier, for functions whose roles carry no delay."""
        immediate, _ = self.hub.authority_of(sender, self.address, function)
        require(immediate, "AccessManagedUnauthorized", sender)


class HasSignpost(Managed):
    """`Signpost`: the address of the contract that comes after a permanent one."""

    def __init__(self, chain: Chain, address: str, hub: Hub) -> None:
        super().__init__(chain, address, hub)
        self.successor = ZERO_ADDRESS

    def setSuccessor(self, sender: str, successor: str) -> None:
        self.restricted(sender, "setSuccessor")
        set_signpost(self, successor)


def set_signpost(contract: Hub | HasSignpost, successor: str) -> None:
    require(contract.successor == ZERO_ADDRESS, "SuccessorAlreadySet", contract.successor)
    require(contract.chain.has_code(successor), "SuccessorWithoutCode", successor)
    contract.successor = successor
    contract.emit("SuccessorSet", successor)


@dataclass
class GuardianStop:
    """A guardian's switch: works at once, ends by itself, and rests as long again before it works a second time."""

    what: bytes
    period: int
    stopped_until: int = 0

    def stop(self, contract: Contract) -> None:
        ready_at = self.stopped_until + self.period
        require(self.stopped_until == 0 or contract.now >= ready_at, "StopNotReady", self.what, ready_at)
        self.stopped_until = contract.now + self.period
        contract.emit("Stopped", self.what, self.stopped_until)

    def resume(self, contract: Contract) -> None:
        require(contract.now < self.stopped_until, "NotStopped", self.what)
        self.stopped_until = contract.now
        contract.emit("Resumed", self.what)

    def require_running(self, contract: Contract) -> None:
        require(contract.now >= self.stopped_until, "StoppedUntil", self.what, self.stopped_until)


@dataclass
class TimedStop(GuardianStop):
    """A switch that also knows for how long it has stopped, all stops together (`StopClock`)."""

    stopped_at: int = 0
    stopped_before: int = 0

    def stop(self, contract: Contract) -> None:
        before = self.stopped_time(contract)
        super().stop(contract)
        self.stopped_at, self.stopped_before = contract.now, before

    def stopped_time(self, contract: Contract) -> int:
        return self.stopped_before + min(contract.now, self.stopped_until) - self.stopped_at

    def is_running(self, contract: Contract) -> bool:
        return contract.now >= self.stopped_until


@dataclass
class Proposal:
    call: Call
    salt: bytes
    ready_at: int
    done: bool = False


class Timelock(Contract):
    """`CouncilTimelock`: the council proposes and cancels, anyone executes after the delay."""

    key = "timelock"
    WAITING, READY = 1, 2  # OpenZeppelin's OperationState

    def __init__(self, chain: Chain, address: str, council: str, min_delay: int) -> None:
        super().__init__(chain, address)
        self.council = council
        self.min_delay = min_delay
        self.proposals: dict[bytes, Proposal] = {}

    @staticmethod
    def proposal_id(call: Call, salt: bytes) -> bytes:
        """keccak256(abi.encode(target, 0, data, 0, salt))."""
        padded = call.data + b"\0" * (-len(call.data) % 32)
        head = word(call.target) + word(0) + word(160) + ZERO_WORD + salt
        return keccak(head + word(len(call.data)) + padded)

    def _require_council(self, sender: str, role: str) -> None:
        require(sender == self.council, "AccessControlUnauthorizedAccount", sender, keccak(text=role))

    def schedule(self, sender: str, call: Call, salt: bytes, delay: int) -> None:
        self._require_council(sender, "PROPOSER_ROLE")
        identity = self.proposal_id(call, salt)
        require(identity not in self.proposals, "TimelockUnexpectedOperationState", identity, _states(0))
        require(delay >= self.min_delay, "TimelockInsufficientDelay", delay, self.min_delay)
        self.proposals[identity] = Proposal(call, salt, self.now + delay)
        self.emit("CallScheduled", identity, 0, call.target, 0, call.data, ZERO_WORD, delay)
        if salt != ZERO_WORD:
            self.emit("CallSalt", identity, salt)

    def execute(self, sender: str, call: Call, salt: bytes) -> None:
        identity = self.proposal_id(call, salt)
        proposal = self.proposals.get(identity)
        ready = proposal is not None and not proposal.done and proposal.ready_at <= self.now
        require(ready, "TimelockUnexpectedOperationState", identity, _states(self.READY))
        try:
            self.chain.dispatch(call, self.address)
        except Refused as refused:
            require(refused.name != "Empty", "FailedCall")  # OpenZeppelin's word for a revert that says nothing
            raise
        self.proposals[identity].done = True
        self.emit("CallExecuted", identity, 0, call.target, 0, call.data)

    def cancel(self, sender: str, identity: bytes) -> None:
        self._require_council(sender, "CANCELLER_ROLE")
        proposal = self.proposals.get(identity)
        require(
            proposal is not None and not proposal.done,
            "TimelockUnexpectedOperationState",
            identity,
            _states(self.WAITING, self.READY),
        )
        del self.proposals[identity]
        self.emit("Cancelled", identity)


def _states(*states: int) -> bytes:
    return sum(1 << state for state in states).to_bytes(32, "big")
