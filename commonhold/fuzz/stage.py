"""Put the suite on an engine by the recipe, with its model beside it."""

from __future__ import annotations

from commonhold.engines.base import Contract, Engine
from commonhold.fuzz.cast import PUPPETS, Cast, accounts_of, cast_of
from commonhold.fuzz.opening import open_world
from commonhold.fuzz.port import PUPPET, Port
from commonhold.fuzz.world import World
from commonhold.model import Model, Setting
from commonhold.recipe import PLAN, Parameters, Suite, deploy, local_parameters

DEPLOYED_FROM = 1_900_000_000
"""The suite is deployed from this second (2030) on, on every engine."""

OPENING_DAY = DEPLOYED_FROM + 86_400
"""Sequences begin at this second on every engine, so that a recorded one fits anywhere."""


def stage(engine: Engine, parameters: Parameters | None = None) -> World:
    """A world on a new suite, before the opening."""
    engine.set_time(DEPLOYED_FROM)
    suite = deploy(engine, parameters or local_parameters())
    accounts = accounts_of(suite.parameters, engine.accounts)
    puppets = {name: engine.deploy(PUPPET, sender=suite.deployer) for name in PUPPETS}
    contracts = {**suite.contracts, **puppets}
    engine.set_time(OPENING_DAY)
    cast = cast_of(accounts, {name: puppet.address for name, puppet in puppets.items()})
    model = Model(setting_of(suite, puppets, cast), engine.now())
    return World(Port(engine, contracts, suite.deployer), model, cast)


def open_stage(engine: Engine) -> World:
    """A world at the end of the opening, ready for sequences."""
    world = stage(engine)
    open_world(world)
    return world


def setting_of(suite: Suite, puppets: dict[str, Contract], cast: Cast) -> Setting:
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
    )


def _address(suite: Suite, account: int | str) -> str:
    return suite.engine.accounts[account] if isinstance(account, int) else account
