"""A house of eight, and everybody who can do something with a share of it.

Scenes are set through the engine's handles (`move`, `admit`, ...); the call that a test is about goes through ape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ape
import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from certificate_terms import Terms


@pytest.fixture
def certificate(suite: Any) -> ContractInstance:
    return suite.certificate


@pytest.fixture
def house(tokenized_house: Callable[..., int]) -> int:
    """A house of 8 shares, all of them `owner_a`'s."""
    return tokenized_house()


@pytest.fixture
def share_id(house: int, share: Callable[[int, int], int]) -> int:
    """One share of the house; neither the first nor the last."""
    return share(house, 3)


# ----------------------------------------------------------------------------------------------------------------- time


# -------------------------------------------------------------------------------------------------------------- actions


@pytest.fixture
def admit(suite: Any, credential: Callable[..., bytes]) -> Callable[[Any], None]:
    """Gives a wallet a credential unless it has one that counts."""

    def give(wallet: Any) -> None:
        if not suite.handles.credentials.isValid(getattr(wallet, "address", wallet)):
            credential(wallet)

    return give


@pytest.fixture
def offer(admit: Callable[[Any], None], approve_move: Callable[..., None]) -> Callable[..., None]:
    """Everything that a move needs but its sender: a credential for `to` and the manager's permission."""

    def prepare(share_id: int, to: Any, deadline: int | None = None) -> None:
        admit(to)
        approve_move(share_id, to, deadline=deadline)

    return prepare


@pytest.fixture
def move(suite: Any, offer: Callable[..., None]) -> Callable[[int, Any, Any], Any]:
    """Moves a share under the manager's permission."""

    def go(share_id: int, owner: Any, to: Any) -> Any:
        offer(share_id, to)
        return suite.handles.certificate.transferFrom(owner.address, to.address, share_id, sender=owner)

    return go


@pytest.fixture
def freeze(suite: Any, court: AccountAPI) -> Callable[..., None]:
    """The court freezes a share for a wallet, or lifts it."""

    def write(wallet: Any, share_id: int, frozen: bool = True) -> None:
        suite.handles.certificate.setFrozenTokens(wallet.address, share_id, frozen, sender=court)

    return write


# ------------------------------------------------------------------------------------------------- contracts as senders


@pytest.fixture
def as_sender(chain: Any) -> Callable[[Any], AccountAPI]:
    """A contract as an account that sends: the local node lets it."""

    def impersonate(contract: Any) -> AccountAPI:
        account = ape.accounts[contract.address]
        chain.provider.set_balance(account.address, 10**18)
        return account

    return impersonate


@pytest.fixture
def dao(suite: Any, as_sender: Callable[[Any], AccountAPI]) -> AccountAPI:
    """The DAO's timelock, acting at once: what it waits for is tested elsewhere."""
    return as_sender(suite.timelock)


@pytest.fixture
def new_holder(
    suite: Any, certificate: ContractInstance, deployer: AccountAPI, dao: AccountAPI, as_sender: Any, project: Any
) -> Callable[..., AccountAPI]:
    """Another contract with a row in the table of holders, as a sender."""

    def create(*, sells: bool = False, liens: bool = False, leases: bool = False) -> AccountAPI:
        contract = deployer.deploy(project.TestEncumbrancer)
        certificate.setHolder(contract, (sells, liens, leases), sender=dao)
        return as_sender(contract)

    return create


@pytest.fixture
def market(new_holder: Callable[..., AccountAPI]) -> AccountAPI:
    return new_holder(sells=True)


@pytest.fixture
def lender(new_holder: Callable[..., AccountAPI]) -> AccountAPI:
    """A contract that may place liens and leases, as a sender; it knows no terms unless it is told."""
    return new_holder(liens=True, leases=True)


@pytest.fixture
def tell_lender(lender: AccountAPI, attacker: AccountAPI, project: Any) -> Callable[[int, Terms], None]:
    """Says to the lender's contract under what terms it encumbers a share."""

    def tell(share_id: int, terms: Terms) -> None:
        project.TestEncumbrancer.at(lender.address).tell(share_id, terms, sender=attacker)

    return tell


@pytest.fixture
def terms(suite: Any, owner_b: AccountAPI) -> Terms:
    """A loan of `owner_b`'s."""
    return Terms(
        lender=owner_b.address,
        amount=70_000 * 10**18,
        currency=suite.coin.address,
        rateBps=550,
        startedAt=1_780_000_000,
        termPeriod=360 * 30 * 86_400,
        kind="fixed",
    )
