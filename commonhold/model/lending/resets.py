"""When an adjustable loan gets a new rate, and which one (spec 3)."""

from __future__ import annotations

from commonhold.model.lending.lateness import Progress, first_midnight
from commonhold.model.lending.terms import BookTerms
from commonhold.model.money.ageing import YEAR
from commonhold.model.money.fees import BPS


def next_reset(progress: Progress, now: int) -> int:
    """The first reset after `now`: a year apart, at midnight, before the last due time; 0 if none comes."""
    number = 1
    while True:
        at = first_midnight(progress.started_at + number * YEAR)
        if at >= progress.last_due_at:
            return 0
        if at > now:
            return at
        number += 1


def next_rate(terms: BookTerms, index_bps: int, in_force: int, first: int) -> int:
    """Index and margin, but at most a step from the rate in force, and at most the life's step from the first one."""
    rate = index_bps + terms.marginBps
    for middle, step in ((in_force, terms.resetStepBps), (first, terms.lifeStepBps)):
        rate = min(max(rate, middle - step), middle + step)
    return min(max(rate, 0), BPS)
