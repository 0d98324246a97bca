"""What reports and updates cost: bounded by Chainlink's figures, and by nothing that grows with the number of feeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from signed_reports import Draft, quorum_of, strangers

from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree

USD = 10**18
OCR2_TRANSMIT = {4: 95_183, 7: 104_343, 16: 131_888, 31: 177_696}
"""Gas of Chainlink's OCR2 `transmit` by number of nodes, measured the same way."""
AT_MOST = {4: 0.85, 7: 0.85, 16: 0.85, 31: 0.88}


@pytest.fixture
def submit_root(
    network: Callable[..., ContractInstance], draft_for: Callable[..., Draft], attacker: AccountAPI
) -> Callable[..., Any]:
    """Has a network of `count` strangers report a root, twice so that no slot is new; the second report's receipt."""

    def submit(count: int, root: bytes) -> Any:
        nodes, max_faulty = strangers(count), (count - 1) // 3
        aggregator = network(nodes, max_faulty)
        for _ in range(2):
            draft = draft_for(aggregator, root=root)
            signed = draft.submission(nodes, range(quorum_of(count, max_faulty)))
            receipt = aggregator.submit(*signed.arguments, sender=attacker)
        return receipt

    return submit


@pytest.mark.parametrize("count", OCR2_TRANSMIT)
def test_submit__from_n_nodes__costs_less_than_chainlinks_transmit(submit_root, count):
    root = Tree({house_feed(1): USD}).root
    assert submit_root(count, root).gas_used <= AT_MOST[count] * OCR2_TRANSMIT[count]


def test_submit__of_10000_houses__costs_what_one_of_10_does(submit_root):
    roots = [Tree({house_feed(number): USD for number in range(1, count + 1)}).root for count in (10, 10_000)]
    costs = [submit_root(7, root).gas_used for root in roots]
    assert abs(costs[0] - costs[1]) <= 12 * 32  # zero bytes of a root are cheaper call data


def test_update__in_a_tree_of_10000_leaves__at_most_a_quarter_dearer_than_of_16(aggregator, report, attacker):
    costs = []
    for count in (16, 10_000):
        for value in (100_000 * USD, 100_001 * USD):  # the second time in a slot that is not new
            tree = report({house_feed(number): value for number in range(1, count + 1)})
            receipt = aggregator.update(house_feed(7), value, tree.proof(house_feed(7)), sender=attacker)
        costs.append(receipt.gas_used)
    assert costs[1] <= 1.25 * costs[0]
