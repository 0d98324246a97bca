"""Files of observations, values and reports: what is refused, and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from oracle_rounds import NOW, SCOPE, houses, key_of, node_address, nodes_of, observed, round_of

from commonhold import build
from commonhold.inputs.problems import InputError
from commonhold.oracle import records
from commonhold.oracle.digests import sign
from commonhold.oracle.feeds import house_feed, named_feed
from commonhold.oracle.observation_file import observation_bytes, read_observation, read_values, write_observation
from commonhold.oracle.observations import observe
from commonhold.oracle.report import propose
from commonhold.oracle.report_file import ReportFile, read_report, read_tree, report_bytes, write_report

LATER = NOW + 1_000
SEVEN = nodes_of(7, 2)
NODE = node_address(0)
EXAMPLES = build.ROOT / "examples" / "oracle"
VALUES = houses(125_000, 80_000, 95_500) | {named_feed("HOUSE-PRICE-INDEX"): 101 * 10**18}
OBSERVATION = observe(key_of(0), SCOPE, 7, NOW, VALUES)

FEED = (
    'a feed: "house 12" for the house with that number, or a name of 1 to 32 printable ASCII characters without blanks '
    'at the ends, such as "HOUSE-PRICE-INDEX"'
)
VALUE = (
    'a value in dollars as a decimal text such as "125000.00", with at most 18 decimals, above 0 and below 2^128 units '
    "of 1e-18"
)
FEEDS = "an object with the value of each feed, 1 to 20,000 of them"
EPOCH = "the round's number, a whole number from 1 to 2^40 - 1"
TIME = "a time in seconds since 1970, a whole number from 1 to 2^40 - 1"
ADDRESS = "an address with its checksum (0x and 40 hexadecimal digits, mixed case), not zero"
SIGNATURE = "0x and the 128 small hexadecimal digits of r and vs (ERC-2098)"

Content = dict[str, Any]


def refused(file: Path, read: Callable[[], object]) -> list[str]:
    """The messages of a refused file, without its path."""
    with pytest.raises(InputError) as caught:
        read()
    assert all(str(problem).startswith(f"{file}") for problem in caught.value.problems)
    return [str(problem).removeprefix(str(file)).lstrip(":").lstrip() for problem in caught.value.problems]


def written(folder: Path, content: object) -> Path:
    file = folder / "file.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    return file


def observation_content(**changes: object) -> Content:
    """An observation as a file has it, one field a line: the first value is on line 10. None takes a field out."""
    content = json.loads(observation_bytes(OBSERVATION)) | changes
    return {name: value for name, value in content.items() if value is not None}


def refused_observation(folder: Path, content: object) -> list[str]:
    file = written(folder, content)
    return refused(file, lambda: read_observation(file, SEVEN, now=LATER))


# ----------------------------------------------------------------------------------------------------------- good files


def test_observation__written_and_read(tmp_path: Path) -> None:
    file = write_observation(OBSERVATION, tmp_path / "new" / "o.json")
    assert read_observation(file, SEVEN, now=NOW) == OBSERVATION
    assert [entry.name for entry in file.parent.iterdir()] == ["o.json"]
    content = json.loads(file.read_text("ascii"))
    assert content["values"] == {
        "house 1": "125000.00",
        "house 2": "80000.00",
        "house 3": "95500.00",
        "HOUSE-PRICE-INDEX": "101.00",
    }


def test_observation__value_in_other_spelling__is_the_same(tmp_path: Path) -> None:
    values = observation_content()["values"] | {"house 1": "125000", "house 2": "80000.000000000000000000"}
    file = written(tmp_path, observation_content(values=values))
    assert read_observation(file, SEVEN, now=NOW) == OBSERVATION


def test_report__written_and_read(tmp_path: Path) -> None:
    stated = {number: houses(100 + number, 200) | ({house_feed(9): 1} if number < 2 else {}) for number in range(7)}
    proposal = propose(SEVEN, observed(stated))
    signatures = {node_address(number): sign(key_of(number), proposal.digest) for number in (1, 4)}
    file = write_report(ReportFile(proposal, signatures), SEVEN, tmp_path / "r.json")
    found = read_report(file, SEVEN, now=LATER)
    assert found == ReportFile(proposal, signatures)
    assert report_bytes(found, SEVEN) == file.read_bytes()
    assert json.loads(file.read_text("ascii"))["left_out"] == ["house 9"]


def test_values__read(tmp_path: Path) -> None:
    content = {"format": "commonhold-values/1", "about": {"by": "hand"}, "values": {"house 2": "7.5", "INDEX": "1"}}
    assert read_values(written(tmp_path, content)) == {house_feed(2): 7_500 * 10**15, named_feed("INDEX"): 10**18}


def test_examples__are_what_this_library_writes() -> None:
    """The files that docs/oracle-files.md shows: a format that changes needs another number."""
    four = nodes_of(4, 1)
    stated = {
        0: houses(100_000, 80_000) | {named_feed("RENT-INDEX"): 101 * 10**18},
        1: houses(104_500),
        2: houses(101_250, 79_500),
        3: houses(100_500, 82_000),
    }
    observations = observed(stated)
    proposal = propose(four, observations)
    signatures = {node_address(number): sign(key_of(number), proposal.digest) for number in (0, 2, 3)}
    assert read_values(EXAMPLES / "values.json") == stated[0]
    assert (EXAMPLES / "observation.json").read_bytes() == observation_bytes(observations[0])
    assert (EXAMPLES / "report.json").read_bytes() == report_bytes(ReportFile(proposal, signatures), four)
    assert read_report(EXAMPLES / "report.json", four, now=LATER) == ReportFile(proposal, signatures)
    assert read_tree(EXAMPLES / "report.json").root == proposal.root


def test_tree__of_a_report_whose_values_were_changed__refused(tmp_path: Path) -> None:
    content = report_content()
    content["values"]["house 1"] = "1.00"
    file = written(tmp_path, content)
    (message,) = refused(file, lambda: read_tree(file))
    assert message.startswith(f"8: root: got 0x{PROPOSAL.root.hex()}; expected 0x")
    assert message.endswith(", that of the values")


# -------------------------------------------------------------------------------------------------- fields and values


@pytest.mark.parametrize(
    ("name", "line", "value", "got", "expected"),
    [
        ("epoch", 7, 0, "0", EPOCH),
        ("epoch", 7, -1, "-1", EPOCH),
        ("epoch", 7, 2**40, "1099511627776", EPOCH),
        ("epoch", 7, "7", "'7'", EPOCH),
        ("epoch", 7, 7.5, "7.5", EPOCH),
        ("epoch", 7, True, "true", EPOCH),
        ("observed_at", 8, 0, "0", TIME),
        ("observed_at", 8, 10**20, "100000000000000000000", TIME),
        ("observed_at", 8, "2027-01-15", "'2027-01-15'", TIME),
        ("chain_id", 3, 0, "0", "the chain's id, a whole number from 1 to 2^64 - 1"),
        ("aggregator", 4, SCOPE.aggregator.lower(), f"'{SCOPE.aggregator.lower()}'", f"the aggregator: {ADDRESS}"),
        ("node_set", 5, "0x", "'0x'", f"the node set's list: {ADDRESS}"),
        ("node", 6, 5, "5", f"the node: {ADDRESS}"),
        ("signature", 15, "0x12", "'0x12'", SIGNATURE),
        ("signature", 15, f"0x{'12' * 64}\n", f"'0x{'12' * 29}'... (131 characters)", SIGNATURE),
        ("values", 9, {}, "an object of 0 fields", FEEDS),
        ("values", 9, [], "a list of 0 entries", FEEDS),
        ("values", 9, "house 1", "'house 1'", FEEDS),
    ],
)
def test_observation__bad_field__named_with_place_value_and_expectation(
    tmp_path: Path, name: str, line: int, value: object, got: str, expected: str
) -> None:
    assert refused_observation(tmp_path, observation_content(**{name: value})) == [
        f"{line}: {name}: got {got}; expected {expected}"
    ]


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("0", "'0'"),
        ("-125000.00", "'-125000.00'"),
        ("125,000.00", "'125,000.00'"),
        ("1.0000000000000000001", "'1.0000000000000000001'"),  # 19 decimals
        ("", "''"),
        ("NaN", "'NaN'"),
        ("1e6", "'1e6'"),
        ("340282366920938463463.374607431768211456", "'340282366920938463463.374607431768211456'"),  # 2^128 units
        (125000, "125000"),
        (125000.5, "125000.5"),
        (None, "null"),
        ({"usd": "1"}, "an object of 1 fields"),
    ],
)
def test_observation__bad_value__named_with_its_feed(tmp_path: Path, value: object, got: str) -> None:
    content = observation_content()
    content["values"]["house 2"] = value
    assert refused_observation(tmp_path, content) == [f"11: house 2: value: got {got}; expected {VALUE}"]


def test_observation__huge_exponent__refused_at_once(tmp_path: Path) -> None:
    text = json.dumps(observation_content(), indent=1).replace('"80000.00"', "1e999999999")
    assert refused_observation(tmp_path, text) == [f"11: house 2: value: got 1E+999999999; expected {VALUE}"]


@pytest.mark.parametrize("name", ["", "house 0", "house 01", "HOUSE 1 \u00e9", "x" * 33, " house 2", "0x12"])
def test_observation__bad_feed__named(tmp_path: Path, name: str) -> None:
    content = observation_content(values={"house 1": "1", name: "2"})
    assert refused_observation(tmp_path, content) == [f"11: feed: got {name!a}; expected {FEED}"]


def test_observation__unsorted_feeds__named(tmp_path: Path) -> None:
    content = observation_content(values={"house 1": "1", "house 3": "3", "house 2": "2", "INDEX": "4", "house 4": "5"})
    assert refused_observation(tmp_path, content) == [
        "12: feed: got 'house 2'; expected feeds in order, houses by number before names: one behind house 3",
        "14: feed: got 'house 4'; expected feeds in order, houses by number before names: one behind INDEX",
    ]


def test_observation__feed_twice__named_with_both_lines(tmp_path: Path) -> None:
    text = json.dumps(observation_content(), indent=1).replace('"house 3"', '"house 2"')
    assert refused_observation(tmp_path, text) == [
        "12: got 'house 2' again; expected each field and each feed once (first on line 11)"
    ]


@pytest.mark.parametrize("name", ["chain_id", "aggregator", "node_set", "node", "epoch", "observed_at", "signature"])
def test_observation__missing_field__named(tmp_path: Path, name: str) -> None:
    (message,) = refused_observation(tmp_path, observation_content(**{name: None}))
    assert message.startswith(f"1: {name}: got nothing; expected ")


def test_observation__missing_values__named(tmp_path: Path) -> None:
    assert refused_observation(tmp_path, observation_content(values=None)) == [
        f"1: values: got nothing; expected {FEEDS}"
    ]


def test_observation__unknown_field__named(tmp_path: Path) -> None:
    (message,) = refused_observation(tmp_path, observation_content(price="5"))
    assert message.startswith("16: got an unknown field 'price'; expected only known fields, such as chain_id, ")


def test_observation__too_many_feeds__refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_FEEDS", 3)
    assert refused_observation(tmp_path, observation_content()) == [
        f"9: values: got an object of 4 fields; expected {FEEDS}"
    ]


def test_observation__several_faults__all_named_in_order_of_lines(tmp_path: Path) -> None:
    content = observation_content(epoch=0, node="x", values={"house 1": "-1", "?": "0", "house 0": "1"})
    assert [message.partition(": got")[0] for message in refused_observation(tmp_path, content)] == [
        "6: node",
        "7: epoch",
        "10: house 1: value",
        "11: ?: value",
        "12: feed",
    ]


# ------------------------------------------------------------------------------------------------- what does not count


def other_observation(**changes: Any) -> Content:
    """A well-signed observation of another scope, node or time."""
    fields = {"key": key_of(0), "scope": SCOPE, "epoch": 7, "observed_at": NOW, "values": VALUES} | changes
    return json.loads(observation_bytes(observe(*fields.values())))


def test_observation__of_another_chain_contract_or_set__named(tmp_path: Path) -> None:
    stranger = node_address(20)
    scope = type(SCOPE)(1, stranger, stranger)
    assert refused_observation(tmp_path, other_observation(scope=scope)) == [
        "3: chain_id: got 1; expected 31337, this chain's",
        f"4: aggregator: got {stranger}; expected {SCOPE.aggregator}, this suite's",
        f"5: node_set: got {stranger}; expected {SCOPE.node_set}, the present set's",
    ]


def test_observation__of_a_stranger__named(tmp_path: Path) -> None:
    assert refused_observation(tmp_path, other_observation(key=key_of(20))) == [
        f"6: node: got {node_address(20)}; expected one of the 7 nodes of set 1"
    ]


def test_observation__from_the_future__named(tmp_path: Path) -> None:
    assert refused_observation(tmp_path, other_observation(observed_at=LATER + 1)) == [
        f"8: observed_at: got {LATER + 1}; expected a time not after now, {LATER}"
    ]


@pytest.mark.parametrize(
    "changes",
    [{"epoch": 8}, {"observed_at": NOW - 1}, {"node": node_address(1)}, {"values": {"house 1": "125000.00"}}],
)
def test_observation__changed_after_it_was_signed__named(tmp_path: Path, changes: Content) -> None:
    (message,) = refused_observation(tmp_path, observation_content(**changes))
    node = changes.get("node", NODE)
    assert message.endswith(
        f": signature: got 0x{OBSERVATION.signature.hex()}; expected the signature of {node} over this observation"
    )


# ---------------------------------------------------------------------------------------------------- files as a whole


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "got an empty file; expected a commonhold-observation/1 file"),
        ("[]", "1: got a list of 0 entries; expected an object with the fields of a commonhold-observation/1 file"),
        ("{}", '1: format: got nothing; expected "commonhold-observation/1"'),
        (
            '{\n"format": "commonhold-report/1"}',
            "2: format: got 'commonhold-report/1'; expected \"commonhold-observation/1\"",
        ),
        ('{"format": NaN}', "1: got NaN; expected a JSON value (object, list, text, number, true, false or null)"),
        (
            '{"format": "commonhold-observation/1",\n',
            "2: got the end of the file; expected a field name in double quotes",
        ),
    ],
)
def test_file__that_is_none__refused(tmp_path: Path, text: str, message: str) -> None:
    assert refused_observation(tmp_path, text) == [message]


def test_file__missing_or_too_large__refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = tmp_path / "none.json"
    assert refused(nowhere, lambda: read_values(nowhere)) == [
        "got No such file or directory; expected a file that can be read"
    ]
    monkeypatch.setattr(records, "MAX_FILE_BYTES", 10)
    assert refused_observation(tmp_path, observation_content()) == [
        "got a larger one; expected a file of at most 10 bytes"
    ]


# -------------------------------------------------------------------------------------------------------------- reports

PROPOSAL = propose(SEVEN, round_of(SEVEN))


def report_content(**changes: object) -> Content:
    signatures = {node_address(number): sign(key_of(number), PROPOSAL.digest) for number in (0, 1)}
    return json.loads(report_bytes(ReportFile(PROPOSAL, signatures), SEVEN)) | changes


def refused_report(folder: Path, content: object, now: int = LATER) -> list[str]:
    file = written(folder, content)
    return refused(file, lambda: read_report(file, SEVEN, now=now))


def test_report__value_that_is_not_the_median__named_with_its_line(tmp_path: Path) -> None:
    content = report_content()
    content["values"]["house 2"] = "250000.00"
    assert refused_report(tmp_path, content) == [
        f"11: house 2: value: got {250_000 * 10**18}; expected {200_003 * 10**18}, the median, in units of 1e-18"
    ]


def test_report__root_time_epoch_or_scope_changed__named(tmp_path: Path) -> None:
    assert refused_report(tmp_path, report_content(root=f"0x{'01' * 32}"))[0] == (
        f"8: root: got 0x{'01' * 32}; expected 0x{PROPOSAL.root.hex()}, that of the medians"
    )
    assert refused_report(tmp_path, report_content(observed_at=NOW))[0] == (
        f"7: observed_at: got {NOW}; expected {NOW + 3}, the median of the observations' times"
    )
    assert len(refused_report(tmp_path, report_content(epoch=2))) == 7 + 2  # no signature holds any more
    assert refused_report(tmp_path, report_content(chain_id=1))[0] == "3: chain_id: got 1; expected 31337, this chain's"


def test_report__from_the_future__named(tmp_path: Path) -> None:
    assert refused_report(tmp_path, report_content(), now=NOW) == [
        f"7: observed_at: got {NOW + 3}; expected a time not after now, {NOW}"
    ]


def test_report__observation_of_another_day__named_with_its_line(tmp_path: Path) -> None:
    old = observe(key_of(1), SCOPE, 1, NOW - 90_000, houses(1, 2))
    content = report_content()
    content["observations"][1] |= {
        "observed_at": old.observed_at,
        "values": {"house 1": "1.00", "house 2": "2.00"},
        "signature": f"0x{old.signature.hex()}",
    }
    assert (
        f"26: observation 2 ({node_address(1)}): observed_at: got {old.observed_at}; "
        f"expected a time at most 86,400 seconds from the report's, {NOW + 3}"
    ) in refused_report(tmp_path, content)


def test_report__too_few_observations_or_one_twice__named(tmp_path: Path) -> None:
    observations = report_content()["observations"]
    assert refused_report(tmp_path, report_content(observations=observations[:4])) == [
        "14: observations: got 4; expected those of at least 5 nodes"
    ]
    twice = [*observations[:2], observations[1], *observations[2:]]
    assert refused_report(tmp_path, report_content(observations=twice)) == [
        f"34: observation 3 ({node_address(1)}): node: got {node_address(1)} again; "
        "expected another node than that of observation 2"
    ]


def test_report__bad_observation__named_with_record_field_and_line(tmp_path: Path) -> None:
    content = report_content()
    content["observations"][1] |= {"observed_at": -5, "values": {"house 1": "0", "house 2": "1"}, "epoch": 1}
    where = f"observation 2 ({node_address(1)})"
    messages = refused_report(tmp_path, content)
    assert messages == [
        f"26: {where}: observed_at: got -5; expected {TIME}",
        f"28: {where}, house 1: value: got '0'; expected {VALUE}",
        f"32: {where}: got an unknown field 'epoch'; expected only known fields, such as node, observed_at, signature",
    ]


@pytest.mark.parametrize("name", ["values", "left_out", "observations", "signatures"])
def test_report__part_that_is_missing_or_of_another_kind__named(tmp_path: Path, name: str) -> None:
    for value in ("x", None):
        messages = refused_report(tmp_path, report_content(**{name: value}))
        assert any(f": {name}: got {'null' if value is None else repr(value)}; expected a" in one for one in messages)
    content = report_content()
    del content[name]
    assert any(f"1: {name}: got nothing; expected a" in one for one in refused_report(tmp_path, content))


def test_report__observation_or_signature_that_is_no_object__named(tmp_path: Path) -> None:
    assert refused_report(tmp_path, report_content(observations=[5]))[0] == (
        "15: observation 1: got 5; expected an object with the fields node, observed_at, signature, values"
    )
    assert refused_report(tmp_path, report_content(signatures=["0x"]))[-1].endswith(
        "signature 1: got '0x'; expected an object with the fields node, signature"
    )


def test_report__left_out_feeds__must_be_those_and_in_order(tmp_path: Path) -> None:
    assert refused_report(tmp_path, report_content(left_out=["house 9"])) == [
        "13: left_out: got house 9; expected none"
    ]
    assert [
        message.partition(";")[0] for message in refused_report(tmp_path, report_content(left_out=["B", "A", 5]))
    ] == [
        "15: left_out: feed: got 'A'",
        "16: left_out: got 5",
    ]


def test_report__wrong_signatures__named(tmp_path: Path) -> None:
    one, two = report_content()["signatures"]
    swapped = [one, {"node": two["node"], "signature": one["signature"]}]
    (message,) = refused_report(tmp_path, report_content(signatures=swapped))
    assert message.endswith(
        f"signature 2: signature: got {one['signature']}; expected the signature of {two['node']} over this report"
    )
    (message,) = refused_report(tmp_path, report_content(signatures=[one, one]))
    assert message.endswith(f"signature 2: node: got {one['node']}; expected each node once")
    stranger = {"node": node_address(20), "signature": one["signature"]}
    (message,) = refused_report(tmp_path, report_content(signatures=[stranger]))
    assert message.endswith(f"signature 1: node: got {node_address(20)}; expected one of the 7 nodes of set 1")
