"""A node's chain as it is now, copied into this process, and what a transaction there changed.

The copy reads from the node what it touches, when it touches it, all of one block, and keeps what it changes to itself.
Nothing is asked of the node but code, balances and storage, which every node tells.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak
from pyrevm import EVM, BlockEnv, CfgEnv, Env

from commonhold.engines.base import EngineError, Revert
from commonhold.engines.codec import as_address
from commonhold.engines.inprocess import BLOCK_GAS, InProcessEngine

# As pyrevm tells its journal: a word that was only read has had no value, a call without ether moves none.
_ADDRESS = "(0x[0-9a-f]{40})"
_WORD = re.compile(rf"StorageChange {{ address: {_ADDRESS}, key: (\d+), had_value: Some\((\d+)\)")
_ETHER = re.compile(rf"BalanceTransfer {{ from: {_ADDRESS}, to: {_ADDRESS}, balance: [1-9]")
_CREATED = re.compile(rf"AccountCreated {{ address: {_ADDRESS}")


class NoAnswer(EngineError):
    """The node did not tell what the copy needed."""

    def __init__(self) -> None:
        super().__init__("the node did not answer while its state was read: try again, or another node")


class CopyEngine(InProcessEngine):
    """A node's chain as it was at its latest block, in this process."""

    name = "copy"

    def __init__(self, url: str, chain_id: int, block: int, timestamp: int) -> None:
        super().__init__(start_time=timestamp, chain_id=chain_id)
        self._number = block
        self._block = BlockEnv(number=block, timestamp=timestamp, gas_limit=BLOCK_GAS, basefee=0)
        environment = Env(cfg=CfgEnv(chain_id=chain_id), block=self._block)
        self._evm = EVM(env=environment, fork_url=url, fork_block=hex(block), gas_limit=BLOCK_GAS, spec_id="PRAGUE")

    def _revert(self, problem: RuntimeError) -> Revert:
        """A call that ended because the node did not answer is no refusal."""
        if "Database(" in str(problem)[:200]:
            raise NoAnswer from None
        return super()._revert(problem)


def write_word(engine: InProcessEngine, address: str, slot: int, value: int) -> None:
    """Write a word of a copy's storage."""
    engine._evm.insert_account_storage(address, slot, value)


def mapping_slot(key: int | bytes, slot: int) -> int:
    """Where the member `key` of the mapping at `slot` stands."""
    word = key if isinstance(key, bytes) else key.to_bytes(32, "big")
    return int.from_bytes(keccak(word + slot.to_bytes(32, "big")), "big")


@dataclass(frozen=True)
class Footprint:
    """Everything in a copy's state that a transaction changed."""

    words: dict[str, dict[int, int]]  # contract -> slot -> what stood there before
    paid: frozenset[str]  # who gave or got ether
    created: tuple[str, ...]  # new contracts


class Journal:
    """Notes where a copy's journal ends, to tell later what came since."""

    def __init__(self, engine: InProcessEngine) -> None:
        self._engine = engine
        self._noted = self._entries()

    def _entries(self) -> tuple[list[Any], ...]:
        text = self._engine._evm.journal_str
        return tuple(pattern.findall(text) for pattern in (_WORD, _ETHER, _CREATED))

    def footprint(self) -> Footprint:
        """What changed since this journal was begun, and was not changed back."""
        words, ether, created = (now[len(noted) :] for now, noted in zip(self._entries(), self._noted, strict=True))
        before: dict[str, dict[int, int]] = defaultdict(dict)
        for address, slot, value in words:
            before[as_address(address)].setdefault(int(slot), int(value))
        changed = {
            address: {slot: was for slot, was in slots.items() if self._word(address, slot) != was}
            for address, slots in before.items()
        }
        return Footprint(
            {address: slots for address, slots in changed.items() if slots},
            frozenset(as_address(one) for pair in ether for one in pair),
            tuple(as_address(one) for one in created),
        )

    def _word(self, address: str, slot: int) -> int:
        return int.from_bytes(self._engine.storage_at(address, slot), "big")
