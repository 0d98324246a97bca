"""Execute the plan on an engine. Every step first looks on the chain whether it is done, so that a run that was killed
anywhere is completed by the next one, and a finished suite is left as it is.

Everything is checked before the first transaction: that the artefacts exist, that each argument fits its ABI, that
each function and view of the plan exists. The deployer is the hub's first admin; the last two steps hand the hub to
the timelock and renounce.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from eth_utils import keccak

from commonhold import build
from commonhold.engines.base import (
    Contract,
    Engine,
    EngineError,
    Revert,
    coders,
    create_address,
    init_code,
)
from commonhold.engines.codec import CodecError, as_address, checksum
from commonhold.recipe.parameters import CONTRACTS_OUTSIDE, Parameters
from commonhold.recipe.plan import (
    PLAN,
    ContractEntry,
    Deployer,
    Each,
    FunctionsEntry,
    Given,
    GrantEntry,
    InitCode,
    Member,
    Param,
    Plan,
    Ref,
    Role,
    RowEntry,
    Value,
)

FACTORY = "Create3Factory"
NONCES_SEARCHED = 64  # of the deployer, for a factory that an earlier run created
_PROXY_CODE_HASH = keccak(bytes.fromhex("73365f5f37365f34f06012573d5f5f3e3d5ffd5b005f526014600cf3"))  # OZ Create3


class RecipeError(Exception):
    """The suite can't be deployed as asked; says what is in the way and what to do."""


@dataclass(frozen=True)
class Step:
    """One transaction of the deployment: a call with values of the plan, and how the chain shows that it is done.

    `subject` is the contract that it creates or changes; `function` is empty for the factory, which nothing creates.
    """

    title: str
    done: Callable[[], bool]
    contract: str
    function: str
    values: tuple[Value, ...]
    subject: str


@dataclass(frozen=True)
class Progress:
    """What a run tells whoever watches: step `number` of `total`, and whether it had been done before."""

    number: int
    total: int
    title: str
    was_done: bool


class Suite:
    """The deployed contracts by the plan's names (`suite.certificate`), and what they were built from."""

    def __init__(
        self, engine: Engine, parameters: Parameters, deployer: str, addresses: dict[str, str], from_block: int = 0
    ) -> None:
        self.engine = engine
        self.parameters = parameters
        self.deployer = deployer
        self.from_block = from_block  # nothing happened before, where it is known
        self.contracts: dict[str, Contract] = {}
        for key, address in addresses.items():
            self.contracts[key] = engine.at(artifact_of(key), address)

    def __getattr__(self, key: str) -> Contract:
        try:
            return self.__dict__["contracts"][key]
        except KeyError:
            raise AttributeError(f"the suite has no contract {key!r}") from None

    def __repr__(self) -> str:
        return f"Suite({', '.join(self.contracts)} on {self.engine.name})"


def artifact_of(key: str, plan: Plan = PLAN) -> str:
    """The artefact's name of the plan's contract `key`; the factory counts as one."""
    if key == "factory":
        return FACTORY
    return next(entry.artifact for entry in plan.contracts if entry.key == key)


def deploy(
    engine: Engine,
    parameters: Parameters,
    deployer: Any = None,
    *,
    plan: Plan = PLAN,
    factory: str | None = None,
    from_block: int = 0,
    on_factory: Callable[[str, str], None] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Suite:
    """Bring the suite to what plan and parameters say; does only what is missing.

    `deployer` defaults to that of the local parameters. `factory` is the address that an earlier run used, if known,
    and `from_block` where events are searched from (public nodes refuse to search the whole chain);
    `on_factory` is told deployer and factory before the first transaction, for whoever keeps it beyond this process.
    """
    run = Deployment(engine, parameters, deployer, plan=plan, factory=factory, from_block=from_block)
    run.validate()
    if on_factory is not None:
        on_factory(run.deployer, run.factory_address)
    steps = run.steps()
    for number, step in enumerate(steps, 1):
        was_done = step.done()
        if progress is not None:
            progress(Progress(number, len(steps), step.title, was_done))
        if not was_done:
            run.execute(step)
    return Suite(engine, parameters, run.deployer, {"factory": run.factory_address, **run.addresses})


class Deployment:
    """The plan with parameters and addresses put in, for one engine and one deployer."""

    def __init__(
        self,
        engine: Engine,
        parameters: Parameters,
        deployer: Any = None,
        *,
        plan: Plan = PLAN,
        factory: str | None = None,
        from_block: int = 0,
    ) -> None:
        self.engine, self.parameters, self.plan, self.from_block = engine, parameters, plan, from_block
        if engine.chain_id != parameters.chain_id:
            raise RecipeError(
                f"wrong network: this chain's id is {engine.chain_id}, the parameters of {parameters.network!r} are for"
                f" {parameters.chain_id}"
            )
        if deployer is None and parameters.local is None:
            raise RecipeError(f"the parameters of {parameters.network!r} name no deployer: give its account")
        self.deployer = self.address_of(parameters.value("local.deployer") if deployer is None else deployer)
        self.entries = [entry for entry in plan.contracts if self._wanted(entry.only_if)]
        self.rows = [written for row in plan.rows if self._wanted(row.only_if) for written in self._each(row)]
        self._check_holders()
        self.factory_address = self._find_factory(factory)
        self.addresses = {
            entry.key: create3_address(self.factory_address, self.deployer, salt_of(entry.key))
            for entry in self.entries
        }

    def _wanted(self, only_if: str | None) -> bool:
        return only_if is None or self.parameters.has(only_if)

    def _each(self, row: RowEntry) -> Iterator[RowEntry]:
        """A row as it stands, or once for each member of the list that it names."""
        if row.for_each is None:
            yield row
            return
        for place in range(len(self._parameter(row.for_each))):
            path = f"{row.for_each}.{place}"
            yield replace(
                row,
                args=tuple(_of_member(value, path) for value in row.args),
                view_args=tuple(_of_member(value, path) for value in row.view_args),
                expected=_of_member(row.expected, path),
                for_each=None,
            )

    def _check_holders(self) -> None:
        for path in self.parameters.account_paths():
            accounts = self.parameters.value(path)
            seen: dict[str, Any] = {}
            for account in accounts if isinstance(accounts, list) else [accounts]:
                address = self.address_of(account)
                if address == self.deployer:
                    raise RecipeError(f"{path}: {account} is the deployer, who must hold nothing after the deployment")
                if address in seen:
                    raise RecipeError(f"{path}: {account} and {seen[address]} are the same account")
                seen[address] = account

    # ---------------------------------------------------------------------------------------------------- values

    def address_of(self, account: Any) -> str:
        """The address of an account of the parameters: itself, or a local wallet by its index."""
        if isinstance(account, int):
            wallets = self.engine.accounts
            if account >= len(wallets):
                raise RecipeError(f"account {account} is missing: this chain has {len(wallets)} local wallets")
            return wallets[account]
        return as_address(account)

    def resolve(self, value: Any) -> Any:
        """A value of the plan as the ABI coder takes it."""
        if isinstance(value, Deployer):
            return self.deployer
        if isinstance(value, Ref):
            try:
                return self.addresses[value.key]
            except KeyError:
                raise RecipeError(f"the plan refers to {value.key!r}, which is not among its contracts") from None
        if isinstance(value, Param):
            return self._parameter(value.path)
        if isinstance(value, Given):
            return self.resolve(self.chosen(value))
        if isinstance(value, Member):
            return self.resolve(value.param)[value.place]
        if isinstance(value, InitCode):
            return init_code(value.artifact, [self.resolve(arg) for arg in value.args])
        if isinstance(value, tuple):
            return tuple(self.resolve(member) for member in value)
        return value

    def chosen(self, given: Given) -> Value:
        """Which of its two values the parameters choose."""
        return given.value if self.parameters.has(given.path) else given.otherwise

    def _parameter(self, path: str) -> Any:
        try:
            found = self.parameters.value(path)
        except AttributeError:
            raise RecipeError(f"the plan needs the parameter {path!r}, which does not exist") from None
        if path in self.parameters.account_paths():
            return [self.address_of(one) for one in found] if isinstance(found, list) else self.address_of(found)
        return found

    def arguments(self, entry: ContractEntry) -> tuple[Any, ...]:
        """A contract's constructor arguments."""
        return tuple(self.resolve(value) for value in entry.args)

    # ------------------------------------------------------------------------------------------------ validation

    def validate(self) -> None:
        """Raise RecipeError if any step could not even be encoded, or a feed is not there. Sends nothing."""
        for path in ("oracle.sequencer.feed", *CONTRACTS_OUTSIDE):
            if self.parameters.has(path) and not self.engine.code_at(self.parameters.value(path)):
                raise RecipeError(f"{path}: there is no contract at {self.parameters.value(path)}")
        self._validate_reserve()
        try:
            for entry in self.entries:
                self._validate_contract(entry)
            for functions in self.plan.functions:
                for name in functions.functions:
                    self._function(functions.contract, name, is_view=False)
            for row in self.rows:
                self._function(row.contract, row.setter, is_view=False).encode([self.resolve(arg) for arg in row.args])
                view = self._function(row.contract, row.view, is_view=True)
                view.encode([self.resolve(arg) for arg in row.view_args])
        except (build.BuildError, EngineError, CodecError, AttributeError) as problem:
            raise RecipeError(f"the plan does not fit the contracts: {problem}") from None

    def _validate_reserve(self) -> None:
        """A real token must have the decimals by which amounts of cash are written."""
        reserve = self.parameters.reserve
        if reserve.token is None:
            return
        try:
            decimals = self.engine.at("TestReserveToken", reserve.token).decimals()
        except (EngineError, CodecError, Revert) as problem:
            raise RecipeError(f"reserve.token: {reserve.token} does not tell its decimals: {problem}") from None
        if decimals != reserve.decimals:
            raise RecipeError(f"reserve.token: {reserve.token} has {decimals} decimals, not {reserve.decimals}")

    def _validate_contract(self, entry: ContractEntry) -> None:
        init_code(entry.artifact, self.arguments(entry))
        size = len(build.artifact(entry.artifact).deployed_bytecode)
        if size > build.CONTRACT_SIZE_LIMIT:
            raise RecipeError(f"{entry.artifact} has {size} bytes of code; a chain takes {build.CONTRACT_SIZE_LIMIT}")

    def _function(self, key: str, name: str, *, is_view: bool) -> Any:
        if key not in self.addresses:
            raise RecipeError(f"the plan names a function of {key!r}, which is not among its contracts")
        coder = coders(artifact_of(key, self.plan)).function(name)
        if coder.is_view != is_view:
            raise RecipeError(f"{key}.{name} is {'not ' if is_view else ''}a view")
        return coder

    # ----------------------------------------------------------------------------------------------------- steps

    def steps(self) -> list[Step]:
        """All steps in order."""
        return [
            self._factory_step(),
            *(step for entry in self.entries for step in self._contract_steps(entry)),
            *(self._label_step(role) for role in Role if role is not Role.ADMIN),
            *(self._functions_step(functions) for functions in self.plan.functions),
            *(self._row_step(row) for row in self.rows if row.before is None),
            *(step for grant in self.plan.grants for step in self._grant_steps(grant)),
            *self._handover_steps(),
        ]

    def execute(self, step: Step) -> None:
        """Send a step's transaction, and look afterwards that it did what it should."""
        try:
            if step.function:
                values = [self.resolve(value) for value in step.values]
                self.engine.send(self.handle(step.contract), step.function, *values, sender=self.deployer)
            else:
                self._create_factory()
        except Revert as revert:
            raise RecipeError(f"{step.title}: refused with {revert}{self._hint()}") from None
        if not step.done():
            raise RecipeError(f"{step.title}: the transaction passed but the chain does not show its effect")

    def _hint(self) -> str:
        try:
            is_admin = self._hub.hasRole(Role.ADMIN, self.deployer)[0]
        except (EngineError, Revert):
            return ""
        return "" if is_admin else f" ({self.deployer} is not the hub's admin: this is the DAO's to do now)"

    def handle(self, key: str) -> Contract:
        """The plan's contract `key`, or the factory, whether it is there yet or not."""
        address = self.factory_address if key == "factory" else self.addresses[key]
        return self.engine.at(artifact_of(key, self.plan), address)

    @property
    def _hub(self) -> Contract:
        return self.handle("hub")

    def _factory_step(self) -> Step:
        def done() -> bool:
            return self._has_code(FACTORY, self.factory_address)

        return Step("create the factory", done, "factory", "", (), "factory")

    def _create_factory(self) -> None:
        if create_address(self.deployer, self.engine.nonce(self.deployer)) != self.factory_address:
            raise RecipeError("the deployer sends other transactions at this moment: run again")
        self.engine.send_raw(self.deployer, None, init_code(FACTORY, ()))

    def _contract_steps(self, entry: ContractEntry) -> Iterator[Step]:
        """The rows that a contract's constructor needs, and its creation."""
        yield from (self._row_step(row) for row in self.rows if row.before == entry.key)
        yield self._create_step(entry)

    def _create_step(self, entry: ContractEntry) -> Step:
        def done() -> bool:
            return self._has_code(entry.artifact, self.addresses[entry.key])

        values = (salt_of(entry.key), InitCode(entry.artifact, entry.args))
        return Step(f"create {entry.artifact}", done, "factory", "deploy", values, entry.key)

    def _has_code(self, artifact: str, address: str) -> bool:
        code = self.engine.code_at(address)
        if code and not is_code_of(artifact, code):
            raise RecipeError(
                f"at {address} stands other code than this build's {artifact}: the sources changed since an earlier run"
                " began; finish it with those, or deploy anew"
            )
        return bool(code)

    def _label_step(self, role: Role) -> Step:
        def done() -> bool:
            given = self.engine.events(self._hub, "RoleLabel", from_block=self.from_block)
            labels = [event for event in given if event["roleId"] == role]
            return bool(labels) and labels[-1]["label"] == role.name

        return Step(f"label the role {role.name}", done, "hub", "labelRole", (role, role.name), "hub")

    def _functions_step(self, entry: FunctionsEntry) -> Step:
        target = self.addresses[entry.contract]
        selectors = [self._function(entry.contract, name, is_view=False).selector for name in entry.functions]

        def done() -> bool:
            return all(self._hub.getTargetFunctionRole(target, selector) == entry.role for selector in selectors)

        title = f"{entry.role.name} may call {entry.contract}.{', '.join(entry.functions)}"
        return Step(title, done, "hub", "setTargetFunctionRole", (target, selectors, entry.role), "hub")

    def _row_step(self, row: RowEntry) -> Step:
        def done() -> bool:
            shown = self.engine.call(self.handle(row.contract), row.view, *(self.resolve(arg) for arg in row.view_args))
            return (shown if row.field is None else getattr(shown, row.field)) == self.resolve(row.expected)

        title = f"write the row {row.contract}.{row.setter}"
        return Step(title, done, row.contract, row.setter, row.args, row.contract)

    def _grant_steps(self, grant: GrantEntry) -> Iterator[Step]:
        for place in range(len(self.resolve(grant.holders))):
            yield self._grant_step(grant.role, Member(grant.holders, place), grant.delay)

    def _grant_step(self, role: Role, to: Value, after: Value) -> Step:
        holder, delay = self.resolve(to), self.resolve(after)

        def done() -> bool:
            is_member, execution_delay = self._hub.hasRole(role, holder)
            if is_member and execution_delay != delay:
                raise RecipeError(f"{holder} holds {role.name} with a delay of {execution_delay} s, not {delay} s")
            return is_member

        title = f"grant {role.name} to {holder}" + (f" with a delay of {delay} s" if delay else "")
        return Step(title, done, "hub", "grantRole", (role, to, after), "hub")

    def _handover_steps(self) -> Iterator[Step]:
        def done() -> bool:
            return not self._hub.hasRole(Role.ADMIN, self.deployer)[0]

        yield self._grant_step(Role.ADMIN, Ref("timelock"), 0)
        yield Step("the deployer renounces", done, "hub", "renounceRole", (Role.ADMIN, Deployer()), "hub")

    # --------------------------------------------------------------------------------------------------- factory

    def _find_factory(self, recorded: str | None) -> str:
        """Where the factory of an earlier run stands, or where the next transaction will put it."""
        if recorded is not None and self.engine.code_at(recorded):
            self._has_code(FACTORY, recorded)
            return as_address(recorded)
        nonce = self.engine.nonce(self.deployer)
        for earlier in range(min(nonce, NONCES_SEARCHED)):
            address = create_address(self.deployer, earlier)
            if is_code_of(FACTORY, self.engine.code_at(address)):
                return address
        return create_address(self.deployer, nonce)


# ---------------------------------------------------------------------------------------------- addresses and code


def _of_member(value: Value, path: str) -> Value:
    """A value of a row for the member at `path`."""
    return Param(f"{path}.{value.field}") if isinstance(value, Each) else value


def salt_of(key: str) -> bytes:
    """The factory's salt of the plan's contract `key`: its name."""
    return key.encode().ljust(32, b"\0")


def create3_address(factory: str, deployer: str, salt: bytes) -> str:
    """Where Create3Factory puts what `deployer` creates under `salt`."""
    bound = keccak(bytes(12) + bytes.fromhex(deployer[2:]) + salt)
    proxy = checksum(keccak(b"\xff" + bytes.fromhex(factory[2:]) + bound + _PROXY_CODE_HASH)[12:])
    return create_address(proxy, 1)


def is_code_of(artifact: str, code: bytes) -> bool:
    """Whether `code`, as a chain shows it, is this build's code of a contract, whatever its immutables hold."""
    made = build.artifact(artifact)
    return len(code) == len(made.deployed_bytecode) and _without_immutables(artifact, code) == _without_immutables(
        artifact, made.deployed_bytecode
    )


def _without_immutables(artifact: str, code: bytes) -> bytes:
    bare = bytearray(code)
    for places in build.artifact(artifact).immutable_references.values():
        for place in places:
            bare[place["start"] : place["start"] + place["length"]] = bytes(place["length"])
    return bytes(bare)
