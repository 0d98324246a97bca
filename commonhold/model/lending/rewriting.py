"""How a loan of the book is written anew: by payments, marks and rates; and what that cures."""

from __future__ import annotations

from collections.abc import Callable

from commonhold.model.lending.book_pages import BookPages
from commonhold.model.lending.loan import HIGHEST_VALUE, After, Fixed, Ground, Loan
from commonhold.model.lending.resets import next_rate, next_reset
from commonhold.model.lending.terms import Kind, Stage


class Rewriting(BookPages):
    """What all that changes a loan has in common."""

    # -- how a loan is written anew -------------------------------------------------------------------------------

    def _marked(self, loan: Loan) -> int:
        """The value of all its shares, or the stored one while one of theirs is not valid."""
        value = self._valid_value(loan.shares)
        return loan.value_usd if value is None else value

    def _rewritten(
        self,
        loan_id: int,
        loan: Loan,
        value_usd: int,
        *,
        credit: int = 0,
        taken: int = 0,
        pays: bool = False,
        fixes: bool = False,
    ) -> After:
        """With this value. A payment goes by the schedule; what an auction brings (a credit alone) does not, nor
        what the treasury takes a share for (`taken`, of the credit)."""
        position = self.position(loan_id)
        rate, instalment, fixed = self._rate_from_now(loan_id, loan)
        progress = loan.progress.credited(credit, instalment, self.now) if pays else loan.progress
        if fixed and fixed[1] <= self.now and progress.due_at > loan.progress.due_at:
            rate, left = fixed[0], position.changed(self.now, paid=credit).principal
            instalment, fixed = self.level_instalment(left, rate, progress.instalments - progress.paid), None
        if pays or fixes:
            fixed = self._fixing(loan, rate, fixed) or fixed
        written = position.changed(
            self.now,
            paid=credit,
            taken=taken,
            dueAt=progress.due_at,
            cap=self._cap(value_usd),
            rateBps=rate,
            reset=fixed if fixed and self.now < fixed[1] else (0, 0),
        )
        return After(written, value_usd, progress, instalment, fixed)

    def _fixing(self, loan: Loan, rate: int, fixed: Fixed | None) -> Fixed | None:
        """The next rate, if now is the time to fix it and nobody has."""
        if loan.application.kind != Kind.ADJUSTABLE:
            return None
        at = next_reset(loan.progress, self.now)
        if at == 0 or self.now < at - self.numbers.fixingPeriod or (fixed and fixed[1] == at):
            return None
        return next_rate(self.numbers, self.rates.index(), rate, loan.rate_bps), at

    def _write(self, loan_id: int, loan: Loan, after: After) -> None:
        if after.fixed is not None and after.fixed != loan.fixed:
            self.emit("RateFixed", loan_id, *after.fixed)
        loan.value_usd, loan.progress = min(after.value_usd, HIGHEST_VALUE), after.progress
        loan.instalment, loan.fixed = after.instalment, after.fixed

    def _push(self, loan_id: int, loan: Loan, after: After, tell: Callable[[], None] = lambda: None) -> None:
        """Of a change that pays nothing: everything is written and told before the treasury hears of it."""
        assert after.position is not None

        def write() -> None:
            self._write(loan_id, loan, after)
            tell()

        self.treasury.before_writing = write
        self.treasury.push(self.address, loan_id, after.position)

    # -- cures ----------------------------------------------------------------------------------------------------

    def _cure(self, loan_id: int, loan: Loan, debt: int) -> None:
        """By a payment, a share more, or a mark, after which so much is owed."""
        within = not self._above_notice_limit(debt, loan.value_usd)
        cured = within if loan.ground is Ground.NOTICE else loan.progress.due_at > self.now
        if loan.notice and within:
            loan.notice = None
            self.emit("NoticeCured", loan_id)
        if loan.stage == Stage.FORECLOSING and cured:
            loan.stage, loan.ground = Stage.ACTIVE, None
            self.emit("ForeclosureCured", loan_id)

    def _close(self, loan_id: int, loan: Loan, stage: Stage, moving: int = 0) -> None:
        """Nothing is owed any more. Its shares are free, but for one that moves by its lien."""
        self.emit("Closed", loan_id, int(stage))
        for share_id in loan.shares:
            if share_id != moving:
                self.certificate.releaseLien(self.address, share_id)
        loan.stage, loan.shares, loan.notice, loan.ground = stage, [], None, None
        self.places[loan.owner_id].leave(loan_id)
