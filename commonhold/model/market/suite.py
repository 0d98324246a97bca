"""Market, leases and houses' purses on top of lending as a model."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from commonhold.model.access import Roles
from commonhold.model.certificate import Rights
from commonhold.model.coin import UNLIMITED
from commonhold.model.core import Refused
from commonhold.model.lending.loan import Instalment
from commonhold.model.lending.schedule import level_instalment_up
from commonhold.model.lending.suite import LendingModel, LendingSetting
from commonhold.model.market.lease import Rules
from commonhold.model.market.leases import LeaseToBuy
from commonhold.model.market.prints import Prints, own_print
from commonhold.model.market.purses import EscrowRules, HouseEscrow
from commonhold.model.market.sales import ShareMarket
from commonhold.model.market.terms import MarketTerms
from commonhold.model.market.tokens import ListedToken, PermitCoin
from commonhold.model.money.reserve import ReserveToken


@dataclass(frozen=True)
class MarketSetting:
    """What the stage decides besides lending."""

    lending: LendingSetting
    market: MarketTerms
    token_decimals: Mapping[str, int]  # of tokens besides coin and reserve, by contract
    leases: Rules
    escrow: EscrowRules


FUNCTION_ROLES: dict[str, dict[int, tuple[str, ...]]] = {
    "market": {Roles.GUARDIAN: ("stop",)},
    "lease_to_buy": {Roles.GUARDIAN: ("stop",)},
}


class MarketModel(LendingModel):
    """Every contract of the stage under its name."""

    kind_of_coin = PermitCoin
    coin: PermitCoin

    def __init__(
        self,
        setting: MarketSetting,
        now: int,
        instalment: Instalment = level_instalment_up,
        prints: Prints | None = None,
    ) -> None:
        super().__init__(setting.lending, now, instalment)
        self.prints = prints or Prints(own_print)
        self._build_market(setting)
        self._wire(setting)

    def _build_market(self, setting: MarketSetting) -> None:
        at = setting.lending.addresses
        self.token_names = tuple(setting.token_decimals)
        for name, decimals in setting.token_decimals.items():
            setattr(self, name, ListedToken(self.chain, at[name], decimals, name))
        self.market = ShareMarket(self, at["market"], setting.market, setting.lending.stop_period)
        self.lease_to_buy = LeaseToBuy(self, at["lease_to_buy"], setting.leases, setting.lending.stop_period)
        self.house_escrow = HouseEscrow(self, at["house_escrow"], setting.escrow)

    def _wire(self, setting: MarketSetting) -> None:
        """The DAO's rows, and what the contracts allowed their peers."""
        at = setting.lending.addresses
        for contract, roles in FUNCTION_ROLES.items():
            for role, functions in roles.items():
                for function in functions:
                    self.hub.function_roles[at[contract], function] = role
        self.certificate.rows[at["market"]] = Rights(maySell=True)
        self.certificate.rows[at["lease_to_buy"]] = Rights(mayLease=True)
        self.book.markets.add(at["market"])
        self.valuation.reporters.update((at["market"], at["lease_to_buy"]))
        for holder in ("market", "lease_to_buy", "house_escrow"):
            self.coin.allowances[at[holder], at["splitter"]] = UNLIMITED
        for payer in ("market", "lease_to_buy"):
            self.coin.allowances[at[payer], at["treasury"]] = UNLIMITED
        self.chain.log.clear()

    # -- for the contracts of the market --------------------------------------------------------------------------

    def state_of(self, share_id: int) -> tuple[object, ...]:
        """All that a share's fingerprint binds; of a share that does not exist, that."""
        if share_id not in self.certificate.shares:
            return (share_id,)
        return share_id, *self.certificate.fingerprint(share_id)

    def print_of(self, share_id: int) -> bytes:
        """A share's fingerprint now. Nothing of the call under way may have been written yet."""
        return self.prints(share_id, self.state_of(share_id), self.chain.now)

    def is_print_of(self, word: bytes, share_id: int) -> bool:
        return self.prints.stands_for(word, self.state_of(share_id))

    def token_at(self, address: str) -> ReserveToken:
        """A listed token, or one that could be."""
        tokens: list[ReserveToken] = [self.reserve, *(getattr(self, name) for name in self.token_names)]
        return next(token for token in tokens if token.address == address)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Several contracts one after the other: if one refuses, the whole model is as it was before."""
        # Its parts know this very suite, and what the stage decided stays.
        kept = copy.deepcopy(self.__dict__, {id(self): self, id(self.setting): self.setting})
        try:
            yield
        except Refused:
            self.__dict__.clear()
            self.__dict__.update(kept)
            raise
