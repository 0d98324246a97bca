"""The recipe in process: complete, resumable from every step, checked before anything is sent."""

from __future__ import annotations

import dataclasses
import re

import pytest

from commonhold import build
from commonhold.engines import InProcessEngine
from commonhold.recipe import PLAN, Parameters, RecipeError, Role, deploy, prove
from commonhold.recipe.deploy import Deployment, Progress
from commonhold.recipe.parameters import Sequencer
from commonhold.recipe.plan import INDEX_FEED, RESERVE_FEED, ContractEntry, FunctionsEntry, Param, Ref


class Killed(Exception):
    pass


def kill_after(step: int):
    """A watcher that stops the run as step `step` + 1 begins."""

    def watch(progress: Progress) -> None:
        if progress.number > step:
            raise Killed

    return watch


def state_of(engine: InProcessEngine, suite) -> dict:
    """All that makes two suites the same: addresses, code, and the events with which they came to be."""
    return {
        key: (
            contract.address,
            engine.code_at(contract.address),
            [(event.name, event.args) for event in engine.events(contract) if event.name != "RoleGranted"],
            [(event["roleId"], event["account"], event["delay"]) for event in engine.events(contract, "RoleGranted")]
            if key == "hub"
            else [],
        )
        for key, contract in suite.contracts.items()
    }


@pytest.fixture(scope="module")
def step_count(parameters: Parameters) -> int:
    return len(Deployment(InProcessEngine(), parameters).steps())


def test_deploy__killed_after_every_step__ends_in_the_same_state(parameters, step_count):
    untouched = InProcessEngine()
    expected = state_of(untouched, deploy(untouched, parameters))
    for step in range(step_count):
        engine = InProcessEngine()
        with pytest.raises(Killed):
            deploy(engine, parameters, progress=kill_after(step))
        assert state_of(engine, deploy(engine, parameters)) == expected, f"killed after step {step}"


def test_deploy__killed_after_every_step_of_one_run__is_completed_step_by_step(parameters, step_count):
    engine = InProcessEngine()
    for step in range(step_count):
        with pytest.raises(Killed):
            deploy(engine, parameters, progress=kill_after(step))
    deploy(engine, parameters)
    assert engine.nonce(engine.accounts[0]) == step_count  # no transaction was sent twice


def test_deploy__of_a_finished_suite__sends_nothing(engine, parameters, suite):
    seen: list[Progress] = []
    before = engine.block_number()
    again = deploy(engine, parameters, progress=seen.append)
    assert engine.block_number() == before
    assert all(step.was_done for step in seen)
    assert {key: contract.address for key, contract in again.contracts.items()} == {
        key: contract.address for key, contract in suite.contracts.items()
    }


def test_deploy__after_other_transactions_of_the_deployer__finds_its_factory_again(parameters):
    engine = InProcessEngine()
    engine.deploy("Create3Factory", sender=engine.accounts[1])
    for _ in range(3):
        engine.send_raw(engine.accounts[0], engine.accounts[1], b"")
    with pytest.raises(Killed):
        deploy(engine, parameters, progress=kill_after(5))
    engine.send_raw(engine.accounts[0], engine.accounts[1], b"")
    suite = deploy(engine, parameters)
    assert len(engine.events(suite.factory, "Deployed")) == len(suite.contracts) - 1


def test_factory__recorded__is_used(parameters):
    engine = InProcessEngine()
    for _ in range(100):  # beyond the nonces that are searched
        engine.send_raw(engine.accounts[0], engine.accounts[1], b"")
    told: list[tuple[str, str]] = []
    with pytest.raises(Killed):
        deploy(engine, parameters, on_factory=lambda *found: told.append(found), progress=kill_after(3))
    suite = deploy(engine, parameters, factory=told[0][1])
    assert suite.factory.address == told[0][1]
    assert len(engine.events(suite.factory, "Deployed")) == len(suite.contracts) - 1


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (
            {"contracts": (*PLAN.contracts, ContractEntry("x", "NoSuchContract"))},
            "no artefact of a contract named 'NoSuch",
        ),
        ({"contracts": (*PLAN.contracts, ContractEntry("x", "ICredentialRegistry"))}, "has no code"),
        ({"contracts": (*PLAN.contracts, ContractEntry("x", "HomeDollar"))}, "takes 1 arguments (hub), not 0"),
        ({"contracts": (*PLAN.contracts, ContractEntry("x", "HomeDollar", (5,)))}, "argument hub: 5 is not an address"),
        ({"contracts": (*PLAN.contracts, ContractEntry("x", "HomeDollar", (Ref("y"),)))}, "refers to 'y'"),
        ({"contracts": (*PLAN.contracts, ContractEntry("x", "HomeDollar", (Param("a.b"),)))}, "parameter 'a.b'"),
        ({"functions": (FunctionsEntry("coin", Role.COURT, ("balanceOf",)),)}, "coin.balanceOf is a view"),
        ({"functions": (FunctionsEntry("coin", Role.COURT, ("nothing",)),)}, "HomeDollar has no function nothing"),
        ({"functions": (FunctionsEntry("x", Role.COURT, ("mint",)),)}, "names a function of 'x'"),
        ({"rows": (dataclasses.replace(PLAN.rows[0], args=()),)}, "takes 1 arguments"),
        ({"rows": (dataclasses.replace(PLAN.rows[0], view="setListener"),)}, "registry.setListener is not a view"),
    ],
)
def test_plan__that_does_not_fit__is_refused_before_the_first_transaction(parameters, broken, message):
    engine = InProcessEngine()
    with pytest.raises(RecipeError, match=re.escape(message)):
        deploy(engine, parameters, plan=dataclasses.replace(PLAN, **broken))
    assert engine.nonce(engine.accounts[0]) == 0


def test_chain__with_another_id__is_refused(parameters):
    with pytest.raises(
        RecipeError, match="wrong network: this chain's id is 1, the parameters of 'local' are for 31337"
    ):
        deploy(InProcessEngine(chain_id=1), parameters)


def test_deployer__who_shall_hold_a_role__is_refused(parameters):
    engine = InProcessEngine()
    with pytest.raises(RecipeError, match=r"roles\.court: 7 is the deployer, who must hold nothing"):
        deploy(engine, parameters, engine.accounts[7])


@pytest.mark.parametrize(
    ("account", "message"),
    [
        (0, r"oracle\.nodes: 0 is the deployer, who must hold nothing"),
        ("0x09DB0a93B389bEF724429898f539AEB7ac2Dd55f", r"oracle\.nodes: 0x09DB0a9\w+ and 20 are the same account"),
    ],
)
def test_node__that_is_the_deployer_or_named_twice__is_refused(parameters, account, message):
    oracle = parameters.oracle.model_copy(update={"nodes": [*parameters.oracle.nodes[:6], account]})
    engine = InProcessEngine()
    with pytest.raises(RecipeError, match=message):
        deploy(engine, parameters.model_copy(update={"oracle": oracle}))
    assert engine.nonce(engine.accounts[0]) == 0


@pytest.mark.parametrize("section", ["sequencer", "index"])
def test_feed__without_a_contract__is_refused_before_the_first_transaction(parameters, section):
    nowhere = "0x" + "99" * 20
    index = parameters.oracle.index.model_copy(update={"feed": nowhere})
    changed = {"sequencer": Sequencer(feed=nowhere, grace="1 hour")} if section == "sequencer" else {"index": index}
    oracle = parameters.oracle.model_copy(update=changed)
    engine = InProcessEngine()
    with pytest.raises(RecipeError, match=rf"oracle\.{section}\.feed: there is no contract at {nowhere}"):
        deploy(engine, parameters.model_copy(update={"oracle": oracle}))
    assert engine.nonce(engine.accounts[0]) == 0


def test_feeds__of_a_live_network__are_read_as_the_parameters_say(parameters):
    """A chain with an L2's sequencer feed and a real index: the recipe creates no mock."""
    engine = InProcessEngine()
    people = engine.accounts
    sequencer = engine.deploy("TestChainlinkFeed", 0, 0, sender=people[30])
    index = engine.deploy("TestFaultyFeed", 18, "HPI / USD", 321 * 10**18, sender=people[30])
    engine.advance(3_601)
    engine.send(index, "setAnswer", 322 * 10**18, sender=people[30])
    terms = parameters.oracle.index.model_copy(
        update={"feed": index.address, "decimals": 18, "description": "HPI / USD"}
    )
    oracle = parameters.oracle.model_copy(
        update={"sequencer": Sequencer(feed=sequencer.address, grace="1 hour"), "index": terms}
    )
    local = parameters.local.model_copy(update={"first_index": None})
    suite = deploy(engine, parameters.model_copy(update={"oracle": oracle, "local": local}))
    assert "index_feed" not in suite.contracts
    assert suite.reader.sequencer() == (sequencer.address, 3_600)
    page = suite.reader.inspect(INDEX_FEED)
    assert (page.feed, page.value, page.status) == (index.address, 322 * 10**18, 1)
    prove(suite)


def test_row__missing_after_the_handover__is_the_daos_to_write(parameters):
    engine = InProcessEngine()
    deploy(engine, parameters)
    provider = parameters.fees.providers[0].model_copy(update={"name": "Another Service"})
    changed = parameters.model_copy(update={"fees": parameters.fees.model_copy(update={"providers": [provider]})})
    with pytest.raises(RecipeError, match=r"write the row splitter.setProviderPayee: refused .* the DAO's to do now"):
        deploy(engine, changed)


def test_code__of_other_sources__is_refused(parameters, monkeypatch):
    engine = InProcessEngine()
    deploy(engine, parameters)
    real = build.artifact

    def changed(name):
        made = real(name)
        if name != "HomeDollar":
            return made
        return dataclasses.replace(made, deployed_bytecode=made.deployed_bytecode[:-1] + b"\x01")

    monkeypatch.setattr(build, "artifact", changed)
    with pytest.raises(RecipeError, match="stands other code than this build's HomeDollar"):
        deploy(engine, parameters)


def test_roles__are_those_of_the_contracts():
    source = (build.ROOT / "contracts" / "access" / "Roles.sol").read_text(encoding="utf-8")
    found = dict(re.findall(r"uint64 internal constant (\w+) = (\d+);", source))
    assert {name: int(number) for name, number in found.items()} == {role.name: role.value for role in Role}


def test_restricted_functions__have_the_roles_of_the_plan(suite):
    """What no role is named for stays the DAO's: nothing is open by oversight."""
    named = {(entry.contract, function): entry.role for entry in PLAN.functions for function in entry.functions}
    for key, contract in suite.contracts.items():
        for name, coders in contract.coders.overloads.items():
            for coder in coders:
                role = suite.hub.getTargetFunctionRole(contract.address, coder.selector)
                assert role == named.get((key, name), Role.ADMIN), f"{key}.{name}"


@pytest.mark.parametrize(
    ("name", "decimals", "message"),
    [
        ("TestReserveToken", 18, "has 18 decimals, not 6"),
        ("TestReserveToken", 24, "has 24 decimals, not 6"),
        ("CertificateRenderer", None, "does not tell its decimals"),
        (None, None, "there is no contract at"),
    ],
)
def test_reserve_token__other_than_the_parameters_say__is_refused_before_the_first_transaction(
    parameters, name, decimals, message
):
    engine = InProcessEngine()
    arguments = () if decimals is None else (decimals,)
    token = "0x" + "99" * 20 if name is None else engine.deploy(name, *arguments, sender=engine.accounts[30]).address
    reserve = parameters.reserve.model_copy(update={"token": token})
    with pytest.raises(RecipeError, match=rf"reserve\.token: .*{message}"):
        deploy(engine, parameters.model_copy(update={"reserve": reserve}))
    assert engine.nonce(engine.accounts[0]) == 0


@pytest.mark.parametrize(("artifact", "decimals"), [("TestUSDC", 6), ("TestUSDT", 6), ("TestDAI", 18)])
def test_reserve_token__of_a_live_network__is_taken(parameters, artifact, decimals):
    """No test token and no mock of its price are created beside the real ones."""
    engine = InProcessEngine()
    owner = engine.accounts[30]
    token = engine.deploy(artifact, owner, sender=owner)
    feed = engine.deploy("TestFaultyFeed", 8, "X / USD", 10**8, sender=owner)
    price = parameters.reserve.price.model_copy(update={"feed": feed.address, "description": "X / USD"})
    reserve = parameters.reserve.model_copy(update={"token": token.address, "decimals": decimals, "price": price})
    suite = deploy(engine, parameters.model_copy(update={"reserve": reserve}))
    peers = suite.treasury.peers()
    assert (peers.reserve, suite.reader.inspect(RESERVE_FEED).feed) == (token.address, feed.address)
    prove(suite)


def test_plan__writes_a_price_before_the_treasury_needs_it(parameters):
    titles = [step.title for step in Deployment(InProcessEngine(), parameters).steps()]
    row, treasury = titles.index("write the row reader.setFeed"), titles.index("create Treasury")
    assert row < treasury
    assert titles.count("write the row reader.setFeed") == 2
