"""What came of a stress run, in words and numbers: two tables, what they add up to, and files for a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.table import Table

from commonhold.operations.stress.outcome import DOLLAR, Holder, Outcome, Point
from commonhold.recipe.units import DAY, PERCENT

SHOWN_POINTS = 24
SHOWN_HOLDERS = 40


# --------------------------------------------------------------------------------------------------------------- tables


def timeline_table(outcome: Outcome) -> Table:
    """Day by day; of a long story the moments in which most happens."""
    points = _telling(outcome.timeline)
    hidden = len(outcome.timeline) - len(points)
    caption = f"{hidden:,} quieter moments are left out: --csv has them all" if hidden else None
    table = Table(title=f"{outcome.scenario.title}: what happened", title_justify="left", caption=caption)
    for name in ("day", "reserve cash", "coins that wait", "demand", "price", "paid so far"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("lending", no_wrap=True)
    for point in points:
        look = point.look
        table.add_row(
            _day(point),
            cash(look.reserve_cash, outcome.unit),
            about(look.waiting),
            f"{100 * look.demand / DOLLAR:.2f} %",
            f"{float(look.price):.6f}" if look.coins else "-",
            cash(point.paid_cash, outcome.unit),
            _lending(point),
        )
    return table


def _lending(point: Point) -> str:
    reasons = [
        *(["demand"] if point.look.paused else []),
        *(["coverage below 1"] if point.look.price < 1 else []),
    ]
    if not point.look.lending_paused:
        return "open"
    return f"paused: {' and '.join(reasons) or 'stopped'}"


def _telling(timeline: Sequence[Point]) -> list[Point]:
    """The first, the last, and those with the largest change since the one before; one for each time that is shown."""
    points = list({_day(point): point for point in timeline}.values())

    def change(place: int) -> Fraction:
        now, before = points[place].look, points[place - 1].look
        moved = abs(now.waiting - before.waiting) + abs(now.coins - before.coins)
        turned = (now.paused != before.paused) or ((now.price < 1) != (before.price < 1))
        return Fraction(moved, DOLLAR) + 10**9 * turned + 10**6 * abs(now.price - before.price)

    places = sorted(range(1, len(points)), key=change, reverse=True)[: SHOWN_POINTS - 2]
    return [points[place] for place in sorted({0, *places, len(points) - 1})]


def _day(point: Point) -> str:
    return f"{point.at / DAY:.1f}"


def holder_table(outcome: Outcome) -> Table:
    """Holder by holder, in the order in which they left; dollars and coins."""
    more = len(outcome.holders) - SHOWN_HOLDERS
    table = Table(
        title="What became of each holder, and of the same holders with a coin that redeems at face value, first come, "
        "first served",
        title_justify="left",
        caption=f"... and {more:,} more: --csv has them all" if more > 0 else None,
    )
    names = ["", "coins", "fee", "paid in cash", "a coin", "last on day", "coins left", "lost", "face: paid", "lost"]
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for holder in outcome.holders[:SHOWN_HOLDERS]:
        table.add_row(*_holder_row(outcome, holder))
    return table


def _holder_row(outcome: Outcome, holder: Holder) -> Iterator[str]:
    price = outcome.paid_price(holder)
    yield f"{holder.number}"
    yield about(holder.coins)
    yield about(holder.fee)
    yield cash(holder.cash, outcome.unit)
    yield "-" if price is None else f"{float(price):.6f}"
    yield "-" if holder.paid_at is None else f"{holder.paid_at / DAY:.0f}"
    yield about(holder.waiting + holder.kept)
    yield about(outcome.lost(holder))
    yield cash(holder.face_cash, outcome.unit)
    yield about(outcome.face_lost(holder))


def summary(outcome: Outcome) -> list[str]:
    """What it adds up to, to the unit of cash."""
    unit = outcome.unit
    lines = [
        f"cash: {cash(outcome.cash_in, unit)} came in = {cash(outcome.paid, unit)} paid to holders + "
        f"{cash(outcome.cash_held, unit)} held; {_unaccounted(outcome)}",
        f"price of a net coin that was paid: {_same_price(outcome)}",
        f"lost: {_range(outcome, outcome.lost)} with this treasury, "
        f"{_range(outcome, outcome.face_lost)} at face value, first come, first served",
    ]
    fees = sum(holder.fee for holder in outcome.holders)
    if fees:
        lines.append(f"fees: {about(fees)} coins, which are equity now")
    if outcome.too_small:
        lines.append(f"not redeemed, below the smallest request: {about(outcome.too_small)} coins")
    paused = outcome.days_when(lambda point: point.look.paused)
    if paused:
        times = ", ".join(f"{begin:.1f} to {end:.1f}" for begin, end in paused)
        lines.append(f"lending paused by demand: day {times}")
    else:
        pause_at = outcome.thresholds[0] / PERCENT
        highest = 100 * max(point.look.demand for point in outcome.timeline) / DOLLAR
        lines.append(
            f"lending never paused by demand: it rose to {highest:.2f} %, and the gate shuts at {pause_at:g} %"
        )
    return lines


def _unaccounted(outcome: Outcome) -> str:
    missing = outcome.cash_in - outcome.paid - outcome.cash_held
    return "nothing is missing" if not missing else f"{cash(missing, outcome.unit)} is missing"


def _same_price(outcome: Outcome) -> str:
    paid = [holder for holder in outcome.holders if holder.paid_coins]
    if not paid:
        return "nobody was paid"
    prices = [Fraction(holder.cash * outcome.unit, holder.paid_coins) for holder in paid]
    low, high = min(prices), max(prices)
    if low == high:
        return f"{float(low):.6f} for everybody, exactly"
    mean = Fraction(outcome.paid * outcome.unit, sum(holder.paid_coins for holder in paid))
    if all(abs(holder.cash * outcome.unit - mean * holder.paid_coins) < 2 * outcome.unit for holder in paid):
        return f"{float(mean):.6f} for everybody, to less than two units of cash"
    return f"{float(low):.6f} to {float(high):.6f}"


def _range(outcome: Outcome, lost: Callable[[Holder], Fraction]) -> str:
    parts = [float(100 * lost(holder) / holder.coins) for holder in outcome.holders]
    low, high = min(parts), max(parts)
    return f"{low:.2f} ¢ a coin" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f} ¢ a coin"


# ---------------------------------------------------------------------------------------------------------------- files


def write_csv(outcome: Outcome, stem: Path) -> list[Path]:
    """Everything, exactly: `stem`-timeline.csv and `stem`-holders.csv; each whole or not at all."""
    return [
        _write(stem.with_name(f"{stem.name}-timeline.csv"), _timeline_rows(outcome)),
        _write(stem.with_name(f"{stem.name}-holders.csv"), _holder_rows(outcome)),
    ]


def _timeline_rows(outcome: Outcome) -> Iterator[Sequence[Any]]:
    yield (
        "seconds", "reserve_cash", "waiting_coins", "paid_cash", "coins", "other_assets_usd", "equity_usd", "demand",
        "demand_paused", "lending_paused", "price",
    )  # fmt: skip
    for point in outcome.timeline:
        look = point.look
        yield (
            point.at, exact(look.reserve_cash * outcome.unit), exact(look.waiting),
            exact(point.paid_cash * outcome.unit), exact(look.coins), exact(look.other_assets), exact(look.equity),
            exact(look.demand), int(look.paused), int(look.lending_paused), exact(look.price * DOLLAR),
        )  # fmt: skip


def _holder_rows(outcome: Outcome) -> Iterator[Sequence[Any]]:
    yield (
        "holder", "coins", "asked", "net", "cash", "paid_seconds", "waiting", "kept", "worth_left_usd", "lost_usd",
        "face_cash", "face_left", "face_worth_left_usd", "face_lost_usd",
    )  # fmt: skip
    for holder in outcome.holders:
        yield (
            holder.number, exact(holder.coins), exact(holder.asked), exact(holder.net),
            exact(holder.cash * outcome.unit), "" if holder.paid_at is None else holder.paid_at, exact(holder.waiting),
            exact(holder.kept), exact(outcome.worth_left(holder)), exact(outcome.lost(holder)),
            exact(holder.face_cash * outcome.unit), exact(holder.face_left), exact(outcome.face_worth_left(holder)),
            exact(outcome.face_lost(holder)),
        )  # fmt: skip


def _write(file: Path, rows: Iterator[Sequence[Any]]) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    draft.write_text(text.getvalue(), encoding="utf-8", newline="")
    draft.replace(file)
    return file


# -------------------------------------------------------------------------------------------------------------- amounts


def exact(amount: int | Fraction) -> str:
    """An amount with 18 decimals as a plain decimal; what is below a wei is cut off."""
    wei = int(amount)
    whole, part = divmod(abs(wei), DOLLAR)
    return f"{'-' if wei < 0 else ''}{whole}.{part:018}"


def about(amount: int | Fraction) -> str:
    """An amount with 18 decimals, rounded to cents."""
    cents = round(Fraction(amount) * 100 / DOLLAR)
    return f"{cents / 100:,.2f}"


def cash(units: int, unit: int) -> str:
    """An amount of cash, all its decimals."""
    whole, part = divmod(units * unit, DOLLAR)
    places = len(str(DOLLAR // unit)) - 1
    return f"{whole:,}" + (f".{part:018}"[: 1 + places] if places else "")
