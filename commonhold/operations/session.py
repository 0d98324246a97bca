"""What a script works with: a connected engine, the suite on it, and who acts.

On the embedded chain, which lives only as long as the script, the suite is deployed first. On every other network it is
read from deployments/<network>.json, which `ape run deploy` wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
from rich.console import Console

from commonhold.build import ROOT, BuildError, ensure
from commonhold.embedded import SharedChainError
from commonhold.engines import Engine, EngineError, Revert
from commonhold.engines.codec import CodecError, as_address
from commonhold.inputs.problems import InputError
from commonhold.operations.amounts import AmountError, parse_amount
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.paper import UnreadablePaper
from commonhold.operations.reading import NoSuchProperty, NoSuchShare, UnreadableAnswer
from commonhold.operations.story import NotRefused
from commonhold.operations.terminal import make_console
from commonhold.recipe import ParametersError, RecipeError, Suite, deploy

OUT = ROOT / "out"
DOCUMENTS = OUT / "documents"
EXAMPLE = ROOT / "examples" / "portfolio.json"
