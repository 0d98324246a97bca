"""The pure parts of the money, each behind a thin contract of its own."""

from __future__ import annotations

from typing import Any

import pytest

from commonhold.model.money.fees import FeeCurve

USUAL_CURVE = FeeCurve(first=50, last=500, top=3_000)


@pytest.fixture(scope="session")
def maths(engine: Any, deployer: Any) -> Any:
    """Fee curve and decay; its own curve is the one of the specification."""
    curve = USUAL_CURVE
    return engine.deploy("TestMoneyMaths", curve.first, curve.last, curve.top, sender=deployer)
