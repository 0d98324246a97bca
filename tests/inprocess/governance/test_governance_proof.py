"""The proof of who holds what (T43), before the governor takes the council's place and after."""

from __future__ import annotations

from typing import Any

import pytest
from dao_stage import Dao

from commonhold.recipe import ProofFailed, prove
from commonhold.recipe.governing import role_holder
from commonhold.recipe.handover import CANCELLER, EXECUTOR, PROPOSER
from commonhold.recipe.proof import examine
from commonhold.recipe.voting import action, by_vote

NOBODY = "0x" + "00" * 20


def shown(suite: Any, start: str) -> set[tuple[str, str]]:
    return {(found.place, found.who) for found in examine(suite).holdings if found.place.startswith(start)}


def faults(suite: Any) -> list[str]:
    with pytest.raises(ProofFailed) as failed:
        prove(suite)
    return failed.value.faults


def test_t43_proof__after_the_handover__shows_the_governor_where_the_council_was(dao: Dao) -> None:
    prove(dao.suite)
    assert shown(dao.suite, "timelock role") == {
        ("timelock role PROPOSER", "governor"),
        ("timelock role CANCELLER", "governor"),
        ("timelock role EXECUTOR", "governor"),
        ("timelock role DEFAULT_ADMIN", "timelock"),
    }
    assert shown(dao.suite, "governor") == {
        ("governor proposal guardian", "external account"),
        ("governor token", "hold"),
        ("governor timelock", "timelock"),
        ("governor terms", "governor"),
    }
    assert shown(dao.suite, "escrow ballot") == {("escrow ballot", "ballot")}


@pytest.mark.parametrize("role", [PROPOSER, CANCELLER])
def test_t43_proof__council_that_keeps_a_right__fails(dao: Dao, role: bytes) -> None:
    council = role_holder(dao.suite, "council")
    by_vote(dao.suite, action(dao.suite.timelock, "grantRole", role, council))
    assert faults(dao.suite) == ["timelock-of-foreign-council"]


def test_t43_proof__executor_besides_the_governor__fails(dao: Dao) -> None:
    """With an open executor, code could be swapped between vote and execution."""
    by_vote(dao.suite, action(dao.suite.timelock, "grantRole", EXECUTOR, NOBODY))
    assert faults(dao.suite) == ["timelock-with-foreign-executor"]


def test_t43_proof__another_proposal_guardian__is_shown(dao: Dao, attacker: str) -> None:
    by_vote(dao.suite, action(dao.at, "setProposalGuardian", attacker))
    prove(dao.suite)
    (found,) = [one for one in examine(dao.suite).holdings if one.place == "governor proposal guardian"]
    assert (found.holder, found.detail) == (attacker, "not as in the parameters")
