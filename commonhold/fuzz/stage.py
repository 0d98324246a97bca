"""Put the suite on an engine by the recipe, with its model beside it."""

from __future__ import annotations

from commonhold.engines.base import Contract, Engine
from commonhold.fuzz.cast import PUPPETS, Cast, accounts_of, cast_of, keys_of
from commonhold.fuzz.inputs import DAY, INDEX
from commonhold.fuzz.lending.stage import ChainInstalments
from commonhold.fuzz.opening import open_world
from commonhold.fuzz.port import PUPPET, Port
from commonhold.fuzz.rules.feeds import DESCRIPTION, PLACES, POINT
from commonhold.fuzz.world import World
from commonhold.model import Model, Setting
from commonhold.model.certificate import Rights
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD
from commonhold.model.feeds import ChainlinkFeed, FaultyFeed, FeedTerms
from commonhold.model.identity import Credential
from commonhold.model.lending.auction import AuctionTerms
from commonhold.model.lending.rates import RateTerms
from commonhold.model.lending.terms import BookTerms
from commonhold.model.money.fees import FeeCurve
from commonhold.model.money.gate import GateTerms
from commonhold.model.money.parts import MoneySetting
from commonhold.model.money.splitter import DAO, MORTGAGE_COMPANY, Split
from commonhold.model.money.treasury import TreasuryTerms
from commonhold.model.suite import BookSetting, FeedSetting, OracleSetting
from commonhold.model.valuation import ValuationTerms
from commonhold.recipe import PLAN, Parameters, Suite, deploy, local_parameters
from commonhold.recipe.parameters import Sequencer
from commonhold.recipe.plan import RESERVE_FEED, UNLIMITED

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
    settings.update({name: _mock_setting(suite.contracts[name]) for name in ("index_feed", "reserve_feed")})
    accounts = accounts_of(suite.parameters, engine.accounts)
    puppets = {name: engine.deploy(PUPPET, sender=suite.deployer) for name in PUPPETS}
    page = engine.deploy("TestMoneyPage", suite.contracts["treasury"], suite.contracts["test_book"], sender=stranger)
    annuity = engine.deploy("TestAnnuity", sender=stranger)
    contracts = {**suite.contracts, **puppets, **feeds, "page": page}
    engine.set_time(OPENING_DAY)
    keys = keys_of(suite.parameters, engine.accounts)
    cast = cast_of(accounts, {name: puppet.address for name, puppet in puppets.items()}, keys)
    instalments = ChainInstalments(annuity)
    model = Model(setting_of(suite, contracts, cast, settings, instalments), engine.now())
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


def setting_of(
    suite: Suite,
    contracts: dict[str, Contract],
    cast: Cast,
    feeds: dict[str, FeedSetting],
    instalments: ChainInstalments,
) -> Setting:
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
    return Setting(
        chain_id=suite.engine.chain_id,
        addresses={name: contract.address for name, contract in contracts.items()},
        council=council,
        role_holders=holders,
        timelock_delay=parameters.dao.timelock_delay,
        recovery_period=parameters.identity.recovery_period,
        guardian_stop_period=parameters.guardian.stop_period,
        minter_caps={suite.treasury.address: UNLIMITED},
        with_code=frozenset(),
        puppets={name: contracts[name].address for name in PUPPETS},
        oracle=_oracle_setting(suite, feeds),
        money=_money_setting(parameters),
        lending=_book_setting(suite, instalments),
        books=tuple(suite.contracts[key].address for key in ("test_book", "book", "auction")),
        closed_books=(suite.auction.address,),
        split=Split(*parameters.fees.split.parts),
        payees=_payees(suite),
        provider_payees={provider.key: _address(suite, provider.payee) for provider in parameters.fees.providers},
        protocol_holders={suite.treasury.address: Credential(*suite.credentials.credentialOf(suite.treasury)[:6])},
        holders={
            holder.address: Rights(*suite.certificate.holderRights(holder))
            for holder in (suite.book, suite.auction, suite.market, suite.lease_to_buy)
        },
    )


def _payees(suite: Suite) -> dict[int, str]:
    """Of the splitter's parties; the DAO's is the timelock where the parameters name none."""
    fees = suite.parameters.fees
    dao = suite.timelock.address if fees.dao is None else _address(suite, fees.dao)
    return {MORTGAGE_COMPANY: _address(suite, fees.mortgage_company), DAO: dao}


def _money_setting(parameters: Parameters) -> MoneySetting:
    gate, redemption, cash, equity = parameters.gate, parameters.redemption, parameters.cash, parameters.equity
    terms = TreasuryTerms(
        gate=GateTerms(gate.pause_at, gate.resume_below, gate.dwell, gate.half_life, gate.min_base),
        curve=FeeCurve(redemption.base_fee, redemption.top_fee, redemption.top_demand),
        minRequest=redemption.min_request,
        minReservePriceUsd=cash.min_reserve_price,
        minCashRatioBps=cash.min_cash_ratio,
        minEquity=equity.min_equity,
        payOutCapBps=equity.pay_out_cap,
        capRaisePeriod=equity.cap_raise_period,
    )
    return MoneySetting(terms, parameters.reserve.decimals, parameters.guardian.stop_period)


def _book_setting(suite: Suite, instalments: ChainInstalments) -> BookSetting:
    parameters = suite.parameters
    return BookSetting(
        rates=RateTerms(*parameters.rates.terms),
        book=BookTerms(*parameters.loans.terms),
        auction=AuctionTerms(*parameters.auction.terms),
        instalment=instalments,
        deployed_at=suite.rates.lastCheckpoint()[0],
    )


def _oracle_setting(suite: Suite, feeds: dict[str, FeedSetting]) -> OracleSetting:
    oracle, index = suite.parameters.oracle, suite.parameters.oracle.index
    sequencer = oracle.sequencer
    price, terms = suite.parameters.reserve.price, None
    reserve_terms = FeedTerms(
        feeds["reserve_feed"].address, price.heartbeat, price.decimals, price.min, price.max, price.description
    )
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
        reserve_feed=RESERVE_FEED,
        reserve_terms=reserve_terms,
        valuation=ValuationTerms(*suite.parameters.valuation.terms),
    )


def _address(suite: Suite, account: int | str) -> str:
    return suite.engine.accounts[account] if isinstance(account, int) else account
