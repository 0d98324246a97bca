"""A smaller run of the ten years: the laws hold, and the same seed gives the same run and the same charts."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from commonhold.simulation.__main__ import main
from commonhold.simulation.chart import draw_decade
from commonhold.simulation.decade import Decade
from commonhold.simulation.laws import Broken, Laws
from commonhold.simulation.rates import PRICES, Act, Rates, price_at, stress_in
from commonhold.simulation.town import Town, open_town

LOANS, YEARS, SEED = 40, 3, 5
HARD = Rates(default=0.15, impaired=0.2, late=0.6, prepay=0.1)


@pytest.fixture(scope="module")
def decade() -> Decade:
    """Three hard years of 40 loans."""
    played = Decade(open_town(LOANS), SEED, HARD, YEARS)
    played.run()
    return played


def test_run__laws_checked_each_quarter__everything_happened(decade: Decade) -> None:
    assert len(decade.points) == 4 * YEARS
    assert decade.laws.checks > 3 * LOANS
    for act in Act:
        assert decade.acts[act] > 0, act
    assert decade.happened["payments"] > 12 * LOANS
    for what in ("repaid", "foreclosures", "sold", "taken", "owned homes sold", "surpluses", "redemptions"):
        assert decade.happened[what] > 0, what
    assert decade.points[-1].open_loans == len(decade.open) < LOANS


def test_run__same_seed__same_books(decade: Decade) -> None:
    again = Decade(open_town(LOANS), SEED, HARD, YEARS)
    again.run()
    assert again.points == decade.points
    assert (again.acts, again.happened) == (decade.acts, decade.happened)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_chart__same_run__same_bytes(decade: Decade, tmp_path: Path, kind: str) -> None:
    first, second = (
        draw_decade(decade.points, decade.began, "title", tmp_path / f"{name}.{kind}") for name in ("a", "b")
    )
    assert first.read_bytes() == second.read_bytes()


def test_laws__a_coin_too_many__is_seen(decade: Decade) -> None:
    suite = decade.suite
    with suite.engine.rollback():
        suite.coin.transfer("0x" + "77" * 20, 1, sender=decade.town.bank)  # to nobody of the town
        with pytest.raises(Broken, match="L1 at"):
            Laws(decade.town).check()


def test_laws__a_loan_that_nobody_names__is_seen(decade: Decade) -> None:
    open_loans = [decade.suite.desk.loanOf(loan_id) for loan_id in decade.open]
    with pytest.raises(Broken, match="L5 at"):
        Laws(decade.town).check_loans(open_loans[1:])


def test_rates__as_stated__within_a_tenth() -> None:
    rates, dice, thrown = Rates(), random.Random(1), 400_000
    acts = Counter(rates.act(dice) for _ in range(thrown))
    for act, yearly in ((Act.PREPAY, 0.06), (Act.LATE, 0.12), (Act.DEFAULT, 0.015), (Act.IMPAIRED, 0.02)):
        assert abs(acts[act] / thrown * 12 / yearly - 1) < 0.1, act


def test_index__between_years__straight_lines() -> None:
    assert [price_at(year) for year in range(11)] == list(PRICES)
    assert price_at(4.5) == (PRICES[4] + PRICES[5]) / 2
    assert stress_in(12.0) == stress_in(9.5)


def test_command__prints_years_and_writes_the_chart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart = tmp_path / "decade.png"
    assert main(["--loans", "8", "--years", "1", "--seed", "2", "--chart", str(chart)]) == 0
    shown = capsys.readouterr().out
    assert "8 loans on 1 homes drawn; seed 2" in shown
    assert "every law held" in shown
    assert chart.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [("--loans", "0", "from 1 to 2,568"), ("--years", "ten", "from 1 to 10"), ("--chart", "x.pdf", "in .png or .svg")],
)
def test_command__bad_options__named(
    option: str, value: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([option, value])
    assert f"got '{value}'; expected" in (said := capsys.readouterr().err)
    assert expected in said


def test_town__loans_have_the_terms_of_real_applications() -> None:
    town: Town = open_town(16)
    kinds = Counter(placed.kind.name for placed in town.loans.values())
    assert kinds == {"FIXED": 11, "ADJUSTABLE": 3, "INTEREST_ONLY": 2}
    for loan_id, placed in town.loans.items():
        loan = town.suite.desk.loanOf(loan_id)
        assert (loan.principal, loan.application.instalments) == (placed.amount, placed.application.months)
        assert loan.borrower == town.borrowers[loan_id]
