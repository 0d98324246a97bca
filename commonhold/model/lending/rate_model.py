"""`RateModel` as a contract of the model: the rates' history, fed with the treasury's state."""

from __future__ import annotations

from commonhold.model.core import Chain, Contract
from commonhold.model.lending.rates import Market, Rates, RateTerms
from commonhold.model.lending.schedule import MONTH
from commonhold.model.money.treasury import Treasury


class RateModel(Contract):
    key = "rates"

    def __init__(self, chain: Chain, address: str, treasury: Treasury, terms: RateTerms) -> None:
        super().__init__(chain, address)
        self.treasury = treasury
        self.history = Rates(terms)
        self.history.checkpoint(self.now, self._market())

    def _market(self) -> Market:
        t = self.treasury
        return Market(
            demand=t.gate.demand(t.queue.waiting, self.now),
            base=t.gate.base(t.coins, self.now),
            pause_at=t.gate.terms.pauseAtBps,
            free_cash_usd=t.coinsFor(t.freeCash()),
            coins=t.coins,
            min_cash_ratio=t.terms.minCashRatioBps,
        )

    def checkpoint(self, sender: str) -> None:
        if self.history.checkpoint(self.now, self._market()):
            self.emit("RateCheckpointed", self.history.steps[-1][1], self.index(), self.now // MONTH)

    def quote(self) -> tuple[int, int]:
        return self.history.rate(self.now, self._market()), self.index()

    def index(self) -> int:
        return self.history.index(self.now)
