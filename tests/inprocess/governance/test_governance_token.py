"""HOLD: fixed from the first second, votes that are somebody's only when delegated, and only from the past."""

from __future__ import annotations

from typing import Any

import pytest
from dao_stage import HOLD, refused

from commonhold.engines.base import coders
from commonhold.recipe.voting import voters_of

LEAST, MOST = 10**6 * HOLD, 10**12 * HOLD


def make(suite: Any, supply: int, holders: list[str], amounts: list[int]) -> Any:
    args = (suite.hub.address, supply, holders, amounts, suite.timelock.address)
    return suite.engine.deploy("GovernanceToken", *args, sender=suite.deployer)


def test_supply__after_deployment__is_the_holders_and_the_timelocks(suite: Any) -> None:
    rules, hold = suite.parameters.governance, suite.hold
    assert hold.totalSupply() == 100_000_000 * HOLD == rules.supply
    assert [hold.balanceOf(voter) for voter in voters_of(suite)] == rules.amounts
    assert hold.balanceOf(suite.timelock.address) == rules.supply - sum(rules.amounts)
    assert hold.balanceOf(suite.deployer) == 0
    assert (suite.engine.call(hold, "name"), hold.symbol(), hold.decimals()) == ("Commonhold", "HOLD", 18)
    assert (hold.CLOCK_MODE(), hold.clock()) == ("mode=timestamp", suite.engine.now())


def test_t40_supply__whatever_is_called__never_changes(suite: Any) -> None:
    """Whoever captures the DAO can't make votes: there is no function that could."""
    changing = {coder.name for coder in coders("GovernanceToken").functions.values() if not coder.is_view}
    moving = {"transfer", "transferFrom", "approve", "permit"}
    assert changing == moving | {"delegate", "delegateBySig", "setSuccessor", "setAuthority"}


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_constructor__what_is_allotted__is_at_most_the_supply(suite: Any, attacker: str, off: int) -> None:
    allotted = LEAST + off
    if off > 0:
        refused(lambda: make(suite, LEAST, [attacker], [allotted]), "SupplyExceeded", allotted, LEAST)
    else:
        assert make(suite, LEAST, [attacker], [allotted]).balanceOf(suite.timelock.address) == -off


@pytest.mark.parametrize("supply", [LEAST - 1, LEAST, MOST, MOST + 1])
def test_constructor__supply__has_bounds(suite: Any, supply: int) -> None:
    if LEAST <= supply <= MOST:
        assert make(suite, supply, [], []).totalSupply() == supply
    else:
        refused(lambda: make(suite, supply, [], []), "SupplyOutOfRange", supply, LEAST, MOST)


def test_constructor__lists_that_do_not_fit__are_refused(suite: Any, attacker: str) -> None:
    refused(lambda: make(suite, LEAST, [attacker], []), "LengthsDiffer", 1, 0)
    refused(lambda: make(suite, LEAST, [attacker], [0]), "NothingAllotted", attacker)


def test_votes__before_a_delegation__count_for_nothing(suite: Any) -> None:
    voter = voters_of(suite)[0]
    assert suite.hold.getVotes(voter) == 0
    receipt = suite.hold.delegate(voter, sender=voter)
    assert suite.hold.getVotes(voter) == suite.hold.balanceOf(voter)
    suite.engine.advance(10)
    assert suite.hold.getPastVotes(voter, receipt.timestamp - 1) == 0
    assert suite.hold.getPastVotes(voter, receipt.timestamp) == suite.hold.balanceOf(voter)


def test_votes__moved_twice_in_a_second__are_those_of_its_end(suite: Any, attacker: str) -> None:
    """What a flash loan lends is gone again when the second is over."""
    lender, hold = voters_of(suite)[0], suite.hold
    borrower = suite.engine.deploy("TestFlashVoter", sender=attacker)
    lent = hold.balanceOf(lender)
    hold.approve(borrower.address, lent, sender=lender)
    receipt = borrower.batch(
        [
            (hold.address, hold.transferFrom.encode(lender, borrower.address, lent)),
            (hold.address, hold.delegate.encode(borrower.address)),
            (hold.address, hold.transfer.encode(lender, lent)),
        ],
        sender=attacker,
    )
    suite.engine.advance(1)
    assert hold.getPastVotes(borrower.address, receipt.timestamp) == 0


def test_successor__of_the_token__is_the_daos_to_name(suite: Any, as_dao: Any, attacker: str) -> None:
    refused(lambda: suite.hold.setSuccessor(suite.coin.address, sender=attacker), "AccessManagedUnauthorized", attacker)
    as_dao(suite.hold, "setSuccessor", suite.coin)
    assert suite.hold.successor() == suite.coin.address
