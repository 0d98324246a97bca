"""The money alone as a model: treasury, coin, book and reserve token, with a reader that anyone tells prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commonhold.model.access import Hub, Roles
from commonhold.model.coin import UNBOUNDED, Coin, Minter
from commonhold.model.core import Chain
from commonhold.model.identity import Credentials
from commonhold.model.money.parts import FixedReader, MoneyParts, MoneySetting
from commonhold.model.performing import Performing


@dataclass(frozen=True)
class MoneyStageSetting:
    """What the focused stage decides."""

    chain_id: int
    addresses: Mapping[str, str]
    roles: Mapping[int, str]  # role -> who has it
    recovery_period: int
    reserve_usd: int
    money: MoneySetting


FUNCTION_ROLES: dict[str, dict[int, tuple[str, ...]]] = {
    "credentials": {Roles.ISSUER: ("issue", "renew", "revoke", "startRecovery", "cancelRecovery")},
    "treasury": {Roles.GUARDIAN: ("stop",)},
}


class MoneyModel(Performing):
    """Every contract of the focused stage under its name."""

    def __init__(self, setting: MoneyStageSetting, now: int) -> None:
        at = setting.addresses
        self.chain = Chain(setting.chain_id, now, frozenset(at.values()), dispatch=self._dispatch)
        self.hub = Hub(self.chain, at["hub"])
        self.credentials = Credentials(self.chain, at["credentials"], self.hub, setting.recovery_period)
        self.coin = Coin(self.chain, at["coin"], self.hub)
        self.reader = FixedReader(self.chain, at["reader"], setting.reserve_usd)
        price, wallets = self.reader.reserve_price, self.credentials.currentWallet
        parts = MoneyParts(self.chain, at, self.hub, self.coin, price, wallets, setting.money)
        self.reserve, self.treasury, self.loans = parts.reserve, parts.treasury, parts.loans
        self.test_book, self.page = parts.test_book, parts.page
        for role, account in setting.roles.items():
            self.hub.members[role, account] = 0
        for contract, roles in FUNCTION_ROLES.items():
            for role, functions in roles.items():
                for function in functions:
                    self.hub.function_roles[at[contract], function] = role
        self.coin.minters[self.treasury.address] = Minter(UNBOUNDED)
        self.treasury.books.add(self.test_book.address)
        self.chain.log.clear()
