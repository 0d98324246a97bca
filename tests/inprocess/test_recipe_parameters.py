"""Wrong parameters: each is refused before anything is sent, with file, line, field, value and what was expected."""

from __future__ import annotations

import pytest

from commonhold.recipe.parameters import FOLDER, ParametersError, find_parameters, load_parameters, parse_parameters

RIGHT = (FOLDER / "local.yaml").read_text(encoding="utf-8")

WRONG = [
    # (text of the right file, what takes its place, line that is named, rest of the message)
    ("chain_id: 31337", "chain_id: many", "chain_id: 'many': expected a whole number"),
    ("chain_id: 31337", "chain_id: true", "chain_id: True: expected a whole number"),
    ("chain_id: 31337", "chain_id: 0", "chain_id: 0: expected from 1"),
    ("network: local", "network: ../etc", "network: '../etc': expected string should match pattern"),
    ("recovery_period: 7 days", "recovery_period: 7", "identity.recovery_period: 7: expected a length of time"),
    ("recovery_period: 7 days", "recovery_period: 7 dais", "identity.recovery_period: '7 dais': expected a length"),
    (
        "recovery_period: 7 days",
        "recovery_period: 91 days",
        "identity.recovery_period: '91 days': expected from 1 to 90",
    ),
    (
        "recovery_period: 7 days",
        "recovery_period: 2 days",
        "identity.recovery_period: expected longer than dao.timelock",
    ),
    ("stop_period: 30 days", "stop_period: 31 days", "guardian.stop_period: '31 days': expected from 1 to 720 hours"),
    ("stop_period: 30 days", "stop_period: -1 days", "guardian.stop_period: '-1 days': expected a length of time"),
    (
        "forced_transfer_delay: 3 days",
        "forced_transfer_delay: 48 hours",
        "court.forced_transfer_delay: expected longer than dao.timelock_delay (172800 s)",
    ),
    (
        "timelock_delay: 2 days",
        "timelock_delay: 59 seconds",
        "dao.timelock_delay: '59 seconds': expected from 1 to 720",
    ),
    ("default_share_count: 8", "default_share_count: 1", "property.default_share_count: 1: expected from 2 to 100"),
    ("default_share_count: 8", "default_share_count: 101", "property.default_share_count: 101: expected from 2 to 100"),
    (
        "default_share_count: 8",
        "default_share_count: 8.0",
        "property.default_share_count: 8.0: expected a whole number",
    ),
    ("default_share_count: 8", "share_count: 8", "property.share_count: there is no such parameter"),
    ("default_share_count: 8", "share_count: 8", "property.default_share_count: missing"),
    ("guardian: [2]", "guardian: []", "roles.guardian: []: expected list should have at least 1 item"),
    ("guardian: [2]", "guardian: [2, 2]", "roles.guardian: [2, 2]: expected each holder once"),
    ("guardian: [2]", "guardian: [20]", "roles.guardian.0: 20: expected an address"),
    ("guardian: [2]", "guardian: 2", "roles.guardian: 2: expected input should be a valid list"),
    ("council: 1 ", "council: '0x0000000000000000000000000000000000000000' ", "roles.council: '0x00000000000000000000"),
    (
        "council: 1 ",
        "council: '0xF39fd6e51aad88F6F4ce6aB8827279cffFb92266' ",
        "roles.council: '0xF39fd6e51aad88F6F4ce6a",
    ),
    ("council: 1 ", "council: 1\n  council: 2 ", "the key 'council' stands twice"),
    (
        "100_000_000 HMD",
        "100_000_000",
        "local.council_minter_cap: 100000000: expected an amount of coins with its unit",
    ),
    ("100_000_000 HMD", "0 HMD", "local.council_minter_cap: '0 HMD': expected from 1"),
    (
        "test_lien_holder: true",
        "test_lien_holder: perhaps",
        "local.test_lien_holder: 'perhaps': expected input should be",
    ),
    ("chain_id: 31337", "chain_id: 1", "local: expected a section `local` exactly if chain_id is 31337"),
    ("roles:", "roles: [", "not YAML"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), WRONG)
def test_file__with_one_fault__names_its_place(right, wrong, message):
    assert RIGHT.count(right) == 1
    with pytest.raises(ParametersError) as refused:
        parse_parameters(RIGHT.replace(right, wrong), "params/local.yaml")
    named = [line for line in str(refused.value).splitlines() if message in line]
    assert named, str(refused.value)
    assert named[0].startswith("params/local.yaml:")


@pytest.mark.parametrize(("right", "wrong"), [("recovery_period: 7 days", "recovery_period: 7"), ("[3]", "[33]")])
def test_fault__on_a_line__names_that_line(right, wrong):
    text = RIGHT.replace(right, wrong)
    line = next(number for number, found in enumerate(text.splitlines(), 1) if wrong in found)
    with pytest.raises(ParametersError) as refused:
        parse_parameters(text, "x.yaml")
    assert str(refused.value).startswith(f"x.yaml:{line}: ")


def test_several_faults__are_named_together():
    text = RIGHT.replace("7 days", "7").replace("guardian: [2]", "guardian: [99]")
    with pytest.raises(ParametersError) as refused:
        parse_parameters(text, "x.yaml")
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "just text", "- a list", "\t", "{"])
def test_text__that_is_no_parameters_file__is_refused_with_a_line(text):
    with pytest.raises(ParametersError, match=r"^x.yaml:1: "):
        parse_parameters(text, "x.yaml")


def test_indices__on_a_public_chain__are_refused():
    text = RIGHT.replace("chain_id: 31337", "chain_id: 1")[: RIGHT.index("local:\n") - 10]
    text = text[: text.index("# Only for chain")]
    with pytest.raises(ParametersError, match="whose keys everybody knows"):
        parse_parameters(text, "params/mainnet.yaml")


def test_file__that_is_missing__is_refused(tmp_path):
    with pytest.raises(ParametersError, match="can't be read"):
        load_parameters(tmp_path / "none.yaml")


def test_file__that_is_not_text__is_refused(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"network: \xff")
    with pytest.raises(ParametersError, match="not UTF-8"):
        load_parameters(tmp_path / "x.yaml")


def test_file__that_is_huge__is_refused_unread(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"#" * 100_001)
    with pytest.raises(ParametersError, match="larger than"):
        load_parameters(tmp_path / "x.yaml")


def test_network__without_parameters__is_refused():
    with pytest.raises(ParametersError, match=r"no custom\.yaml, and 0 other files are for chain id 1234"):
        find_parameters("custom", 1234)


def test_network__found_by_its_chain_id():
    assert find_parameters("custom", 31337).network == "local"


def test_local_parameters__are_those_of_the_specification(parameters):
    day = 86_400
    assert parameters.identity.recovery_period == 7 * day
    assert parameters.guardian.stop_period == 30 * day
    assert parameters.court.forced_transfer_delay == 3 * day
    assert parameters.dao.timelock_delay == 2 * day
    assert parameters.property.default_share_count == 8
    assert parameters.local.council_minter_cap == 100_000_000 * 10**18
