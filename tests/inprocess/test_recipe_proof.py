"""The proof reads the chain: a right suite passes, and each kind of tampering fails by its name."""

from __future__ import annotations

import dataclasses

import pytest

from commonhold.engines import InProcessEngine, Revert
from commonhold.recipe import PLAN, ProofFailed, Role, deploy, prove
from commonhold.recipe.plan import INDEX_FEED, RESERVE_FEED, UNLIMITED, GrantEntry, Param
from commonhold.recipe.proof import DELEGATED_ACCOUNT, PUBLIC_ROLE, Holding, examine

DAY = 86_400
UNKNOWN_ROLE = 77  # the suite has none of this number
UNPLANNED = "unplanned-transaction"  # of the deployer, before the handover


def selector_of(contract, function: str) -> bytes:
    return contract.coders.function(function).selector


def shown(suite, place: str) -> list[tuple[str, str, str]]:
    """Holder, detail and fault of everything that the proof shows at `place`."""
    return [(found.who, found.detail, found.fault) for found in examine(suite).holdings if found.place == place]


def faults_of(suite) -> list[str]:
    with pytest.raises(ProofFailed) as failed:
        prove(suite)
    return failed.value.faults


def faults_without_events(suite) -> list[Holding]:
    """What is found wrong if no events are read, besides that they were not."""
    faults = examine(suite, from_block=suite.engine.block_number() + 1).faults
    unseen = [found for found in faults if found.fault == "unseen-creation"]
    assert len(unseen) == len(suite.contracts) - 1  # all but the factory
    return [found for found in faults if found not in unseen]


def test_suite__as_deployed__passes(suite):
    proof = prove(suite)
    holders = {(holding.place, holding.who) for holding in proof.holdings}
    assert ("hub role ADMIN", "timelock") in holders
    assert ("registry listener", "certificate") in holders
    assert [who for place, who in holders if place == "coin minter"] == ["treasury"]
    books = {holding.who: holding.detail for holding in proof.holdings if holding.place == "loan book"}
    assert books == {"book": "lends", "auction": "closed to lending", "test_book": "lends"}
    assert [who for place, who in holders if place == "protocol holder"] == ["treasury"]
    assert ("splitter payee of the DAO", "timelock") in holders
    assert suite.deployer not in {holding.holder for holding in proof.holdings}


def test_deployer__before_the_handover__fails(before_handover):
    suite, _ = before_handover
    assert faults_of(suite) == ["deployer-holds-role"]


def test_deployer__with_a_forgotten_role__fails(before_handover):
    suite, complete = before_handover
    suite.hub.grantRole(Role.REGISTRAR, suite.deployer, 0, sender=suite.deployer)
    complete()
    assert faults_of(suite) == ["deployer-holds-role", UNPLANNED]


def test_admin__besides_the_timelock__fails(before_handover, attacker):
    suite, complete = before_handover
    suite.hub.grantRole(Role.ADMIN, attacker, 0, sender=suite.deployer)
    complete()
    assert faults_of(suite) == ["admin-besides-timelock", UNPLANNED]


def test_role__that_ripens_later__fails_already(suite, as_dao, attacker):
    """A grant can wait for its role's grant delay: until then the hub says that nobody holds it."""
    as_dao(suite.hub, "setGrantDelay", Role.ADMIN, 3 * DAY)
    suite.engine.advance(6 * DAY)
    as_dao(suite.hub, "grantRole", Role.ADMIN, attacker, 0)
    assert not suite.hub.hasRole(Role.ADMIN, attacker).isMember
    since = suite.hub.getAccess(Role.ADMIN, attacker).since
    assert ("external account", f"from {since} on", "admin-besides-timelock") in shown(suite, "hub role ADMIN")
    assert faults_of(suite) == ["admin-besides-timelock", "role-with-grant-delay"]


def test_deployer__with_a_role_that_ripens_later__fails_already(suite, as_dao):
    as_dao(suite.hub, "setGrantDelay", Role.REGISTRAR, 3 * DAY)
    suite.engine.advance(6 * DAY)
    as_dao(suite.hub, "grantRole", Role.REGISTRAR, suite.deployer, 0)
    assert not suite.hub.hasRole(Role.REGISTRAR, suite.deployer).isMember
    assert faults_of(suite) == ["deployer-holds-role", "role-with-grant-delay"]


def test_holder__of_a_role_that_the_suite_has_not__fails(suite, as_dao, attacker):
    as_dao(suite.hub, "grantRole", UNKNOWN_ROLE, attacker, 0)
    assert faults_of(suite) == ["holder-of-unknown-role"]


def test_holder__of_a_role_that_the_suite_has_not__revoked__passes(suite, as_dao, attacker):
    as_dao(suite.hub, "grantRole", UNKNOWN_ROLE, attacker, 0)
    as_dao(suite.hub, "revokeRole", UNKNOWN_ROLE, attacker)
    prove(suite)


@pytest.mark.parametrize("missing", [1, None], ids=["by a second", "wholly"])
def test_court__with_too_short_a_delay__fails(parameters, missing):
    delay = 0 if missing is None else parameters.court.forced_transfer_delay - missing
    engine = InProcessEngine()
    grants = (*PLAN.grants[:-1], GrantEntry(Role.COURT, Param("roles.court"), delay=delay))
    suite = deploy(engine, parameters, plan=dataclasses.replace(PLAN, grants=grants))
    assert faults_of(suite) == ["court-with-short-delay", UNPLANNED]


def test_court__whose_delay_will_shrink__fails_already(suite, as_dao, court, parameters):
    as_dao(suite.hub, "grantRole", Role.COURT, court, 1)
    delay = parameters.court.forced_transfer_delay
    access = suite.hub.getAccess(Role.COURT, court)
    assert (access.currentDelay, access.pendingDelay) == (delay, 1)
    assert shown(suite, "hub role COURT") == [("external account", "delay 1 s", "court-with-short-delay")]


def test_court__with_a_longer_delay__passes(suite, as_dao, attacker, parameters):
    as_dao(suite.hub, "grantRole", Role.COURT, attacker, parameters.court.forced_transfer_delay + 1)
    prove(suite)


def test_minter__that_is_a_wallet__fails(suite, as_dao, attacker):
    as_dao(suite.coin, "setMinter", attacker, 1)
    assert faults_of(suite) == ["external-minter"]


def test_minter__without_a_cap__is_the_treasury_alone(suite, as_dao):
    as_dao(suite.coin, "setMinter", suite.book, UNLIMITED)
    assert faults_of(suite) == ["unlimited-minter"]


def test_minter__withdrawn__passes(suite, as_dao, attacker):
    as_dao(suite.coin, "setMinter", attacker, 1)
    as_dao(suite.coin, "setMinter", attacker, 0)
    prove(suite)


def test_minter__that_is_a_contract__passes(suite, as_dao):
    as_dao(suite.coin, "setMinter", suite.book, 1)
    prove(suite)


def test_book__that_is_a_wallet__fails(suite, as_dao, attacker):
    as_dao(suite.loans, "setBook", attacker, True)
    assert faults_of(suite) == ["external-book"]
    as_dao(suite.loans, "setBook", attacker, False)
    prove(suite)


@pytest.mark.parametrize(
    ("setter", "arguments", "named"),
    [("setGateTerms", ((1_501, 750, DAY),), "gate"), ("setPayOutCap", (499,), "payOutCapBps")],
)
def test_treasury__with_other_terms_than_the_parameters__fails(suite, as_dao, setter, arguments, named):
    as_dao(suite.treasury, setter, *arguments)
    (found,) = examine(suite).faults
    assert (found.fault, found.detail) == ("treasury-unlike-parameters", f"not as in the parameters: {named}")


def test_treasury__with_a_raised_cap_to_come__shows_it(suite, as_dao):
    as_dao(suite.treasury, "setPayOutCap", 600)
    assert shown(suite, "treasury payout cap") == [("timelock", "600 basis points of the equity are to follow 500", "")]
    prove(suite)


@pytest.mark.parametrize(
    ("setter", "who", "place"),
    [
        ("setPayee", 0, "splitter payee of the mortgage company"),
        ("setPayee", 1, "splitter payee of the DAO"),
        ("setProviderPayee", "invented-registration SERVICE", "Invented Registration Service"),
        ("setProviderPayee", "Someone Else", "splitter payee of the provider Someone Else"),
    ],
)
def test_payee__other_than_the_parameters__fails(suite, as_dao, attacker, setter, who, place):
    as_dao(suite.splitter, setter, who, attacker)
    (found,) = examine(suite).faults
    assert (found.fault, found.holder) == ("payee-unlike-parameters", attacker)
    assert found.place.endswith(place)


def test_payee__taken_away_again__passes(suite, as_dao, attacker):
    as_dao(suite.splitter, "setProviderPayee", "Someone Else", attacker)
    as_dao(suite.splitter, "setProviderPayee", "Someone Else", "0x" + "00" * 20)
    prove(suite)


@pytest.mark.parametrize(
    ("contract", "setter", "rights", "fault"),
    [
        ("certificate", "setHolder", ((False, True, False),), "external-holder"),
        ("certificate", "setRenderer", (), "external-row"),
        ("registry", "setListener", (), "external-row"),
    ],
)
def test_row__of_a_wallet_that_borrows_code__fails(before_handover, attacker, contract, setter, rights, fault):
    """The contracts refuse a wallet without code; one that borrows it (EIP-7702) only the proof can tell."""
    suite, _ = before_handover
    with pytest.raises(Revert) as refused:
        suite.engine.send(suite.contracts[contract], setter, attacker, *rights, sender=suite.deployer)
    assert (refused.value.name, refused.value.values) == ("MissingCode", (attacker,))
    suite.engine.set_code(attacker, DELEGATED_ACCOUNT + bytes.fromhex(suite.coin.address[2:]))
    suite.engine.send(suite.contracts[contract], setter, attacker, *rights, sender=suite.deployer)
    assert fault in faults_of(suite)


def test_nodes__of_the_parameters__are_shown(suite, parameters):
    holdings = examine(suite).holdings
    found = {holding.place: holding for holding in holdings if holding.place.startswith("aggregator node")}
    assert len(found) == 1 + len(parameters.oracle.nodes)
    assert found["aggregator node set"].detail == "set 1, n 7, f 2"
    assert found["aggregator node 3"].holder == suite.engine.accounts[23]


@pytest.mark.parametrize(
    ("accounts", "max_faulty"),
    [
        ([20, 21, 22, 23, 24, 25, 27], 2),  # another node
        ([21, 20, 22, 23, 24, 25, 26], 2),  # other places
        ([20, 21, 22, 23, 24, 25, 26, 27], 2),  # one more
        ([20, 21, 22, 23], 1),  # fewer
        ([20, 21, 22, 23, 24, 25, 26], 1),  # another f
    ],
)
def test_nodes__unlike_the_parameters__fail(suite, as_dao, accounts, max_faulty):
    nodes = [suite.engine.accounts[account] for account in accounts]
    as_dao(suite.aggregator, "setNodes", nodes, max_faulty)
    assert faults_of(suite) == ["nodes-unlike-parameters"]


def test_node__that_is_a_contract__fails(before_handover, nodes):
    _, complete = before_handover
    suite = complete()
    suite.engine.set_code(nodes[4], DELEGATED_ACCOUNT + bytes.fromhex(suite.coin.address[2:]))
    prove(suite)  # it can still sign
    suite.engine.set_code(nodes[4], b"\x00")
    assert faults_of(suite) == ["node-is-contract"]


def test_node__that_is_the_deployer__fails(suite, nodes, as_dao):
    as_dao(suite.aggregator, "setNodes", [*nodes[:6], suite.deployer], 2)
    assert faults_of(suite) == ["nodes-unlike-parameters"]


def feed_terms(suite, feed=None, **changed):
    index = suite.parameters.oracle.index
    terms = {
        "feed": suite.index_feed if feed is None else feed,
        "heartbeat": index.heartbeat,
        "decimals": index.decimals,
        "minValue": index.min,
        "maxValue": index.max,
        "description": index.description,
    }
    return {**terms, **changed}


def test_feed__of_the_parameters__is_shown(suite):
    expected = ("index_feed", "heartbeat 10368000 s, 8 decimals", "")
    assert shown(suite, "reader feed HOUSE-PRICE-INDEX") == [expected]


@pytest.mark.parametrize(
    "changed", [{"heartbeat": 121 * DAY}, {"minValue": 2 * 10**18}, {"maxValue": 999_999 * 10**18}]
)
def test_feed__under_other_terms__fails(suite, as_dao, changed):
    as_dao(suite.reader, "setFeed", INDEX_FEED, feed_terms(suite, **changed))
    assert faults_of(suite) == ["feed-unlike-parameters"]


def test_feed__replaced__fails(suite, as_dao, attacker):
    other = suite.engine.deploy("TestChainlinkFeed", 8, 100 * 10**8, sender=attacker)
    as_dao(suite.reader, "setFeed", INDEX_FEED, feed_terms(suite, feed=other))
    assert faults_of(suite) == ["feed-unlike-parameters"]


def test_feed__that_the_parameters_do_not_name__fails(suite, as_dao):
    as_dao(suite.reader, "setFeed", b"ANOTHER".ljust(32, b"\0"), feed_terms(suite))
    assert shown(suite, "reader feed ANOTHER")[0][2] == "feed-besides-parameters"
    assert faults_of(suite) == ["feed-besides-parameters"]


def test_sale_reporter__that_is_not_of_the_suite__fails(suite, as_dao, attacker):
    as_dao(suite.valuation, "setSaleReporter", attacker, True)
    assert faults_of(suite) == ["foreign-reporter"]
    as_dao(suite.valuation, "setSaleReporter", attacker, False)
    prove(suite)


def test_sale_reporter__of_the_suite__is_shown(suite, as_dao):
    as_dao(suite.valuation, "setSaleReporter", suite.book, True)
    prove(suite)
    assert ("book", "", "") in shown(suite, "valuation sale reporter")


def test_escrow__ballots_row_of_a_stranger__is_refused(suite, as_dao, engine, attacker):
    as_dao(suite.house_escrow, "setBallot", suite.lease_to_buy, True)
    prove(suite)
    assert sorted(shown(suite, "escrow ballot")) == [("ballot", "", ""), ("lease_to_buy", "", "")]
    foreign = engine.deploy("TestPermitSpender", sender=attacker)
    as_dao(suite.house_escrow, "setBallot", foreign, True)
    assert faults_of(suite) == ["foreign-ballot"]


def test_market__row_of_a_stranger__is_refused(suite, as_dao, attacker):
    prove(suite)
    assert shown(suite, "loan desk market") == [("market", "", "")]
    as_dao(suite.desk, "setMarket", attacker, True)
    assert faults_of(suite) == ["foreign-market"]


def test_currency__besides_the_reserve_token__fails(suite, as_dao, engine, attacker):
    prove(suite)
    assert shown(suite, "market currency 1") == [("reserve", "6 decimals, feed RESERVE-USD", "")]
    other = engine.deploy("TestReserveToken", 6, sender=attacker)
    as_dao(suite.market, "setCurrency", 2, other, RESERVE_FEED)
    assert faults_of(suite) == ["currency-besides-parameters"]


def test_oracle__without_an_index__passes(parameters):
    oracle = parameters.oracle.model_copy(update={"index": None})
    local = parameters.local.model_copy(update={"first_index": None})
    bare = parameters.model_copy(update={"oracle": oracle, "local": local})
    suite = deploy(InProcessEngine(), bare)
    assert "index_feed" not in suite.contracts
    assert suite.valuation.INDEX_FEED() == bytes(32)
    prove(suite)


def test_function__open_to_all__fails(before_handover):
    suite, complete = before_handover
    selector = selector_of(suite.coin, "setSuccessor")
    suite.hub.setTargetFunctionRole(suite.coin.address, [selector], PUBLIC_ROLE, sender=suite.deployer)
    complete()
    assert faults_of(suite) == ["function-open-to-all", UNPLANNED]


@pytest.mark.parametrize(
    ("contract", "function", "role"),
    [
        ("coin", "setMinter", Role.REGISTRAR),
        ("certificate", "setHolder", UNKNOWN_ROLE),
        ("certificate", "setRenderer", Role.COURT),
        ("credentials", "revokeIssuedSince", Role.ISSUER),
        ("hub", "setSuccessor", Role.GUARDIAN),
        ("timelock", "updateDelay", Role.GUARDIAN),  # not under the hub: found by the event
        ("registry", "register", Role.ISSUER),  # another than the plan names
        ("certificate", "tokenize", Role.ADMIN),  # the plan names one, and it was taken away
    ],
)
def test_function__of_another_role_than_the_plans__fails(before_handover, contract, function, role):
    suite, _ = before_handover
    target = suite.contracts[contract]
    suite.hub.setTargetFunctionRole(target, [selector_of(target, function)], role, sender=suite.deployer)
    suite.hub.grantRole(Role.ADMIN, suite.timelock, 0, sender=suite.deployer)
    suite.hub.renounceRole(Role.ADMIN, suite.deployer, sender=suite.deployer)
    assert faults_of(suite) == ["function-of-foreign-role", UNPLANNED]
    assert examine(suite).faults[0].place == f"{contract}.{function}"


def test_function__that_no_abi_has__fails(suite, as_dao):
    as_dao(suite.hub, "setTargetFunctionRole", suite.coin, [b"\x01\x02\x03\x04"], Role.GUARDIAN)
    assert shown(suite, "coin.0x01020304") == [("a role", "", "function-of-foreign-role")]
    as_dao(suite.hub, "setTargetFunctionRole", suite.coin, [b"\x01\x02\x03\x04"], Role.ADMIN)
    prove(suite)


def test_function__given_away_before_the_events_that_are_read__fails(suite, as_dao):
    """The functions of the ABIs are asked for one by one, events or not."""
    as_dao(suite.hub, "setTargetFunctionRole", suite.coin, [selector_of(suite.coin, "setMinter")], Role.REGISTRAR)
    as_dao(suite.hub, "setTargetFunctionRole", suite.hub, [selector_of(suite.hub, "setSuccessor")], Role.REGISTRAR)
    assert {(found.place, found.holder, found.fault) for found in faults_without_events(suite)} == {
        ("coin.setMinter", "REGISTRAR", "function-of-foreign-role"),
        ("hub.setSuccessor", "REGISTRAR", "function-of-foreign-role"),
    }


def test_functions__of_the_plan__are_shown_with_their_roles(suite):
    shown_roles = {(found.place, found.holder) for found in examine(suite).holdings if found.who == "a role"}
    assert shown_roles == {
        (f"{entry.contract}.{name}", entry.role.name) for entry in PLAN.functions for name in entry.functions
    }


@pytest.mark.parametrize("contract", ["certificate", "coin"])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.REGISTRAR, UNKNOWN_ROLE])
def test_forced_transfer__that_is_not_the_courts__fails(suite, as_dao, contract, role):
    target = suite.contracts[contract]
    as_dao(suite.hub, "setTargetFunctionRole", target, [selector_of(target, "forcedTransfer")], role)
    assert faults_of(suite) == ["forced-transfer-without-court"]


@pytest.mark.parametrize("contract", ["hub", "coin"])
def test_target__closed__fails_until_it_is_open(suite, as_dao, contract):
    as_dao(suite.hub, "setTargetClosed", suite.contracts[contract], True)
    assert faults_of(suite) == ["closed-target"]
    assert shown(suite, "hub closed target") == [(contract, "", "closed-target")]
    as_dao(suite.hub, "setTargetClosed", suite.contracts[contract], False)
    prove(suite)


def test_target__that_the_suite_has_not__closed__fails(suite, as_dao, attacker):
    as_dao(suite.hub, "setTargetClosed", attacker, True)
    assert shown(suite, "hub closed target") == [("external account", "", "closed-target")]


def test_target__that_the_suite_has_not__with_an_admin_delay__fails(suite, as_dao, attacker):
    as_dao(suite.hub, "setTargetAdminDelay", attacker, DAY)
    expected = [("external account", f"delay {DAY} s", "target-with-admin-delay")]
    assert shown(suite, "hub target admin delay") == expected


def test_target__of_the_suite_closed_and_delayed_before_the_events_that_are_read__fails(suite, as_dao):
    as_dao(suite.hub, "setTargetClosed", suite.coin, True)
    as_dao(suite.hub, "setTargetAdminDelay", suite.coin, DAY)
    suite.engine.advance(6 * DAY)
    assert [(found.who, found.fault) for found in faults_without_events(suite)] == [
        ("coin", "closed-target"),
        ("coin", "target-with-admin-delay"),
    ]


def test_target__with_an_admin_delay__fails_before_and_after_it_takes_effect(suite, as_dao):
    as_dao(suite.hub, "setTargetAdminDelay", suite.coin, DAY)
    expected = [("coin", f"delay {DAY} s", "target-with-admin-delay")]
    assert suite.hub.getTargetAdminDelay(suite.coin) == 0
    assert shown(suite, "hub target admin delay") == expected
    suite.engine.advance(6 * DAY)
    assert suite.hub.getTargetAdminDelay(suite.coin) == DAY
    assert shown(suite, "hub target admin delay") == expected
    as_dao(suite.hub, "setTargetAdminDelay", suite.coin, 0)
    assert faults_of(suite) == ["target-with-admin-delay"]  # until the old one has run out
    suite.engine.advance(6 * DAY)
    prove(suite)


def test_role__with_a_grant_delay__fails_before_and_after_it_takes_effect(suite, as_dao):
    for role, name in ((Role.ISSUER, "ISSUER"), (UNKNOWN_ROLE, f"role {UNKNOWN_ROLE}")):
        with suite.engine.rollback():
            as_dao(suite.hub, "setGrantDelay", role, DAY)
            expected = [("a role", f"delay {DAY} s", "role-with-grant-delay")]
            assert suite.hub.getRoleGrantDelay(role) == 0
            assert shown(suite, f"hub grant delay of {name}") == expected
            suite.engine.advance(6 * DAY)
            assert shown(suite, f"hub grant delay of {name}") == expected
            as_dao(suite.hub, "setGrantDelay", role, 0)
            assert faults_of(suite) == ["role-with-grant-delay"]  # until the old one has run out
            suite.engine.advance(6 * DAY)
            prove(suite)


@pytest.mark.parametrize("role", [Role.COURT, UNKNOWN_ROLE])
@pytest.mark.parametrize(
    ("setter", "fault"), [("setRoleAdmin", "role-with-own-admin"), ("setRoleGuardian", "role-with-own-guardian")]
)
def test_role__with_another_keeper_than_the_dao__fails(before_handover, setter, fault, role):
    suite, complete = before_handover
    suite.engine.send(suite.hub, setter, role, Role.ISSUER, sender=suite.deployer)
    complete()
    assert faults_of(suite) == [fault, UNPLANNED]


def test_role__of_the_suite_whose_keeper_changed_before_the_events_that_are_read__fails(suite, as_dao):
    as_dao(suite.hub, "setRoleAdmin", Role.COURT, UNKNOWN_ROLE)
    assert [(found.place, found.fault) for found in faults_without_events(suite)] == [
        ("hub getRoleAdmin of COURT", "role-with-own-admin")
    ]


def test_operation__that_the_deployer_left_in_the_hub__fails_while_it_waits(before_handover, court, attacker):
    suite, complete = before_handover
    hub, deployer = suite.hub, suite.deployer
    hub.grantRole(Role.COURT, deployer, 3 * DAY, sender=deployer)
    order = suite.coin.forcedTransfer.encode(court, attacker, 1)
    hub.schedule(suite.coin, order, 0, sender=deployer)
    hub.revokeRole(Role.COURT, deployer, sender=deployer)
    complete()
    assert faults_of(suite) == ["operation-of-deployer", UNPLANNED]
    assert shown(suite, "hub operation") == [("external account", "coin.forcedTransfer", "operation-of-deployer")]
    hub.cancel(deployer, suite.coin, order, sender=deployer)
    assert faults_of(suite) == [UNPLANNED]


def test_operation__of_the_court__is_shown(suite, court, attacker):
    suite.hub.schedule(suite.coin, suite.coin.forcedTransfer.encode(court, attacker, 1), 0, sender=court)
    assert shown(suite, "hub operation") == [("external account", "coin.forcedTransfer", "")]
    prove(suite)


def test_operation__that_the_deployer_left_in_the_timelock__fails_while_it_waits(suite, as_dao, council, attacker):
    timelock, deployer = suite.timelock, suite.deployer
    call = (suite.hub, 0, suite.hub.grantRole.encode(Role.ADMIN, attacker, 0), bytes(32), bytes(32))
    delay = timelock.getMinDelay()
    as_dao(timelock, "grantRole", timelock.PROPOSER_ROLE(), deployer)
    timelock.schedule(*call, delay, sender=deployer)
    as_dao(timelock, "revokeRole", timelock.PROPOSER_ROLE(), deployer)
    assert faults_of(suite) == ["operation-of-deployer"]
    assert shown(suite, "timelock operation") == [("external account", "hub.grantRole", "operation-of-deployer")]

    timelock.cancel(timelock.hashOperation(*call), sender=council)
    assert shown(suite, "timelock operation") == []
    timelock.schedule(*call, delay, sender=council)  # the council's own, though the deployer had it before
    assert shown(suite, "timelock operation") == [("timelock", "hub.grantRole", "")]
    prove(suite)


def test_contract__under_a_foreign_hub__fails(suite, as_dao, attacker):
    foreign = suite.engine.deploy("AccessHub", attacker, sender=attacker)
    as_dao(suite.hub, "updateAuthority", suite.coin, foreign)
    assert faults_of(suite) == ["foreign-authority"]


def test_timelock__with_a_foreign_admin__fails(suite, as_dao, attacker):
    as_dao(suite.timelock, "grantRole", bytes(32), attacker)
    assert faults_of(suite) == ["timelock-with-foreign-admin"]


def test_timelock__with_the_deployer_as_proposer__fails(suite, as_dao):
    as_dao(suite.timelock, "grantRole", suite.timelock.PROPOSER_ROLE(), suite.deployer)
    assert faults_of(suite) == ["deployer-in-timelock"]


@pytest.mark.parametrize("role", ["PROPOSER_ROLE", "CANCELLER_ROLE"])
def test_timelock__that_somebody_else_than_the_council_steers__fails(suite, as_dao, attacker, role):
    """So it is if the deployer put a timelock of his own at its address before the recipe came to it."""
    as_dao(suite.timelock, "grantRole", getattr(suite.timelock, role)(), attacker)
    assert faults_of(suite) == ["timelock-of-foreign-council"]


def test_timelock__with_a_shorter_delay_than_the_parameters__fails(suite, as_dao):
    as_dao(suite.timelock, "updateDelay", suite.parameters.dao.timelock_delay - 1)
    assert faults_of(suite) == ["timelock-with-short-delay"]
    as_dao(suite.timelock, "updateDelay", suite.parameters.dao.timelock_delay)
    prove(suite)
