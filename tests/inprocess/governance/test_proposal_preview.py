"""What a preview tells: everything that changes, and nothing that it did itself."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from dao_stage import DAY, HOLD, Dao
from rich.console import Console

from commonhold.engines.base import ZERO_ADDRESS, EngineError
from commonhold.engines.copies import CopyEngine
from commonhold.operations.governance.dao import names_of
from commonhold.operations.governance.dao_tables import Words, actions_table, print_preview
from commonhold.operations.governance.preview import EXECUTES, Preview, WouldFail, preview
from commonhold.operations.governance.proposal_file import ProposalFile, read_proposal
from commonhold.recipe.handover import EXECUTOR
from commonhold.recipe.voting import by_vote

ACCEPTS_ALL = "0x00000000000000000000000000000000000acCE5"
STORES_ONE = "0x600160015560015ff3"  # creation code: a word of storage, and code of a single byte


@pytest.fixture
def read(suite: Any, tmp_path: Path) -> Any:
    """A proposal of lines such as `coin setMinter [book, 1]`."""

    def make(*calls: str, more: str = "") -> ProposalFile:
        text = f"title: A title\n{more}actions:\n"
        for one in calls:
            target, function, arguments = one.split(" ", 2)
            text += f"  - {{target: {target}, function: {function}, arguments: {arguments}}}\n"
        file = tmp_path / "proposal.yaml"
        file.write_text(text, encoding="utf-8")
        return read_proposal(file, names_of(suite))

    return make


def told(found: Preview) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    """Before and after by contract, view, arguments and field."""
    return {
        (one.contract, one.view, *(value for _, value in one.arguments), one.field): (one.before, one.after)
        for one in found.changes
    }


def test_preview__tells_parameters_roles_and_balances(dao: Dao, read: Any, attacker: str) -> None:
    suite, treasury_of_dao = dao.suite, 51_000_000 * HOLD
    proposal = read(
        "coin setMinter [attacker, 1_000 HMD]",
        "governor setVotingPeriod [6 days]",
        "hub grantRole [GUARDIAN, attacker, 1 hour]",
        "hub setTargetFunctionRole [registry, ['selector:registry.register'], COURT]",
        "hold transfer [attacker, 5 HOLD]",
        "timelock updateDelay [3 days]",
    )
    found = preview(suite, proposal)
    changes, register = told(found), suite.registry.coders.function("register").selector
    since = changes.pop(("hub", "getAccess", 1, attacker, ".since"))
    assert since == (0, suite.engine.now() + 1)
    assert changes == {
        ("coin", "minterOf", attacker, ".cap"): (0, 1_000 * 10**18),
        ("governor", "votingPeriod", ""): (5 * DAY, 6 * DAY),
        ("hub", "hasRole", 1, attacker, ".isMember"): (False, True),
        ("hub", "hasRole", 1, attacker, ".executionDelay"): (0, 3600),
        ("hub", "getAccess", 1, attacker, ".currentDelay"): (0, 3600),
        ("hub", "getTargetFunctionRole", suite.registry.address, register, ""): (2, 6),
        ("hold", "balanceOf", attacker, ""): (0, 5 * HOLD),
        ("hold", "balanceOf", suite.timelock.address, ""): (treasury_of_dao, treasury_of_dao - 5 * HOLD),
        ("timelock", "getMinDelay", ""): (2 * DAY, 3 * DAY),
    }
    assert {change.kind for change in found.changes} == {"parameter", "right", "balance"}
    assert [event.name for event in found.events][:2] == ["MinterSet", "VotingPeriodSet"]
    assert not found.unseen
    assert found.words == {"coin": 1, "governor": 1, "hub": 2, "hold": 2, "timelock": 1}


def test_preview__is_what_execution_then_does(dao: Dao, read: Any, attacker: str) -> None:
    suite = dao.suite
    proposal = read("governor setVotingPeriod [6 days]", "coin setMinter [attacker, 7]")
    by_vote(suite, *proposal.actions)
    assert (suite.governor.votingPeriod(), suite.coin.minterOf(attacker).cap) == (6 * DAY, 7)
    found = preview(suite, proposal)
    assert (found.changes, dict(found.words)) == ((), {})  # done already


def test_preview__leaves_no_trace(dao: Dao, read: Any, attacker: str) -> None:
    suite = dao.suite
    before = (suite.engine.now(), suite.engine.block_number(), suite.engine.block_hash(suite.engine.block_number()))
    preview(suite, read("coin setMinter [attacker, 7]", "governor setVotingPeriod [6 days]"))
    after = (suite.engine.now(), suite.engine.block_number(), suite.engine.block_hash(suite.engine.block_number()))
    assert before == after
    assert suite.coin.minterOf(attacker).cap == 0
    assert not suite.timelock.hasRole(EXECUTOR, EXECUTES)
    # The governor's list of expected calls to itself is as it was: a proposal with one passes as ever.
    by_vote(suite, *read("governor setVotingPeriod [7 days]").actions)
    assert suite.governor.votingPeriod() == 7 * DAY


def test_preview__before_the_handover__works_too(suite: Any, read: Any, attacker: str) -> None:
    assert ("coin", "minterOf", attacker, ".cap") in told(preview(suite, read("coin setMinter [attacker, 7]")))


@pytest.mark.parametrize(
    ("calls", "why"),
    [
        (
            ("coin setMinter [attacker, 1]", "governor updateQuorumNumerator [50 %]"),
            "action 2, governor.updateQuorumNumerator: SettingOutOfRange(setting=quorumBps, value=5000, least=100",
        ),
        (("hold transfer [attacker, 52_000_000 HOLD]",), "action 1, hold.transfer: ERC20InsufficientBalance(sender=0x"),
        (("governor relay [coin, 0, '0x']",), "action 1, governor.relay: NothingToRelay(target=0x"),
        (("treasury stop ['text:buy']",), "action 1, treasury.stop: AccessManagedUnauthorized(caller=0x"),
        (
            ("hub renounceRole [ADMIN, timelock]", "coin setMinter [attacker, 1]"),
            "action 2, coin.setMinter: AccessManagedUnauthorized(caller=0x",
        ),
    ],
)
def test_refused__first_failing_action_by_name(dao: Dao, read: Any, calls: tuple[str, ...], why: str) -> None:
    with pytest.raises(WouldFail) as caught:
        preview(dao.suite, read(*calls))
    assert caught.value.message.startswith(why), caught.value.message


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("fe", "action 1, sink.relay: FailedCall()"),
        ("5b5f56", "action 1, sink.relay: FailedCall()"),  # burns all gas
        ("620fffff5ffd", "action 1, sink.relay: Unknown(data=0x0000"),  # refuses with a megabyte
        ("620fffff5ff3", ""),  # answers a megabyte
        ("5f365f5fa100", ""),  # an event of no known kind
        ("33ff", ""),  # destroys itself
    ],
)
def test_foreign_contract__whatever_it_does__ends_in_one_short_line(dao: Dao, read: Any, code: str, told: str) -> None:
    dao.engine.set_code(ACCEPTS_ALL, bytes.fromhex(code))
    more = f'contracts: {{sink: {{address: "{ACCEPTS_ALL}", artifact: TestWizardGovernor}}}}\n'
    file = read("sink relay [coin, 0, '0x']", more=more)
    if not told:
        assert len(printed(preview(dao.suite, file), file)) < 2_000
        return
    with pytest.raises(WouldFail) as caught:
        preview(dao.suite, file)
    assert caught.value.message.startswith(told)
    assert len(caught.value.message) < 500


def test_later_action__that_needs_an_earlier_one__passes(dao: Dao, read: Any) -> None:
    calls = ("hub grantRole [GUARDIAN, timelock, 0]", "treasury stop ['text:buy']")
    found = told(preview(dao.suite, read(*calls)))
    assert ("treasury", "stoppedUntil", b"buy".ljust(32, b"\0"), "") in found
    with pytest.raises(WouldFail, match=r"action 1, treasury\.stop"):
        preview(dao.suite, read(*reversed(calls)))


def test_ether_and_new_contracts__are_told_though_no_view_shows_them(dao: Dao, read: Any) -> None:
    suite = dao.suite
    suite.engine.set_balance(suite.timelock.address, HOLD)
    suite.engine.set_code(ACCEPTS_ALL, b"\0")
    file = read(
        f"factory deploy ['text:new', '{STORES_ONE}']",
        "sink relay [coin, 0, '0x'], value: 0.25 ETH",
        more=f'contracts: {{sink: {{address: "{ACCEPTS_ALL}", artifact: TestWizardGovernor}}}}\n',
    )
    found = preview(suite, file)
    new = suite.factory.addressOf(suite.timelock.address, b"new".ljust(32, b"\0"))
    assert told(found) == {
        ("", "ether", ACCEPTS_ALL, ""): (0, HOLD // 4),
        ("", "ether", suite.timelock.address, ""): (HOLD, 3 * HOLD // 4),
    }
    assert new in found.created
    assert found.unseen == {new: 1}
    shown = printed(found, file)
    assert f"1 word of {new} changes that none of its views shows" in shown
    assert "0.75 ETH" in shown
    assert f"new contract: {new}" in shown


def test_tables__say_names_and_units(dao: Dao, read: Any) -> None:
    file = read(
        "hub grantRole [GUARDIAN, attacker, 1 hour]",
        "coin setMinter [market, 340282366920938463463374607431768211455]",
        "hold transfer [manager, 2.5 HOLD]",
    )
    shown = printed(preview(dao.suite, file), file)
    for words in (
        "hasRole(roleId GUARDIAN, account attacker).isMember",
        "minterOf(minter market).cap",
        "no limit",
        "51,000,000.00 HOLD",
        "50,999,997.50 HOLD",
        "hold: Transfer(from timelock, to manager, value 2.50 HOLD)",
        "roleId GUARDIAN, account attacker, executionDelay 3,600 s",
        "words of storage that change: coin 1, hold 2, hub 1\n",
    ):
        assert words in shown, shown


def test_role_for_anyone__in_the_timelock__is_not_told_as_nobodys(dao: Dao, read: Any) -> None:
    """The zero address stands for everybody there: an open executor is what the governor must never have."""
    file = read(f'timelock grantRole ["keccak:EXECUTOR_ROLE", "{ZERO_ADDRESS}"]')
    shown = printed(preview(dao.suite, file), file)
    assert "hasRole(role EXECUTOR, account anyone)" in shown
    assert "RoleGranted(role EXECUTOR, account anyone, sender timelock)" in shown
    assert "role EXECUTOR, account anyone" in printed_actions(file)
    assert "nobody" not in shown


def test_words__of_a_strangers_contract__play_no_tricks_on_a_terminal(dao: Dao) -> None:
    """A contract that a file names may answer whatever it likes, also what erases the line above it."""
    words = Words(names_of(dao.suite))
    assert words.show("good\x1b[1A\x1b[2K\u202e bad\n") == "good?[1A?[2K? bad?"
    assert words.call({"reason": ("a\x1b", ["b\r"])}) == "reason [a?, [b?]]"


def test_nothing__is_told_as_nothing(dao: Dao, read: Any) -> None:
    file = read("hub labelRole [GUARDIAN, watch]")
    found = preview(dao.suite, file)
    assert "nothing changes" in printed(found, file)


def test_copy__of_a_node_that_is_gone__is_no_refusal_of_a_contract(suite: Any) -> None:
    """A word that could not be read must never pass for one that did not change."""
    copy = CopyEngine("http://127.0.0.1:1", 31337, 5, 1_800_000_000)
    coin = copy.at("HomeDollar", suite.coin.address)
    for ask in (
        coin.totalSupply,
        lambda: copy.call_raw(coin.address, b"\0\0\0\0"),
        lambda: copy.send_raw(EXECUTES, coin.address, b""),
    ):
        with pytest.raises(EngineError, match="the node did not answer while its state was read"):
            ask()


def printed_actions(file: ProposalFile) -> str:
    console = Console(width=200, record=True, file=StringIO())
    console.print(actions_table(file))
    return console.export_text()


def printed(found: Preview, file: ProposalFile) -> str:
    console = Console(width=200, record=True, file=StringIO())
    console.print(actions_table(file))
    print_preview(console, found, file.names)
    return console.export_text()
