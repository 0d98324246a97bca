"""Put the suite on an engine by the recipe, with its model beside it."""

from __future__ import annotations

from commonhold.engines.base import Contract, Engine
from commonhold.fuzz.cast import PUPPETS, Cast, accounts_of, cast_of, keys_of
from commonhold.fuzz.inputs import DAY, INDEX
from commonhold.fuzz.opening import open_world
from commonhold.fuzz.port import PUPPET, Port
from commonhold.fuzz.rules.feeds import DESCRIPTION, PLACES, POINT
from commonhold.fuzz.world import World
from commonhold.model import Model, Setting
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD
from commonhold.model.feeds import ChainlinkFeed, FaultyFeed, FeedTerms
from commonhold.model.suite import FeedSetting, OracleSetting
from commonhold.model.valuation import ValuationTerms
from commonhold.recipe import PLAN, Parameters, Suite, deploy, local_parameters
from commonhold.recipe.parameters import Sequencer

HOUR = 3600

DEPLOYED_FROM = 1_900_000_000
"""The suite is deployed from this second (2030) on, on every engine."""

OPENING_DAY = DEPLOYED_FROM + 86_400
"""Sequences begin at this second on every engine, so that a recorded one fits anywhere."""


FIRST_ANSWERED_AT = DEPLOYED_FROM - 86_400
"""When the feeds outside did so: the sequencer has been up for a day when the suite is deployed."""

FAULTY_FEED = "TestFaultyFeed"
FIRST_ANSWERS = {"main_feed": 100 * POINT, "spare_feed": 104 * POINT, "sequencer_feed": 0}
"""Feeds that anyone can make answer anything, with what they say first."""


def stage(engine: Engine, parameters: Parameters | None = None) -> World:
    """A world on a new suite, before the opening."""
    engine.set_time(DEPLOYED_FROM)
    stranger = engine.accounts[-1]  # not the deployer, whose first transactions decide where the suite stands
    feeds, settings = {}, {}
    for name, answer in FIRST_ANSWERS.items():
        feeds[name] = engine.deploy(FAULTY_FEED, PLACES, DESCRIPTION, answer, sender=stranger)
        feeds[name].setRound(1, answer, FIRST_ANSWERED_AT, FIRST_ANSWERED_AT, 1, sender=stranger)
        told = (PLACES, DESCRIPTION, answer, FIRST_ANSWERED_AT)
        settings[name] = FeedSetting(FaultyFeed, feeds[name].address, *told)
    suite = deploy(engine, parameters or quick_parameters(feeds["sequencer_feed"].address))
    settings["index_feed"] = _mock_setting(suite.contracts["index_feed"])
    accounts = accounts_of(suite.parameters, engine.accounts)
    puppets = {name: engine.deploy(PUPPET, sender=suite.deployer) for name in PUPPETS}
    contracts = {**suite.contracts, **puppets, **feeds}
    engine.set_time(OPENING_DAY)
    keys = keys_of(suite.parameters, engine.accounts)
    cast = cast_of(accounts, {name: puppet.address for name, puppet in puppets.items()}, keys)
    model = Model(setting_of(suite, puppets, cast, settings), engine.now())
    return World(Port(engine, contracts, suite.deployer), model, cast)


def quick_parameters(sequencer_feed: str) -> Parameters:
    """The local parameters with short periods, so that a sequence sees values age and quarantines end; and with a
    sequencer, as on an L2."""
    local = local_parameters()
    oracle = local.oracle.model_copy(
        update={
            "feed_quarantine": 6 * HOUR,
            "sequencer": Sequencer.model_construct(feed=sequencer_feed, grace=HOUR),
            "index": local.oracle.index.model_copy(update={"heartbeat": 20 * DAY}) if local.oracle.index else None,
        }
    )
    valuation = local.valuation.model_copy(
        update={
            "haircut_free": 10 * DAY,
            "haircut_rate": 10_000,
            "max_age": 60 * DAY,
            "accept_period": 7 * DAY,
            "growth_period": 10 * DAY,
            "sale_recent": 15 * DAY,
            "first_value_quarantine": DAY,
        }
    )
    return local.model_copy(update={"oracle": oracle, "valuation": valuation})


def _mock_setting(mock: Contract) -> FeedSetting:
    latest = mock.latestRoundData()
    answer, updated_at = latest[1], latest[3]
    return FeedSetting(ChainlinkFeed, mock.address, mock.decimals(), mock.description(), answer, updated_at)


def open_stage(engine: Engine) -> World:
    """A world at the end of the opening, ready for sequences."""
    world = stage(engine)
    open_world(world)
    return world


def setting_of(suite: Suite, puppets: dict[str, Contract], cast: Cast, feeds: dict[str, FeedSetting]) -> Setting:
    """What the parameters say, as the model takes it."""
    parameters = suite.parameters
    delay = parameters.court.forced_transfer_delay
    holders = {
        int(grant.role): tuple(
            (_address(suite, holder), delay if grant.delay else 0) for holder in parameters.value(grant.holders.path)
        )
        for grant in PLAN.grants
    }
    council = cast["council"]
    cap = parameters.local.council_minter_cap if parameters.local else 0
    return Setting(
        chain_id=suite.engine.chain_id,
        addresses={name: contract.address for name, contract in suite.contracts.items()},
        council=council,
        role_holders=holders,
        timelock_delay=parameters.dao.timelock_delay,
        recovery_period=parameters.identity.recovery_period,
        guardian_stop_period=parameters.guardian.stop_period,
        minter_caps={council: cap},
        with_code=frozenset(),
        puppets={name: puppet.address for name, puppet in puppets.items()},
        oracle=_oracle_setting(suite, feeds),
    )


def _oracle_setting(suite: Suite, feeds: dict[str, FeedSetting]) -> OracleSetting:
    oracle, index = suite.parameters.oracle, suite.parameters.oracle.index
    sequencer = oracle.sequencer
    terms = None
    if index is not None:
        bounds = (index.min, index.max)
        terms = FeedTerms(feeds["index_feed"].address, index.heartbeat, index.decimals, *bounds, index.description)
    return OracleSetting(
        nodes=tuple(_address(suite, node) for node in oracle.nodes),
        max_faulty=oracle.max_faulty,
        sequencer_feed=sequencer.feed if sequencer else ZERO_ADDRESS,
        sequencer_grace=sequencer.grace if sequencer else 0,
        feed_max_step=oracle.feed_max_step,
        feed_quarantine=oracle.feed_quarantine,
        feeds=feeds,
        index_feed=INDEX if index else ZERO_WORD,
        index_terms=terms,
        valuation=ValuationTerms(*suite.parameters.valuation.terms),
    )


def _address(suite: Suite, account: int | str) -> str:
    return suite.engine.accounts[account] if isinstance(account, int) else account
