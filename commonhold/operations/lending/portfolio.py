"""The report on all open loans: how late they are, what covers them, and where too much lies in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from commonhold.operations.lending.reading import Kind, Stage
from commonhold.operations.money import COINS
from commonhold.operations.reading import share_of
from commonhold.operations.refusals import DOLLARS
from commonhold.operations.tables import short
from commonhold.operations.treasury_tables import percent

ONE = 10**18
WHOLE_BPS = 10_000
SHOWN = 10


@dataclass(frozen=True)
class Bucket:
    """Loans by days past due; both ends belong to it."""

    label: str
    first: int
    last: int | None


BUCKETS = (
    Bucket("current", 0, 0),
    Bucket("1 to 29", 1, 29),
    Bucket("30 to 89", 30, 89),
    Bucket("90 to 119", 90, 119),
    Bucket("120 and more", 120, None),
)


@dataclass(frozen=True)
class Line:
    """An open loan. Amounts in wei of coin or dollar."""

    loan_id: int
    stage: Stage
    kind: Kind
    borrower: str
    owner_id: bytes
    originator: str
    share_ids: tuple[int, ...]
    rate_bps: int
    principal: int
    debt: int
    fees: int
    carrying_usd: int
    value_usd: int
    due_at: int
    days_past_due: int

    @property
    def houses(self) -> tuple[int, ...]:
        """The house of each share."""
        return tuple(share_of(share_id)[0] for share_id in self.share_ids)


@dataclass(frozen=True)
class Part:
    """What lies in one place, and how much may."""

    name: str
    loans: int
    principal: int
    cap: int | None


@dataclass(frozen=True)
class LoanPortfolio:
    """All open loans at one moment, beside the balance sheet."""

    now: int
    lines: tuple[Line, ...]
    cash_usd: int
    loans_usd: int
    homes_usd: int
    coins: int
    coverage: int
    total_debt: int
    borrower_cap: int
    originator_cap: int
    house_caps: dict[int, int]

    @property
    def debt(self) -> int:
        return sum(line.debt for line in self.lines)

    @property
    def carrying_usd(self) -> int:
        return sum(line.carrying_usd for line in self.lines)

    def bucket(self, bucket: Bucket) -> list[Line]:
        """The loans of a bucket."""
        return [
            line
            for line in self.lines
            if bucket.first <= line.days_past_due and (bucket.last is None or line.days_past_due <= bucket.last)
        ]

    def by_house(self) -> list[Part]:
        """Principal by house, the most first; a loan on several shares counts in equal parts, up, as in the book."""
        amounts: dict[int, list[int]] = {}
        for line in self.lines:
            for house in line.houses:
                amounts.setdefault(house, []).append(-(-line.principal // len(line.share_ids)))
        parts = [
            Part(f"house {house}", len(each), sum(each), self.house_caps[house]) for house, each in amounts.items()
        ]
        return _most_first(parts)

    def by_borrower(self) -> list[Part]:
        """Principal by owner id: that of a person, whatever his wallet."""
        names = {line.owner_id: f"0x{line.owner_id.hex()[:8]}… ({short(line.borrower)})" for line in self.lines}
        return self._by(lambda line: names[line.owner_id], self.borrower_cap)

    def by_originator(self) -> list[Part]:
        """Principal by who approved."""
        return self._by(lambda line: short(line.originator), self.originator_cap)

    def _by(self, name: Callable[[Line], str], cap: int) -> list[Part]:
        amounts: dict[str, list[int]] = {}
        for line in self.lines:
            amounts.setdefault(name(line), []).append(line.principal)
        return _most_first([Part(key, len(each), sum(each), cap) for key, each in amounts.items()])


def _most_first(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: (-part.principal, part.name))


def read_portfolio(suite: Any) -> LoanPortfolio:
    """All open loans of the book, read one by one, and what the treasury and the caps are."""
    book, desk, terms = suite.book, suite.desk, suite.desk.terms()
    found = ((loan_id, desk.loanOf(loan_id)) for loan_id in range(1, desk.lastLoan() + 1))
    lines = tuple(_line(book, loan_id, loan) for loan_id, loan in found if Stage(loan.stage).is_open)
    houses = {house for line in lines for house in line.houses}
    sheet = suite.treasury.balanceSheet()
    return LoanPortfolio(
        now=suite.engine.now(),
        lines=lines,
        cash_usd=sheet.cashUsd,
        loans_usd=sheet.loansUsd,
        homes_usd=sheet.ownedHomesUsd,
        coins=sheet.coins,
        coverage=suite.treasury.coverage(),
        total_debt=suite.loans.totalDebt(),
        borrower_cap=terms.borrowerCap,
        originator_cap=terms.originatorCap,
        house_caps={
            house: suite.valuation.lendingValueOf(house)[0] * terms.houseCapBps // WHOLE_BPS for house in houses
        },
    )


def _line(book: Any, loan_id: int, loan: Any) -> Line:
    return Line(
        loan_id=loan_id,
        stage=Stage(loan.stage),
        kind=Kind(loan.application.kind),
        borrower=loan.borrower,
        owner_id=loan.ownerId,
        originator=loan.originator,
        share_ids=tuple(loan.shareIds),
        rate_bps=loan.rateBps,
        principal=loan.principal,
        debt=loan.debt,
        fees=loan.feesDue,
        carrying_usd=loan.carryingUsd,
        value_usd=loan.valueUsd,
        due_at=loan.dueAt,
        days_past_due=book.daysPastDueOf(loan_id),
    )


# -------------------------------------------------------------------------------------------------------------- tables


def portfolio_tables(portfolio: LoanPortfolio) -> list[Table]:
    """The whole report."""
    return [
        age_table(portfolio),
        cover_table(portfolio),
        concentration_table("By house", portfolio.by_house()),
        concentration_table("By borrower (owner id)", portfolio.by_borrower()),
        concentration_table("By originator", portfolio.by_originator()),
    ]


def age_table(portfolio: LoanPortfolio) -> Table:
    """Loans by days past due, with what they count for and what their collateral last was worth."""
    table = Table(title="Loans by days past due", title_justify="left")
    table.add_column("days past due", no_wrap=True)
    for name in ("loans", "debt HMD", "of all", "late fees HMD", "counts for $", "last value $", "debt to value"):
        table.add_column(name, justify="right", no_wrap=True)
    for bucket in BUCKETS:
        table.add_row(bucket.label, *_age_cells(portfolio.bucket(bucket), portfolio.debt))
    table.add_section()
    table.add_row("all", *_age_cells(portfolio.lines, portfolio.debt))
    return table


def _age_cells(lines: Sequence[Line], all_debt: int) -> tuple[str, ...]:
    debt, value = sum(line.debt for line in lines), sum(line.value_usd for line in lines)
    carrying, fees = sum(line.carrying_usd for line in lines), sum(line.fees for line in lines)
    return (
        f"{len(lines):,}",
        _cents_up(debt),
        _part(debt, all_debt),
        _cents_up(fees),
        _cents_down(carrying),
        _cents_down(value),
        _part(debt, value),
    )


def cover_table(portfolio: LoanPortfolio) -> Table:
    """What stands behind the coins."""
    table = Table(title="What covers the coins", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    rows = {
        "cash": f"{_cents_down(portfolio.cash_usd)} $",
        "loans, at what they count for": f"{_cents_down(portfolio.loans_usd)} $",
        "owned homes": f"{_cents_down(portfolio.homes_usd)} $",
        "coins": f"{_cents_up(portfolio.coins)} HMD",
        "coverage": percent(portfolio.coverage, down=True),
        "total debt, from the treasury's sums": f"{_cents_up(portfolio.total_debt)} $",
    }
    above = portfolio.debt - portfolio.total_debt
    if above >= 0:
        rows["sum over the loans above it by"] = f"{above} wei"
    else:
        rows["of it loans of other books"] = f"{_cents_up(-above)} $"
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def concentration_table(title: str, parts: Sequence[Part]) -> Table:
    """Where the most principal lies, and how near that is to its cap."""
    more = len(parts) - SHOWN
    table = Table(title=title, title_justify="left", caption=f"... and {more:,} more" if more > 0 else None)
    table.add_column("", no_wrap=True)
    for name in ("loans", "principal HMD", "of all", "cap $", "used"):
        table.add_column(name, justify="right", no_wrap=True)
    whole = sum(part.principal for part in parts)
    for part in parts[:SHOWN]:
        cap = _cents_down(part.cap) if part.cap is not None else "-"
        used = _part(part.principal, part.cap) if part.cap is not None else "-"
        table.add_row(part.name, f"{part.loans:,}", _cents_up(part.principal), _part(part.principal, whole), cap, used)
    if not parts:
        table.add_row("no loans", "", "", "", "", "")
    return table


def loan_table(lines: Sequence[Line], most: int = SHOWN) -> Table:
    """Open loans, the most overdue first."""
    more = len(lines) - most
    table = Table(title="Open loans", title_justify="left", caption=f"... and {more:,} more" if more > 0 else None)
    for name in ("loan", "stage", "kind", "borrower", "shares"):
        table.add_column(name, no_wrap=True)
    for name in ("rate", "debt HMD", "fees HMD", "counts for $", "days past due"):
        table.add_column(name, justify="right", no_wrap=True)
    for line in sorted(lines, key=lambda line: (-line.days_past_due, line.loan_id))[:most]:
        table.add_row(
            str(line.loan_id),
            line.stage.words,
            line.kind.words,
            short(line.borrower),
            ", ".join(map(str, line.share_ids)),
            f"{line.rate_bps / 100:.2f} %",
            _cents_up(line.debt),
            _cents_up(line.fees) if line.fees else "-",
            _cents_down(line.carrying_usd),
            str(line.days_past_due),
        )
    return table


def _part(amount: int, whole: int) -> str:
    return percent(amount * ONE // whole) if whole else "-"


def _cents_up(amount: int) -> str:
    cent = ONE // 100
    return COINS.show(-(-amount // cent) * cent).removesuffix(f" {COINS.symbol}")


def _cents_down(amount: int) -> str:
    cent = ONE // 100
    return DOLLARS.show(amount // cent * cent).removesuffix(f" {DOLLARS.symbol}")
