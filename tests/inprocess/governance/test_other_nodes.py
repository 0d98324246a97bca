"""Other nodes, once votes decide: the file that the script prints is the proposal that puts them in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commonhold.engines import Revert, wallets
from commonhold.operations.governance.dao import names_of
from commonhold.operations.governance.proposal_file import read_proposal
from commonhold.operations.oracle import Rotation
from commonhold.recipe.handover import decide, hand_over
from commonhold.recipe.voting import by_vote

NODES = tuple(wallets.addresses()[21:25])
CHANGE = Rotation(NODES, 1, timelock="", delay=0, schedule=b"", execute=b"")
"""Without what a council would need."""


def test_rotation__after_the_handover__is_a_vote(suite: Any) -> None:
    hand_over(suite)
    CHANGE.carry_out(suite)
    present = suite.aggregator.nodeSet()
    assert (tuple(present.nodes), present.maxFaulty) == (NODES, 1)


def test_rotation__as_a_proposal_file__does_the_same(suite: Any, tmp_path: Path) -> None:
    hand_over(suite)
    file = tmp_path / "nodes.yaml"
    file.write_text(CHANGE.proposal_file, encoding="utf-8")
    read = read_proposal(file, names_of(suite))
    assert [(one.call, one.values) for one in read.planned] == [("aggregator.setNodes", (list(NODES), 1))]
    by_vote(suite, *(one.action for one in read.planned), text=read.text)
    assert tuple(suite.aggregator.nodeSet().nodes) == NODES


def test_decide__what_the_contract_refuses__is_refused_before_and_after(suite: Any) -> None:
    for _ in range(2):
        with pytest.raises(Revert) as caught:
            decide(suite, suite.aggregator, "setNodes", NODES, 2)
        assert caught.value.name == "FaultBoundTooHigh"
        if not suite.timelock.hasRole(suite.timelock.PROPOSER_ROLE(), suite.governor.address):
            hand_over(suite)
