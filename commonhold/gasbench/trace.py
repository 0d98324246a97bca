"""Where a transaction's gas goes, by contracts and groups of opcodes: for whoever wants to make a row cheaper."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from commonhold.engines.codec import checksum
from commonhold.gasbench.engine import Call, RpcEngine

Json = dict[str, Any]

INTRINSIC = "21,000 and call data"
CALLS = ("CALL", "STATICCALL", "DELEGATECALL", "CALLCODE", "CREATE", "CREATE2")
COLD_SLOT, COLD_ACCOUNT = 2_100, 2_600


TRANSACTION, REFUNDS = "transaction", "refunds"


def gas_by_contract(engine: RpcEngine, call: Call) -> dict[str, Counter[str]]:
    """Send the call and split its gas by contracts and groups; refunds count negative, so that the sum is the
    receipt's."""
    receipt = engine.run(call)
    options = {"disableStorage": True, "disableMemory": True}
    steps = engine.node.rpc("debug_traceTransaction", receipt.tx_hash, options)["structLogs"]
    spent: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for address, (group, gas) in zip(_addresses(steps, call.target.address), _own_costs(steps), strict=True):
        spent[engine.name_of(address)][group] += gas
    spent[TRANSACTION][INTRINSIC] = _intrinsic(call.data)
    assert receipt.gas_used is not None
    refunded = receipt.gas_used - sum(groups.total() for groups in spent.values())
    if refunded:
        spent[TRANSACTION][REFUNDS] = refunded
    return dict(spent)


def _addresses(steps: list[Json], target: str) -> Iterator[str]:
    """Whose code each step belongs to."""
    running = [target]  # innermost last
    for step, following in zip_longest(steps, steps[1:]):
        yield running[-1]
        if following is None or following["depth"] == step["depth"]:
            continue
        if following["depth"] > step["depth"]:
            running.append(checksum(int(step["stack"][-2], 16).to_bytes(32, "big")[12:]))
        else:
            running.pop()


def _own_costs(steps: list[Json]) -> list[tuple[str, int]]:
    """What each step costs by itself: a call's inner steps are counted where they happen."""
    costs = []
    open_calls: list[tuple[int, Json]] = []  # (index in costs, the CALL's step), innermost last
    spent_inside: list[int] = []
    for step, following in zip_longest(steps, steps[1:]):
        if following is not None and following["depth"] > step["depth"]:
            costs.append((step["op"], 0))
            open_calls.append((len(costs) - 1, step))
            spent_inside.append(0)
            continue
        if following is not None and following["depth"] == step["depth"]:
            cost = step["gas"] - following["gas"]
        else:
            cost = step["gasCost"]
        costs.append((_group(step["op"], cost), cost))
        if spent_inside:
            spent_inside[-1] += cost
        if following is not None and following["depth"] < step["depth"]:
            index, caller = open_calls.pop()
            inside = spent_inside.pop()
            own = caller["gas"] - following["gas"] - inside
            costs[index] = (_group(caller["op"], own), own)
            if spent_inside:
                spent_inside[-1] += own + inside
    return costs


def _group(op: str, cost: int) -> str:
    if op == "SLOAD":
        return "SLOAD, cold" if cost >= COLD_SLOT else "SLOAD, warm"
    if op == "SSTORE":
        return f"SSTORE, {_store(cost)}"
    if op in CALLS:
        return "calls, cold address" if cost >= COLD_ACCOUNT else "calls, warm address"
    if op == "EXTCODESIZE":
        return "EXTCODESIZE"
    if op.startswith("LOG"):
        return "events"
    if op == "KECCAK256":
        return "keccak"
    return "everything else"


def _store(cost: int) -> str:
    """What a store did, by its price: the slot may have been read (warm) before."""
    if cost >= 20_000:
        return "fresh slot"
    return "open slot" if cost >= 2_900 else "again in the same transaction"


def _intrinsic(data: bytes) -> int:
    zeros = data.count(0)
    return 21_000 + 4 * zeros + 16 * (len(data) - zeros)
