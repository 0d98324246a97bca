"""What the applications of the study would be on homes of ours: placed on shares, or refused by a named rule.

The study's homes are not ours, so an application keeps its proportions and takes our measure: every amount is scaled by
the value of the share over the appraised value of the applicant's home. Loan-to-value, price over value, term and kind
of rate are then the applicant's own, and so is what the book's rules make of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from math import ceil, floor
from typing import Any

from rich.table import Table

from commonhold.inputs.loanapp import LoanApplication
from commonhold.operations.lending.reading import MOST_INSTALMENTS, Kind
from commonhold.operations.money import COINS

CENT = 10**16


class Rule(Enum):
    """Why an application never gets to the chain. The book's own errors refuse others, by their own names."""

    NOT_APPROVED_BY_LENDER = "NotApprovedByLender"
    TERM_MISSING = "TermMissing"
    TERM_TOO_LONG = "TermTooLong"
    PRICE_MISSING = "PriceMissing"
    AMOUNT_BELOW_MINIMUM = "AmountBelowMinimum"
    NO_SHARE_LEFT = "NoShareLeft"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Rule.NOT_APPROVED_BY_LENDER: "the lender of the study said no",
    Rule.TERM_MISSING: "the study does not know the term",
    Rule.TERM_TOO_LONG: f"more than {MOST_INSTALMENTS} months",
    Rule.PRICE_MISSING: "the study does not know the price",
    Rule.AMOUNT_BELOW_MINIMUM: "less than the book lends, on a share of this value",
    Rule.NO_SHARE_LEFT: "it fits, and all shares for sale are sold",
}


@dataclass(frozen=True)
class Placed:
    """An application on a share of ours, as the book takes it. Amounts in wei of coin or dollar."""

    application: LoanApplication
    share_id: int
    amount: int
    instalments: int
    kind: Kind
    price_usd: int

    def struct(self, max_rate_bps: int) -> tuple[int, int, int, int, int, int]:
        """ILoanBook.Application, for whoever takes any rate up to `max_rate_bps`."""
        return (self.share_id, self.amount, self.instalments, int(self.kind), self.price_usd, max_rate_bps)


@dataclass(frozen=True)
class Refused:
    """An application that a rule of ours refuses, or an error of the chain, with its values."""

    application: LoanApplication
    rule: str
    values: str


def place(
    application: LoanApplication,
    share_id: int,
    share_value_usd: int,
    *,
    min_loan: int,
    adjustable_code: int | None = None,
) -> Placed | Refused:
    """The application on a share that is worth `share_value_usd` (18 decimals), or the first rule that refuses it.

    Amount and price are those of the application times share value over appraised value: the amount rounded down to the
    cent, the price up, so that a loan of exactly 60 % of the price or value still is none of more. Rates are fixed
    unless `adjustable_code` says which of the study's two codes means an adjustable one: its description does not.
    """
    scale = Fraction(share_value_usd) / Fraction(application.appraised_usd)
    amount = floor(Fraction(application.amount_usd) * scale / CENT) * CENT
    checks = (
        (not application.approved, Rule.NOT_APPROVED_BY_LENDER, "approve 0"),
        (application.months is None, Rule.TERM_MISSING, "term missing"),
        ((application.months or 0) > MOST_INSTALMENTS, Rule.TERM_TOO_LONG, f"term {application.months}"),
        (application.price_usd is None, Rule.PRICE_MISSING, "price missing"),
        (amount < min_loan, Rule.AMOUNT_BELOW_MINIMUM, f"amount {COINS.show(amount)}, least {COINS.show(min_loan)}"),
    )
    for broken, rule, values in checks:
        if broken:
            return Refused(application, rule.value, values)
    assert application.months is not None  # as checked
    assert application.price_usd is not None
    return Placed(
        application=application,
        share_id=share_id,
        amount=amount,
        instalments=application.months,
        kind=Kind.ADJUSTABLE if application.rate_code == adjustable_code else Kind.FIXED,
        price_usd=ceil(Fraction(application.price_usd) * scale / CENT) * CENT,
    )


@dataclass(frozen=True)
class Outcome:
    """What became of all applications: loans that were drawn, by id, and refusals in order."""

    drawn: Mapping[int, Placed]
    refused: tuple[Refused, ...]

    @property
    def applications(self) -> int:
        return len(self.drawn) + len(self.refused)

    @property
    def lent(self) -> int:
        """Principal of all loans (wei)."""
        return sum(placed.amount for placed in self.drawn.values())

    def by_rule(self) -> dict[str, int]:
        """How many applications each rule refused, the most first."""
        return dict(Counter(refused.rule for refused in self.refused).most_common())


def outcome_table(outcome: Outcome, words: Mapping[str, str]) -> Table:
    """How many became loans, and how many were refused by which rule; `words` say what the chain's errors mean."""
    table = Table(title=f"{outcome.applications:,} applications", title_justify="left")
    table.add_column("rule", no_wrap=True)
    table.add_column("in words")
    for name in ("applications", "part"):
        table.add_column(name, justify="right", no_wrap=True)
    said = {rule.value: rule.words for rule in Rule} | dict(words)
    rows: Iterable[tuple[str, Any, int]] = (
        (rule, said.get(rule, "refused by the chain"), count) for rule, count in outcome.by_rule().items()
    )
    for rule, meaning, count in rows:
        table.add_row(rule, meaning, f"{count:,}", _part(count, outcome.applications))
    table.add_section()
    drawn = len(outcome.drawn)
    table.add_row("drawn", f"{COINS.show(outcome.lent)} lent", f"{drawn:,}", _part(drawn, outcome.applications))
    return table


def _part(count: int, whole: int) -> str:
    return f"{Decimal(100 * count) / whole:.1f} %" if whole else "-"
