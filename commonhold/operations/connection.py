"""What a script works with: a connected engine, the suite on it, and who acts.

On the embedded chain, which lives only as long as the script, the suite is deployed first. On every other network it is
read from deployments/<network>.json, which `ape run deploy` wrote.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from commonhold.build import ROOT, BuildError, abi_path, ensure
from commonhold.embedded import SharedChainError, require_own_anvil
from commonhold.engines import EngineError
from commonhold.engines.codec import CodecError, as_address
from commonhold.inputs.problems import InputError
from commonhold.operations.amounts import AmountError, parse_amount
from commonhold.operations.chronicle import NotRefused
from commonhold.operations.documents import DEFAULT_BASE
from commonhold.operations.history import HistoryError
from commonhold.operations.lending.reading import NoSuchLoan
from commonhold.operations.lending.refusals import LoanRefused
from commonhold.operations.paper import UnreadablePaper
from commonhold.operations.reading import NoSuchProperty, NoSuchShare, UnreadableAnswer
from commonhold.operations.refusals import MoneyRefused
from commonhold.operations.story import Cast
from commonhold.operations.terminal import make_console
from commonhold.operations.tokenize import TokenizeOptions
from commonhold.oracle.errors import OracleError
from commonhold.recipe import ParametersError, RecipeError, Suite, deploy, local_parameters
from commonhold.recipe.deployments import find_suite

OUT = ROOT / "out"
DOCUMENTS = OUT / "documents"
EXAMPLE = ROOT / "examples" / "portfolio.json"
APPLICATIONS = ROOT / "examples" / "loanapp.csv"
PRICES = ROOT / "examples" / "us_cpi.json"

# What a user can do something about; anything else is a fault of ours and keeps its traceback.
EXPECTED_ERRORS = (
    AmountError,
    BuildError,
    CodecError,
    EngineError,
    HistoryError,
    InputError,
    LoanRefused,
    MoneyRefused,
    NoSuchLoan,
    NoSuchProperty,
    NoSuchShare,
    NotRefused,
    OracleError,
    ParametersError,
    RecipeError,
    SharedChainError,
    UnreadableAnswer,
    UnreadablePaper,
)


class UnknownWallet(click.ClickException):
    """A wallet was named that is neither an address nor a role of the parameters."""


@dataclass(frozen=True)
class Connection:
    """The suite on the connected network."""

    suite: Suite
    console: Console
    embedded: bool
    deployment_gas: tuple[str, int, int] = ("deploy the suite", 0, 0)  # transactions and gas, on the embedded chain

    def wallet(self, name: str) -> str:
        """An address, or who plays the role `name` by the parameters (the first, if there are several)."""
        return wallet_named(self.suite, name)


def connect(provider: Any) -> Connection:
    """The suite on ape's connected `provider`: deployed now on the embedded chain, found on any other."""
    import ape  # takes seconds, and tests in process use this module too

    from commonhold.engines.anvil_ape import ApeEngine

    # Where a twin of `provider` is connected already, ape works with that one and lets go of `provider`.
    provider = ape.networks.active_provider or provider
    console = make_console()
    ensure()
    if not is_embedded(provider):
        return Connection(find_suite(ApeEngine(provider, signers=list(ape.accounts))), console, embedded=False)
    require_own_anvil(provider)
    suite = deploy(ApeEngine(provider, steady_clock=True), local_parameters())
    console.print("embedded chain: it was empty and ends with this command, so the suite was deployed on it first")
    return Connection(suite, console, embedded=True, deployment_gas=("deploy the suite", *_gas_so_far(provider)))


def _gas_so_far(provider: Any) -> tuple[int, int]:
    """Transactions on a young chain and their gas together."""
    blocks = [provider.web3.eth.get_block(number) for number in range(1, provider.web3.eth.block_number + 1)]
    return sum(len(block["transactions"]) for block in blocks), sum(block["gasUsed"] for block in blocks)


def write_addresses(suite: Suite, file: Path) -> Path:
    """Write where each contract is and where its ABI lies, for other programs."""
    entries = {
        contract.name: {"address": contract.address, "abi": str(abi_path(contract.name).relative_to(ROOT))}
        for contract in suite.contracts.values()
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    draft.write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n", encoding="ascii")
    draft.replace(file)
    return file


def is_embedded(provider: Any) -> bool:
    """Whether `provider` is an anvil that ape started for this command alone."""
    return getattr(provider, "process", None) is not None


def wallet_named(suite: Suite, name: str) -> str:
    """An address of the command line, or of a role."""
    parameters = suite.parameters
    account: Any = parameters.local.wallets.get(name) if parameters.local else None
    if account is None and name in type(parameters.roles).model_fields:
        account = parameters.value(f"roles.{name}")
        account = account[0] if isinstance(account, list) else account
    if account is None:
        account = name
    try:
        return suite.engine.accounts[account] if isinstance(account, int) else as_address(account)
    except (CodecError, IndexError):
        known = [*(parameters.local.wallets if parameters.local else ()), *type(parameters.roles).model_fields]
        raise UnknownWallet(f"got {name[:60]!a}; expected an address or one of {', '.join(known)}") from None


def tokenize_options(
    suite: Suite,
    documents: Path = DOCUMENTS,
    *,
    document_base: str = DEFAULT_BASE,
    update_documents: bool = False,
    manager: str = "manager",
    holding_entity: str = "holding_entity",
) -> TokenizeOptions:
    """Who tokenizes for whom; wallets by address or role."""
    return TokenizeOptions(
        registrar=wallet_named(suite, "registrar"),
        manager=wallet_named(suite, manager),
        holding_entity=wallet_named(suite, holding_entity),
        documents=documents,
        document_base=document_base,
        update_documents=update_documents,
    )


def cast_of(suite: Suite) -> Cast:
    """Who plays the demo's story, by the local parameters."""
    return Cast(
        council=wallet_named(suite, "council"),
        guardian=wallet_named(suite, "guardian"),
        registrar=wallet_named(suite, "registrar"),
        issuer=wallet_named(suite, "issuer"),
        owner_a=wallet_named(suite, "owner_a"),
        owner_b=wallet_named(suite, "owner_b"),
        buyer=wallet_named(suite, "buyer"),
        stranger=wallet_named(suite, "attacker"),
        lender=wallet_named(suite, "underwriter"),
    )


class CoinAmount(click.ParamType):
    """A decimal amount of coin on the command line; wei of coin in Python."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            amount = parse_amount(value)
        except AmountError as error:
            self.fail(str(error), param, ctx)
        if amount == 0:
            self.fail("expected an amount above 0", param, ctx)
        return amount
