"""`ape run dao` on a node of one's own: a proposal from its file to its last call, killed and begun again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commonhold import build
from commonhold.operations.governance.dao import names_of, wallet_of
from commonhold.operations.governance.preview import preview
from commonhold.operations.governance.proposal_file import read_proposal
from commonhold.recipe import deploy, local_parameters
from commonhold.recipe.governing import as_dao
from commonhold.recipe.handover import PROPOSER
from commonhold.recipe.voting import voters_of

EXAMPLE = build.ROOT / "examples" / "proposal.yaml"
DAY = 86_400


def said(result: Any, code: int = 0) -> str:
    """A command's output; it must have ended with `code`."""
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def voters(node: Any) -> list[str]:
    """Who has HOLD, with ether for their transactions."""
    with node.suite() as suite:
        found = voters_of(suite)
    for voter in found:
        node.rpc("anvil_setBalance", voter, hex(10**18))
    return found


def test_dao__from_file_to_last_call__each_step_once(node: Any, voters: list[str]) -> None:
    first, second = voters[:2]
    assert "the governor decides now" in said(node.run("dao", "hand-over"))
    assert "the governor decides already" in said(node.run("dao", "hand-over"))
    assert "0.00 HOLD of votes, and 500,000.00 HOLD are" in said(
        node.run("dao", "propose", EXAMPLE, "--wallet", "27"), 1
    )
    for voter in (first, second):
        assert f"{voter} votes through {voter}\n" in said(node.run("dao", "delegate", "--wallet", voter))
    assert "already" in said(node.run("dao", "delegate", "--wallet", first))

    block = node.rpc("eth_blockNumber")
    shown = said(node.run("dao", "show", EXAMPLE))
    assert node.rpc("eth_blockNumber") == block
    for words in ("votingPeriod", "432,000 s", "518,400 s", "51,000,000.00 HOLD", "50,999,000.00 HOLD", "isMember"):
        assert words in shown, shown

    proposed = said(node.run("dao", "propose", EXAMPLE, "--wallet", first))
    assert "proposed, " in proposed
    assert "proposed before: nothing sent" in said(node.run("dao", "propose", EXAMPLE, "--wallet", first))
    vote = ("dao", "vote", EXAMPLE, "--support", "for", "--wallet")
    assert "Error: too early: the vote begins at 20" in said(node.run(*vote, first), 1)
    assert f"voted by {first}, " in said(node.run(*vote, first, "--pass-time"))
    assert f"voted by {first} before: nothing sent" in said(node.run(*vote, first))
    assert "30,000,000.00 HOLD" in said(node.run("dao", "status", EXAMPLE))
    assert "queued, " in said(node.run("dao", "queue", EXAMPLE, "--pass-time"))
    assert "Error: too early: it can be executed at 20" in said(node.run("dao", "execute", EXAMPLE), 1)
    assert "executed, " in said(node.run("dao", "execute", EXAMPLE, "--pass-time"))
    assert "executed before: nothing sent" in said(node.run("dao", "execute", EXAMPLE))
    assert "One more guardian, and longer votes" in said(node.run("dao", "status"))
    assert "say --again to propose it once more" in said(node.run("dao", "propose", EXAMPLE, "--wallet", first), 1)
    with node.suite() as suite:
        assert suite.governor.votingPeriod() == 6 * DAY


def test_hand_over__after_the_council_let_somebody_else_propose__says_so(node: Any) -> None:
    with node.suite() as suite:
        other = wallet_of(suite, "attacker")
        as_dao(suite, suite.timelock, "grantRole", PROPOSER, other)
    for _ in range(2):  # done now, and done already
        shown = said(node.run("dao", "hand-over"), 1)
        assert "Error: the governor decides, but not alone:\n" in shown
        assert f"timelock role PROPOSER: attacker ({other})" in shown


def test_preview__of_a_node__is_that_of_the_same_state_in_process(node: Any) -> None:
    """The copy reads from the node what an engine in this process has."""
    from commonhold.engines import InProcessEngine

    def changes(suite: Any) -> list[Any]:
        found = preview(suite, read_proposal(EXAMPLE, names_of(suite)))
        return [
            (one.contract, one.view, one.field, one.before, one.after) for one in found.changes if one.field != ".since"
        ]

    with node.suite() as suite:
        of_node = changes(suite)
    assert of_node == changes(deploy(InProcessEngine(), local_parameters()))
    assert len(of_node) == 4


def test_script__as_a_process__says_what_is_wrong_in_lines(node: Any, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("title: x\nactions:\n  - {target: coin, function: setMinter, arguments: [nobody, 1]}\n")
    process = node.start_script("dao", "show", file)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"Error: {file}:3: action 1: arguments.0: got 'nobody'; expected an address with its checksum" in output
    assert "Traceback" not in output


def test_two_processes__that_propose_the_same_at_once__make_one_proposal(node: Any, voters: list[str]) -> None:
    said(node.run("dao", "delegate", "--wallet", voters[0]))
    node.rpc("evm_mine")
    options = ("propose", EXAMPLE, "--wallet", voters[0])
    processes = [node.start_script("dao", *options) for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert any(process.returncode == 0 for process in processes), outputs
    assert not any("Traceback" in output for output in outputs)
    assert "proposed before: nothing sent" in said(node.run("dao", *options))
    with node.suite() as suite:
        assert len(suite.engine.events(suite.governor, "ProposalCreated")) == 1
