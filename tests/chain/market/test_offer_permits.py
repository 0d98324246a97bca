"""T47b: permits that a stranger hands in first. Who pays with a permit pays all the same, and nothing is taken twice.

The market takes permits with every payment; leases and purses take none: for them anybody hands them in at the coin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ape
import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from sale_stage import FEE, LATER, LEASE_FEE, PRICE, RENT, Stage

from commonhold.recipe.leasing import sign_terms
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE, in_coin

FIELDS = {"owner": "address", "spender": "address", "value": "uint256", "nonce": "uint256", "deadline": "uint256"}
TYPES = {"Permit": [{"name": name, "type": kind} for name, kind in FIELDS.items()]}


@dataclass(frozen=True)
class Permit:
    """The buyer's word that somebody may take his coins."""

    value: int
    deadline: int
    signature: bytes

    @property
    def parts(self) -> tuple[int, int, int, bytes, bytes]:
        return self.value, self.deadline, self.signature[64], self.signature[:32], self.signature[32:64]

    @property
    def struct(self) -> tuple[Any, ...]:
        """As the market takes it."""
        return COIN_PLACE, *self.parts


Given = Permit | tuple[Any, ...]


@dataclass(frozen=True)
class Permits:
    """Signs permits of the buyer's, and hands them in as a stranger."""

    stage: Stage
    stranger: Any

    @property
    def coin(self) -> Any:
        return self.stage.handles.coin

    @property
    def domain(self) -> dict[str, Any]:
        told = self.coin.eip712Domain()
        return {name: getattr(told, name) for name in ("name", "version", "chainId", "verifyingContract")}

    def message(self, spender: str, value: int, deadline: int) -> dict[str, Any]:
        owner = self.stage.buyer.address
        told = {"owner": owner, "spender": spender, "value": value, "nonce": self.coin.nonces(owner)}
        return told | {"deadline": deadline}

    def sign(
        self, value: int = PRICE, *, spender: Any = None, signer: Any = None, deadline: int = LATER, **domain: Any
    ) -> Permit:
        """For the market, by the buyer, if nothing else is said."""
        to = self.stage.handles.market.address if spender is None else spender.address
        who = (self.stage.buyer if signer is None else signer).address
        message = self.message(to, value, deadline)
        signature = self.stage.handles.engine.sign_typed_data(who, self.domain | domain, TYPES, message)
        return Permit(value, deadline, signature)

    def hand_in(self, permit: Permit, spender: Any = None) -> None:
        to = self.stage.suite.market if spender is None else spender
        self.stage.suite.coin.permit(self.stage.buyer, to, *permit.parts, sender=self.stranger)

    def not_again(self, permit: Permit) -> Any:
        """A used permit is one for the next nonce that nobody signed."""
        message = self.message(self.stage.handles.market.address, permit.value, permit.deadline)
        signer = Account.recover_message(encode_typed_data(self.domain, TYPES, message), signature=permit.signature)
        return ape.reverts(self.stage.suite.coin.ERC2612InvalidSigner, signer=signer, owner=self.stage.buyer)

    def allowance(self, spender: Any = None) -> int:
        to = self.stage.handles.market.address if spender is None else spender.address
        return int(self.coin.allowance(self.stage.buyer.address, to))


@dataclass(frozen=True)
class Purchase:
    """One and the same ask, paid at once or into escrow."""

    stage: Stage
    way: str
    arguments: tuple[Any, ...]

    def pay(self, permits: Sequence[Given], payments: Any = None) -> None:
        self._function(*self._all(permits, payments), sender=self.stage.buyer)

    def tries(self, permits: Sequence[Given], sender: Any = None) -> None:
        """Would it pass? As a call that leaves nothing behind."""
        self._function.call(*self._all(permits), sender=self.stage.buyer if sender is None else sender)

    @property
    def _function(self) -> Any:
        return getattr(self.stage.suite.market, self.way)

    def _all(self, permits: Sequence[Given], payments: Any = None) -> tuple[Any, ...]:
        given = [permit.struct if isinstance(permit, Permit) else permit for permit in permits]
        arguments = (*self.arguments, in_coin(PRICE) if payments is None else payments, given)
        return arguments if self.way == "take" else (*arguments, 0)

    def lacks_allowance(self, allowance: int = 0) -> Any:
        """At once, the seller's part is taken before the fee; else all of it together."""
        needed = PRICE if self.way == "buy" else PRICE - FEE
        if needed <= allowance:
            allowance, needed = allowance - needed, FEE
        return ape.reverts(
            self.stage.suite.coin.ERC20InsufficientAllowance,
            spender=self.stage.suite.market,
            allowance=allowance,
            needed=needed,
        )


@pytest.fixture
def permits(stage: Stage, attacker: Any) -> Permits:
    """Without any, the market may take nothing of the buyer's."""
    stage.handles.coin.approve(stage.handles.market.address, 0, sender=stage.buyer)
    return Permits(stage, attacker)


@pytest.fixture(params=["take", "buy"])
def purchase(request: Any, stage: Stage) -> Purchase:
    ask = stage.ready()
    return Purchase(stage, request.param, (ask.struct, stage.sign(ask)))


def test_t47b__front_run__the_purchase_goes_through(stage: Stage, permits: Permits, purchase: Purchase) -> None:
    permit, before = permits.sign(), stage.money(stage.buyer)[0]
    permits.hand_in(permit)
    purchase.pay([permit])
    assert (stage.money(stage.buyer)[0], permits.allowance()) == (before - PRICE, 0)
    with permits.not_again(permit):
        permits.hand_in(permit)


def test_t47b__front_run_of_the_first_of_two__the_second_counts(permits: Permits, purchase: Purchase) -> None:
    first = permits.sign(1)
    permits.hand_in(first)
    purchase.pay([first, permits.sign()])
    assert permits.allowance() == 0


def test_t47b__used_by_the_market__is_worth_nothing_to_a_stranger(permits: Permits, purchase: Purchase) -> None:
    permit = permits.sign()
    purchase.pay([permit])
    with permits.not_again(permit):
        permits.hand_in(permit)
    assert permits.allowance() == 0


def test_t47b__of_no_worth__the_allowance_decides(stage: Stage, permits: Permits, purchase: Purchase) -> None:
    worthless = [
        permits.sign(signer=permits.stranger),
        permits.sign(deadline=1),
        permits.sign(chainId=1),
        permits.sign(verifyingContract=stage.handles.reserve.address),
        permits.sign(spender=permits.stranger),
    ]
    for permit in worthless:
        with purchase.lacks_allowance():
            purchase.tries([permit])
    stage.handles.coin.approve(stage.handles.market.address, PRICE, sender=stage.buyer)
    purchase.pay(worthless)


def test_t47b__a_wei_short__refused_whole(permits: Permits, purchase: Purchase) -> None:
    with purchase.lacks_allowance(PRICE - 1):
        purchase.tries([permits.sign(PRICE - 1)])


def test_t47b__token_that_knows_no_permits__is_no_matter(permits: Permits, purchase: Purchase) -> None:
    nothing = (RESERVE_PLACE, 1, LATER, 27, bytes(32), bytes(32))
    purchase.pay([nothing, permits.sign()], [(COIN_PLACE, FEE), (RESERVE_PLACE, 10**12)])
    assert permits.allowance() == PRICE - FEE


def test_t47b__place_without_token__refused(market: Any, permits: Permits, purchase: Purchase) -> None:
    with ape.reverts(market.CurrencyClosed, currency=7):
        purchase.tries([(7, *permits.sign().parts)])


def test_t47b__of_somebody_else__never_pays_for_the_caller(
    stage: Stage, owner_b: Any, permits: Permits, purchase: Purchase
) -> None:
    """The market spends of its caller alone: who sees the buyer's permit can't buy with the buyer's money."""
    stage.admit(owner_b, 66)
    ask = stage.ask()
    stage.approve(ask, owner_b)
    permit = permits.sign()
    for _ in range(2):
        with purchase.lacks_allowance():
            purchase.tries([permit], sender=owner_b)
        permits.hand_in(permit)
        permit = permits.sign()
    assert permits.allowance() == PRICE


def test_t47b__leases_and_purses__spend_what_a_stranger_handed_in(
    stage: Stage, lease: Any, escrow: Any, permits: Permits
) -> None:
    terms, coins = stage.approved_terms(), RENT + LEASE_FEE
    stage.handles.coin.approve(lease.address, 0, sender=stage.buyer)
    for spender in (lease, escrow):
        permits.hand_in(permits.sign(coins, spender=spender), spender)
        assert permits.allowance(spender) == coins
    lease.sign(terms.values, sign_terms(stage.handles, terms), sender=stage.buyer)
    escrow.fund(stage.house, coins, 0, sender=stage.buyer)
    assert permits.allowance(lease) == permits.allowance(escrow) == 0
