"""`Engine.logs` and `Engine.block_hash` in process: what the history is read with."""

from __future__ import annotations

from typing import Any

from commonhold.operations.history.reader import word


def test_logs__by_place_of_topics_and_both_ends_included(
    suite: Any, tokenized_house: Any, share: Any, approve_move: Any, owner_b: str, buyer: str
) -> None:
    house = tokenized_house()
    engine, address = suite.engine, suite.certificate.address
    topic = next(coder.topic for coder in suite.certificate.coders.events.values() if coder.name == "TransferApproved")
    blocks = []
    for to in (owner_b, buyer, owner_b):
        approve_move(share(house, 1), to)
        blocks.append(engine.block_number())
    first, last = blocks[0], blocks[-1]

    def found(topics: Any, begin: int = first, end: int = last, addresses: Any = (address,)) -> list[int]:
        return [log.block for log in engine.logs(addresses, topics, begin, end)]

    assert found([[topic]]) == blocks
    assert found([None, [word(share(house, 1))]]) == blocks
    assert found([None, [word(share(house, 2))]]) == []
    assert found([[topic], None, [bytes(12) + bytes.fromhex(buyer[2:])]]) == [blocks[1]]
    assert found([[topic], None, None, None, None]) == []
    assert found([[topic]], first + 1, last) == blocks[1:]
    assert found([[topic]], first, last - 1) == blocks[:-1]
    assert found([[topic]], addresses=(suite.coin.address,)) == []


def test_logs__know_their_place_and_time(suite: Any, tokenized_house: Any) -> None:
    tokenized_house(shares=3)
    block = suite.engine.block_number()
    logs = suite.engine.logs([suite.certificate.address], [], block, block)
    assert [log.index for log in logs] == list(range(4))
    assert {log.timestamp for log in logs} == {suite.engine.now()}


def test_block_hash__tells_pasts_apart(suite: Any, register_house: Any) -> None:
    engine = suite.engine
    fork, block = engine.snapshot(), engine.block_number()
    before = engine.block_hash(block)
    assert engine.block_hash(block + 1) is None
    register_house(8)
    one = engine.block_hash(block + 1)
    assert engine.block_hash(block) == before != one
    engine.restore(fork)
    assert engine.block_hash(block + 1) is None
    register_house(9)
    assert engine.block_hash(block) == before
    assert engine.block_hash(block + 1) not in (None, one)
