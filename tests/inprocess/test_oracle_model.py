"""The oracle's reference model against examples that were worked out by hand from the specification."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import pytest
from eth_keys.datatypes import PrivateKey
from eth_utils import keccak

from commonhold.model import Refused
from commonhold.model.access import Hub, Roles
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Chain, hash_of
from commonhold.model.feeds import ChainlinkFeed, FaultyFeed, FeedStatus, FeedTerms, Mode, Reader
from commonhold.model.identity import Credential, Credentials
from commonhold.model.quorum import Aggregator, NodeSet, leaf_of, root_of
from commonhold.model.registry import House, PropertyTerms, Registry
from commonhold.model.valuation import Valuation, ValuationTerms, ValueStatus
from commonhold.oracle.medians import median

DAY = 86_400
MONTH = 2_628_000  # a twelfth of a year of 365 days
YEAR = 365 * DAY
NOW = 1_900_000_000
USD = 10**18

INDEX = b"HOUSE-PRICE-INDEX".ljust(32, b"\0")
PAIR = "HOUSES / USD"
HOUSE = 1
FEED = HOUSE.to_bytes(32, "big")
SHARE = HOUSE * 256 + 1

TERMS = ValuationTerms(365 * DAY, 1200, 3 * YEAR, 90 * DAY, 500, 90 * DAY, 180 * DAY, 1000, 7 * DAY)
"""Spec 4.10, and reports are accepted for 90 days."""


def address(number: int) -> str:
    return PrivateKey(number.to_bytes(32, "big")).public_key.to_checksum_address()


DAO, GUARDIAN, ANYONE, SELLER, BUYER, HOLDING, MARKET = (address(number) for number in range(101, 108))
NODE_KEYS = {address(number): PrivateKey(number.to_bytes(32, "big")) for number in range(1, 8)}


@dataclass
class Stage:
    """The oracle's contracts with a house of eight shares before them, without the rest of the suite."""

    chain: Chain
    registry: Registry
    credentials: Credentials
    aggregator: Aggregator
    reader: Reader
    index: FaultyFeed
    valuation: Valuation

    def wait(self, seconds: int) -> None:
        self.chain.now += seconds

    def sign(self, node: str, digest: bytes) -> tuple[bytes, bytes]:
        """r and vs."""
        made = NODE_KEYS[node].sign_msg_hash(digest)
        return made.r.to_bytes(32, "big"), (made.s + (made.v << 255)).to_bytes(32, "big")

    def submit(self, root: bytes, indices: tuple[int, ...] = (0, 1, 2, 3, 4), **changes: Any) -> None:
        epoch = changes.get("epoch", self.aggregator.latestReport().epoch + 1)
        report = (epoch, changes.get("observed_at", self.chain.now), root)
        nodes, digest = self.aggregator.nodeSet()[3], self.aggregator.digestOf(report)
        signatures = [self.sign(nodes[index], digest) for index in indices]
        self.aggregator.submit(ANYONE, report, sum(1 << index for index in indices), signatures)

    def appraise(self, usd: int) -> None:
        """A report of this house alone, on chain and accepted."""
        self.submit(leaf_of(FEED, usd))
        self.aggregator.update(ANYONE, FEED, usd, [])
        self.valuation.accept(ANYONE, HOUSE)

    def set_index(self, level: int) -> None:
        self.index.setAnswer(ANYONE, level * 10**8)

    def lending(self) -> int:
        return self.valuation.lendingValueOf(HOUSE)[0]


@pytest.fixture
def stage() -> Stage:
    at = [address(number) for number in range(201, 210)]
    chain = Chain(31337, NOW, frozenset(at))
    hub = Hub(chain, at[0])
    hub.members = {(Roles.ADMIN, DAO): 0, (Roles.GUARDIAN, GUARDIAN): 0}
    for contract in (at[4], at[6]):
        hub.function_roles[contract, "freeze"] = Roles.GUARDIAN
    credentials = Credentials(chain, at[1], hub, 7 * DAY)
    registry = Registry(chain, at[2], hub, 30 * DAY)
    house = PropertyTerms("P", "1", "US", "1", "1", HOLDING, HOLDING, 8, USD, "u", "u", b"\1" * 32)
    registry.houses[HOUSE] = House(house, HOLDING, NOW)
    for number, wallet in enumerate((SELLER, BUYER, HOLDING), start=1):
        credentials.credentials[wallet] = Credential(bytes([number]) * 32, DAO, NOW, NOW + 10 * YEAR)
    aggregator = Aggregator(chain, at[3], hub, list(NODE_KEYS), 2)
    reader = Reader(chain, at[4], hub, ZERO_ADDRESS, 0, 1000, DAY, 30 * DAY)
    index = FaultyFeed(chain, "index_feed", at[5], 8, PAIR, 100 * 10**8, NOW)
    reader.outside = {index.address: index}
    reader.setFeed(DAO, INDEX, FeedTerms(index.address, 400 * DAY, 8, USD, 10**6 * USD, PAIR))
    valuation = Valuation(chain, at[6], hub, registry, credentials, aggregator, reader, INDEX, TERMS, 30 * DAY)
    valuation.setSaleReporter(DAO, MARKET, True)
    return Stage(chain, registry, credentials, aggregator, reader, index, valuation)


def refused(name: str, call: Any, *arguments: Any) -> tuple[Any, ...]:
    with pytest.raises(Refused) as caught:
        call(*arguments)
    assert caught.value.name == name, caught.value
    return caught.value.arguments


# ------------------------------------------------------------------------------------------------------------ haircut


@pytest.mark.parametrize(
    ("months", "worth"),
    [(0, 200_000), (12, 200_000), (13, 198_000), (24, 176_000), (30, 164_000), (36, 152_000)],
)
def test_haircut_takes_a_point_a_month_from_the_first_birthday(stage: Stage, months: int, worth: int) -> None:
    stage.appraise(200_000 * USD)
    stage.wait(months * MONTH)
    stage.set_index(100)
    value, as_of, status = stage.valuation.valueOf(HOUSE)
    assert (value, as_of) == (worth * USD, NOW)
    assert status == (
        ValueStatus.QUARANTINED if not months else ValueStatus.STALE if months == 36 else ValueStatus.VALID
    )


def test_haircut_grows_by_the_second_and_is_rounded_up(stage: Stage) -> None:
    stage.appraise(200_000 * USD)
    stage.wait(YEAR + 1)
    # 200,000e18 * 12 % / 31,536,000 s = 761035007610350.07..., up to the next wei
    assert stage.valuation.explainValue(HOUSE).haircutUsd == 761_035_007_610_351
    stage.wait(5 * YEAR)
    assert stage.valuation.valueOf(HOUSE)[0] == 152_000 * USD  # held at the maximum age


def test_index_and_senior_claims_move_the_value(stage: Stage) -> None:
    stage.appraise(200_000 * USD)
    stage.wait(30 * MONTH)
    stage.set_index(125)
    told = stage.valuation.explainValue(HOUSE)
    assert (told.indexedUsd, told.haircutUsd, told.valueUsd) == (250_000 * USD, 45_000 * USD, 205_000 * USD)
    # For new loans the level is 210,000 at most (one step above 200,000), of which 18 % go.
    assert (told.ceilingUsd, told.lendingValueUsd) == (210_000 * USD, 172_200 * USD)
    stage.registry.houses[HOUSE].claims[b"lien".ljust(32, b"\0")] = 5_000 * USD + 1
    assert stage.valuation.valueOf(HOUSE)[0] == 200_000 * USD - 1
    assert stage.lending() == 0
    assert stage.valuation.shareValue(SHARE)[0] == 25_000 * USD - 1  # an eighth, down
    stage.registry.houses[HOUSE].claims[b"tax".ljust(32, b"\0")] = 10**9 * USD
    assert stage.valuation.valueOf(HOUSE)[0] == 0


# --------------------------------------------------------------------------------------------------------------- caps


def test_new_loans_see_a_step_per_period_at_most(stage: Stage) -> None:
    stage.appraise(100_000 * USD)
    stage.wait(1)
    stage.appraise(150_000 * USD)  # the nodes, or who bent them, say half as much again
    assert stage.valuation.valueOf(HOUSE)[0] == 150_000 * USD
    stage.wait(45 * DAY)
    assert stage.lending() == 102_500 * USD
    stage.wait(45 * DAY)
    assert stage.lending() == 105_000 * USD
    stage.wait(90 * DAY)
    assert stage.lending() == 105_000 * USD  # a step is the most until somebody has it accepted again
    stage.appraise(150_000 * USD)
    assert stage.lending() == 105_000 * USD
    stage.wait(90 * DAY)
    assert stage.lending() == 110_250 * USD


def test_accepting_often_gains_nothing(stage: Stage) -> None:
    stage.appraise(100_000 * USD)
    for _ in range(90):
        stage.wait(DAY)
        stage.appraise(150_000 * USD)
    stage.wait(DAY)
    assert stage.lending() == 105_000 * USD


def test_the_level_falls_at_once_and_climbs_from_there(stage: Stage) -> None:
    stage.appraise(100_000 * USD)
    stage.wait(DAY)
    stage.appraise(80_000 * USD)
    assert stage.lending() == 80_000 * USD
    stage.wait(DAY)
    stage.appraise(100_000 * USD)
    assert stage.lending() == 80_000 * USD
    stage.wait(90 * DAY)
    assert stage.lending() == 84_000 * USD


def test_a_recent_sale_caps_new_loans_and_nothing_else(stage: Stage) -> None:
    stage.appraise(100_000 * USD)
    assert stage.valuation.reportSale(MARKET, SHARE, SELLER, BUYER, 10_000 * USD)
    assert stage.lending() == 88_000 * USD  # 8 shares at 10,000, and a tenth
    assert stage.valuation.valueOf(HOUSE)[0] == 100_000 * USD
    stage.wait(180 * DAY - 1)
    assert stage.lending() == 88_000 * USD
    stage.wait(1)
    assert stage.lending() == 100_000 * USD


@pytest.mark.parametrize(
    ("seller", "buyer"), [(SELLER, SELLER), (HOLDING, BUYER), (SELLER, HOLDING), (SELLER, ANYONE), (ANYONE, BUYER)]
)
def test_sales_that_are_not_at_arms_length_count_for_nothing(stage: Stage, seller: str, buyer: str) -> None:
    assert not stage.valuation.reportSale(MARKET, SHARE, seller, buyer, 1)
    assert stage.chain.log[-1].arguments == (SHARE, MARKET, 1, 8, False)
    stage.appraise(100_000 * USD)
    assert stage.lending() == 100_000 * USD


def test_wallets_of_one_person_and_protocol_holders_are_not_at_arms_length(stage: Stage) -> None:
    known = stage.credentials.credentials
    known[ANYONE] = known[HOLDING]  # the holding entity's new wallet
    assert not stage.valuation.reportSale(MARKET, SHARE, ANYONE, BUYER, 1)
    known[ANYONE] = Credential(b"\x09" * 32, stage.credentials.address, NOW, NOW)
    assert not stage.valuation.reportSale(MARKET, SHARE, SELLER, ANYONE, 1)


# ------------------------------------------------------------------------------------------------------------- status


def test_status_says_the_first_thing_that_is_wrong(stage: Stage) -> None:
    def status() -> int:
        return stage.valuation.valueOf(HOUSE)[2]

    assert stage.valuation.valueOf(HOUSE) == (0, 0, ValueStatus.NONE)
    stage.appraise(100_000 * USD)
    stage.wait(7 * DAY - 1)
    assert status() == ValueStatus.QUARANTINED
    stage.wait(1)
    assert status() == ValueStatus.VALID
    stage.index.setMode(ANYONE, Mode.REVERTS)
    assert stage.valuation.valueOf(HOUSE) == (100_000 * USD, NOW, ValueStatus.FEED_INVALID)
    stage.reader.freeze(GUARDIAN, INDEX)
    assert status() == ValueStatus.FROZEN
    stage.wait(30 * DAY)
    stage.index.setMode(ANYONE, Mode.NORMAL)
    assert status() == ValueStatus.VALID
    stage.valuation.freeze(GUARDIAN, HOUSE)
    stage.wait(10)
    assert (status(), stage.valuation.frozenTimeOf(HOUSE)) == (ValueStatus.FROZEN, 10)
    stage.valuation.unfreeze(DAO, HOUSE)
    stage.wait(10)
    assert (status(), stage.valuation.frozenTimeOf(HOUSE)) == (ValueStatus.VALID, 10)
    assert refused("StopNotReady", stage.valuation.freeze, GUARDIAN, HOUSE)[1] == stage.chain.now - 10 + 30 * DAY


def test_accepting_has_its_limits(stage: Stage) -> None:
    valuation = stage.valuation
    assert refused("UnknownProperty", valuation.accept, ANYONE, 2) == (2,)
    assert refused("NothingNewer", valuation.accept, ANYONE, HOUSE) == (HOUSE, 0, 0)
    stage.submit(leaf_of(FEED, 2**112))
    stage.aggregator.update(ANYONE, FEED, 2**112, [])
    assert refused("AmountOutOfRange", valuation.accept, ANYONE, HOUSE) == (2**112,)
    stage.wait(90 * DAY + 1)
    assert refused("ReportTooOld", valuation.accept, ANYONE, HOUSE) == (HOUSE, NOW, NOW + 1)
    stage.appraise(2**112 - 1)
    assert refused("NothingNewer", valuation.accept, ANYONE, HOUSE)[1:] == (stage.chain.now, stage.chain.now)


# -------------------------------------------------------------------------------------------------------------- reader


def test_a_dead_feed_leaves_the_last_good_value(stage: Stage) -> None:
    read, index = stage.reader.read, stage.index
    index.setRound(ANYONE, 7, 120 * 10**8, NOW, NOW, 7)
    assert read(INDEX) == (120 * USD, NOW, FeedStatus.VALID)
    index.setMode(ANYONE, Mode.BURNS_GAS)
    assert read(INDEX) == (100 * USD, NOW, FeedStatus.CALL_FAILED)  # nobody had put the 120 on record
    index.setMode(ANYONE, Mode.NORMAL)
    stage.reader.record(ANYONE, INDEX)
    stage.wait(400 * DAY - 1)
    assert read(INDEX)[2] == FeedStatus.VALID
    stage.wait(1)
    assert read(INDEX) == (120 * USD, NOW, FeedStatus.STALE)
    assert refused("FeedNotValid", stage.reader.record, ANYONE, INDEX) == (INDEX, FeedStatus.STALE)


@pytest.mark.parametrize(
    ("round_", "status"),
    [
        ((7, 0, NOW, NOW, 7), FeedStatus.NOT_POSITIVE),
        ((7, -1, NOW, NOW, 7), FeedStatus.NOT_POSITIVE),
        ((0, 1, NOW, NOW, 0), FeedStatus.INCOMPLETE),
        ((7, 10**10, NOW, 0, 7), FeedStatus.INCOMPLETE),
        ((7, 10**10, NOW, NOW, 6), FeedStatus.INCOMPLETE),
        ((7, 10**10, NOW, NOW, 8), FeedStatus.VALID),
        ((7, 10**10, NOW, NOW + 1, 7), FeedStatus.FROM_FUTURE),
        ((7, 10**8, NOW, NOW, 7), FeedStatus.OUT_OF_BOUNDS),  # the bound itself
        ((7, 10**8 + 1, NOW, NOW, 7), FeedStatus.VALID),
        ((7, 10**14, NOW, NOW, 7), FeedStatus.OUT_OF_BOUNDS),
        ((7, 2**255 - 1, NOW, NOW, 7), FeedStatus.OUT_OF_BOUNDS),
        ((2**80, 10**10, NOW, NOW, 2**80), FeedStatus.MALFORMED),
    ],
)
def test_what_a_round_may_say(stage: Stage, round_: tuple[int, ...], status: FeedStatus) -> None:
    stage.index.setRound(ANYONE, *round_)
    assert stage.reader.inspect(INDEX).status == status


def test_a_feed_is_replaced_within_a_step_and_waits(stage: Stage) -> None:
    reader, chain = stage.reader, stage.chain
    new = ChainlinkFeed(chain, "new", address(209), 8, PAIR, 110 * 10**8 + 1, NOW)
    reader.outside[new.address] = new
    terms = FeedTerms(new.address, DAY, 8, USD, 10**6 * USD, PAIR)
    expected = (INDEX, 110 * USD + 10**10, 100 * USD, 1000)
    assert refused("StepTooLarge", reader.setFeed, DAO, INDEX, terms) == expected
    new.updateAnswer(ANYONE, 110 * 10**8)
    refused("AccessManagedUnauthorized", reader.setFeed, GUARDIAN, INDEX, terms)
    reader.setFeed(DAO, INDEX, terms)
    assert reader.read(INDEX) == (100 * USD, NOW, FeedStatus.QUARANTINED)
    stage.wait(DAY - 1)
    assert reader.read(INDEX)[2] == FeedStatus.QUARANTINED
    new.updateAnswer(ANYONE, 110 * 10**8)
    stage.wait(1)
    assert reader.read(INDEX) == (110 * USD, NOW + DAY - 1, FeedStatus.VALID)


def test_a_sequencer_that_stood_still(stage: Stage) -> None:
    reader, chain = stage.reader, stage.chain
    sequencer = FaultyFeed(chain, "sequencer_feed", address(209), 0, "", 0, NOW - 3600)
    reader.sequencer_feed, reader.grace_period = sequencer.address, 3600
    reader.outside[sequencer.address] = sequencer
    assert reader.read(INDEX) == (100 * USD, NOW, FeedStatus.SEQUENCER_GRACE)
    stage.wait(1)
    assert reader.read(INDEX)[2] == FeedStatus.VALID
    sequencer.setAnswer(ANYONE, 1)
    assert reader.read(INDEX) == (100 * USD, NOW, FeedStatus.SEQUENCER_DOWN)
    sequencer.setAnswer(ANYONE, 0)
    sequencer.setMode(ANYONE, Mode.RETURNS_SHORT)
    assert reader.read(INDEX)[2] == FeedStatus.SEQUENCER_DOWN


# --------------------------------------------------------------------------------------------------------------- nodes

QUORUMS = {
    **{4: 3, 5: 4, 6: 4, 7: 5, 8: 6, 9: 6, 10: 7, 11: 8, 12: 8, 13: 9, 14: 10, 15: 10, 16: 11, 17: 12, 18: 12, 19: 13},
    **{20: 14, 21: 14, 22: 15, 23: 16, 24: 16, 25: 17, 26: 18, 27: 18, 28: 19, 29: 20, 30: 20, 31: 21},
}
"""Signatures that n nodes need if as many of them may be faulty as can be borne."""


@pytest.mark.parametrize("count", QUORUMS)
def test_quorum(count: int) -> None:
    for faulty in range(1, (count - 1) // 3 + 1):
        quorum = NodeSet(1, faulty, tuple(address(number) for number in range(1, count + 1))).quorum
        assert 2 * quorum - count >= faulty + 1, "two quorums share an honest node"
        assert quorum <= count - faulty, "the honest are enough"
    assert quorum == QUORUMS[count]


@pytest.mark.parametrize("faulty", [1, 2])
def test_liars_never_move_a_median_out_of_the_honest_range(faulty: int) -> None:
    """Every choice of n - f or more nodes, with the liars low, high or apart."""
    count = 3 * faulty + 1
    for lies in product((1, 2**128 - 1), repeat=faulty):
        honest = [1_000 + 10 * number for number in range(count - faulty)]
        stated = [*honest, *lies]
        for size in range(count - faulty, count + 1):
            for chosen in combinations(stated, size):
                assert honest[0] <= median(chosen) <= honest[-1]


def test_reports_carry_exactly_a_quorum(stage: Stage) -> None:
    aggregator, root = stage.aggregator, leaf_of(FEED, 5)
    assert refused("WrongSignatureCount", stage.submit, root, (0, 1, 2, 3)) == (4, 5)
    assert refused("WrongSignatureCount", stage.submit, root, (0, 1, 2, 3, 4, 5)) == (6, 5)
    report = (1, NOW, root)
    nodes, digest = aggregator.nodeSet()[3], aggregator.digestOf(report)
    signatures = [stage.sign(nodes[index], digest) for index in (0, 1, 2, 3, 5)]
    found = refused("WrongSigner", aggregator.submit, ANYONE, report, 0b11111, signatures)
    assert found == (4, nodes[4], nodes[5])
    assert refused("WrongSigners", aggregator.submit, ANYONE, report, 0b11110001, signatures) == (0b11110001, 5, 7)
    stage.submit(root, (0, 2, 3, 5, 6))
    assert aggregator.latestReport() == report


def test_epochs_and_times_of_reports_rise(stage: Stage) -> None:
    root = leaf_of(FEED, 5)
    stage.submit(root, epoch=5)
    stage.wait(10)

    def submit(epoch: int, observed_at: int) -> None:
        stage.submit(root, epoch=epoch, observed_at=observed_at)

    assert refused("EpochNotRising", submit, 5, NOW + 1) == (5, 5)
    assert refused("ObservedAtOutOfRange", submit, 6, NOW) == (NOW, NOW, NOW + 10)
    assert refused("ObservedAtOutOfRange", submit, 6, NOW + 11) == (NOW + 11, NOW, NOW + 10)
    submit(2**40 - 1, NOW + 10)


def test_values_are_proven_against_the_latest_root(stage: Stage) -> None:
    aggregator = stage.aggregator
    other = (2).to_bytes(32, "big")
    leaves = leaf_of(FEED, 5), leaf_of(other, 6)
    root = keccak(min(leaves) + max(leaves))
    assert leaves[0] == keccak(hash_of(FEED, 5))
    assert root_of(leaves[0], [leaves[1]]) == root
    assert refused("NotInReport", aggregator.update, ANYONE, FEED, 5, [leaves[1]]) == (FEED, 5, 0)
    stage.submit(root)
    assert refused("NotInReport", aggregator.update, ANYONE, FEED, 6, [leaves[1]]) == (FEED, 6, 1)
    assert refused("ValueOutOfRange", aggregator.update, ANYONE, FEED, 2**128, []) == (FEED, 2**128)
    assert refused("NoDataPresent", aggregator.latestRoundData, FEED) == (FEED, 0)
    aggregator.update(ANYONE, FEED, 5, [leaves[1]])
    assert aggregator.latestRoundData(FEED) == (1, 5, NOW, NOW, 1)
    stage.chain.log.clear()
    aggregator.update(ANYONE, FEED, 5, [leaves[1]])
    assert not stage.chain.log


def test_who_signs_two_roots_for_one_epoch_goes(stage: Stage) -> None:
    aggregator = stage.aggregator
    before = aggregator.nodeSet()
    node, a, b = before[3][3], (9, NOW, b"\1" * 32), (9, NOW + 5, b"\2" * 32)
    signed = [stage.sign(node, aggregator.digestOf(report)) for report in (a, b)]
    same = (9, NOW, a[2])
    expected = (9, 9, a[2], a[2])
    assert refused("NoEquivocation", aggregator.proveEquivocation, ANYONE, 3, a, signed[0], same, signed[0]) == expected
    later = (10, *b[1:])
    assert refused("NoEquivocation", aggregator.proveEquivocation, ANYONE, 3, a, signed[0], later, signed[1])
    assert refused("UnknownNode", aggregator.proveEquivocation, ANYONE, 7, a, signed[0], b, signed[1]) == (7, 7)
    assert refused("WrongSigner", aggregator.proveEquivocation, ANYONE, 2, a, signed[0], b, signed[1])[2] == node
    aggregator.proveEquivocation(ANYONE, 3, a, signed[0], b, signed[1])
    digest, number, faulty, nodes = aggregator.nodeSet()
    assert (number, faulty, node in nodes, len(nodes), aggregator.quorum()) == (2, 1, False, 6, 4)
    assert digest != before[0], "what was signed for the old set says nothing in the new one"
    assert refused("WrongSigner", aggregator.proveEquivocation, ANYONE, 3, a, signed[0], b, signed[1])


@pytest.mark.parametrize(
    ("count", "faulty", "error"),
    [
        (4, 1, ""),
        (31, 10, ""),
        (4, 2, "FaultBoundTooHigh"),
        (3, 1, "FaultBoundTooHigh"),
        (7, 0, "FaultBoundTooHigh"),
        (31, 11, "FaultBoundTooHigh"),
        (32, 10, "FaultBoundTooHigh"),
    ],
)
def test_sets_that_can_bear_their_faults(stage: Stage, count: int, faulty: int, error: str) -> None:
    nodes = [address(number) for number in range(1, count + 1)]
    if error:
        assert refused(error, stage.aggregator.setNodes, DAO, nodes, faulty) == (count, faulty)
    else:
        stage.aggregator.setNodes(DAO, nodes, faulty)
        assert stage.aggregator.nodeSet()[1:] == (2, faulty, nodes)


def test_nobody_counts_twice_as_a_node(stage: Stage) -> None:
    nodes = [address(number) for number in (1, 2, 3, 2)]
    assert refused("InvalidNode", stage.aggregator.setNodes, DAO, nodes, 1) == (3, nodes[3])
    nodes[1] = ZERO_ADDRESS
    assert refused("InvalidNode", stage.aggregator.setNodes, DAO, nodes, 1) == (1, ZERO_ADDRESS)
    refused("AccessManagedUnauthorized", stage.aggregator.setNodes, GUARDIAN, nodes, 1)


def test_a_missing_root_is_no_report(stage: Stage) -> None:
    refused("MissingRoot", stage.submit, ZERO_WORD)
