"""A lease on chain and its model, led through the same days; beside the tests, so pytest finds it by its bare name."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.model.core import Refused
from commonhold.model.market import lease as model
from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.leasing import LeaseTerms, lease_terms, let_spend, sign_lease

COIN, DAY, MONTH = 10**18, 86_400, model.MONTH
LEASE_FEE, SALE_FEE = 3, 2
"""IFeeSplitter.FeeKind."""

RENT = 1_999_999_999_999_999_999_997
"""A little below 2,000 coins: nothing divides it, so every rounding shows."""

MODEL_NAMES = {"declareDefault": "declare_default"}


def refused(call: Callable[[], Any], name: str, *values: Any) -> None:
    """The call reverts with exactly that error and those values."""
    with pytest.raises(Revert) as caught:
        call()
    assert (caught.value.name, caught.value.values) == (name, values), caught.value


def keep_feeds(suite: Any) -> None:
    """After months: the reserve's price and the house-price index say again what they said last."""
    keep_price_valid(suite)
    suite.index_feed.updateAnswer(suite.index_feed.latestAnswer(), sender=suite.deployer)


class LeaseStage:
    """One lease, of a share that is worth what the nodes say, and everybody's coins."""

    def __init__(self, suite: Any, share: int, lessee: str, appraise: Callable[..., Any], **terms: Any) -> None:
        self.suite, self.lease, self.coin = suite, suite.lease_to_buy, suite.coin
        self.share, self.lessee, self.owner = share, lessee, suite.certificate.ownerOf(share)
        self.appraise = appraise
        self.terms: LeaseTerms = lease_terms(suite, share, lessee, **{"rent": RENT} | terms)
        rules = self.lease.rules()
        self.rules = model.Rules(rules.leaseFeeBps, rules.saleFeeBps, rules.gracePeriod, rules.curePeriod)
        self.begins = self.balances()
        receipt = sign_lease(suite, self.terms)
        self.id = int(receipt.event("LeaseSigned")["leaseId"])
        self.model = model.Lease(
            self.rules,
            self.id,
            receipt.timestamp,
            rent=self.terms.rent,
            months=self.terms.months,
            credit_bps=self.terms.creditBps,
            refund_bps=self.terms.refundBps,
            price=self.terms.priceUsd or None,
        )
        self.given = self.terms.rent + self.model.fee
        self.debt, self.loan_id = 0, 0  # what a purchase pays of a loan
        self.elsewhere = 0  # coins that the owner got or gave otherwise
        self.check()

    # -- time and money -------------------------------------------------------------------------------------------

    def balances(self) -> tuple[int, int, int]:
        who = (self.owner, self.lessee, self.lease.address)
        return tuple(self.coin.balanceOf(wallet) for wallet in who)  # type: ignore[return-value]

    def give(self, coins: int) -> None:
        """Coins for the lessee."""
        give_coins(self.suite, self.lessee, coins)
        let_spend(self.suite, self.lessee)
        self.given += coins

    def value(self, share_usd: int) -> None:
        """The nodes value the house anew."""
        keep_feeds(self.suite)
        self.appraise(self.share >> 8, share_usd * self.suite.certificate.sharesOf(self.share >> 8))

    def before(self, time: int) -> None:
        """Shortly before that time, with everything on chain valid."""
        self.suite.engine.set_time(time - 50)
        keep_feeds(self.suite)

    def at(self, time: int) -> None:
        """The next call comes in that second."""
        self.suite.engine.set_next_time(time)

    # -- acting ---------------------------------------------------------------------------------------------------

    def act(self, function: str, *args: Any, sender: Any = None, **told: Any) -> Any:
        """The call on chain and in the model: both do it and agree on what it gives, or both refuse it alike. `told` is
        what only the model has to be told."""
        if function == "buy":
            told = {"value": self.suite.valuation.shareValue(self.share).valueUsd} | told
            told |= {"debt": self.debt, "loan_id": self.loan_id}
        refusal: tuple[str, tuple[Any, ...]] | None = None
        receipt = None
        try:
            receipt = getattr(self.lease, function)(self.id, *args, sender=sender or self.lessee)
        except Revert as revert:
            refusal = (revert.name, revert.values)
        now = self.suite.engine.now()
        tried, expected = copy.deepcopy(self.model), None
        try:
            if function == "buy":
                tried.buy(now, told["value"], args[0], told["debt"], told["loan_id"])
            else:
                getattr(tried, MODEL_NAMES.get(function, function))(now, *args, **told)
            self.model = tried
        except Refused as refused_by_model:
            expected = (refused_by_model.name, refused_by_model.arguments)
        assert refusal == expected, function
        self.check()
        return receipt

    def refuses(self, error: str, function: str, *args: Any, sender: Any = None) -> None:
        """As `act`, of a call that has to be refused with that error."""
        before = copy.deepcopy(self.model)
        assert self.act(function, *args, sender=sender) is None
        assert vars(before) == vars(self.model)
        with pytest.raises(Revert, match=error):
            getattr(self.lease, function).call(self.id, *args, sender=sender or self.lessee)

    # -- checking -------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Chain and model agree on everything; every wei is somebody's."""
        now, lease, flows = self.suite.engine.now(), self.model, self.model.flows
        assert lease.conserved(now)
        page = self.lease.leaseOf(self.id)
        if lease.open:
            assert (page.rent, page.fee, page.credit, page.refundable) == (
                lease.rent,
                lease.fee,
                lease.credit,
                lease.refundable,
            )
            assert (page.paid, page.due, page.counting) == (lease.paid, lease.due(now), lease.counting(now))
            assert (page.collected, page.defaultAt) == (lease.collected, lease.default_at)
            assert (page.startedAt, page.endsAt, page.months) == (lease.started_at, lease.ends_at, lease.months)
            assert (page.shareId, page.priceUsd, page.held) == (self.share, lease.price or 0, lease.held)
            assert self.suite.certificate.encumbrancesOf(self.share).leaseHolder == self.lease.address
        else:
            assert (page.shareId, page.held, page.months) == (0, 0, 0)
            assert self.lease.leaseOfShare(self.share) == 0
            assert int(self.suite.certificate.encumbrancesOf(self.share).leaseHolder, 16) == 0
        house = self.share >> 8
        fees = (self.lease.feesOf(house, LEASE_FEE), self.lease.feesOf(house, SALE_FEE))
        assert fees == (flows.lease_fees, flows.sale_fees)
        owner, lessee, here = (now - before for now, before in zip(self.balances(), self.begins, strict=True))
        assert here == lease.held + sum(fees)
        assert lessee == self.given - flows.paid_in + flows.to_lessee
        assert owner == flows.to_owner + self.elsewhere - self.debt * (not lease.open and self.sold)

    @property
    def sold(self) -> bool:
        return self.suite.certificate.ownerOf(self.share) == self.lessee
