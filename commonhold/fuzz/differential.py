"""The same sequence on both engines: outcomes, events, refusals and storage must be identical.

`observe` plays a sequence on one engine and writes down all that can be seen; `differences` compares two such records.
The model watches on both sides as well, so a difference that the model knows of is found by either.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from commonhold.engines import InProcessEngine
from commonhold.fuzz.actions import Action
from commonhold.fuzz.choices import SeededChoices
from commonhold.fuzz.rules import RULES
from commonhold.fuzz.world import World

Storage = dict[str, dict[str, str]]
"""By contract's name: slot -> word, both hexadecimal without zeros in front; zero words are left out."""


def record(world: World, seed: str, length: int) -> list[Action]:
    """A random sequence of `length` actions, played from the opening."""
    world.reopen()
    choices = SeededChoices(seed)
    bag = [rule for rule in RULES.values() for _ in range(rule.weight)]
    while len(world.actions) < length:
        choices.one_of(bag).run(world, choices)
    return world.actions[:length]


def observe(world: World, sequence: Sequence[Action]) -> dict[str, Any]:
    """Play `sequence` from the opening; outcomes by action, and the storage at the end. JSON fits all of it."""
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
    return {"outcomes": seen, "storage": storage_of(world)}


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
    """Every word that is not zero, of every contract and puppet of the suite."""
    engine = world.port.engine
    whole = _in_process(engine) if isinstance(engine, InProcessEngine) else _on_anvil(engine)
    found = {name: whole.get(address.lower(), {}) for name, address in world.port.addresses.items()}
    return {name: {_bare(slot): _bare(word) for slot, word in words.items() if word} for name, words in found.items()}


def _bare(number: int) -> str:
    return f"{number:x}"


_ACCOUNT = re.compile(r"(0x[0-9a-f]{40}): Account \{.*?storage: \{(.*?)\}, status:", re.DOTALL)
_SLOT = re.compile(r"(\d+): StorageSlot \{ previous_or_original_value: \d+, present_value: (\d+) \}")


def _in_process(engine: InProcessEngine) -> dict[str, dict[int, int]]:
    """pyrevm shows its storage as text only; nothing is ever committed to a database behind it."""
    state = engine._evm.journal_str
    return {
        account: {int(slot): int(word) for slot, word in _SLOT.findall(slots)}
        for account, slots in _ACCOUNT.findall(state)
    }


def _on_anvil(engine: Any) -> dict[str, dict[int, int]]:
    dump = json.loads(gzip.decompress(bytes.fromhex(engine._rpc("anvil_dumpState")[2:])))
    return {
        address.lower(): {int(slot, 16): int(word, 16) for slot, word in account.get("storage", {}).items()}
        for address, account in dump["accounts"].items()
    }
