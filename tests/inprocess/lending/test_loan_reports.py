"""Placing applications, schedules as people see them, and the report on all loans: over made-up numbers, no chain."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from commonhold.inputs.loanapp import COLUMNS, LoanApplication, read_applications
from commonhold.model.lending.schedule import MONTH
from commonhold.operations.lending.applications import Outcome, Placed, Refused, outcome_table, place
from commonhold.operations.lending.chart import draw_portfolio
from commonhold.operations.lending.portfolio import BUCKETS, Line, LoanPortfolio, loan_table, portfolio_tables
from commonhold.operations.lending.reading import Kind, Stage
from commonhold.operations.lending.schedules import cents_up, rows_of, schedule_table, write_csv

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "loanapp.csv"
DOLLAR, CENT = 10**18, 10**16
START = 1_700_000_000
SHARE_VALUE = 12_000 * DOLLAR
MIN_LOAN = 1_000 * DOLLAR


def application(**cells: str) -> LoanApplication:
    """$60,000 on a home of $100,000 that cost as much, for 30 years; any cell can be another."""
    usual = ("60", "100", "100", "360", "0", "1", "20", "30", "1")
    return LoanApplication.model_validate({"number": 1, **dict(zip(COLUMNS, usual, strict=True)), **cells})


def placed(**cells: str) -> Placed:
    found = place(application(**cells), 257, SHARE_VALUE, min_loan=MIN_LOAN)
    assert isinstance(found, Placed)
    return found


def text_of(*tables: object) -> str:
    console = Console(width=200, file=io.StringIO(), record=True)
    for table in tables:
        console.print(table)
    return console.export_text()


# ----------------------------------------------------------------------------------------------------------- placing


def test_place__proportions_and_term_are_the_applicants() -> None:
    one = placed(loanamt="80", price="120", term="180")
    assert (one.amount, one.price_usd, one.instalments) == (9_600 * DOLLAR, 14_400 * DOLLAR, 180)
    assert one.struct(1_500) == (257, 9_600 * DOLLAR, 180, 0, 14_400 * DOLLAR, 1_500)


@pytest.mark.parametrize(("appraised", "price", "amount"), [("130", "130", "78"), ("333", "123", "73.8")])
def test_place__exactly_60_percent__is_not_more_after_rounding(appraised: str, price: str, amount: str) -> None:
    value = 11_111_111 * CENT + 7
    found = place(application(apr=appraised, price=price, loanamt=amount), 257, value, min_loan=0)
    assert isinstance(found, Placed)
    assert found.amount % CENT == found.price_usd % CENT == 0
    assert found.amount * 10 <= 6 * found.price_usd
    assert (found.amount + 2 * CENT) * 10 > 6 * found.price_usd


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"approve": "0", "term": ""}, "NotApprovedByLender"),
        ({"term": "999999.375", "price": ""}, "TermMissing"),
        ({"term": "481", "price": ""}, "TermTooLong"),
        ({"price": "", "loanamt": "1"}, "PriceMissing"),
        ({"loanamt": "8.333"}, "AmountBelowMinimum"),
    ],
)
def test_place__refused__by_the_first_rule_that_says_no(cells: dict[str, str], rule: str) -> None:
    refused = place(application(**cells), 257, SHARE_VALUE, min_loan=MIN_LOAN)
    assert isinstance(refused, Refused)
    assert refused.rule == rule


def test_place__edges__are_in() -> None:
    assert placed(term="480").instalments == 480
    assert placed(loanamt="8.334").amount == 1_000_08 * CENT


def test_place__code_of_the_rate__means_nothing_unless_somebody_says_what() -> None:
    assert placed(fixadj="0").kind is placed(fixadj="1").kind is Kind.FIXED
    found = place(application(fixadj="1"), 257, SHARE_VALUE, min_loan=0, adjustable_code=1)
    assert isinstance(found, Placed)
    assert found.kind is Kind.ADJUSTABLE


def test_place__all_of_the_study__counts_by_rule() -> None:
    """On a share of $12,000, with a minimum of $1,000: the book's own rules come after these."""
    found = [place(one, 257, SHARE_VALUE, min_loan=MIN_LOAN) for one in read_applications(EXAMPLE).applications]
    outcome = Outcome(
        {number: one for number, one in enumerate(found) if isinstance(one, Placed)},
        tuple(one for one in found if isinstance(one, Refused)),
    )
    assert outcome.by_rule() == {"NotApprovedByLender": 244, "AmountBelowMinimum": 2, "TermMissing": 1}
    assert len(outcome.drawn) == 1_742
    shown = text_of(outcome_table(outcome, {}))
    assert "1,989 applications" in shown
    assert re.search(r"NotApprovedByLender │ the lender of the study said no +│ +244 │ 12\.3 %", shown)
    assert re.search(r"drawn +│ [\d,.]+ HMD lent +│ +1,742 │ 87\.6 %", shown)


# --------------------------------------------------------------------------------------------------------- schedules


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("months", [1, 12, 24, 25, 36, 37, 360])
def test_schedule__shown__interest_and_principal_add_up_to_the_instalment(kind: Kind, months: int) -> None:
    rows = rows_of(123_456_78 * CENT, 612, months, kind, START)
    shown = [re.findall(r"[\d,]+\.\d\d", line) for line in text_of(schedule_table("t", rows, kind)).splitlines()]
    amounts = [[Decimal(cell.replace(",", "")) for cell in cells] for cells in shown if len(cells) == 4]
    assert all(instalment == interest + principal for instalment, interest, principal, _ in amounts)
    assert amounts[-1][2] == Decimal("123456.78")
    assert amounts[-1][3] == 0
    assert len(amounts) == (months if months <= 24 else 12 + (months - 1) // 12 - 1 + (months - 1) % 12 + 1) + 1


def test_schedule__shown_instalment__meets_the_exact_one() -> None:
    rows = rows_of(100_000 * DOLLAR, 550, 360, Kind.FIXED, START)
    assert all(0 <= cents_up(row.instalment) * CENT - row.instalment < CENT for row in rows)
    assert "567.79" in text_of(schedule_table("t", rows, Kind.FIXED))  # 567.789002... by the formula
    assert "as long as the first rate stays" in text_of(schedule_table("t", rows, Kind.ADJUSTABLE))


def test_schedule__csv__every_row_exact_to_the_wei(tmp_path: Path) -> None:
    rows = rows_of(100_000 * DOLLAR, 550, 30, Kind.FIXED, START)
    with write_csv(rows, tmp_path / "new" / "schedule.csv").open(encoding="ascii") as stream:
        read = list(csv.DictReader(stream))
    assert len(read) == 30
    assert read[0]["due"] == "2023-12-15T08:13:20Z"
    for row, cells in zip(rows, read, strict=True):
        for column, amount in (("amount", row.instalment), ("interest", row.interest), ("balance", row.balance)):
            assert int(cells[column].replace(".", "")) == amount
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["schedule.csv"]
    assert rows[-1].due == START + 30 * MONTH


# ------------------------------------------------------------------------------------------------------------ report


def line(loan_id: int, house: int, days: int, **fields: object) -> Line:
    debt = 5_000 * DOLLAR
    usual = Line(
        loan_id=loan_id,
        stage=Stage.ACTIVE,
        kind=Kind.FIXED,
        borrower=f"0x{loan_id:040x}",
        owner_id=bytes([loan_id]) * 32,
        originator="0x" + "11" * 20,
        share_ids=(house * 256 + 1,),
        rate_bps=550,
        principal=debt,
        debt=debt,
        fees=0,
        carrying_usd=debt if days < 30 else debt * 9 // 10,
        value_usd=10_000 * DOLLAR,
        due_at=START,
        days_past_due=days,
    )
    return dataclasses.replace(usual, **fields)


def portfolio(*lines: Line) -> LoanPortfolio:
    carrying = sum(one.carrying_usd for one in lines)
    return LoanPortfolio(
        now=START,
        lines=lines,
        cash_usd=9_000 * DOLLAR,
        loans_usd=carrying,
        homes_usd=1_000 * DOLLAR,
        coins=30_000 * DOLLAR,
        coverage=(carrying + 10_000 * DOLLAR) * DOLLAR // (30_000 * DOLLAR),
        total_debt=sum(one.debt for one in lines) - len(lines),
        borrower_cap=1_000_000 * DOLLAR,
        originator_cap=10_000_000 * DOLLAR,
        house_caps=dict.fromkeys(range(1, 20), 20_000 * DOLLAR),
    )


def test_buckets__edges_of_days__each_loan_in_exactly_one() -> None:
    days = (0, 1, 29, 30, 89, 90, 119, 120, 4_000)
    report = portfolio(*(line(number, 1, day) for number, day in enumerate(days, start=1)))
    found = [[one.days_past_due for one in report.bucket(bucket)] for bucket in BUCKETS]
    assert found == [[0], [1, 29], [30, 89], [90, 119], [120, 4_000]]


def test_concentration__a_loan_on_two_shares__counts_in_equal_parts_up() -> None:
    shared = line(1, 1, 0, share_ids=(257, 513), principal=5 * DOLLAR + 1)
    report = portfolio(shared, line(2, 1, 0, owner_id=shared.owner_id), line(3, 7, 0))
    houses = {part.name: (part.loans, part.principal) for part in report.by_house()}
    half = (5 * DOLLAR + 1) // 2 + 1
    assert houses == {"house 1": (2, 5_000 * DOLLAR + half), "house 7": (1, 5_000 * DOLLAR), "house 2": (1, half)}
    assert [part.loans for part in report.by_borrower()] == [2, 1]
    (originator,) = report.by_originator()
    assert (originator.loans, originator.principal) == (3, 10_005 * DOLLAR + 1)


def test_report__tables__say_how_late_what_covers_and_where() -> None:
    report = portfolio(line(1, 1, 0), line(2, 1, 45, fees=3 * DOLLAR), line(3, 2, 130, stage=Stage.FORECLOSING))
    shown = text_of(*portfolio_tables(report), loan_table(report.lines, most=2))
    assert re.search(r"30 to 89 +│ +1 │ +5,000\.00 │ +33\.34 % │ +3\.00 │ +4,500\.00 │ +10,000\.00 │ +50\.00 %", shown)
    assert re.search(r"all +│ +3 │ +15,000\.00 │ +100\.00 % │ +3\.00 │ +14,000\.00 │ +30,000\.00 │ +50\.00 %", shown)
    assert re.search(r"coverage +│ +80\.00 %", shown)
    assert re.search(r"sum over the loans above it by +│ +3 wei", shown)
    assert re.search(r"house 1 +│ +2 │ +10,000\.00 │ +66\.67 % │ +20,000\.00 │ +50\.00 %", shown)
    assert re.search(r"3 +│ foreclosing │ fixed │.*│ +130 │", shown)
    assert "... and 1 more" in shown


def test_report__loans_of_another_book__are_not_ours() -> None:
    report = dataclasses.replace(portfolio(line(1, 1, 0)), total_debt=7_000 * DOLLAR)
    assert re.search(r"of it loans of other books +│ +2,000\.00 \$", text_of(*portfolio_tables(report)))


def test_report__without_loans__says_so() -> None:
    shown = text_of(*portfolio_tables(portfolio()))
    assert "no loans" in shown
    assert re.search(r"all +│ +0 │ +0\.00 │ +- │", shown)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_chart__same_numbers__same_bytes(tmp_path: Path, kind: str) -> None:
    report = portfolio(*(line(number, number % 14 + 1, 20 * number) for number in range(1, 30)))
    first = draw_portfolio(report, tmp_path / f"first.{kind}")
    second = draw_portfolio(report, tmp_path / f"second.{kind}")
    assert first.read_bytes() == second.read_bytes()
    assert draw_portfolio(portfolio(), tmp_path / f"empty.{kind}").stat().st_size > 1_000
    if kind == "svg":
        texts = set(re.findall(r"<!-- (.*?) -->", first.read_text("utf-8")))
        assert {"29 open loans, 2023-11-14 22:13 UTC", "How late they are", "120 and more", "cap"} <= texts
