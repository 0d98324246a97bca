"""`setHolder`: the table of contracts that may sell, place liens and place leases. The DAO's, 255 places for ever."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import WEEK, ZERO
from eth_utils import keccak, to_checksum_address

from commonhold.engines import Revert
from commonhold.recipe import PLAN

PLACES = 255


def test_set_holder__by_the_dao__writes_the_rights(suite, certificate, as_dao, market):
    assert tuple(certificate.holderRights(market)) == (True, False, False)
    receipt = as_dao(certificate, "setHolder", market, (False, True, True))
    written = receipt.event("HolderSet")
    assert (written["holder"], tuple(written["rights"])) == (market.address, (False, True, True))
    assert tuple(certificate.holderRights(market)) == (False, True, True)
    assert tuple(certificate.holderRights(suite.coin)) == (False, False, False)


def test_set_holder__by_anybody_else__reverts(
    suite, certificate, council, guardian, registrar, court, manager, attacker
):
    for caller in (council, guardian, registrar, court, manager, attacker):
        with ape.reverts(certificate.AccessManagedUnauthorized, caller=caller):
            certificate.setHolder(suite.coin, (True, True, True), sender=caller)


def test_set_holder__of_an_address_without_code__reverts(certificate, dao, owner_a):
    for candidate in (owner_a, ZERO):
        with ape.reverts(certificate.MissingCode, candidate=candidate):
            certificate.setHolder(candidate, (True, True, True), sender=dao)


def test_set_holder__a_256th_contract__finds_the_table_full(suite, certificate, chain, council, engine, share_id, dao):
    given = sum(row.setter == "setHolder" for row in PLAN.rows)  # by the recipe
    contracts = [to_checksum_address(keccak(number)[12:]) for number in range(PLACES - given)]
    for contract in contracts:
        chain.provider.make_request("anvil_setCode", [contract, "0x00"])
    for start in range(0, len(contracts), 127):
        _write_rows(suite, certificate, council, engine, contracts[start : start + 127])
    assert all(tuple(certificate.holderRights(contract)) == (False, True, False) for contract in contracts)
    with ape.reverts(certificate.HolderTableFull, holder=suite.coin):
        certificate.setHolder(suite.coin, (True, True, True), sender=dao)
    # A row that has its place can still be written, and the last place works as the first does.
    certificate.setHolder(contracts[0], (True, True, True), sender=dao)
    chain.provider.make_request("anvil_setCode", [contracts[-1], "0x"])  # so that the node lets it send
    last = ape.accounts[contracts[-1]]
    chain.provider.set_balance(last.address, 10**18)
    certificate.placeLien(share_id, sender=last)
    assert tuple(certificate.encumbrancesOf(share_id)) == (last, ZERO)
    certificate.releaseLien(share_id, sender=last)
    assert not certificate.locked(share_id)


def _write_rows(suite, certificate, council, engine, holders: list[str]) -> None:
    """Rows for many contracts in one batch of the timelock's."""
    calls = [certificate.setHolder.encode_input(holder, (False, True, False)) for holder in holders]
    salt = keccak(text=holders[0])
    batch = ([certificate.address] * len(calls), [0] * len(calls), calls, b"\0" * 32, salt)
    timelock = suite.handles.timelock
    timelock.scheduleBatch(*batch, timelock.getMinDelay(), sender=council)
    engine.set_time(engine.now() + WEEK)
    timelock.executeBatch(*batch, sender=council)


def test_holders__placed_by_the_recipe__have_no_more_rights_than_they_need(suite, certificate):
    expected = {
        "book": (True, True, False),
        "auction": (False, True, False),
        "lease_to_buy": (False, False, True),
    }
    assert {key: tuple(certificate.holderRights(getattr(suite, key))) for key in expected} == expected


def test_set_holder__refused_through_the_dao__names_the_reason(certificate, as_dao, owner_a):
    with pytest.raises(Revert) as refused:
        as_dao(certificate, "setHolder", owner_a, (True, False, False))
    assert (refused.value.name, refused.value.named) == ("MissingCode", {"candidate": owner_a.address})
