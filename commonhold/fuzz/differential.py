"""The same sequence on both engines: outcomes, events, refusals and storage must be identical.

`observe` plays a sequence on one engine and writes down all that can be seen; `differences` compares two such records.
The model watches on both sides as well, so a difference that the model knows of is found by either.

Only pyrevm can list its storage; of anvil, every slot is read that pyrevm has touched. (anvil could dump its state, but
only together with the traces of all transactions, which are gigabytes.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from commonhold.engines import InProcessEngine
from commonhold.fuzz.actions import Action
from commonhold.fuzz.choices import SeededChoices
from commonhold.fuzz.rules import rules_for
from commonhold.fuzz.world import World

Storage = dict[str, dict[str, str]]
"""By contract's name: slot -> word, both hexadecimal without zeros in front; zero words are left out."""

Slots = dict[str, list[int]]
"""By contract's name."""


def record(world: World, seed: str, length: int) -> list[Action]:
    """A random sequence of `length` actions, played from the opening."""
    world.reopen()
    choices = SeededChoices(seed)
    bag = [rule for rule in rules_for(world) for _ in range(rule.weight)]
    while len(world.actions) < length:
        choices.one_of(bag).run(world, choices)
    return world.actions[:length]


def observe(world: World, sequence: Sequence[Action], slots: Slots | None = None) -> dict[str, Any]:
    """Play `sequence` from the opening; outcomes by action, and the storage at the end. JSON fits all of it.

    `slots`: those to look at, on an engine that can't list them.
    """
    world.reopen()
    names = world.names
    seen: list[Any] = []

    def watch(_world: World, _action: Action, outcome: Any, sent: Any) -> None:
        if sent is None:
            seen.append(["refused", outcome.refused.name, names.to_json(outcome.refused.arguments)])
        else:
            events = [[event.contract, event.name, names.to_json(event.arguments)] for event in sent.events]
            seen.append(["done", names.to_json(sent.result), events])

    world.before = lambda action, call: None
    world.after = watch
    for action in sequence:
        world.perform(action)
    return {"outcomes": seen, "storage": storage_of(world) if slots is None else read_storage(world, slots)}


def differences(left: Mapping[str, Any], right: Mapping[str, Any], sequence: Sequence[Action]) -> list[str]:
    """What the two records disagree on, in words; empty if nothing."""
    found = []
    for action, one, other in zip(sequence, left["outcomes"], right["outcomes"], strict=True):
        if one != other:
            found.append(f"{action}: {one} against {other}")
    for contract in sorted({*left["storage"], *right["storage"]}):
        here, there = left["storage"].get(contract, {}), right["storage"].get(contract, {})
        for slot in sorted({*here, *there}):
            if here.get(slot) != there.get(slot):
                found.append(f"{contract}, slot 0x{slot}: {here.get(slot, '0')} against {there.get(slot, '0')}")
    return found


# ------------------------------------------------------------------------------------------------------------ storage


def storage_of(world: World) -> Storage:
    """Every word that is not zero, of every contract and puppet of the suite; in process only."""
    return {name: _bare(words) for name, words in _touched(world).items()}


def slots_of(world: World) -> Slots:
    """Every slot that was ever read or written, whatever is in it now; in process only."""
    return {name: sorted(words) for name, words in _touched(world).items()}


def read_storage(world: World, slots: Slots) -> Storage:
    """The words in these slots, read one by one."""
    read = world.port.engine.storage_at
    return {
        name: _bare({slot: int.from_bytes(read(address, slot), "big") for slot in slots[name]})
        for name, address in world.port.addresses.items()
    }


_ACCOUNT = re.compile(r"(0x[0-9a-f]{40}): Account \{.*?storage: \{(.*?)\}, status:", re.DOTALL)
_SLOT = re.compile(r"(\d+): StorageSlot \{ previous_or_original_value: \d+, present_value: (\d+) \}")


def _touched(world: World) -> dict[str, dict[int, int]]:
    """pyrevm shows its storage as text only; nothing is ever committed to a database behind it."""
    engine = world.port.engine
    if not isinstance(engine, InProcessEngine):
        raise TypeError(f"{engine.name} does not list its storage")
    accounts = {
        account: {int(slot): int(word) for slot, word in _SLOT.findall(slots)}
        for account, slots in _ACCOUNT.findall(engine._evm.journal_str)
    }
    return {name: accounts.get(address.lower(), {}) for name, address in world.port.addresses.items()}


def _bare(words: Mapping[int, int]) -> dict[str, str]:
    return {f"{slot:x}": f"{word:x}" for slot, word in words.items() if word}
