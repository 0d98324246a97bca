"""The history of shares whose lives were played on a real suite: order, kinds, columns, and every row's values."""

from __future__ import annotations

from typing import Any

from share_rows import COIN, UNLIMITED, kinds_of, only

from commonhold.operations.history import KINDS
from commonhold.operations.history.life import problems_of
from commonhold.operations.history.reader import Table

# -------------------------------------------------------------------------------------------------------- the table


def test_table__every_entry__is_an_event_of_its_contract_with_all_that_its_row_needs(suite: Any) -> None:
    table = Table.of(suite)
    assert [problem for known in table.entries for problem in problems_of(known)] == []
    assert {known.entry.contract for known in table.entries} <= set(suite.contracts)
    assert len(set(KINDS)) == len(KINDS)


# ------------------------------------------------------------------------------------------------- a house, and moves


def test_first_rows__a_house_registered_and_tokenized__with_its_first_price(
    suite: Any, past: Any, tokenized_house: Any, share: Any, owner_a: str, holding_entity: str, manager: str
) -> None:
    house = tokenized_house(firstPriceUsd=25_000 * COIN)
    rows = past(share(house, 3))
    assert kinds_of(rows) == ["registered", "document", "tokenized"]
    registered, _, tokenized = rows
    assert (registered.receiver, registered.price, registered.currency) == (holding_entity, 25_000 * COIN, "USD")
    assert manager in registered.note
    assert (tokenized.sender, tokenized.receiver) == ("", owner_a)
    assert (tokenized.price, tokenized.currency) == (25_000 * COIN, "USD")
    assert tokenized.time == suite.certificate.certificateOf(share(house, 3)).acquiredAt


def test_moves__by_all_authorities__from_to_price_and_currency(
    suite: Any,
    past: Any,
    tokenized_house: Any,
    share: Any,
    credential: Any,
    approve_move: Any,
    as_dao: Any,
    court_order: Any,
    recover: Any,
    holder: Any,
    attacker: str,
    owner_a: str,
    owner_b: str,
    buyer: str,
    manager: str,
) -> None:
    one = share(tokenized_house(), 1)
    certificate = suite.certificate
    credential(owner_b)
    credential(buyer)
    approve_move(one, owner_b)
    certificate.transferFrom(owner_a, owner_b, one, sender=owner_a)
    certificate.approve(holder.address, one, sender=owner_b)
    holder("moveBySale", one, owner_b, buyer, 31_000 * COIN, suite.coin.address)
    certificate.approve(holder.address, one, sender=buyer)
    holder("moveBySale", one, buyer, owner_a, 32_000 * COIN, suite.reserve.address)
    certificate.setFrozenTokens(owner_a, one, True, sender=suite.engine.accounts[suite.parameters.roles.court[0]])
    court_order(certificate, "forcedTransfer", owner_a, buyer, one)
    new_wallet = suite.engine.accounts[19]
    recover(buyer, new_wallet)
    certificate.completeRecovery(buyer, [one], sender=attacker)

    rows = past(one)
    moves = [row for row in rows if row.kind == "moved"]
    assert [(row.authority, row.sender, row.receiver) for row in moves] == [
        ("manager", owner_a, owner_b),
        ("sale", owner_b, buyer),
        ("sale", buyer, owner_a),
        ("court", owner_a, buyer),
        ("recovery", buyer, new_wallet),
    ]
    assert [(row.price, row.currency) for row in moves] == [
        (None, ""),
        (31_000 * COIN, "HMD"),
        (32_000 * COIN, suite.reserve.address),
        (None, ""),
        (None, ""),
    ]
    permission = only(rows, "permission")
    assert (permission.sender, permission.receiver) == (manager, owner_b)
    assert permission.note.startswith("until 2026-")
    assert [(row.sender, row.receiver, row.note) for row in rows if row.kind == "freeze"] == [
        (owner_a, owner_a, "frozen"),
        (owner_a, owner_a, "lifted"),
    ]


def test_others__of_the_same_house_and_a_house_with_the_shares_number__leave_no_rows(
    suite: Any,
    past: Any,
    tokenized_house: Any,
    share: Any,
    credential: Any,
    approve_move: Any,
    pay_income: Any,
    owner_a: str,
    owner_b: str,
) -> None:
    house = tokenized_house()
    one = share(house, 1)
    credential(owner_b)
    before = past(one)
    approve_move(share(house, 2), owner_b)
    suite.certificate.transferFrom(owner_a, owner_b, share(house, 2), sender=owner_a)
    pay_income(tokenized_house(), 800 * COIN)
    suite.certificate.transferFrom.encode(owner_a, owner_a, one)
    assert past(one) == before


def test_encumbrances__lien_lease_use_claims_and_documents__from_is_to(
    suite: Any,
    past: Any,
    tokenized_house: Any,
    share: Any,
    credential: Any,
    as_dao: Any,
    registrar: str,
    holder: Any,
    owner_a: str,
    owner_b: str,
    manager: str,
) -> None:
    house = tokenized_house()
    one = share(house, 1)
    registry = suite.registry
    holder("placeLien", one)
    holder("placeLease", one, owner_b, UNLIMITED >> 192)
    holder("releaseLien", one)
    holder("releaseLease", one)
    reference = b"tax".ljust(32, b"\0")
    registry.reportSeniorClaim(house, 9_000 * COIN, reference, sender=registrar)
    registry.clearSeniorClaim(house, reference, sender=registrar)
    registry.setManager(house, owner_b, sender=registrar)
    registry.delist(house, sender=registrar)
    rows = past(one)[3:]
    assert kinds_of(rows) == [
        *("lien", "use", "lease", "lien released", "use", "lease ended"),
        *("senior claim", "senior claim cleared", "manager", "delisted"),
    ]
    assert rows[1].note == "until ever"
    encumbrances = {"lease", "lien", "lien released", "lease ended", "senior claim", "senior claim cleared"}
    for row in rows:
        assert (row.sender == row.receiver == owner_a) == (row.kind in encumbrances), row
    assert (rows[6].amount, rows[6].unit) == (9_000 * COIN, "USD")
    assert (rows[8].sender, rows[8].receiver) == (manager, owner_b)


def test_income__of_the_house__one_shares_part_and_what_was_credited_for_it(
    suite: Any, past: Any, tokenized_house: Any, share: Any, pay_income: Any, owner_a: str, manager: str
) -> None:
    house = tokenized_house()
    pay_income(house, 800 * COIN)
    pay_income(house, 80 * COIN)
    suite.income.claim([share(house, 2)], sender=owner_a)
    rows = past(share(house, 2))[3:]
    assert kinds_of(rows) == ["income", "income", "income credited"]
    assert [(row.sender, row.receiver, row.amount) for row in rows] == [
        (manager, owner_a, 100 * COIN),
        (manager, owner_a, 10 * COIN),
        ("", owner_a, 110 * COIN),
    ]
