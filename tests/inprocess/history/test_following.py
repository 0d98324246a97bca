"""Following a share through the chain: chunks, nodes that refuse, blocks that change, caches not to be believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from commonhold.engines import EngineError
from commonhold.engines.base import LogsRefused
from commonhold.operations.history import HistoryError, Row, follow
from commonhold.operations.history import reader as readers
from commonhold.operations.reading import NoSuchShare


@dataclass
class Reading:
    """A share with a folder for its cache; every read is the rows as they are told."""

    suite: Any
    share: int
    folder: Path
    asked: list[tuple[int, int]] = field(default_factory=list)

    def rows(self, chunk: int = 2_000) -> list[Row]:
        with follow(self.suite, self.share, chunk=chunk, folder=self.folder) as past:
            return list(past.rows())

    def anew(self) -> list[Row]:
        """Without a cache, in one go."""
        with follow(self.suite, self.share, folder=self.folder / "anew" / str(len(self.asked))) as past:
            return list(past.rows())

    @property
    def file(self) -> Path:
        (file,) = [file for file in self.folder.rglob("*.jsonl") if "anew" not in file.parts]
        return file


@pytest.fixture
def permit(suite: Any, manager: str, reading: Reading) -> Callable[..., None]:
    """The manager permits and withdraws: a row each, with a deadline of its own."""

    def give(to: str, count: int = 1, first: int = 0) -> None:
        for number in range(first, first + count):
            deadline = suite.engine.now() + 86_400 * (1 + number)
            suite.certificate.approveTransfer(reading.share, to, deadline, sender=manager)

    return give


@pytest.fixture
def reading(suite: Any, tokenized_house: Any, share: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reading:
    found = Reading(suite, share(tokenized_house(), 1), tmp_path)
    logs = suite.engine.logs

    def watched(addresses: Sequence[str], topics: Any, first: int, last: int) -> Any:
        found.asked.append((first, last))
        return logs(addresses, topics, first, last)

    monkeypatch.setattr(suite.engine, "logs", watched)
    return found


# ------------------------------------------------------------------------------------------------------------- chunks


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 8, 13, 1_000])
def test_chunks__of_any_size__the_same_rows(reading: Reading, permit: Any, buyer: str, chunk: int) -> None:
    permit(buyer, 20)
    rows = reading.rows(chunk)
    assert len(rows) == 23
    assert rows == reading.anew()
    assert [(row.block, row.index) for row in rows] == sorted({(row.block, row.index) for row in rows})
    assert max(last - first + 1 for first, last in reading.asked[: len(reading.asked) // 2]) <= chunk


def test_second_run__asks_only_for_what_is_new(suite: Any, reading: Reading, permit: Any, buyer: str) -> None:
    permit(buyer, 5)
    before = reading.rows()
    reached = suite.engine.block_number()
    reading.asked.clear()
    assert reading.rows() == before
    assert reading.asked == []
    permit(buyer, 5)
    assert reading.rows()[:-5] == before
    assert {first for first, _ in reading.asked} == {reached + 1}


@pytest.mark.parametrize("most", [1, 4, 9])
def test_node__that_refuses_long_ranges__is_asked_for_less_then_for_more_again(
    suite: Any, reading: Reading, permit: Any, buyer: str, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    permit(buyer, 40)
    logs, refused = suite.engine.logs, []

    def strict(addresses: Sequence[str], topics: Any, first: int, last: int) -> Any:
        if last - first >= most:
            refused.append(last - first)
            raise LogsRefused(f"at most {most} blocks")
        return logs(addresses, topics, first, last)

    monkeypatch.setattr(suite.engine, "logs", strict)
    rows = reading.rows(64)
    assert refused
    monkeypatch.setattr(suite.engine, "logs", logs)
    assert rows == reading.anew()
    spans = [last - first + 1 for first, last in reading.asked]
    assert most in spans or most == 9


def test_node__that_refuses_even_one_block__is_a_clear_error(
    suite: Any, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise LogsRefused("a test node refuses eth_getLogs: not today")

    monkeypatch.setattr(suite.engine, "logs", never)
    with pytest.raises(EngineError, match="not today"):
        reading.rows()


def test_chunk__with_too_many_events__is_read_in_smaller_ones(
    suite: Any, reading: Reading, permit: Any, buyer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit(buyer, 60)
    monkeypatch.setattr(readers, "MOST_EVENTS", 10)
    sizes = []
    chunk = readers.ChunkReader.chunk

    def watched(self: Any, *args: Any) -> Any:
        end, logs = chunk(self, *args)
        sizes.append(len(logs))
        return end, logs

    monkeypatch.setattr(readers.ChunkReader, "chunk", watched)
    rows = reading.rows()
    assert len(rows) == 63
    assert max(sizes) <= 10 + 8  # a house's tokenization is one block


# ------------------------------------------------------------------------------------------------------------- reorgs


@pytest.mark.parametrize("chunk", [1, 5, 2_000])
@pytest.mark.parametrize("after", [0, 3, 20])
def test_reorg__rows_vanish_and_others_come(
    suite: Any, reading: Reading, permit: Any, buyer: str, owner_b: str, chunk: int, after: int
) -> None:
    permit(buyer, 10)
    fork = suite.engine.snapshot()
    permit(buyer, 12, first=100)
    before = reading.rows(chunk)
    assert len(before) == 25
    suite.engine.restore(fork)
    permit(owner_b, after, first=200)
    rows = reading.rows(chunk)
    assert [row.receiver for row in rows[3:]] == [buyer] * 10 + [owner_b] * after
    assert rows == reading.anew()


def test_reorg__that_undoes_a_move__the_rows_after_it_know_the_owner(
    suite: Any, reading: Reading, approve_move: Any, credential: Any, pay_income: Any, owner_a: str, owner_b: str
) -> None:
    credential(owner_b)
    reading.rows()
    fork = suite.engine.snapshot()
    approve_move(reading.share, owner_b)
    suite.certificate.transferFrom(owner_a, owner_b, reading.share, sender=owner_a)
    pay_income(reading.share >> 8, 800 * 10**18)
    assert reading.rows()[-1].receiver == owner_b
    suite.engine.restore(fork)
    pay_income(reading.share >> 8, 80 * 10**18)
    last = reading.rows()[-1]
    assert (last.receiver, last.amount) == (owner_a, 10 * 10**18)


def test_reorg__deeper_than_all_checkpoints__all_is_read_again(
    suite: Any, reading: Reading, permit: Any, buyer: str, owner_b: str
) -> None:
    fork = suite.engine.snapshot()
    permit(buyer, 3)
    reading.rows()
    suite.engine.restore(fork)
    permit(owner_b, 4)
    assert len(reading.rows()) == 7
    assert reading.rows() == reading.anew()


def test_reorg__while_a_chunk_is_read__nothing_of_two_pasts_is_kept(
    suite: Any, reading: Reading, permit: Any, buyer: str, owner_b: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit(buyer, 5)
    fork = suite.engine.snapshot()
    permit(buyer, 6, first=100)
    logs, calls = suite.engine.logs, iter(range(1_000))

    def turning(*args: Any) -> Any:
        if next(calls) == 3:
            suite.engine.restore(fork)
            permit(owner_b, 12, first=200)
        return logs(*args)

    monkeypatch.setattr(suite.engine, "logs", turning)
    rows = reading.rows()
    monkeypatch.setattr(suite.engine, "logs", logs)
    assert [row.receiver for row in rows[3:]] == [buyer] * 5 + [owner_b] * 12
    assert rows == reading.anew()


def test_chain__that_never_stands_still__is_a_clear_error(
    suite: Any, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = iter(range(10**6))
    monkeypatch.setattr(suite.engine, "block_hash", lambda number: f"0x{next(hashes):064x}")
    with pytest.raises(EngineError, match="other blocks each time"):
        reading.rows()


# -------------------------------------------------------------------------------------------------------------- cache


def test_cache__cut_anywhere__is_repaired(reading: Reading, permit: Any, buyer: str) -> None:
    permit(buyer, 4)
    rows = reading.rows(100)
    whole = reading.file.read_bytes()
    for end in range(0, len(whole), 23):
        reading.file.write_bytes(whole[:end])
        assert reading.rows() == rows, end


def test_cache__changed_anywhere__is_not_believed(reading: Reading, permit: Any, buyer: str) -> None:
    permit(buyer, 4)
    rows = reading.rows(100)
    whole = reading.file.read_bytes()
    for place in range(0, len(whole), 31):
        reading.file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert reading.rows() == rows, place


@pytest.mark.parametrize(
    "junk", [b"", b"\n", b"\0" * 5_000, b"{}\n{}\n", b"[" * 100_000, b'{"checkpoint": 5}\n', "é".encode() * 9]
)
def test_cache__empty_or_of_anything_else__is_begun_anew(
    reading: Reading, permit: Any, buyer: str, junk: bytes
) -> None:
    permit(buyer, 2)
    rows = reading.rows()
    head = reading.file.read_bytes().split(b"\n")[0]
    for text in (junk, head + b"\n" + junk, reading.file.read_bytes() + junk):
        reading.file.write_bytes(text)
        assert reading.rows() == rows


def test_cache__a_row_left_out_or_swapped__is_not_believed(reading: Reading, permit: Any, buyer: str) -> None:
    permit(buyer, 4)
    rows = reading.rows()
    lines = reading.file.read_bytes().splitlines(keepends=True)
    for changed in (lines[:2] + lines[3:], [*lines[:3], lines[4], lines[3], *lines[5:]], [*lines[:3], *lines[2:]]):
        reading.file.write_bytes(b"".join(changed))
        assert reading.rows() == rows


def test_cache__of_another_table_of_events__is_begun_anew(reading: Reading, permit: Any, buyer: str) -> None:
    permit(buyer, 2)
    rows = reading.rows()
    lines = reading.file.read_bytes().splitlines(keepends=True)
    head = json.loads(lines[0])
    reading.file.write_bytes(json.dumps(head | {"events": "0" * 64}).encode() + b"\n" + b"".join(lines[1:]))
    reading.asked.clear()
    assert reading.rows() == rows
    assert reading.asked


def test_cache__lies_by_chain_certificate_and_share(suite: Any, reading: Reading) -> None:
    reading.rows()
    assert reading.file.relative_to(reading.folder).parts == (
        suite.engine.block_hash(0),
        suite.certificate.address,
        f"{reading.share}.jsonl",
    )


# -------------------------------------------------------------------------------------------------------- wrong numbers


@pytest.mark.parametrize("number", [0, -1, -257, 2**255, 2**256, 2**300])
def test_share__that_cannot_be__is_refused(suite: Any, reading: Reading, number: int) -> None:
    with pytest.raises(NoSuchShare), follow(suite, number, folder=reading.folder):
        pass


def test_share__one_past_the_last_or_a_houses_number__is_refused_with_a_hint(
    suite: Any, tokenized_house: Any, share: Any, tmp_path: Path
) -> None:
    house = tokenized_house(shares=8)
    for number in (share(house, 9), share(house, 0), share(house + 1, 1)):
        with pytest.raises(NoSuchShare), follow(suite, number, folder=tmp_path):
            pass
    with (
        pytest.raises(HistoryError, match=f"{house} is the number of a house.*{share(house, 1)} to {share(house, 8)}"),
        follow(suite, house, folder=tmp_path),
    ):
        pass
    assert not list(tmp_path.iterdir())
