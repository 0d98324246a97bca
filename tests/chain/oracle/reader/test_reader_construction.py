"""A reader's parameters: each bound one short of, at and one beyond it."""

from __future__ import annotations

import ape
import pytest
from price_feeds import DAY, HOUR

NOBODY = "0x" + "00" * 20


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("step", 1),
        ("step", 9_999),
        ("quarantine", HOUR),
        ("quarantine", 30 * DAY),
        ("stop", HOUR),
        ("stop", 30 * DAY),
    ],
)
def test_construction__with_parameters_in_range__keeps_them(bench, field, value):
    given = {"step": 1_000, "quarantine": DAY, "stop": 30 * DAY, field: value}
    reader = bench.reader(**given)
    assert reader.maxStepBps() == given["step"]
    assert reader.quarantinePeriod() == given["quarantine"]
    assert reader.GUARDIAN_STOP_PERIOD() == given["stop"]
    assert tuple(reader.sequencer()) == (NOBODY, 0)


@pytest.mark.parametrize(
    ("field", "term", "value", "least", "most"),
    [
        ("step", "maxStepBps", 0, 1, 9_999),
        ("step", "maxStepBps", 10_000, 1, 9_999),
        ("quarantine", "quarantinePeriod", HOUR - 1, HOUR, 30 * DAY),
        ("quarantine", "quarantinePeriod", 30 * DAY + 1, HOUR, 30 * DAY),
        ("grace", "sequencerGracePeriod", 1, 0, 0),  # without a sequencer
    ],
)
def test_construction__with_a_parameter_out_of_range__reverts(bench, reader, field, term, value, least, most):
    with ape.reverts(reader.TermOutOfRange, term=term, value=value, least=least, most=most):
        bench.reader(**{field: value})


@pytest.mark.parametrize("period", [HOUR - 1, 30 * DAY + 1])
def test_construction__with_a_freeze_out_of_range__reverts(bench, reader, period):
    with ape.reverts(reader.StopPeriodOutOfRange, period=period):
        bench.reader(stop=period)


@pytest.mark.parametrize("grace", [1, DAY])
def test_construction__with_a_sequencer__keeps_it_with_its_grace_time(bench, grace):
    sequencer = bench.faulty(0, 0)
    assert tuple(bench.reader(sequencer=sequencer, grace=grace).sequencer()) == (sequencer.address, grace)


@pytest.mark.parametrize("grace", [0, DAY + 1])
def test_construction__with_a_sequencer_and_a_wrong_grace_time__reverts(bench, reader, grace):
    with ape.reverts(reader.TermOutOfRange, term="sequencerGracePeriod", value=grace, least=1, most=DAY):
        bench.reader(sequencer=bench.faulty(0, 0), grace=grace)


def test_construction__with_a_sequencer_without_code__reverts(bench, reader, buyer):
    with ape.reverts(reader.MissingCode, candidate=buyer):
        bench.reader(sequencer=buyer, grace=HOUR)
