"""Fixed sequences for places that random steps don't reach: a full table of holders, wrong constructor parameters.

Each is played once at the beginning of a campaign, from the opening.
"""

from __future__ import annotations

from collections.abc import Callable

from commonhold.engines.base import Revert, init_code
from commonhold.fuzz.opening import must
from commonhold.fuzz.world import Violation, World
from commonhold.model.certificate import Rights
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD

PLACES = 255
"""In the certificate's table of holders."""

SMALLEST_CONTRACT = bytes.fromhex("60015ff3")
"""Creation code of a contract that is one zero byte long."""

HOUR, DAY = 3600, 86_400


def full_holder_table(w: World) -> None:
    """The DAO gives rows to contracts until no place is left; rows that stand can still be written."""
    engine, council = w.port.engine, w.cast["council"]
    rows = w.model.certificate.rows
    while len(rows) <= PLACES:
        receipt = engine.send_raw(w.cast["deployer"], None, SMALLEST_CONTRACT)
        holder = receipt.contract_address or ZERO_ADDRESS
        w.next_at = engine.now() + 1
        w.model.chain.with_code |= {holder}
        call = w.call("certificate", "setHolder", holder, Rights(mayLien=True))
        must(w.act(council, "timelock", "schedule", call, ZERO_WORD, w.model.timelock.min_delay))
        w.jump_to(w.now + w.model.timelock.min_delay)
        outcome = w.act(council, "timelock", "execute", call, ZERO_WORD)
        if outcome.refused is not None:
            break
    if len(rows) != PLACES:
        raise Violation("scenario", f"the table of holders took {len(rows)} rows")
    again = w.call("certificate", "setHolder", w.cast["market"], Rights())
    must(w.act(council, "timelock", "schedule", again, ZERO_WORD, w.model.timelock.min_delay))
    w.jump_to(w.now + w.model.timelock.min_delay)
    must(w.act(council, "timelock", "execute", again, ZERO_WORD))


def wrong_constructor_parameters(w: World) -> None:
    """Constructors refuse what parameters files must not say, one step past each bound."""
    hub, council = w.port.addresses["hub"], w.cast["council"]
    cases = (
        ("CredentialRegistry", (hub, DAY - 1), "RecoveryPeriodOutOfRange", (DAY - 1,)),
        ("CredentialRegistry", (hub, 90 * DAY + 1), "RecoveryPeriodOutOfRange", (90 * DAY + 1,)),
        ("PropertyRegistry", (hub, HOUR - 1), "StopPeriodOutOfRange", (HOUR - 1,)),
        ("PropertyRegistry", (hub, 30 * DAY + 1), "StopPeriodOutOfRange", (30 * DAY + 1,)),
        ("CouncilTimelock", (HOUR - 1, council), "DelayOutOfRange", (HOUR - 1,)),
        ("CouncilTimelock", (30 * DAY + 1, council), "DelayOutOfRange", (30 * DAY + 1,)),
        ("CouncilTimelock", (2 * DAY, ZERO_ADDRESS), "InvalidCouncil", (ZERO_ADDRESS,)),
    )
    for artifact, arguments, error, values in cases:
        try:
            w.port.engine.send_raw(w.cast["attacker"], None, init_code(artifact, arguments))
        except Revert as revert:
            told = w.port.engine.explain(revert, None, artifact)
            w.errors_seen[told.name] += 1
            if (told.name, told.values) == (error, values):
                continue
            raise Violation("scenario", f"{artifact}{arguments} must refuse with {error}{values}, not {told}") from None
        raise Violation("scenario", f"{artifact}{arguments} must refuse with {error}{values}")


SCENARIOS: tuple[Callable[[World], None], ...] = (full_holder_table, wrong_constructor_parameters)
