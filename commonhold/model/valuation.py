"""What houses and shares are worth: `IPropertyValuation` in exact integers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from commonhold.model.access import Hub, Managed, TimedStop
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_WORD, Chain, Refused, require, word
from commonhold.model.feeds import FeedStatus, Reader
from commonhold.model.identity import Credentials
from commonhold.model.quorum import Aggregator
from commonhold.model.registry import Registry

YEAR = 365 * 86_400
WHOLE = 10_000  # basis points
MAX_AMOUNT = 2**112 - 1
UNLIMITED = 2**256 - 1


class ValueStatus(IntEnum):
    NONE = 0
    VALID = 1
    STALE = 2
    QUARANTINED = 3
    FROZEN = 4
    FEED_INVALID = 5


class ValuationTerms(NamedTuple):
    """The struct of this name, field by field."""

    haircutFreePeriod: int
    haircutRateBps: int
    maxAgePeriod: int
    acceptPeriod: int
    growthStepBps: int
    growthPeriod: int
    saleRecentPeriod: int
    saleMarginBps: int
    firstValueQuarantinePeriod: int


class Explanation(NamedTuple):
    """The struct of this name, field by field."""

    status: int = 0
    appraisalUsd: int = 0
    appraisedAt: int = 0
    acceptedFirstAt: int = 0
    indexStatus: int = 0
    indexThen: int = 0
    indexNow: int = 0
    indexedUsd: int = 0
    agePeriod: int = 0
    haircutUsd: int = 0
    seniorClaimsUsd: int = 0
    seniorClaimCount: int = 0
    valueUsd: int = 0
    ceilingUsd: int = 0
    saleUsd: int = 0
    saleAt: int = 0
    saleCapUsd: int = 0
    lendingValueUsd: int = 0
    quarantinedUntil: int = 0
    frozenUntil: int = 0


@dataclass
class Appraisal:
    """What was accepted last, and what new loans are measured against."""

    usd: int
    reported_at: int
    index_then: int
    anchor_usd: int
    anchor_at: int
    accepted_first_at: int


@dataclass
class Sale:
    """The last one at arm's length, for the whole house."""

    usd: int
    at: int


class Valuation(Managed):
    """`PropertyValuation`."""

    key = "valuation"

    def __init__(
        self,
        chain: Chain,
        address: str,
        hub: Hub,
        registry: Registry,
        credentials: Credentials,
        aggregator: Aggregator,
        reader: Reader,
        index_feed: bytes,
        terms: ValuationTerms,
        stop_period: int,
    ) -> None:
        super().__init__(chain, address, hub)
        self.registry = registry
        self.credentials = credentials
        self.aggregator = aggregator
        self.reader = reader
        self.index_feed = index_feed
        self.numbers = ValuationTerms(*terms)
        self.stop_period = stop_period
        self.appraisals: dict[int, Appraisal] = {}
        self.sales: dict[int, Sale] = {}
        self.switches: dict[int, TimedStop] = {}
        self.reporters: set[str] = set()

    # -- views ----------------------------------------------------------------------------------------------------

    def terms(self) -> ValuationTerms:
        return self.numbers

    def isSaleReporter(self, reporter: str) -> bool:
        return reporter in self.reporters

    def frozenTimeOf(self, property_id: int) -> int:
        return self._switch(property_id).stopped_time(self)

    def valueOf(self, property_id: int) -> tuple[int, int, int]:
        page = self.explainValue(property_id)
        return page.valueUsd, page.appraisedAt, page.status

    def lendingValueOf(self, property_id: int) -> tuple[int, int, int]:
        page = self.explainValue(property_id)
        return page.lendingValueUsd, page.appraisedAt, page.status

    def shareValue(self, share_id: int) -> tuple[int, int, int]:
        property_id, number = divmod(share_id, SHARES)
        share_count = self.registry.houseOf(property_id)[1]
        if not 1 <= number <= share_count:
            return 0, 0, int(ValueStatus.NONE)
        value, as_of, status = self.valueOf(property_id)
        return value // share_count, as_of, status

    def explainValue(self, property_id: int) -> Explanation:
        appraisal = self.appraisals.get(property_id)
        if appraisal is None:
            return Explanation(frozenUntil=self._switch(property_id).stopped_until)
        index_now, index_status = self._index()
        indexed = indexed_down(appraisal, index_now)
        age = self.now - appraisal.reported_at
        claims, claim_count = self.registry.seniorClaimsOf(property_id)
        haircut = self._haircut_up(indexed, age)
        ceiling = self._ceiling_down(appraisal)
        sale = self.sales.get(property_id, Sale(0, 0))
        sale_cap = self._sale_cap_down(sale)
        level = min(indexed, ceiling)
        lending = min(max(0, level - self._haircut_up(level, age) - claims), sale_cap)
        return Explanation(
            status=int(self._status(property_id, appraisal, index_status)),
            appraisalUsd=appraisal.usd,
            appraisedAt=appraisal.reported_at,
            acceptedFirstAt=appraisal.accepted_first_at,
            indexStatus=int(index_status),
            indexThen=appraisal.index_then,
            indexNow=index_now,
            indexedUsd=indexed,
            agePeriod=age,
            haircutUsd=haircut,
            seniorClaimsUsd=claims,
            seniorClaimCount=claim_count,
            valueUsd=max(0, indexed - haircut - claims),
            ceilingUsd=ceiling,
            saleUsd=sale.usd,
            saleAt=sale.at,
            saleCapUsd=sale_cap,
            lendingValueUsd=0 if claim_count else lending,
            quarantinedUntil=appraisal.accepted_first_at + self.numbers.firstValueQuarantinePeriod,
            frozenUntil=self._switch(property_id).stopped_until,
        )

    # -- the rules ------------------------------------------------------------------------------------------------

    def _switch(self, property_id: int) -> TimedStop:
        return self.switches.get(property_id) or TimedStop(word(property_id), self.stop_period)

    def _index(self) -> tuple[int, FeedStatus]:
        """The last valid index and its status; zero and None if there is no index."""
        if self.index_feed == ZERO_WORD:
            return 0, FeedStatus.NONE
        value, _, status = self.reader.read(self.index_feed)
        return value, FeedStatus(status)

    def _status(self, property_id: int, appraisal: Appraisal, index_status: FeedStatus) -> ValueStatus:
        if not self._switch(property_id).is_running(self):
            return ValueStatus.FROZEN
        if self.index_feed != ZERO_WORD and index_status is not FeedStatus.VALID:
            return INDEX_TROUBLE.get(index_status, ValueStatus.FEED_INVALID)
        if self.now - appraisal.reported_at >= self.numbers.maxAgePeriod:
            return ValueStatus.STALE
        if self.now < appraisal.accepted_first_at + self.numbers.firstValueQuarantinePeriod:
            return ValueStatus.QUARANTINED
        return ValueStatus.VALID

    def _haircut_up(self, usd: int, age: int) -> int:
        """Nothing up to the free age, then by the second, until the maximum age."""
        counted = max(0, min(age, self.numbers.maxAgePeriod) - self.numbers.haircutFreePeriod)
        return ratio_up(usd * self.numbers.haircutRateBps * counted, WHOLE * YEAR)

    def _ceiling_down(self, appraisal: Appraisal) -> int:
        """The level that new loans can't exceed: it rises by the second, at most by one step."""
        elapsed = min(self.now - appraisal.anchor_at, self.numbers.growthPeriod)
        step = self.numbers.growthStepBps * elapsed
        whole = WHOLE * self.numbers.growthPeriod
        return appraisal.anchor_usd * (whole + step) // whole

    def _sale_cap_down(self, sale: Sale) -> int:
        if sale.at == 0 or self.now - sale.at >= self.numbers.saleRecentPeriod:
            return UNLIMITED
        return sale.usd * (WHOLE + self.numbers.saleMarginBps) // WHOLE

    # -- appraisals -----------------------------------------------------------------------------------------------

    def accept(self, sender: str, property_id: int) -> None:
        require(property_id in self.registry.houses, "UnknownProperty", property_id)
        usd, observed_at, epoch = self.aggregator.feedOf(word(property_id))
        before = self.appraisals.get(property_id)
        accepted_at = before.reported_at if before else 0
        require(observed_at > accepted_at, "NothingNewer", property_id, observed_at, accepted_at)
        since = self.now - self.numbers.acceptPeriod
        require(observed_at >= since, "ReportTooOld", property_id, observed_at, since)
        require(usd <= MAX_AMOUNT, "AmountOutOfRange", usd)
        index = self.reader.record(self.address, self.index_feed)[0] if self.index_feed != ZERO_WORD else 0
        if before is None:
            anchor_usd, anchor_at, first_at = usd, self.now, self.now
        else:
            anchor_usd, anchor_at = self._next_anchor(before, index)
            first_at = before.accepted_first_at
        self.appraisals[property_id] = Appraisal(usd, observed_at, index, anchor_usd, anchor_at, first_at)
        self.emit("AppraisalAccepted", property_id, epoch, usd, observed_at, index, anchor_usd)

    def _next_anchor(self, before: Appraisal, index: int) -> tuple[int, int]:
        """The level of the moment before, unless it is above an anchor that has not stood for a whole period."""
        level = min(indexed_down(before, index), self._ceiling_down(before), MAX_AMOUNT)
        if level > before.anchor_usd and self.now - before.anchor_at < self.numbers.growthPeriod:
            return before.anchor_usd, before.anchor_at
        return level, self.now

    # -- sales ----------------------------------------------------------------------------------------------------

    def reportSale(self, sender: str, share_id: int, seller: str, buyer: str, price_usd: int) -> bool:
        require(sender in self.reporters, "NotSaleReporter", sender)
        property_id, number = divmod(share_id, SHARES)
        share_count = self.registry.houseOf(property_id)[1]
        require(1 <= number <= share_count, "UnknownShare", share_id)
        require(price_usd > 0, "MissingPrice", share_id)
        house_usd = min(price_usd * share_count, MAX_AMOUNT)
        arms_length = self._is_arms_length(property_id, seller, buyer)
        if arms_length:
            self.sales[property_id] = Sale(house_usd, self.now)
        self.emit("SaleReported", share_id, sender, price_usd, house_usd, arms_length)
        return arms_length

    def _is_arms_length(self, property_id: int, seller: str, buyer: str) -> bool:
        """Between two known persons, neither the holding entity nor a contract of the protocol."""
        owners = [self.credentials.ownerIdOf(wallet) for wallet in (seller, buyer)]
        if ZERO_WORD in owners or owners[0] == owners[1]:
            return False
        holding = self.registry.houses[property_id].terms.holdingEntity
        if holding in (seller, buyer) or self.credentials.ownerIdOf(holding) in owners:
            return False
        issuers = [self.credentials.credentials[wallet].issuer for wallet in (seller, buyer)]
        return self.credentials.address not in issuers

    def setSaleReporter(self, sender: str, reporter: str, allowed: bool) -> None:
        self.restricted(sender, "setSaleReporter")
        (self.reporters.add if allowed else self.reporters.discard)(reporter)
        self.emit("SaleReporterSet", reporter, allowed)

    def resetCeiling(self, sender: str, property_id: int) -> None:
        self.restricted(sender, "resetCeiling")
        appraisal = self.appraisals.get(property_id)
        if appraisal is None:
            raise Refused("NoAppraisal", property_id)
        appraisal.anchor_usd, appraisal.anchor_at = appraisal.usd, self.now
        self.emit("CeilingReset", property_id, appraisal.usd)

    # -- freezes --------------------------------------------------------------------------------------------------

    def freeze(self, sender: str, property_id: int) -> None:
        self.restricted(sender, "freeze")
        require(property_id in self.registry.houses, "UnknownProperty", property_id)
        switch = self._switch(property_id)
        switch.stop(self)
        self.switches[property_id] = switch

    def unfreeze(self, sender: str, property_id: int) -> None:
        self.restricted(sender, "unfreeze")
        self._switch(property_id).resume(self)


INDEX_TROUBLE = {FeedStatus.FROZEN: ValueStatus.FROZEN, FeedStatus.QUARANTINED: ValueStatus.QUARANTINED}


def indexed_down(appraisal: Appraisal, index_now: int) -> int:
    """The appraisal moved by the index since it was accepted, if there is one."""
    if appraisal.index_then == 0:
        return appraisal.usd
    return appraisal.usd * index_now // appraisal.index_then


def ratio_up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
