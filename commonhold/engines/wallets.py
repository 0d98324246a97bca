"""The funded wallets of local chains: those of the mnemonic that anvil and ape use, by index."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

MNEMONIC = "test test test test test test test test test test test junk"
COUNT = 32
BALANCE = 10_000 * 10**18  # wei, as anvil gives it


@lru_cache(maxsize=1)
def _wallets() -> tuple[Any, ...]:
    # Imported here: it takes a tenth of a second that most users of this package don't need to spend.
    from eth_account import Account

    Account.enable_unaudited_hdwallet_features()
    return tuple(Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}") for index in range(COUNT))


@lru_cache(maxsize=1)
def addresses() -> tuple[str, ...]:
    """The addresses, by index."""
    return tuple(wallet.address for wallet in _wallets())


def sign_typed_data(address: str, domain: dict[str, Any], types: dict[str, Any], message: dict[str, Any]) -> bytes:
    """65 bytes r, s, v of the local wallet `address` over an EIP-712 message."""
    for wallet in _wallets():
        if wallet.address.lower() == address.lower():
            return bytes(wallet.sign_typed_data(domain, types, message).signature)
    raise KeyError(f"{address} is not one of the {COUNT} local wallets: nobody here has its key")


def private_key(address: str) -> bytes:
    """The key of a local wallet; worthless anywhere else."""
    for wallet in _wallets():
        if wallet.address.lower() == address.lower():
            return bytes(wallet.key)
    raise KeyError(f"{address} is not one of the {COUNT} local wallets: nobody here has its key")
