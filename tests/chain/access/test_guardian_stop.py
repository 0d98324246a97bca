"""A switch stops at once, ends by itself, and can't be used again until as long again has passed (law L16)."""

from __future__ import annotations

import ape
import pytest

HOUR = 3_600
DAY = 86_400


def test_stop__first_time__stops_at_once_and_ends_to_the_second(switch, guardian, attacker, soon, at):
    at(soon)
    tx = switch.stop(sender=guardian)
    assert tx.events == [switch.Stopped(what=switch.WHAT(), until=soon + HOUR)]
    assert switch.stoppedUntil() == soon + HOUR

    for second in (soon + 1, soon + HOUR - 1):
        at(second)
        with ape.reverts(switch.StoppedUntil, what=switch.WHAT(), until=soon + HOUR):
            switch.act(sender=attacker)
    at(soon + HOUR)
    switch.act(sender=attacker)
    assert switch.acts() == 1


@pytest.mark.parametrize("second", [1, HOUR - 1, HOUR, 2 * HOUR - 1])
def test_stop__before_as_long_again_has_passed__reverts(switch, guardian, soon, at, second):
    at(soon)
    switch.stop(sender=guardian)
    at(soon + second)
    with ape.reverts(switch.StopNotReady, what=switch.WHAT(), readyAt=soon + 2 * HOUR):
        switch.stop(sender=guardian)


@pytest.mark.parametrize("second", [2 * HOUR, 2 * HOUR + 1])
def test_stop__once_as_long_again_has_passed__stops_again(switch, guardian, soon, at, second):
    at(soon)
    switch.stop(sender=guardian)
    at(soon + second)
    switch.stop(sender=guardian)
    assert switch.stoppedUntil() == soon + second + HOUR


def test_stop__without_the_role__reverts(switch, attacker, council):
    for stranger in (attacker, council):
        with ape.reverts(switch.MissingRole, account=stranger, role=1):
            switch.stop(sender=stranger)


def test_resume__while_stopped__lifts_it_and_restarts_the_pause(deploy_switch, guardian, attacker, as_dao, at, soon):
    switch = deploy_switch(30 * DAY)  # longer than the DAO's own delay
    at(soon)
    switch.stop(sender=guardian)
    tx = as_dao(switch, "resume")
    assert tx.event("Resumed")["what"] == switch.WHAT()
    assert soon < switch.stoppedUntil() == tx.timestamp < soon + 30 * DAY
    switch.act(sender=attacker)

    at(tx.timestamp + 30 * DAY - 1)
    with ape.reverts(switch.StopNotReady, what=switch.WHAT(), readyAt=tx.timestamp + 30 * DAY):
        switch.stop(sender=guardian)
    at(tx.timestamp + 30 * DAY)
    switch.stop(sender=guardian)


def test_resume__by_anyone_but_the_dao__reverts(switch, guardian, council, attacker):
    switch.stop(sender=guardian)
    for caller in (guardian, council, attacker):
        with ape.reverts(switch.AccessManagedUnauthorized, caller=caller):
            switch.resume(sender=caller)


@pytest.mark.parametrize("was_used", [False, True])
def test_resume__when_nothing_is_stopped__reverts(suite, switch, guardian, dao, at, soon, was_used):
    if was_used:
        at(soon)
        switch.stop(sender=guardian)
        at(soon + HOUR)  # the first second in which it runs again
    with ape.reverts(switch.NotStopped, what=switch.WHAT()):
        switch.resume(sender=dao)


def test_resume__in_the_last_second_of_a_stop__lifts_it(switch, guardian, dao, at, soon):
    at(soon)
    switch.stop(sender=guardian)
    at(soon + HOUR - 1)
    switch.resume(sender=dao)
    assert switch.stoppedUntil() == soon + HOUR - 1


@pytest.mark.parametrize("period", [HOUR, HOUR + 1, 30 * DAY - 1, 30 * DAY])
def test_construction__with_a_period_in_range__keeps_it(suite, project, attacker, period):
    assert attacker.deploy(project.TestSwitch, suite.hub, period).period() == period


@pytest.mark.parametrize("period", [0, 1, HOUR - 1, 30 * DAY + 1, 2**40 - 1])
def test_construction__with_a_period_out_of_range__reverts(suite, project, switch, attacker, period):
    with ape.reverts(switch.StopPeriodOutOfRange, period=period):
        attacker.deploy(project.TestSwitch, suite.hub, period)
