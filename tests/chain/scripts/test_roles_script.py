"""`ape run roles` on a node of one's own: the audit of a right suite, and its exit code when something was planted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from commonhold.operations.connection import wallet_named
from commonhold.recipe import Role
from commonhold.recipe.governing import as_dao
from commonhold.recipe.handover import hand_over


def said(result: Any, code: int = 0) -> str:
    """A command's output; it must have ended with `code`."""
    assert result.exit_code == code, result.output
    return result.output


def test_audit__before_and_after_the_handover__passes_and_writes_its_graph(node: Any, tmp_path: Path) -> None:
    file = tmp_path / "powers.mmd"
    shown = said(node.run("roles", "audit", "--graph", file))
    for part in (
        "Who can do what",
        "Power graph",
        "admin of everything: timelock, steered by council",
        f"graph: {file}",
    ):
        assert part in shown
    assert file.read_text(encoding="utf-8").startswith("flowchart LR")
    nowhere = tmp_path / "none" / "powers.mmd"
    assert f"Error: {nowhere}: No such file or directory" in said(node.run("roles", "audit", "--graph", nowhere), 1)
    with node.suite() as suite:
        hand_over(suite)
    shown = said(node.run("roles", "audit"))
    assert "admin of everything: timelock, steered by governor; a decision takes at least 8 days" in shown
    assert "all as planned" in shown
    assert "holds no power" in said(node.run("roles", "of", "council"))


def test_audit__forgotten_grant_and_a_wallet_as_admin__end_with_their_names(node: Any) -> None:
    with node.suite() as suite:
        attacker = wallet_named(suite, "attacker")
        as_dao(suite, suite.hub, "grantRole", Role.REGISTRAR, attacker, 0)
        as_dao(suite, suite.hub, "grantRole", Role.ADMIN, attacker, 0)
    failed = said(node.run("roles", "audit"), 1)
    assert "Error: not as planned: admin-besides-timelock, role-besides-plan" in failed
    assert f"role-besides-plan: hub role REGISTRAR: attacker ({attacker}): delay 0 s; expected no such member" in failed
    assert "hub role ADMIN" in said(node.run("roles", "of", "attacker"))


def test_of__a_contract_and_a_wallet__lists_what_they_can_do(node: Any) -> None:
    assert "mint, burn (no cap)" in said(node.run("roles", "of", "treasury"))
    assert "stopRegistration" in said(node.run("roles", "of", "guardian"))
    assert "cancel, cancelPinned" in said(node.run("roles", "of", "proposal_guardian"))
    assert "got 'nobody'; expected an address or one of" in said(node.run("roles", "of", "nobody"), 1)
