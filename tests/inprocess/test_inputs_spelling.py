"""The file reader and the register on chain agree on what is the same identifier, and on every bound."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonhold import build
from commonhold.engines import Contract, InProcessEngine
from commonhold.inputs import home
from commonhold.inputs.spelling import canonical_spellings

DAY = 24 * 3600


@pytest.fixture(scope="module")
def registry() -> Contract:
    """The register alone: its spellings and bounds need no suite."""
    build.ensure()
    engine = InProcessEngine()
    deployer = engine.accounts[0]
    hub = engine.deploy("AccessHub", deployer, sender=deployer)
    return engine.deploy("PropertyRegistry", hub, 30 * DAY, sender=deployer)


SPELLINGS = [
    ("012-34", "1234", "12-34"),
    ("12 34", "1234", "12-34"),
    ("0012.034", "12034", "12-34"),
    ("007-12a", "712A", "7-12-A"),
    ("7.12 A", "712A", "7-12-A"),
    ("000", "0", "0"),
    ("0-0", "0", "0-0"),
    ("-a-", "A", "A"),
    ("00a0", "A0", "0-A-0"),
    ("R012", "R012", "R-12"),
    ("r-12", "R12", "R-12"),
]


@pytest.mark.parametrize(("text", "joined", "parted"), SPELLINGS)
def test_spellings__as_documented(registry: Contract, text: str, joined: str, parted: str) -> None:
    assert canonical_spellings(text) == (joined, parted)
    assert tuple(registry.canonicalSpellings(text)) == (joined, parted)


@settings(max_examples=400, deadline=None)
@given(text=st.text(alphabet="0010Aazb9 -./#" + string.printable[:95], max_size=64))
def test_spellings__any_printable_text__same_as_on_chain(registry: Contract, text: str) -> None:
    assert canonical_spellings(text) == tuple(registry.canonicalSpellings(text))


def test_bounds__same_as_on_chain(registry: Contract) -> None:
    on_chain: dict[str, Any] = {
        name: getattr(registry, name)()
        for name in ("MIN_SHARE_COUNT", "MAX_SHARE_COUNT", "MAX_NAME_LENGTH", "MAX_URI_LENGTH")
    }
    assert on_chain == {
        "MIN_SHARE_COUNT": home.MIN_SHARES,
        "MAX_SHARE_COUNT": home.MAX_SHARES,
        "MAX_NAME_LENGTH": home.MAX_NAME_LENGTH,
        "MAX_URI_LENGTH": home.MAX_URI_LENGTH,
    }
