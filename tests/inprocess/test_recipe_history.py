"""What the deployer did before the handover and undid again: the proof finds what is not the plan's."""

from __future__ import annotations

import dataclasses

import pytest
from eth_utils import keccak

from commonhold import build
from commonhold.engines import InProcessEngine, wallets
from commonhold.engines.base import coders
from commonhold.oracle import digests
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree
from commonhold.recipe import PLAN, Role, Suite, buying, deploy, governing, prove
from commonhold.recipe.deploy import Deployment, salt_of
from commonhold.recipe.plan import INDEX_FEED, RESERVE_FEED, InitCode, Ref
from commonhold.recipe.proof import examine

DAY = 86_400
USD = 10**18
STRANGER = 19
OTHER_NODES = list(range(25, 32))
OTHER_TERMS = (0, 1_200, 1_095 * DAY, 90 * DAY, 500, 90 * DAY, 180 * DAY, 1_000, 7 * DAY)  # no haircut-free time
OTHER_PEERS = (
    *(Ref("coin"), Ref("reserve"), Ref("reader"), RESERVE_FEED, Ref("credentials"), Ref("loans")),
    Ref("certificate"),  # in the place of the income's
)
ARGUMENTS = [(entry.key, place) for entry in PLAN.contracts for place in range(len(entry.args))]


def deeds(suite) -> list[str]:
    """What was done beside the plan; nothing else may be wrong."""
    faults = examine(suite).faults
    assert {found.fault for found in faults} <= {"unplanned-transaction"}
    return [found.detail for found in faults]


def with_parameters(suite, **changed):
    """The suite as someone sees it whose parameters file has other sections."""
    addresses = {key: contract.address for key, contract in suite.contracts.items()}
    return Suite(suite.engine, suite.parameters.model_copy(update=changed), suite.deployer, addresses)


# ------------------------------------------------------------------------------------------------------------ planted


def report_by_own_nodes(suite) -> None:
    """His nodes in office, a report and an update by them, and the parameters' nodes back: anyone could then `accept`
    the first house's appraisal, ten thousand times its worth, on the day it is registered."""
    aggregator, deployer, engine = suite.aggregator, suite.deployer, suite.engine
    _, _, max_faulty, listed = aggregator.nodeSet()
    own = engine.accounts[8:12]
    aggregator.setNodes(own, 1, sender=deployer)
    values = {house_feed(number): 10**9 * USD for number in range(1, 9)}
    tree, now = Tree(values), engine.now()
    digest = digests.report_digest(digests.scope_of(aggregator), 1, now, tree.root)
    signatures = [digests.sign(wallets.private_key(node), digest) for node in own[:3]]
    aggregator.submit((1, now, tree.root), 7, [(one[:32], one[32:]) for one in signatures], sender=own[0])
    aggregator.update(house_feed(1), values[house_feed(1)], tree.proof(house_feed(1)), sender=own[0])
    aggregator.setNodes(list(listed), max_faulty, sender=deployer)


def row_of_a_minter(suite) -> None:
    for cap in (10**24, 0):
        suite.coin.setMinter(suite.engine.accounts[STRANGER], cap, sender=suite.deployer)


def credential_by_an_issuer(suite) -> None:
    hub, deployer, stranger = suite.hub, suite.deployer, suite.engine.accounts[STRANGER]
    hub.grantRole(Role.ISSUER, stranger, 0, sender=deployer)
    suite.credentials.issue(stranger, b"\x01" * 32, suite.engine.now() + DAY, 756, 0, sender=stranger)
    hub.revokeRole(Role.ISSUER, stranger, sender=deployer)


def stop_by_a_guardian(suite) -> None:
    hub, deployer, stranger = suite.hub, suite.deployer, suite.engine.accounts[STRANGER]
    hub.grantRole(Role.GUARDIAN, stranger, 0, sender=deployer)
    suite.registry.stopRegistration(sender=stranger)
    hub.revokeRole(Role.GUARDIAN, stranger, sender=deployer)


def reporter_of_sales(suite) -> None:
    for allowed in (True, False):
        suite.valuation.setSaleReporter(suite.engine.accounts[STRANGER], allowed, sender=suite.deployer)


def order_in_the_hub(suite) -> None:
    hub, deployer = suite.hub, suite.deployer
    hub.grantRole(Role.COURT, deployer, 3 * DAY, sender=deployer)
    order = suite.coin.forcedTransfer.encode(suite.engine.accounts[STRANGER], deployer, 1)
    hub.schedule(suite.coin, order, 0, sender=deployer)
    hub.cancel(deployer, suite.coin, order, sender=deployer)
    hub.revokeRole(Role.COURT, deployer, sender=deployer)


def book_of_loans(suite) -> None:
    for allowed in (True, False):
        suite.loans.setBook(suite.engine.accounts[STRANGER], allowed, sender=suite.deployer)


def gate_of_the_treasury(suite) -> None:
    terms = suite.treasury.terms().gate
    suite.treasury.setGateTerms((10_000, 1, 1), sender=suite.deployer)
    suite.treasury.setGateTerms(terms, sender=suite.deployer)


def payee_of_fees(suite) -> None:
    for payee in (suite.engine.accounts[STRANGER], suite.timelock):
        suite.splitter.setPayee(1, payee, sender=suite.deployer)


@pytest.mark.parametrize(
    ("plant", "planted"),
    [
        (book_of_loans, ["BookSet", "BookSet"]),
        (gate_of_the_treasury, ["GateTermsSet", "GateTermsSet"]),
        (payee_of_fees, ["PayeeSet", "PayeeSet"]),
        (report_by_own_nodes, ["NodesSet", "ReportAccepted", "FeedUpdated", "NodesSet"]),
        (row_of_a_minter, ["MinterSet", "MinterSet"]),
        (credential_by_an_issuer, ["RoleGranted", "CredentialIssued", "RoleRevoked"]),
        (stop_by_a_guardian, ["RoleGranted", "Stopped", "RoleRevoked"]),
        (reporter_of_sales, ["SaleReporterSet", "SaleReporterSet"]),
        (order_in_the_hub, ["RoleGranted", "OperationScheduled", "OperationCanceled", "RoleRevoked"]),
    ],
)
def test_deed__of_the_deployer_that_no_table_shows__is_found(before_handover, plant, planted):
    suite, complete = before_handover
    plant(suite)
    found = deeds(complete())
    assert len(found) == len(planted)
    assert all(any(name in deed for deed in found) for name in planted)


def test_report__planted_before_the_handover__is_found_after_a_rotation_too(before_handover):
    suite, complete = before_handover
    report_by_own_nodes(suite)
    before = deeds(complete())
    governing.as_dao(suite, suite.aggregator, "setNodes", [suite.engine.accounts[node] for node in OTHER_NODES], 2)
    oracle = suite.parameters.oracle.model_copy(update={"nodes": OTHER_NODES})
    assert deeds(with_parameters(suite, oracle=oracle)) == before


def test_deed__of_a_stranger_that_gives_nobody_anything__is_none(before_handover):
    """Else anyone could spoil a deployment."""
    suite, complete = before_handover
    stranger = suite.engine.accounts[STRANGER]
    suite.feed_factory.create(house_feed(1), sender=stranger)
    suite.coin.approve(suite.deployer, 5, sender=stranger)
    suite.coin.transfer(suite.deployer, 0, sender=stranger)
    suite.reader.record(INDEX_FEED, sender=stranger)
    buying.buy_coins(suite, stranger, 300 * 10**6)
    suite.coin.approve(suite.treasury, 300 * USD, sender=stranger)
    suite.treasury.redeem(100 * USD, 0, stranger, sender=stranger)
    suite.treasury.requestRedeem(100 * USD, stranger, stranger, sender=stranger)
    suite.treasury.burnIntoEquity(USD, sender=stranger)
    suite.factory.deploy(bytes(32), bytes.fromhex("5f5ff3"), sender=stranger)
    prove(complete())


def test_deed__after_the_handover__is_none(suite, register_house):
    register_house()
    prove(suite)


# ----------------------------------------------------------------------------------------------------------- creations


def other_value(value):
    """A value of the same type."""
    if isinstance(value, str):
        return "0x" + "77" * 20
    if isinstance(value, bytes):
        return bytes(31) + b"\x01"
    if isinstance(value, list):
        return value[::-1]
    return (other_value(value[0]), *value[1:]) if isinstance(value, tuple) else value + 1


@pytest.mark.parametrize(("key", "place"), ARGUMENTS)
def test_argument__of_a_constructor__other_than_the_plans__is_found(suite, monkeypatch, key, place):
    """Of every contract that the plan has: its code is right, its immutables are the deployer's."""
    run = Deployment(suite.engine, suite.parameters, factory=suite.factory.address)
    entry = next(entry for entry in run.entries if entry.key == key)
    args = tuple(map(run.resolve, entry.args))
    salt, code = salt_of(key), run.resolve(InitCode(entry.artifact, entry.args))
    other = run.resolve(InitCode(entry.artifact, (*args[:place], other_value(args[place]), *args[place + 1 :])))
    original = suite.engine.transaction

    def transaction(tx_hash):
        sent = original(tx_hash)
        is_it = sent.data == suite.factory.deploy.encode(salt, code)
        return dataclasses.replace(sent, data=suite.factory.deploy.encode(salt, other)) if is_it else sent

    monkeypatch.setattr(suite.engine, "transaction", transaction)
    name = coders(entry.artifact).constructor.names[place]
    (found,) = deeds(suite)
    assert found.startswith(f"deploy with another {key} {name} than the plan's: factory.Deployed")


@pytest.mark.parametrize(
    ("key", "place", "value", "name"),
    [
        *(("lens", place, Ref("renderer"), None) for place in range(9)),
        ("treasury", 1, OTHER_PEERS, "peers_"),
        ("splitter", 2, (4_999, 2_001, 1_000, 2_000), "split_"),
        *(("valuation", place, Ref("coin"), None) for place in range(1, 5)),
        ("valuation", 5, bytes(32), "indexFeed"),
        ("valuation", 6, OTHER_TERMS, "terms_"),
        ("reader", 3, 1_001, "maxStepBps_"),
        ("feed_factory", 0, Ref("coin"), "aggregator_"),
        ("certificate", 4, Ref("coin"), "renderer_"),
    ],
)
def test_contract__created_by_a_deployer_who_was_quicker_than_the_recipe__is_found(parameters, key, place, value, name):
    """The recipe finds this build's code at the plan's address and goes on."""

    def other(entry):
        args = (*entry.args[:place], value, *entry.args[place + 1 :])
        return dataclasses.replace(entry, args=args) if entry.key == key else entry

    engine = InProcessEngine()
    deploy(engine, parameters, plan=dataclasses.replace(PLAN, contracts=tuple(map(other, PLAN.contracts))))
    (found,) = deeds(deploy(engine, parameters))
    assert f"another {key} {name or ''}" in found


def test_coins__that_a_constructor_of_his_own_wrote__are_found(parameters):
    """Creation code that writes a balance and returns this build's code: no event tells, nor does the code."""
    genuine = deploy(InProcessEngine(), parameters)
    code = genuine.engine.code_at(genuine.coin.address)
    engine = InProcessEngine()
    thief = engine.accounts[STRANGER]
    slots = {row["label"]: int(row["slot"]) for row in build.artifact("HomeDollar").storage_layout["storage"]}
    balance = keccak(bytes(12) + bytes.fromhex(thief[2:]) + slots["_balances"].to_bytes(32, "big")).hex()
    authority = slots["_authority"].to_bytes(32, "big").hex()
    write = bytes.fromhex(f"69{10**23:020x}7f{balance}55 73{genuine.hub.address[2:]}7f{authority}55")  # PUSH, SSTORE
    size, start = len(code).to_bytes(2, "big").hex(), (len(write) + 13).to_bytes(2, "big").hex()
    give = bytes.fromhex(f"61{size}61{start}5f3961{size}5ff3")  # CODECOPY, RETURN
    factory = engine.deploy("Create3Factory", sender=engine.accounts[0])
    factory.deploy(salt_of("coin"), write + give + code, sender=engine.accounts[0])

    suite = deploy(engine, parameters)
    assert suite.coin.address == genuine.coin.address
    assert engine.code_at(suite.coin.address) == code
    assert suite.coin.balanceOf(thief) == 10**23
    (found,) = deeds(suite)
    assert found == "deploy with another coin code than the plan's: factory.Deployed"


def test_contract__that_the_factory_did_not_create__is_found(suite):
    """A record that names another lens, of this build."""
    lens = suite.engine.deploy("SuiteLens", *([suite.renderer] * 12), sender=suite.deployer)
    addresses = {key: contract.address for key, contract in suite.contracts.items()} | {"lens": lens.address}
    found = examine(Suite(suite.engine, suite.parameters, suite.deployer, addresses)).faults
    assert [(holding.place, holding.fault) for holding in found] == [("lens creation", "unseen-creation")]


# ------------------------------------------------------------------------------- the DAO's changes, and the file's


def test_nodes__rotated_by_the_dao__pass_when_the_file_says_the_same(suite, as_dao):
    oracle = suite.parameters.oracle.model_copy(update={"nodes": OTHER_NODES})
    changed = with_parameters(suite, oracle=oracle)
    assert any("aggregator nodes" in found.detail for found in examine(changed).faults)  # the DAO has done nothing
    as_dao(suite.aggregator, "setNodes", [suite.engine.accounts[node] for node in OTHER_NODES], 2)
    prove(changed)


def test_feed__changed_by_the_dao__passes_when_the_file_says_the_same(suite, as_dao):
    index = suite.parameters.oracle.index.model_copy(update={"heartbeat": 100 * DAY})
    terms = (suite.index_feed, index.heartbeat, index.decimals, index.min, index.max, index.description)
    as_dao(suite.reader, "setFeed", INDEX_FEED, terms)
    prove(with_parameters(suite, oracle=suite.parameters.oracle.model_copy(update={"index": index})))


def test_gate_and_payees__changed_by_the_dao__pass_when_the_file_says_the_same(suite, as_dao):
    parameters, stranger = suite.parameters, suite.engine.accounts[STRANGER]
    gate = parameters.gate.model_copy(update={"pause_at": 2_000, "resume_below": 500, "dwell": 2 * DAY})
    fees = parameters.fees.model_copy(update={"mortgage_company": STRANGER})
    as_dao(suite.treasury, "setGateTerms", (2_000, 500, 2 * DAY))
    as_dao(suite.splitter, "setPayee", 0, stranger)
    prove(with_parameters(suite, gate=gate, fees=fees))


def test_terms_of_the_treasury__changed_in_the_file__fail_whatever_the_dao_did(suite, as_dao):
    as_dao(suite.treasury, "setGateTerms", tuple(suite.treasury.terms().gate))
    redemption = suite.parameters.redemption.model_copy(update={"top_fee": 501})
    found = examine(with_parameters(suite, redemption=redemption)).faults
    assert {holding.fault for holding in found} == {"treasury-unlike-parameters", "unplanned-transaction"}


def test_roles__changed_by_the_dao__pass_when_the_file_says_the_same(suite, as_dao):
    registrar = suite.parameters.roles.registrar[0]
    roles = suite.parameters.roles.model_copy(update={"registrar": [STRANGER]})
    as_dao(suite.hub, "grantRole", Role.REGISTRAR, suite.engine.accounts[STRANGER], 0)
    as_dao(suite.hub, "revokeRole", Role.REGISTRAR, suite.engine.accounts[registrar])
    prove(with_parameters(suite, roles=roles))


def test_delay__changed_by_the_dao__passes_when_the_file_says_the_same(suite, as_dao):
    as_dao(suite.timelock, "updateDelay", 2 * suite.parameters.dao.timelock_delay)
    prove(with_parameters(suite, dao=suite.parameters.dao.model_copy(update={"timelock_delay": 4 * DAY})))


def test_file__that_changes_what_is_fixed__fails_whatever_the_dao_did(suite, as_dao):
    as_dao(suite.valuation, "setSaleReporter", suite.book, True)
    valuation = suite.parameters.valuation.model_copy(update={"haircut_free": 0})
    (found,) = deeds(with_parameters(suite, valuation=valuation))
    assert "another valuation terms" in found


def test_change__of_another_contract__excuses_nothing(suite, as_dao):
    as_dao(suite.coin, "setMinter", suite.book, 1)
    roles = suite.parameters.roles.model_copy(update={"issuer": [STRANGER]})
    (found,) = deeds(with_parameters(suite, roles=roles))
    assert found == "grantRole with another account than the plan's: hub.RoleGranted"
