"""What a proposal would do now: executed on a copy of the present state, and whatever anybody can ask compared.

The copy's timelock is told that the operation is ready, and its governor that it may call itself, as both would be
after the vote; then the timelock makes the calls in one batch, in its own name, as it will.

Compared are the ether of everybody whose ether moved, every view without arguments of every contract, and every view
whose arguments the proposal's calls name, or the events that came: `minterOf(address)`, `hasRole(roleId, account)`,
`balanceOf(address)`. And lest anything be missed, the words of storage that changed are counted by contract: where no
view showed a change, the preview says so. The lenses are not asked: they repeat what the others answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
from eth_utils import keccak

from commonhold import build
from commonhold.engines.base import Contract, EngineError, Event, Receipt, Revert, decode_revert
from commonhold.engines.codec import CodecError, FunctionCoder, checksum
from commonhold.engines.copies import Footprint, Journal, mapping_slot, write_word
from commonhold.operations.governance.copies import copy_of, slot_of
from commonhold.operations.governance.proposal_file import Planned, ProposalFile
from commonhold.recipe.deploy import Suite
from commonhold.recipe.governing import NO_PREDECESSOR
from commonhold.recipe.handover import EXECUTOR

MOST_ARGUMENTS = 3
LONGEST_REASON = 400
MOST_QUESTIONS = 20_000
SALT = keccak(text="preview")
EXECUTES = checksum(keccak(text="who executes previews")[12:])
REFUSED = "refused"
LENSES = "contracts/lens/"
_WEI_OF = "ether"

_BALANCES = {"balanceOf", "totalSupply", "ownerOf", "allowance", "getVotes", "delegates", "holdingOf", _WEI_OF}
_RIGHTS = {"authority", "canCall", "successor", "proposalGuardian", "getMinDelay"}

Key = tuple[str, str, tuple[Any, ...]]
Groups = frozenset[tuple[tuple[str, Any], ...]]


class WouldFail(click.ClickException):
    """The proposal could not be executed as things stand. One line: which action, and why."""


@dataclass(frozen=True)
class Change:
    """One thing that anybody can ask for, before and after."""

    contract: str  # its name
    view: str
    arguments: tuple[tuple[str, Any], ...]  # names with values
    field: str  # of a struct, with a dot in front; empty for the whole
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """`balance`, `right` or `parameter`."""
        if self.view in _BALANCES:
            return "balance"
        is_right = self.contract in ("hub", "timelock") or self.view in _RIGHTS or "Role" in self.view
        return "right" if is_right else "parameter"


@dataclass(frozen=True)
class Preview:
    """What executing a proposal now would do."""

    changes: tuple[Change, ...]
    events: tuple[Event, ...]
    words: Mapping[str, int]  # how many words of storage changed, by the contract's name or address
    created: tuple[str, ...]  # addresses of new contracts

    @property
    def unseen(self) -> dict[str, int]:
        """Contracts whose storage changed though no view of theirs did, with the number of words."""
        seen = {change.contract for change in self.changes}
        return {name: count for name, count in self.words.items() if name not in seen}

    def of(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]


def preview(suite: Suite, proposal: ProposalFile) -> Preview:
    """Executed on a copy, everything compared. Raises WouldFail."""
    with copy_of(suite) as copied:
        contracts = _contracts(copied, proposal)
        # Two runs: the first one finds out what to ask, and the time of both answers is the same.
        with copied.engine.rollback():
            journal = Journal(copied.engine)  # type: ignore[arg-type]
            groups = _groups(proposal, _events(copied, proposal.planned))
            footprint = journal.footprint()
        copied.engine.set_time(copied.engine.now() + 1)
        before = _survey(contracts, copied, groups, footprint.paid)
        copied.engine.keep_second()  # type: ignore[attr-defined]
        events = _events(copied, proposal.planned)
        after = _survey(contracts, copied, groups, footprint.paid)
        words = _counted(copied, contracts, proposal.planned, footprint)
    return Preview(tuple(_differences(contracts, before, after)), tuple(events), words, footprint.created)


# ----------------------------------------------------------------------------------------------------------- executing


def _execute(suite: Suite, planned: Sequence[Planned]) -> Receipt:
    for one in planned:
        if not suite.engine.code_at(one.address):
            raise WouldFail(f"{one.call}: there is no contract at {one.address}")
    try:
        return _try(suite, planned)
    except Revert as revert:
        raise WouldFail(_why(suite, planned, revert)) from None


def _events(suite: Suite, planned: Sequence[Planned]) -> list[Event]:
    """What happens, without the timelock's own word that it called."""
    return [event for event in _execute(suite, planned).events if event.name != "CallExecuted"]


def _try(suite: Suite, planned: Sequence[Planned]) -> Receipt:
    _let_execute(suite, planned)
    return suite.timelock.executeBatch(*_batch(planned), sender=EXECUTES)


def _let_execute(suite: Suite, planned: Sequence[Planned]) -> None:
    """What vote, waiting and the governor's `execute` would have brought about: somebody may execute, the operation is
    ready, and the governor expects its calls to itself."""
    for contract, slot, value in _writes(suite, planned):
        write_word(suite.engine, contract, slot, value)  # type: ignore[arg-type]


def _writes(suite: Suite, planned: Sequence[Planned]) -> Iterator[tuple[str, int, int]]:
    """Contract, slot and word of each."""
    timelock, governor = suite.timelock.address, suite.governor.address
    members = mapping_slot(EXECUTOR, slot_of("CouncilTimelock", "_roles"))
    yield timelock, mapping_slot(int(EXECUTES, 16), members), 1
    operation = suite.timelock.hashOperationBatch(*_batch(planned))
    yield timelock, mapping_slot(operation, slot_of("CouncilTimelock", "_timestamps")), suite.engine.now()
    expected = [keccak(one.action.data) for one in planned if one.address == governor]
    queue = slot_of("CommonholdGovernor", "_governanceCall")  # where first and last stand, then the mapping
    yield governor, queue, len(expected) << 128
    for place, call in enumerate(expected):
        yield governor, mapping_slot(place, queue + 1), int.from_bytes(call, "big")


def _batch(planned: Sequence[Planned]) -> tuple[Any, ...]:
    actions = [one.action for one in planned]
    return [a.target for a in actions], [a.value for a in actions], [a.data for a in actions], NO_PREDECESSOR, SALT


def _why(suite: Suite, planned: Sequence[Planned], refusal: Revert) -> str:
    """The first action that fails, and its refusal by its target's ABI."""
    for count, last in enumerate(planned, 1):
        with suite.engine.rollback():
            try:
                _try(suite, planned[:count])
            except Revert as revert:
                told = decode_revert(revert.data, last.artifact) if revert.data else revert
                return f"action {count}, {last.call}: {_short(str(told))}"
    return str(refusal)  # it has failed before: this is not reached


def _short(reason: str) -> str:
    """A foreign contract may refuse with megabytes."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}... ({len(reason):,} characters)"


# ----------------------------------------------------------------------------------------------------------- comparing


def _contracts(suite: Suite, proposal: ProposalFile) -> dict[str, Contract]:
    """The suite's contracts but for the lenses, and those that the file names."""
    named = {
        name: suite.engine.at(artifact, address)
        for name, (address, artifact) in proposal.names.contracts.items()
        if name not in suite.contracts and address and artifact and suite.engine.code_at(address)
    }
    sources = {name: build.artifact(contract.name).source_id for name, contract in suite.contracts.items()}
    kept = {name: suite.contracts[name] for name, source in sources.items() if not source.startswith(LENSES)}
    return {**kept, **named}


def _groups(proposal: ProposalFile, events: Sequence[Event]) -> Groups:
    """What can be asked about: the named values of a call, or of an event, belong together."""
    found = set()
    for values in (*(one.named_values for one in proposal.planned), *(event.args for event in events)):
        found.add(tuple((name, part) for name, value in values.items() for part in _words(value)))
    for one in proposal.planned:
        found.add((("target", one.address),))
    return frozenset(found)


def _words(value: Any) -> Iterator[Any]:
    """The single words in a value."""
    if isinstance(value, list | tuple):
        for member in value:
            yield from _words(member)
    elif isinstance(value, str | bytes | int) and len(str(value)) <= 200:
        yield value


def _survey(contracts: Mapping[str, Contract], suite: Suite, groups: Groups, paid: frozenset[str]) -> dict[Key, Any]:
    """Every answer that can be had."""
    answers: dict[Key, Any] = {}
    for name, contract in contracts.items():
        for coder in _views(contract):
            for arguments in _questions(coder, groups):
                answers[name, coder.signature, arguments] = _answer(suite, contract, coder, arguments)
                if len(answers) > MOST_QUESTIONS:
                    raise EngineError(f"there are more than {MOST_QUESTIONS:,} views to compare: propose less at once")
    for address in sorted(paid):
        answers["", _WEI_OF, (address,)] = suite.engine.balance(address)
    return answers


def _views(contract: Contract) -> list[FunctionCoder]:
    return [
        coder
        for overloads in contract.coders.overloads.values()
        for coder in overloads
        if coder.is_view and coder.outputs.types and len(coder.inputs.types) <= MOST_ARGUMENTS
    ]


def _questions(coder: FunctionCoder, groups: Groups) -> Iterator[tuple[Any, ...]]:
    """The arguments to ask a view with: all that one group has for them."""
    if not coder.inputs.types:
        yield ()
        return
    asked = set()
    parameters = list(zip(coder.inputs.names, coder.inputs.types, strict=True))
    for group in groups:
        fitting = [[value for label, value in group if _fits(name, kind, label, value)] for name, kind in parameters]
        asked |= set(itertools.product(*fitting))
    yield from sorted(asked, key=str)


def _fits(name: str, kind: str, label: str, value: Any) -> bool:
    """Addresses and bytes fit by type; a number says too little, so its name must fit, too."""
    if kind == "address":
        return _is_address(value)
    if kind.startswith("bytes") and kind[5:].isdecimal():
        return isinstance(value, bytes) and len(value) == int(kind[5:])
    if kind.startswith("uint") and kind[4:].isdecimal():
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return is_number and name.rstrip("_").lower() == label.rstrip("_").lower()
    return False


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 42 and value.startswith("0x")


def _answer(suite: Suite, contract: Contract, coder: FunctionCoder, arguments: tuple[Any, ...]) -> Any:
    try:
        return coder.decode(suite.engine.call_raw(contract.address, coder.encode(arguments)))
    except (Revert, CodecError):
        return REFUSED


def _counted(
    suite: Suite, contracts: Mapping[str, Contract], planned: Sequence[Planned], footprint: Footprint
) -> dict[str, int]:
    """Changed words by contract, without those that executing itself changes."""
    own = {(contract, slot) for contract, slot, _ in _writes(suite, planned)}
    names = {contract.address: name for name, contract in contracts.items()}
    counts = {
        names.get(address, address): len([slot for slot in slots if (address, slot) not in own])
        for address, slots in footprint.words.items()
    }
    return {name: count for name, count in counts.items() if count}


def _differences(
    contracts: Mapping[str, Contract], before: Mapping[Key, Any], after: Mapping[Key, Any]
) -> Iterator[Change]:
    for key, found in after.items():
        contract, signature, arguments = key
        view = signature.partition("(")[0]
        names = contracts[contract].coders.functions[signature].inputs.names if contract else ["account"]
        for field, old, new in _parts("", before[key], found):
            yield Change(contract, view, tuple(zip(names, arguments, strict=True)), field, old, new)


def _parts(field: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """What differs: members of a struct each for itself."""
    if old == new:
        return
    names = getattr(new, "_fields", None)
    if names and getattr(old, "_fields", None) == names:
        for name, one, other in zip(names, old, new, strict=True):
            yield from _parts(f"{field}.{name}", one, other)
    else:
        yield field, old, new
