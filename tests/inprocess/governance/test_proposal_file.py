"""Proposal files: what they may say, and every way in which they can be wrong, with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

from commonhold import build
from commonhold.inputs.problems import InputError
from commonhold.operations.governance.dao import names_of
from commonhold.operations.governance.proposal_file import ProposalFile, read_proposal

DAY, HOLD = 86_400, 10**18
DEAD = "0x000000000000000000000000000000000000dEaD"


@pytest.fixture
def read(suite: Any, tmp_path: Path) -> Any:
    """Reads a proposal with these actions; `whole` is a file's whole text instead."""

    def make(actions: str = "", *, whole: str = "") -> ProposalFile:
        file = tmp_path / "proposal.yaml"
        file.write_text(whole or f"title: A title\nactions:\n{actions}", encoding="utf-8")
        return read_proposal(file, names_of(suite))

    return make


def faults(read: Any, actions: str = "", **options: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(actions, **options)
    return [line.partition("proposal.yaml:")[2] for line in str(caught.value).splitlines()]


def call(function: str, arguments: str, target: str = "coin") -> str:
    return f"  - {{target: {target}, function: {function}, arguments: {arguments}}}\n"


# --------------------------------------------------------------------------------------------------------------- right


def test_example__is_right_and_says_what_it_says(suite: Any) -> None:
    names = names_of(suite)
    read = read_proposal(build.ROOT / "examples" / "proposal.yaml", names)
    assert [one.call for one in read.planned] == ["hub.grantRole", "governor.setVotingPeriod", "hold.transfer"]
    assert [one.values for one in read.planned] == [
        (1, DEAD, 0),
        (6 * DAY,),
        (names.people["manager"], 1_000 * HOLD),
    ]
    assert read.actions[1].data == suite.governor.setVotingPeriod.encode(6 * DAY)
    assert read.description.startswith("One more guardian, and longer votes\n\nA watch")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (call("setMinter", "[book, 1_000.5 HMD]"), ("book", 1_000_500_000_000_000_000_000)),
        (call("setMinter", f'["{DEAD}", 7]'), (DEAD, 7)),
        (call("setMinter", "{cap: 3, minter: timelock}"), ("timelock", 3)),
        (
            call("setMinter", "[book, 123_456_789_012.345678901234567891 HMD]"),  # more digits than decimals keep
            ("book", 123_456_789_012_345_678_901_234_567_891),
        ),
        (call("safeTransferFrom", "[court, book, 257]", "certificate"), ("court", "book", 257)),
        (call("setVotingDelay", "[36 hours]", "governor"), (36 * 3600,)),
        (call("updateQuorumNumerator", "[4.5 %]", "governor"), (450,)),
        (call("grantRole", "[ADMIN, court, 1 day]", "hub"), (0, "court", DAY)),
        (call("grantRole", '["keccak:EXECUTOR_ROLE", council]', "timelock"), (keccak(text="EXECUTOR_ROLE"), "council")),
        (call("closeBook", "[auction]", "loans"), ("auction",)),
        (
            call("setTargetFunctionRole", '[coin, ["selector:coin.forcedTransfer", "0x12345678"], COURT]', "hub"),
            ("coin", ["forcedTransfer", bytes.fromhex("12345678")], 6),
        ),
        (call("setHolder", "[book, [true, false, true]]", "certificate"), ("book", (True, False, True))),
    ],
)
def test_arguments__by_name_or_in_order__with_units_and_names(
    suite: Any, read: Any, action: str, expected: tuple[Any, ...]
) -> None:
    names = names_of(suite)

    def resolved(value: Any) -> Any:
        if isinstance(value, str) and not value.startswith("0x"):
            return names.address(value) or suite.coin.coders.function(value).selector
        return [resolved(one) for one in value] if isinstance(value, list) else value

    (one,) = read(action).planned
    assert one.values == tuple(map(resolved, expected))
    assert one.action.data[:4] == one.coder.selector


def test_own_contracts__of_the_file__are_targets_and_arguments(suite: Any, read: Any) -> None:
    read = read(
        whole=f"""
title: Another token
contracts:
  other: {{address: "{suite.hold.address}", artifact: GovernanceToken}}
actions:
  - {{target: other, function: approve, arguments: [other, 1 HOLD], value: 0.5 ETH}}
"""
    )
    (one,) = read.planned
    assert (one.address, one.values, one.wei) == (suite.hold.address, (suite.hold.address, HOLD), HOLD // 2)


# --------------------------------------------------------------------------------------------------------------- wrong


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (call("setMinter", "[book, 1]", "coins"), "target: got 'coins'; expected a contract of the plan, perhaps coin"),
        (call("setMinte", "[book, 1]"), "function: got 'setMinte'; expected a function of HomeDollar, perhaps setMint"),
        (
            call("safeTransferFrom", "[book, book]", "certificate"),
            "function: got 'safeTransferFrom'; expected one of saf",
        ),
        (call("balanceOf", "[book]"), "function: got 'balanceOf'; expected a function that changes something"),
        (call("setMinter", "[book]"), "arguments: got a list of 1 entries; expected the function's arguments, 2 in"),
        (call("setMinter", "{minter: book}"), "arguments: got an object of 1 fields; expected the function's argumen"),
        (call("setMinter", "{minter: book, cap: 1, x: 2}"), "arguments.x: got 2; expected one of the function's"),
        (call("setMinter", f"[{DEAD}, 1]"), "arguments.0: got 57005; expected an address in quotes"),
        (call("setMinter", f'["{DEAD.lower()}", 1]'), "arguments.0: got '0x0000000000000000000000000000000000"),
        (call("setMinter", "{minter: nobody, cap: 1}"), "arguments.minter: got 'nobody'; expected an address with its"),
        (call("setMinter", "[book, -1]"), "arguments.1: got -1; expected a number of uint128, 0 to 34028236692"),
        (call("setMinter", "[book, 1.5]"), "arguments.1: got 1.5; expected a whole number (uint128), if you like wit"),
        (call("setMinter", "[book, 5 apples]"), "arguments.1: got '5 apples'; expected a whole number (uint128)"),
        (
            call("setMinter", "[book, 5 HMDs]"),
            "arguments.1: got '5 HMDs'; expected a whole number (uint128), if you li",
        ),
        (call("setMinter", "[book, true]"), "arguments.1: got true; expected a whole number"),
        (call("setVotingPeriod", "[0.3 seconds]", "governor"), "arguments.0: got '0.3 seconds'; expected a whole"),
        (call("setBook", "[book, 1]", "loans"), "arguments.1: got 1; expected true or false"),
        (call("setHolder", "[book, {maySell: true}]", "certificate"), "arguments.1: got an object of 1 fields; expec"),
        (call("setHolder", "[book, [true, true, 2]]", "certificate"), "arguments.1.2: got 2; expected true or false"),
        (call("grantRole", "[BOSS, book, 0]", "hub"), "arguments.0: got 'BOSS'; expected a whole number (uint64)"),
        (call("setTargetFunctionRole", '[coin, ["0x1234"], COURT]', "hub"), "arguments.1.0: got '0x1234'; expected 4"),
        (call("setTargetFunctionRole", "[coin, 7, COURT]", "hub"), "arguments.1: got 7; expected a list of any numb"),
        ("  - 7\n", "got 7; expected target, function and arguments"),
        ("  - {target: coin, function: setMinter, arguments: [book, 1], values: 3}\n", "values: got 3; expected no"),
        ("  - {target: coin, function: setMinter, arguments: [book, 1], value: all}\n", "value: got 'all'; expected"),
        (
            "  - {target: coin, function: setMinter, arguments: [book, 1], value: 1 HMD}\n",
            "value: got '1 HMD'; expecte",
        ),
        ("  - {target: coin, function: setMinter, arguments: [book, 1], value: -1}\n", "value: got -1; expected ether"),
        (call("execute", '[coin, "0x12 34"]', "hub"), "arguments.1: got '0x12 34'; expected bytes as 0x..."),
    ],
)
def test_wrong_action__is_told_with_line_action_field_value_and_expectation(
    read: Any, action: str, expected: str
) -> None:
    right = call("setMinter", "[book, 1]")
    (told,) = faults(read, right + action)
    assert told.startswith("4: action 2: " + expected), told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2]", "1: got a list of 2 entries; expected a proposal: title and actions"),
        ("title: x\ntitle: y", "2: got the key 'title' stands twice; expected YAML"),
        ("title: [", "1: got not YAML"),
        ("title: x\nactions: []", "2: actions: got a list of 0 entries; expected a list of 1 to 100 actions"),
        ('title: "x\\ny"', "1: title: got 'x\\ny'; expected a title of one line: the rest belongs into text"),
        ("title: x", "1: actions: got nothing; expected a list of 1 to 100 actions"),
        ("titel: x\nactions: []", "1: titel: got 'x'; expected no such field, but actions, contracts, text, title"),
        (
            "title: x\ncontracts: {coin: {}}\nactions: []",
            "2: contracts.coin: got 'coin'; expected a name that the plan",
        ),
        ('title: x\ncontracts: {n: {address: "0x1", artifact: LoanBook}}', "2: contracts.n.address: got '0x1'; expect"),
        (f'title: x\ncontracts: {{n: {{address: "{DEAD}", artifact: Bok}}}}', "2: contracts.n.artifact: got 'Bok'; e"),
        (
            "title: x\nactions: &a [*a]",
            "2: got an alias stands for what is written elsewhere: write it out; expected YAML",
        ),
        ("title: x\nactions: [{value: 010}]", "2: got '010' is no plain number: digits without leading zeros, or 0x"),
    ],
)
def test_wrong_file__is_told_with_its_line(read: Any, text: str, expected: str) -> None:
    told = faults(read, whole=text)
    assert any(line.startswith(expected) for line in told), told


@pytest.mark.parametrize(
    "name", ["GUARDIAN", "0x90F79bf6EB2c4f870365E785982E1f101E93b906", "c\u043euncil", "", "1", "a" * 41]
)
def test_own_contract__named_like_something_else__is_refused(read: Any, name: str) -> None:
    """Else whoever reads `account: 0x90F7...` would agree to quite another address."""
    contract = f'{{address: "{DEAD}", artifact: GovernanceToken}}'
    whole = f'title: x\ncontracts:\n  "{name}": {contract}\nactions:\n{call("setMinter", "[book, 1]")}'
    (told,) = faults(read, whole=whole)
    expected = f"got {name!a}; expected a name of small letters a to z, digits and _"
    assert told.startswith(f"3: contracts.{name}: {expected}" if name else "3: contracts.: " + expected), told


@pytest.mark.parametrize("field", ["title", "text"])
@pytest.mark.parametrize("hidden", ["\x1b", "\x08", "\r", "\u202e"])
def test_text__that_could_play_tricks_on_a_terminal__is_refused(read: Any, field: str, hidden: str) -> None:
    texts = {"title": "A title", "text": "Why\nand how."} | {field: f"good{hidden}[2K bad"}
    head = "".join(f"{name}: {json.dumps(text)}\n" for name, text in texts.items())
    (told,) = faults(read, whole=f"{head}actions:\n{call('setMinter', '[book, 1]')}")
    assert told == f"{1 + (field == 'text')}: {field}: got {hidden!a}; expected characters that can be seen"


def test_several_faults__are_all_told_at_once(read: Any) -> None:
    told = faults(read, call("setMinter", "[nobody, 1]") + call("setMinter", "[book, x]", "hub"))
    assert [line[:13] for line in told] == ["3: action 1: ", "4: action 2: "]


def test_no_file__is_told(suite: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="got No such file or directory; expected a file that can be read"):
        read_proposal(tmp_path / "none.yaml", names_of(suite))
