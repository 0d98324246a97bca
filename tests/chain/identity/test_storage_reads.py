"""What views read: they are asked in every transfer, loan and payout, so each slot counts (2,100 gas if cold)."""

from __future__ import annotations

import pytest
from identity_claims import wallet

WEEK = 7 * 86_400


@pytest.fixture
def slots_read(credentials, chain, attacker):
    """How many slots of the registry a view reads, by the access list that the node makes of it."""

    def count(function: str, *arguments) -> int:
        data = "0x" + getattr(credentials, function).encode_input(*arguments).hex().removeprefix("0x")
        call = {"from": attacker.address, "to": credentials.address, "data": data}
        answer = chain.provider.make_request("eth_createAccessList", [call, "latest"])
        (entry,) = (one for one in answer["accessList"] if one["address"].lower() == credentials.address.lower())
        return len(entry["storageKeys"])

    return count


def test_is_valid__reads_the_record_and_its_issuer(credentials, issuer, owner_a, issue, slots_read):
    issue(owner_a)
    assert slots_read("isValid", owner_a) == 2
    credentials.revokeIssuedSince(issuer, 1, sender=issuer)
    assert slots_read("isValid", owner_a) == 2


def test_is_valid__reads_the_record_alone_where_no_issuer_matters(suite, credentials, slots_read, dao):
    credentials.setProtocolHolder(suite.factory, sender=dao)
    for holder in (suite.factory, wallet("unknown")):
        assert slots_read("isValid", holder) == 1


def test_current_wallet__reads_two_slots_however_often_it_moved(credentials, issuer, owner_a, issue, slots_read, at):
    issue(owner_a)
    assert slots_read("currentWallet", owner_a) == 1
    old = owner_a.address
    for number in range(3):
        new = wallet(f"number {number}")
        at(credentials.startRecovery(old, new, sender=issuer).timestamp + WEEK)
        credentials.finishRecovery(old, sender=issuer)
        assert [slots_read("currentWallet", each) for each in (owner_a, old, new)] == [2, 2, 2]
        old = new


def test_are_strangers__reads_the_ids_of_those_alone_who_may_be_one_person(
    credentials, issuer, owner_a, owner_b, issue, slots_read, at
):
    unknown, new = wallet("unknown"), wallet("new")
    issue(owner_a, "a")
    issue(owner_b, "b")
    assert credentials.areStrangers(owner_a, owner_b, unknown)
    assert slots_read("areStrangers", owner_a, owner_b, unknown) == 3
    at(credentials.startRecovery(owner_a, new, sender=issuer).timestamp + WEEK)
    credentials.finishRecovery(owner_a, sender=issuer)
    for first, second, third in ((owner_a, new, unknown), (owner_a, owner_b, new), (owner_b, owner_a, new)):
        assert not credentials.areStrangers(first, second, third)
    assert slots_read("areStrangers", owner_a, new, unknown) == 5
    assert slots_read("areStrangers", owner_a, owner_b, new) == 5


def test_are_strangers__ids_that_begin_alike_are_told_apart(credentials, issuer, owner_a, owner_b, soon):
    for owner, end in ((owner_a, b"a"), (owner_b, b"b")):
        credentials.issue(owner, end.rjust(32, b"-"), soon + WEEK, 840, 1, sender=issuer)
    assert credentials.areStrangers(owner_a, owner_b, wallet("unknown"))
    assert not credentials.areStrangers(owner_a, owner_b, owner_b)
