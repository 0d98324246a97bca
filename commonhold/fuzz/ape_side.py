"""`python -m commonhold.fuzz.ape_side SEQUENCE ANSWER`: play saved sequences through ape on an anvil of its own.

A process for itself, because importing and connecting ape costs seconds that nothing else should pay. The answer is a
JSON file with what `differential.observe` saw of each sequence, and the time that plain ape needed for the first one's
transactions, sent as any ape test sends them: `contract.function(*arguments, sender=account)`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import ape

from commonhold.embedded import lean_anvil, require_own_anvil
from commonhold.engines import InProcessEngine
from commonhold.engines.anvil_ape import ApeEngine
from commonhold.fuzz import actions
from commonhold.fuzz.actions import Action
from commonhold.fuzz.differential import observe, slots_of
from commonhold.fuzz.port import wire_arguments
from commonhold.fuzz.stage import open_stage
from commonhold.fuzz.world import World

GAS = {"gas": 5_000_000, "max_fee": 10 * 10**9, "max_priority_fee": 0}
"""Given with each transaction: otherwise ape asks the chain, and would look slower than it need be."""


def main() -> None:
    folder, answer = Path(sys.argv[1]), Path(sys.argv[2])
    with lean_anvil(), ape.networks.ethereum.local.use_provider("foundry") as provider:
        require_own_anvil(provider)
        world = open_stage(ApeEngine(provider, steady_clock=True))
        sequences = {file.stem: _read(world, file) for file in sorted(folder.glob("*.json"))}
        observed = {name: _observe(world, sequence) for name, sequence in sequences.items()}
        first = next(iter(sequences.values()))
        seconds = plain_ape(world, first[: int(sys.argv[3])])
    answer.write_text(json.dumps({"observed": observed, "seconds": seconds}), encoding="utf-8")


def _observe(world: World, sequence: list[Action]) -> dict[str, Any]:
    """What `observe` sees here; which slots there are to look at, a run in process tells."""
    inside = open_stage(InProcessEngine())
    observe(inside, sequence)
    return observe(world, sequence, slots_of(inside))


def _read(world: World, file: Path) -> list[Action]:
    return [world.read_action(row) for row in actions.load(file)]


def plain_ape(world: World, sequence: list[Action]) -> float:
    """Seconds that ape takes for these transactions, from the opening."""
    world.reopen()
    prepared = [_prepare(world, action) for action in sequence]
    began = time.perf_counter()
    for method, arguments, account in prepared:
        method(*arguments, sender=account, raise_on_revert=False, **GAS)
    return time.perf_counter() - began


def _prepare(world: World, action: Action) -> tuple[Any, Any, Any]:
    """An action as ape's contract method, arguments and account; what a puppet does is asked of the puppet."""
    sender, contract, function = world.names.address(action.sender), action.contract, action.function
    arguments = wire_arguments(contract, function, action.arguments)
    if sender in world.port.puppets:
        call = world.call(contract, function, *action.arguments)
        sender, contract, function, arguments = world.port.porter, action.sender, "execute", (call.target, call.data)
    kind = getattr(ape.project, world.port.contracts[contract].name)
    instance = kind.at(world.port.addresses[contract], fetch_from_explorer=False)
    return getattr(instance, function), arguments, ape.accounts.test_accounts[sender]


if __name__ == "__main__":
    main()
