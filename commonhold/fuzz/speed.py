"""How fast the suite runs in process, against ape on anvil: the same transactions, from the same state."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commonhold.build import ROOT
from commonhold.fuzz import actions
from commonhold.fuzz.actions import Action
from commonhold.fuzz.differential import differences, observe, record
from commonhold.fuzz.port import Reverted
from commonhold.fuzz.world import Violation, World

SEQUENCES = 3
TRANSACTIONS = 150  # of each
REPEATS = 5
APE_TIMEOUT = 600  # seconds


@dataclass
class Speeds:
    """Transactions a second; `transactions` is 0 if nothing was measured."""

    transactions: int = 0
    in_process: float = 0.0
    ape: float = 0.0


def measure(world: World, seed: int) -> Speeds:
    """Record sequences, play them on both sides, compare what came of them, and time the first on both."""
    sequences = {f"{number}": record(world, f"both/{seed}/{number}", TRANSACTIONS) for number in range(SEQUENCES)}
    answer = through_ape(world, sequences, timed=TRANSACTIONS)
    for number, played in sequences.items():
        different = differences(observe(world, played), answer["observed"][number], played)
        if different:
            raise Violation("differential", f"sequence both/{seed}/{number}: " + "; ".join(different[:5]))
    sequence = sequences["0"]
    ours = min(in_process(world, sequence) for _ in range(REPEATS))
    return Speeds(len(sequence), len(sequence) / ours, len(sequence) / answer["seconds"])


def in_process(world: World, sequence: Sequence[Action]) -> float:
    """Seconds that the in-process engine takes for these transactions, call data made in advance on both sides."""
    world.reopen()
    port = world.port
    prepared = [
        (world.call(action.contract, action.function, *action.arguments), world.names.address(action.sender))
        for action in sequence
    ]
    began = time.perf_counter()
    for call, sender in prepared:
        try:
            port.send(call, sender)
        except Reverted:
            continue
    return time.perf_counter() - began


def through_ape(world: World, sequences: Mapping[str, Sequence[Action]], timed: int = 0) -> dict[str, Any]:
    """Have `ape_side` play the sequences in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="commonhold-") as name:
        folder = Path(name)
        for title, sequence in sequences.items():
            actions.save(folder / "in" / f"{title}.json", list(sequence), world.names, {})
        answer = folder / "answer.json"
        command = [sys.executable, "-m", "commonhold.fuzz.ape_side", str(folder / "in"), str(answer), str(timed)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=APE_TIMEOUT, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"ape's side failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return json.loads(answer.read_text(encoding="utf-8"))
