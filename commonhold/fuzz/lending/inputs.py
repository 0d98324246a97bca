"""Inputs of lending's rules: what is legal most of the time, and what is one step past it."""

from __future__ import annotations

from collections.abc import Iterable

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.scene import HOUSES, RATE_BOUND
from commonhold.fuzz.money.inputs import holder, some
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES
from commonhold.model.lending.book import LoanBook
from commonhold.model.lending.loan import Loan
from commonhold.model.lending.terms import Kind, Stage

UINT96_MAX = 2**96 - 1
ALL_SHARES = tuple(house * SHARES + number for house, count in HOUSES.items() for number in range(1, count + 1))


def book(w: World) -> LoanBook:
    """The model's, in the second of the next action."""
    w.model.chain.now = w.now
    found: LoanBook = w.model.book
    return found


def pick(c: Choices, options: Iterable[int], otherwise: int) -> int:
    found = list(options)
    return c.one_of(found) if found else otherwise


def loans_in(w: World, *stages: Stage) -> list[int]:
    return [number for number, loan in w.model.book.loans.items() if loan.stage in stages]


def any_loan(w: World, c: Choices) -> int:
    """In any stage, or one that does not exist."""
    last = len(w.model.book.loans)
    return c.mostly(c.integer(1, max(1, last)), 0, last + 1, 2**256 - 1, percent=92)


def loan_in(w: World, c: Choices, *stages: Stage) -> int:
    return pick(c, loans_in(w, *stages), any_loan(w, c)) if c.chance(95) else any_loan(w, c)


def open_loan(w: World, c: Choices) -> int:
    return loan_in(w, c, Stage.ACTIVE, Stage.FORECLOSING)


def entry(w: World, loan_id: int) -> Loan | None:
    return book(w).loans.get(loan_id)


def person(w: World, c: Choices) -> str:
    """Mostly somebody with a valid credential."""
    valid = [wallet for wallet in w.cast.wallets if w.model.credentials.isValid(wallet)]
    return c.one_of(valid) if valid and c.chance(96) else holder(w, c)


def borrower_of(w: World, c: Choices, loan_id: int) -> str:
    """Mostly his wallet of today."""
    loan = entry(w, loan_id)
    usual = w.model.book.today(loan) if loan else holder(w, c)
    return c.mostly(usual if usual in w.cast.people else holder(w, c), holder(w, c), w.cast["attacker"], percent=96)


def underwriter(w: World, c: Choices) -> str:
    return w.cast[c.mostly(c.one_of(("underwriter", "second_underwriter")), "attacker", "dao", percent=96)]


def share(w: World, c: Choices) -> int:
    return c.mostly(c.one_of(ALL_SHARES), SHARES, 257 + HOUSES[1], 99 * SHARES + 1, 2**40 + 257, percent=97)


def free_share_of(w: World, c: Choices, owner: str) -> int:
    """A share of his that secures nothing, if there is one."""
    return pick(c, shares_free(w, owner), share(w, c)) if c.chance(96) else share(w, c)


def shares_free(w: World, owner: str) -> list[int]:
    shares = w.model.certificate.shares
    return [number for number, found in shares.items() if found.owner == owner and not found.locked]


def application(w: World, c: Choices, share_id: int, price: int = 0) -> tuple[int, ...]:
    """Mostly within what the share bears."""
    value = w.model.valuation.lendingValueOf(share_id // SHARES)[0] if share_id < 2**40 else 0
    count = max(1, w.model.certificate.sharesOf(share_id // SHARES))
    most = min(value // count, price or value) * w.model.book.numbers.drawLtvBps // 10_000
    least = w.model.book.numbers.minLoan
    usual = c.one_of((most, most * c.integer(30, 100) // 100, most * c.integer(10, 60) // 100))
    amount = c.mostly(max(least, usual), most + 1, least, least - 1, 0, w.model.book.numbers.borrowerCap, percent=92)
    instalments = c.mostly(c.one_of((1, 2, 6, 12, 24, 36, 120, 360, 480)), 0, 481, percent=97)
    kind = c.one_of((Kind.FIXED, Kind.FIXED, Kind.ADJUSTABLE, Kind.ADJUSTABLE, Kind.INTEREST_ONLY))
    most_bps = c.mostly(RATE_BOUND, c.integer(0, 10_000), 10_000, 10_001, percent=94)
    # A share of a house of absurd value has a price that no application can name.
    return share_id, min(amount, UINT96_MAX), instalments, int(kind), min(price, UINT96_MAX), most_bps


def coins_for(w: World, dollars: int) -> int:
    price = w.model.treasury.price()
    return price.coins_for_up(dollars) if price.assets else dollars


def payment(w: World, c: Choices, loan_id: int) -> int:
    """Coins: an instalment, a few, a part of one, all that is late, all of the debt; on the edges of fees and dust."""
    found, loan = book(w), entry(w, loan_id)
    if loan is None or not loan.is_open:
        return COIN
    fees, debt = found.feesDueOf(loan_id), found.debtOf(loan_id)
    unpaid = sum(1 for _ in range(loan.progress.paid, loan.progress.instalments))
    months = max(0, w.now - loan.progress.due_at) // 2_628_000 + 1 if unpaid else 0
    instalment = coins_for(w, loan.instalment)
    everything = fees + coins_for(w, debt)
    usual = (
        fees + instalment,
        fees + instalment,
        fees + coins_for(w, months * loan.instalment),
        fees + coins_for(w, (months + 1) * loan.instalment),
        fees + instalment - coins_for(w, loan.progress.towards),
        some(c, instalment),
        everything,
    )
    odd = (
        *(fees, fees - 1, fees + 1, 0, 1, everything - 1, everything + 1, 2 * everything, 2**256 - 1),
        *(everything - COIN, everything - COIN + 1, everything - COIN - 1, c.integer(1, max(1, everything))),
    )
    return max(0, c.mostly(c.one_of(usual), *odd, percent=75))


def until(w: World, c: Choices) -> int:
    """Last second of an approval."""
    now, most = w.now, w.model.book.numbers.mostApprovalPeriod
    usual = now + c.one_of((DAY, 30 * DAY, most))
    return c.mostly(usual, now, now + 1, now + most + 1, percent=95)
