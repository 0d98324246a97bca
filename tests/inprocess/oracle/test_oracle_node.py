"""An honest node signs one report for an epoch, whatever happens to it in between."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_rounds import NOW, SCOPE, UNHURRIED, houses, key_of, node_address, nodes_of, observed

from commonhold import build
from commonhold.oracle.digests import recover
from commonhold.oracle.errors import OracleError, ReportError
from commonhold.oracle.journal import EpochObserved, EpochSigned, JournalDamaged
from commonhold.oracle.node import Node, NotANode
from commonhold.oracle.nodeset import NodeSet
from commonhold.oracle.report import Proposal, propose

FOUR = nodes_of(4, 1)
LATER = NOW + 1_000


@lru_cache(maxsize=256)
def proposal(dollars: int, epoch: int = 1, node_set: NodeSet = FOUR) -> Proposal:
    stated = {number: houses(dollars) for number in range(4)}
    return propose(node_set, observed(stated, epoch=epoch, scope=node_set.scope))


def signed(node: Node, one: Proposal) -> bool:
    """Whether the node signs a proposal."""
    try:
        signature = node.sign(one, FOUR, now=LATER)
    except OracleError:
        return False
    assert recover(one.digest, signature) == node.address
    return True


def test_sign__after_recomputing__once_written_down(tmp_path: Path) -> None:
    node = Node(key_of(2), tmp_path / "journal.json")
    one = proposal(100)
    assert recover(one.digest, node.sign(one, FOUR, now=LATER)) == node_address(2)
    assert json.loads((tmp_path / "journal.json").read_text("ascii")) == {
        "format": "commonhold-journal/1",
        "node": node_address(2),
        "observed": [],
        "signed": [
            {
                "chain_id": SCOPE.chain_id,
                "aggregator": SCOPE.aggregator,
                "node_set": SCOPE.node_set,
                "epoch": 1,
                "observed_at": one.observed_at,
                "root": f"0x{one.root.hex()}",
            }
        ],
    }


def test_sign__the_same_report_again__the_same_signature(tmp_path: Path) -> None:
    journal = tmp_path / "journal.json"
    first = Node(key_of(2), journal).sign(proposal(100), FOUR, now=LATER)
    assert Node(key_of(2), journal).sign(proposal(100), FOUR, now=LATER) == first


def test_sign__another_root_for_the_epoch__refused_also_after_a_restart(tmp_path: Path) -> None:
    journal = tmp_path / "journal.json"
    node = Node(key_of(2), journal)
    one, other = proposal(100), proposal(101)
    node.sign(one, FOUR, now=LATER)
    for again in (node, Node(key_of(2), journal)):
        with pytest.raises(EpochSigned) as caught:
            again.sign(other, FOUR, now=LATER)
        assert str(caught.value) == (
            f"{node.address} signed root 0x{one.root.hex()} of {one.observed_at} for epoch 1 already; it signs neither "
            f"another report for that epoch nor an earlier one: got epoch 1, root 0x{other.root.hex()}"
        )


def test_sign__same_root_at_another_time__is_another_report(tmp_path: Path) -> None:
    node = Node(key_of(2), tmp_path / "journal.json")
    stated = {number: houses(100) for number in range(4)}
    assert signed(node, propose(FOUR, observed(stated)))
    assert not signed(node, propose(FOUR, observed(stated, observed_at=NOW + 5)))


def test_sign__epochs_only_rise(tmp_path: Path) -> None:
    node = Node(key_of(2), tmp_path / "journal.json")
    assert [signed(node, proposal(100, epoch)) for epoch in (3, 2, 4, 3, 9, 4)] == [
        True,
        False,
        True,
        False,
        True,
        False,
    ]


def test_sign__under_another_node_set__counts_by_itself(tmp_path: Path) -> None:
    node = Node(key_of(2), tmp_path / "journal.json")
    other = NodeSet(replace(SCOPE, node_set=node_address(30)), 2, 1, FOUR.nodes)
    assert signed(node, proposal(100, 5))
    node.sign(proposal(101, 5, other), other, now=LATER)
    assert not signed(node, proposal(102, 5))
    with pytest.raises(EpochSigned):
        node.sign(proposal(102, 5, other), other, now=LATER)


def test_sign__what_does_not_follow__neither_signed_nor_written_down(tmp_path: Path) -> None:
    journal = tmp_path / "journal.json"
    node = Node(key_of(2), journal)
    with pytest.raises(ReportError):
        node.sign(replace(proposal(100), root=b"\x01" * 32), FOUR, now=LATER)
    assert not journal.exists()
    assert signed(node, proposal(100))


def test_sign__key_of_a_stranger__refused(tmp_path: Path) -> None:
    with pytest.raises(NotANode, match=f"{node_address(20)} is none of the 4 nodes of set 1"):
        Node(key_of(20), tmp_path / "journal.json").sign(proposal(100), FOUR, now=LATER)


def test_observe__signs_what_was_observed(tmp_path: Path) -> None:
    observation = Node(key_of(1), tmp_path / "journal.json").observe(SCOPE, 1, NOW, houses(5))
    assert observation.is_signed
    assert (observation.node, observation.values) == (node_address(1), houses(5))


def test_observe__another_time_or_value_for_the_epoch__refused_also_after_a_restart(tmp_path: Path) -> None:
    """Whoever proposes can't choose between two observations of an honest node."""
    journal = tmp_path / "journal.json"
    node = Node(key_of(1), journal)
    first = node.observe(SCOPE, 5, NOW, houses(5))
    for again in (node, Node(key_of(1), journal)):
        assert again.observe(SCOPE, 5, NOW, houses(5)) == first
        for epoch, time, values in ((5, NOW, houses(6)), (5, NOW + 1, houses(5)), (4, NOW, houses(5))):
            with pytest.raises(EpochObserved) as caught:
                again.observe(SCOPE, epoch, time, values)
            assert str(caught.value) == (
                f"{node.address} signed what it observed at {NOW} for epoch 5 already; it signs neither another "
                f"observation for that epoch nor an earlier one: got epoch {epoch}, observed at {time}. "
                "After a failed round the nodes go on to the next epoch"
            )
    node.observe(replace(SCOPE, node_set=node_address(30)), 4, NOW, houses(6))
    node.observe(SCOPE, 6, NOW, houses(6))


def test_observe__written_down_beside_the_report(tmp_path: Path) -> None:
    journal = tmp_path / "journal.json"
    node = Node(key_of(2), journal)
    assert signed(node, proposal(100, 3))
    observation = node.observe(SCOPE, 2, NOW, houses(5))  # each of the two has its own last epoch
    content = json.loads(journal.read_text("ascii"))
    assert [entry["epoch"] for entry in content["signed"]] == [3]
    assert [(entry["epoch"], entry["digest"]) for entry in content["observed"]] == [
        (2, f"0x{observation.digest.hex()}")
    ]


def test_observe__out_of_range__not_written_down(tmp_path: Path) -> None:
    node = Node(key_of(1), tmp_path / "journal.json")
    with pytest.raises(ValueError, match="value: got 0; expected"):
        node.observe(SCOPE, 1, NOW, houses(0))
    assert not (tmp_path / "journal.json").exists()


def test_sign__leaves_out_what_enough_nodes_observed__refused_by_a_node_that_knows(tmp_path: Path) -> None:
    """One of four did not observe house 2, and who proposes took three: with the fourth's it has enough."""
    stated = {0: houses(100), 1: houses(100, 200), 2: houses(100, 200), 3: houses(100, 200)}
    observations = observed(stated)
    short = propose(FOUR, observations[:3])
    node = Node(key_of(3), tmp_path / "journal.json")
    with pytest.raises(ReportError, match=r"^house 2: value: got none; expected the median, since 3 nodes observed it"):
        node.sign(short, FOUR, now=LATER, known=observations[3:])
    node.sign(propose(FOUR, observations), FOUR, now=LATER, known=observations)


# -------------------------------------------------------------------------------------------------------------- journal


def test_journal__by_a_second_name__is_the_same_journal(tmp_path: Path) -> None:
    """A link was replaced by a file of its own, and the node signed two roots of one epoch: it could be expelled."""
    journal, link = tmp_path / "real" / "journal.json", tmp_path / "link.json"
    node = Node(key_of(1), journal)
    node.sign(proposal(100, epoch=1), FOUR, now=LATER)
    link.symlink_to(journal)
    Node(key_of(1), link).sign(proposal(100, epoch=2), FOUR, now=LATER)
    with pytest.raises(EpochSigned):
        node.sign(proposal(101, epoch=2), FOUR, now=LATER)
    assert link.is_symlink()


def test_journal__with_two_hard_links__refused_by_both_names(tmp_path: Path) -> None:
    journal, other = tmp_path / "journal.json", tmp_path / "other.json"
    node = Node(key_of(1), journal)
    assert signed(node, proposal(100, epoch=1))
    other.hardlink_to(journal)
    with pytest.raises(JournalDamaged, match=r"the file has 2 names \(hard links\), and may have one"):
        Node(key_of(1), other)
    assert not signed(node, proposal(100, epoch=2))
    other.unlink()
    assert signed(node, proposal(100, epoch=2))


def test_journal__that_vanished_under_a_running_node__is_damaged(tmp_path: Path) -> None:
    journal = tmp_path / "folder" / "journal.json"
    node = Node(key_of(1), journal)
    node.sign(proposal(100), FOUR, now=LATER)
    for remove in (journal.unlink, lambda: shutil.rmtree(journal.parent)):
        remove()
        for call in (
            lambda: node.sign(proposal(100), FOUR, now=LATER),
            lambda: node.sign(proposal(101, epoch=2), FOUR, now=LATER),
            lambda: node.observe(SCOPE, 5, NOW, houses(5)),
        ):
            with pytest.raises(JournalDamaged, match="it is gone; expected the journal as the node left it"):
                call()


def test_journal__put_back_to_an_earlier_state_under_a_running_node__is_damaged(tmp_path: Path) -> None:
    journal = tmp_path / "journal.json"
    node = Node(key_of(1), journal)
    assert signed(node, proposal(100, epoch=1))
    earlier = journal.read_bytes()
    assert signed(node, proposal(100, epoch=2))
    latest = journal.read_bytes()
    for content in (earlier, latest.replace(f"{proposal(100, 2).root.hex()}".encode(), b"00" * 32)):
        assert content != latest
        journal.write_bytes(content)
        with pytest.raises(JournalDamaged, match="what was signed for epoch 2 is not in it any more"):
            node.sign(proposal(101, epoch=3), FOUR, now=LATER)
    journal.write_bytes(latest)
    assert signed(node, proposal(101, epoch=3))


def test_journal__cut_anywhere__nothing_is_signed_twice(tmp_path: Path) -> None:
    """However much of the file is lost, no other report for the epoch is signed; only the last newline is no loss."""
    journal = tmp_path / "journal.json"
    node = Node(key_of(2), journal)
    assert signed(node, proposal(99, 1))
    assert signed(node, proposal(100, 2))
    whole = journal.read_bytes()
    for length in range(len(whole)):
        journal.write_bytes(whole[:length])
        if length < len(whole) - 1:
            with pytest.raises(JournalDamaged, match="expected the journal as the node left it"):
                Node(key_of(2), journal)
        assert not signed(node, proposal(101, 2))  # it was running all the time
    journal.write_bytes(whole)
    assert not signed(Node(key_of(2), journal), proposal(101, 2))
    assert signed(Node(key_of(2), journal), proposal(101, 3))


def test_journal__of_another_key__refused(tmp_path: Path) -> None:
    journal = tmp_path / "journal.json"
    signed(Node(key_of(2), journal), proposal(100))
    with pytest.raises(JournalDamaged) as caught:
        Node(key_of(1), journal)
    assert str(caught.value).startswith(
        f"{journal}: node: got {node_address(2)}, the journal of another key than {node_address(1)}'s; expected"
    )


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"format": "commonhold-journal/2"}, "format: "),
        ({"signed": [{}]}, "signed.0.chain_id: "),
        ({"signed": 5}, "signed: "),
        ({"more": 1}, "more: "),
    ],
)
def test_journal__of_another_form__refused(tmp_path: Path, change: dict[str, object], what: str) -> None:
    journal = tmp_path / "journal.json"
    signed(Node(key_of(2), journal), proposal(100))
    journal.write_text(json.dumps(json.loads(journal.read_text("ascii")) | change), encoding="ascii")
    with pytest.raises(JournalDamaged) as caught:
        Node(key_of(2), journal)
    assert str(caught.value).startswith(f"{journal}: {what}")


@settings(UNHURRIED, max_examples=30)
@given(steps=st.lists(st.tuples(st.integers(1, 4), st.integers(100, 102), st.booleans()), max_size=12))
def test_node__any_sequence_with_restarts__one_root_for_an_epoch(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool]]
) -> None:
    journal = tmp_path_factory.mktemp("node") / "journal.json"
    node = Node(key_of(2), journal)
    roots: dict[int, bytes] = {}
    for epoch, dollars, restart in steps:
        if restart:
            node = Node(key_of(2), journal)
        one = proposal(dollars, epoch)
        if signed(node, one):
            assert roots.setdefault(epoch, one.root) == one.root


COMPETITOR = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from test_oracle_node import FOUR, LATER, Node, key_of, proposal, signed
node = Node(key_of(2), Path({journal!r}))
for epoch in range(1, 26):
    if signed(node, proposal(int(sys.argv[1]), epoch)):
        print(epoch, flush=True)
"""


def test_journal__several_processes_with_one_key__sign_each_epoch_once(tmp_path: Path) -> None:
    code = COMPETITOR.format(
        root=str(build.ROOT), tests=str(Path(__file__).parent), journal=str(tmp_path / "journal.json")
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(dollars)], stdout=subprocess.PIPE, text=True)
        for dollars in (100, 101)
    ]
    epochs = [[int(line) for line in (process.communicate(timeout=120)[0]).split()] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert not set(epochs[0]) & set(epochs[1])
    assert {*epochs[0], *epochs[1]} >= {25}


DYING = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from test_oracle_node import FOUR, LATER, Node, key_of, proposal
replace = Path.replace
def die(self, target):
    if {after}: replace(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
Path.replace = die
Node(key_of(2), Path({journal!r})).sign(proposal(100, 2), FOUR, now=LATER)
"""


@pytest.mark.parametrize("after", [False, True])
def test_journal__killed_while_it_is_written__old_or_new(tmp_path: Path, after: bool) -> None:
    """Killed before the file took its place no signature had left, so another report may still be signed."""
    journal = tmp_path / "journal.json"
    assert signed(Node(key_of(2), journal), proposal(99, 1))
    code = DYING.format(root=str(build.ROOT), tests=str(Path(__file__).parent), journal=str(journal), after=after)
    ended = subprocess.run([sys.executable, "-c", code], timeout=60, check=False, env=os.environ)
    assert ended.returncode == -signal.SIGKILL
    node = Node(key_of(2), journal)
    assert not signed(node, proposal(100, 1))
    assert signed(node, proposal(101, 2)) is not after
