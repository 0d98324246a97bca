"""Both engines answer alike: time, reverts, events, snapshots. (Random sequences are compared elsewhere.)"""

from __future__ import annotations

import pytest

from commonhold.engines import Engine, EngineError, InProcessEngine, Revert
from commonhold.recipe import Suite, deploy
from commonhold.recipe.buying import give_coins
from commonhold.recipe.governing import address_of, as_dao, court_order, role_holder

COIN = 10**18


@pytest.fixture
def twins(handles: Suite, engine: Engine, parameters) -> list[Suite]:
    """The suite on both engines at the same moment."""
    other = deploy(InProcessEngine(), parameters)
    suites = [handles, other]
    for suite in suites:
        give_coins(suite, address_of(suite, parameters.local.wallets["bank"]), COIN)  # so that it need not buy later
    start = max(suite.engine.now() for suite in suites) + 1
    for suite in suites:
        suite.engine.set_time(start)
    return suites


def outcome(action) -> tuple:
    try:
        receipt = action()
    except Revert as revert:
        return "reverted", revert.name, revert.named, revert.data
    return "passed", [(event.name, event.args) for event in receipt.events], receipt.timestamp


def agree(twins: list[Suite], action) -> tuple:
    first, second = (outcome(lambda suite=suite: action(suite)) for suite in twins)
    assert first == second
    return first


def test_transactions__pass_and_revert_alike(twins):
    owner, stranger = (twins[0].engine.accounts[index] for index in (10, 19))
    assert agree(twins, lambda suite: give_coins(suite, owner, 9)[-1])[0] == "passed"
    assert agree(twins, lambda suite: suite.coin.transfer(stranger, 4, sender=owner))[0] == "passed"
    assert agree(twins, lambda suite: suite.coin.transfer(stranger, 6, sender=owner))[1] == "ERC20InsufficientBalance"
    assert agree(twins, lambda suite: suite.coin.mint(owner, 1, sender=stranger))[1] == "NotMinter"
    assert agree(twins, lambda suite: suite.hub.multicall([b"\x01"], sender=stranger))[0] == "reverted"


def test_nonces_and_new_contracts__are_alike(twins):
    owner = twins[0].engine.accounts[15]
    addresses = set()
    for suite in twins:
        with pytest.raises(Revert):
            suite.coin.mint(owner, 1, sender=owner)  # a refused transaction uses its nonce, too
        addresses.add(suite.engine.deploy("AccessHub", owner, sender=owner).address)
    assert len(addresses) == 1


def test_views__see_time_alike(twins):
    owner, results = twins[0].engine.accounts[10], []
    for suite in twins:
        engine, issuer = suite.engine, role_holder(suite, "issuer")
        expires_at = engine.now() + 100
        suite.credentials.issue(owner, b"id".ljust(32), expires_at, 840, 0, sender=issuer)
        seen = []
        for moment in (expires_at - 1, expires_at):
            engine.set_time(moment)
            seen.append((engine.now() - expires_at, suite.credentials.isValid(owner)))
        results.append(seen)
    assert results[0] == results[1] == [(-1, True), (0, False)]


def test_next_time__holds_for_one_transaction(twins):
    owner = twins[0].engine.accounts[10]
    for suite in twins:
        start = suite.engine.now()
        suite.engine.set_next_time(start + 500)
        times = [suite.coin.transfer(owner, 0, sender=owner).timestamp - start for _ in range(2)]
        assert times == [500, 501]


def test_snapshots__behave_alike(twins):
    owner = twins[0].engine.accounts[10]
    for suite in twins:
        start, kept = suite.engine.now(), suite.engine.snapshot()
        give_coins(suite, owner, 5)
        suite.engine.advance(1_000)
        suite.engine.restore(kept)
        assert suite.coin.balanceOf(owner) == 0
        assert suite.engine.now() == start
        with pytest.raises(EngineError, match="used up"):
            suite.engine.restore(kept)


def test_dao_and_court__act_alike(twins):
    stranger, other = (twins[0].engine.accounts[index] for index in (19, 18))
    assert agree(twins, lambda suite: as_dao(suite, suite.coin, "setMinter", stranger, 3))[0] == "passed"
    refused = agree(twins, lambda suite: court_order(suite, suite.coin, "forcedTransfer", other, stranger, 1))
    assert refused[:2] == ("reverted", "ERC20InsufficientBalance")


def test_contract__can_send_on_neither(twins):
    owner = twins[0].engine.accounts[10]
    for suite in twins:
        with pytest.raises(EngineError):
            suite.coin.transfer(owner, 0, sender=suite.hub)


def test_signature__is_the_same(twins):
    domain = {"name": "Home Dollar", "version": "1", "chainId": 31337, "verifyingContract": twins[0].coin.address}
    types = {"Note": [{"name": "number", "type": "uint256"}]}
    signatures = {
        suite.engine.sign_typed_data(suite.engine.accounts[3], domain, types, {"number": 5}) for suite in twins
    }
    assert len(signatures) == 1
    assert len(signatures.pop()) == 65
