"""The gas table's judgement: what is a rise, what breaks a bound, what a snapshot must be. No chain needed."""

import io
import json

import pytest
from rich.console import Console

from commonhold.gasbench import __main__ as command
from commonhold.gasbench import report as reports
from commonhold.gasbench import rows
from commonhold.gasbench.chapters import all_rows
from commonhold.gasbench.growth import Growth
from commonhold.gasbench.peers import Published, SameRun
from commonhold.gasbench.report import SIZE_BUDGET, Report, SnapshotError, broken_bounds, changes_since
from commonhold.gasbench.rows import Chapter, Figure
from commonhold.gasbench.trace import _addresses, _own_costs

TRANSFER = Figure("certificate: transfer", ours=74_000, peer=42_542, peer_name="plain transfer", allowed=1.75)
MINT = Figure("coin: mint", ours=42_000, peer=None, peer_name=None, allowed=None)


def report(*rows, growth=(), bytecode=None):
    return Report(list(rows), list(growth), bytecode or {"HomeDollar": 9_000})


@pytest.fixture
def snapshot(tmp_path, monkeypatch):
    """A snapshot file of the test's own, with TRANSFER and MINT in it."""
    file = tmp_path / "gas.json"
    file.write_text(json.dumps(report(TRANSFER, MINT).as_json()))
    monkeypatch.setattr(reports, "SNAPSHOT", file)
    monkeypatch.setattr(reports, "ROOT", tmp_path)
    return file


# ------------------------------------------------------------------------------------------------------------- bounds


@pytest.mark.parametrize(("ours", "holds"), [(74_448, True), (74_449, False)])
def test_a_bound_is_judged_to_the_last_unit_of_gas(ours, holds):
    # 1.75 x 42,542 = 74,448.5
    figure = Figure("certificate: transfer", ours, 42_542, "plain transfer", 1.75)
    assert figure.within is holds
    assert [line.startswith("certificate: transfer:") for line in broken_bounds(report(figure))] == [True] * (not holds)


@pytest.mark.parametrize(("large", "holds"), [(98_000, True), (102_000, True), (102_001, False), (97_999, False)])
def test_growth_may_differ_by_two_per_cent_either_way(large, holds):
    growth = Growth("claim", small=100_000, large=large)
    assert growth.within is holds
    assert (broken_bounds(report(growth=[growth])) == []) is holds


@pytest.mark.parametrize(("size", "holds"), [(SIZE_BUDGET, True), (SIZE_BUDGET + 1, False)])
def test_code_must_leave_a_tenth_of_the_limit(size, holds):
    assert (broken_bounds(report(bytecode={"Big": size})) == []) is holds


# ------------------------------------------------------------------------------------------------------------ changes


def test_every_kind_of_change_is_told_apart():
    before = report(TRANSFER, MINT, growth=[Growth("claim", 100, 101)]).as_json()
    after = report(
        Figure(TRANSFER.row, 74_001, 42_542, "plain transfer", 1.75),
        Figure("coin: burn", 1, None, None, None),
        growth=[Growth("claim", 99, 101)],
        bytecode={"HomeDollar": 9_001},
    )
    changes = changes_since(before, after)
    assert changes.rises == ["certificate: transfer: 74,000 -> 74,001 (+1)"]
    assert changes.falls == ["claim, 10 homes: 100 -> 99 (-1)"]
    assert changes.rows == ["coin: burn: new", "coin: mint: gone"]
    assert changes.sizes == ["HomeDollar: 9,000 -> 9,001 (+1) bytes of code"]


def test_a_goal_is_shown_and_fails_nothing():
    figure = Figure("lending: payment", 120_000, 77_520, "a peer", None, goal=1.25)
    assert broken_bounds(report(figure)) == []
    assert report(figure).as_json()["rows"][0]["goal"] == 1.25
    console = Console(width=200, record=True, file=io.StringIO())
    reports.print_tables(report(figure), console)
    assert "goal 1.25" in console.export_text()


def run_check(capsys, *rows):
    code = command._check(report(*rows))
    return code, capsys.readouterr().err


def test_check_passes_when_nothing_changed(snapshot, capsys):
    assert run_check(capsys, TRANSFER, MINT) == (0, "gas: no row has risen, all bounds hold\n")


def test_check_fails_on_a_rise_and_names_the_row(snapshot, capsys):
    code, told = run_check(capsys, TRANSFER, Figure(MINT.row, 42_001, None, None, None))
    assert code == 1
    assert "error: risen: coin: mint: 42,000 -> 42,001 (+1)" in told


def test_check_passes_on_a_fall_and_asks_for_a_commit(snapshot, capsys):
    code, told = run_check(capsys, TRANSFER, Figure(MINT.row, 41_000, None, None, None))
    assert code == 0
    assert "fallen: coin: mint: 42,000 -> 41,000 (-1,000)" in told
    assert "commit benchmarks/gas.json" in told


def test_check_fails_on_a_row_that_the_snapshot_lacks(snapshot, capsys):
    code, told = run_check(capsys, TRANSFER, MINT, Figure("coin: burn", 1, None, None, None))
    assert code == 1
    assert "coin: burn: new" in told


def test_check_fails_on_a_broken_bound_even_if_the_snapshot_has_it(snapshot, capsys):
    dear = Figure(TRANSFER.row, 80_000, 42_542, "plain transfer", 1.75)
    snapshot.write_text(json.dumps(report(dear, MINT).as_json()))
    code, told = run_check(capsys, dear, MINT)
    assert code == 1
    assert "certificate: transfer: 80,000 gas is 1.880 x plain transfer (42,542), allowed 1.75 x" in told


def test_check_without_a_snapshot_says_how_to_get_one(snapshot, capsys):
    snapshot.unlink()
    code, told = run_check(capsys, TRANSFER)
    assert code == 1
    assert "benchmarks/gas.json is missing: run `make gas` and commit it" in told


DAMAGED = ["", "[]", "{", '{"rows": []}', '{"rows": [{"row": 1}], "growth": [], "bytecode": {}}']


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_snapshot_is_named(snapshot, text):
    snapshot.write_text(text)
    with pytest.raises(SnapshotError, match=r"gas\.json is not a gas snapshot"):
        reports.read_snapshot()


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_snapshot_is_replaced_by_the_next_full_run(snapshot, text, capsys):
    snapshot.write_text(text)
    assert command._keep(report(MINT)) == 0
    assert reports.read_snapshot() == report(MINT).as_json()


def test_a_snapshot_is_written_as_it_is_read(snapshot):
    written = report(TRANSFER, MINT, growth=[Growth("claim", 100, 101)])
    reports.write_snapshot(written)
    assert reports.read_snapshot() == written.as_json()
    assert [file.name for file in snapshot.parent.iterdir()] == ["gas.json"]


# --------------------------------------------------------------------------------------------------------------- rows


def test_rows_have_names_of_their_own_and_peers_that_exist():
    listed = all_rows()
    names = [row.name for row in listed]
    assert len(set(names)) == len(names)
    for row in listed:
        assert row.peer is None or isinstance(row.peer, Published) or row.peer.row in names
        assert row.allowed is None or row.peer is not None


def test_the_bounds_of_the_issue_are_among_the_rows():
    bounds = {
        (row.peer.gas if isinstance(row.peer, Published) else row.peer.name, row.allowed or row.goal)
        for row in all_rows()
        if isinstance(row.peer, Published | SameRun)
    }
    wanted = [(59_642, 1.6), (42_542, 1.75), (59_642, 1.9), (86_892, 1.3), (76_020, 1.0), (20_000, 1.0)]
    lending = [(178_435, 1.15), (560_968, 0.6), (77_520, 1.25), (77_520, 1.45), (118_479, 1.0), (216_354, 1.0)]
    assert bounds >= {*wanted, *lending, ("ours, a later move", 1.35), ("ours, 2 shares", 1.0)}


def test_what_takes_two_transactions_is_the_sum_of_their_rows(monkeypatch):
    chapter = Chapter("loans")
    gas = {"start": 60_000, "bid": 150_000}
    for name in gas:
        chapter.row(name)(lambda world: None)
    chapter.together("both", ("start", "bid"), peer=Published("a peer", 200_000), allowed=1.0)
    monkeypatch.setattr(rows, "measure", lambda world, row: gas[row.name.removeprefix("loans: ")])
    measured = rows.measure_all(None, chapter.rows)
    assert measured == {"loans: start": 60_000, "loans: bid": 150_000, "loans: both": 210_000}
    (figure,) = [found for found in rows.beside_peers(chapter.rows, measured) if found.row == "loans: both"]
    assert (figure.ratio, figure.within) == (1.05, False)


# -------------------------------------------------------------------------------------------------------------- trace


def test_a_call_is_charged_without_what_happens_inside_it():
    steps = [
        {"op": "PUSH1", "depth": 1, "gas": 10_000, "gasCost": 3},
        {"op": "CALL", "depth": 1, "gas": 9_997, "gasCost": 7_000},
        {"op": "SLOAD", "depth": 2, "gas": 5_000, "gasCost": 2_100},
        {"op": "STOP", "depth": 2, "gas": 2_900, "gasCost": 0},
        {"op": "SSTORE", "depth": 1, "gas": 5_297, "gasCost": 2_900},
        {"op": "STOP", "depth": 1, "gas": 2_397, "gasCost": 0},
    ]
    costs = _own_costs(steps)
    assert costs == [
        ("everything else", 3),
        ("calls, cold address", 2_600),
        ("SLOAD, cold", 2_100),
        ("everything else", 0),
        ("SSTORE, open slot", 2_900),
        ("everything else", 0),
    ]
    assert sum(gas for _, gas in costs) == 10_000 - 2_397


def test_a_step_belongs_to_the_contract_that_runs():
    called = "0x" + "00" * 12 + "be" * 20
    steps = [
        {"op": "STATICCALL", "depth": 1, "stack": ["0x1", called, "0x9"]},
        {"op": "SLOAD", "depth": 2, "stack": []},
        {"op": "RETURN", "depth": 2, "stack": []},
        {"op": "STOP", "depth": 1, "stack": []},
    ]
    whose = [address.lower() for address in _addresses(steps, "0xcaller")]
    assert whose == ["0xcaller", "0x" + "be" * 20, "0x" + "be" * 20, "0xcaller"]
