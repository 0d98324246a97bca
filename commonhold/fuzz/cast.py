"""Who takes part in a sequence: the holders of roles, owners and buyers, contract wallets, an attacker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eth_keys.datatypes import PrivateKey
from eth_utils import keccak

from commonhold.engines.wallets import private_key
from commonhold.recipe.parameters import Parameters

ROLES = ("council", "guardian", "registrar", "issuer", "underwriter", "mediator", "court")
"""Named by the parameters' section `roles`; of several holders the first plays."""

EXTRAS = ("owner_c", "spare_a", "spare_b", "spare_c", "second_manager", "second_issuer")
"""Played by local accounts that the parameters give no part to."""

PUPPETS = ("market", "lender", "landlord", "bank", "vault", "spare_vault")
"""Contract wallets. The first four get rows of their own from the DAO, the vaults hold shares."""

WALLETS = ("holding_entity", "owner_a", "owner_b", "owner_c", "buyer", "vault", "attacker")
"""Who owns or wants to own shares; the opening gives all but the attacker a credential."""

SPARES = ("spare_a", "spare_b", "spare_c", "spare_vault")
"""Wallets without a past, for recoveries and claims."""

SPARE_NODES = 8
"""Nodes that no set has at the beginning."""

ISSUERS = ("issuer", "second_issuer")
MANAGERS = ("manager", "second_manager")


@dataclass(frozen=True)
class Cast:
    """Everybody's address by name."""

    address: Mapping[str, str]
    wallets: Sequence[str]  # that may own shares
    people: Sequence[str]  # all accounts and contract wallets
    keys: Mapping[str, bytes]  # of nodes, present and coming, by address; they sign and never send

    def __getitem__(self, name: str) -> str:
        return self.address[name]


def accounts_of(parameters: Parameters, accounts: Sequence[str]) -> dict[str, str]:
    """Names and addresses of all local accounts that play."""
    if parameters.local is None:
        raise ValueError(f"the parameters of {parameters.network!r} name no local accounts to play with")
    found = {"deployer": _address(parameters.local.deployer, accounts)}
    for role in ROLES:
        holders = getattr(parameters.roles, role)
        found[role] = _address(holders[0] if isinstance(holders, list) else holders, accounts)
    found.update({name: _address(account, accounts) for name, account in parameters.local.wallets.items()})
    free = [account for account in accounts if account not in found.values()]
    return {**found, **dict(zip(EXTRAS, free, strict=False))}


def keys_of(parameters: Parameters, accounts: Sequence[str]) -> dict[str, bytes]:
    """Keys of the first nodes, in their order, and of spare ones, by address."""
    keys = [private_key(_address(node, accounts)) for node in parameters.oracle.nodes]
    keys += [keccak(text=f"spare node {number}") for number in range(SPARE_NODES)]
    return {PrivateKey(key).public_key.to_checksum_address(): key for key in keys}


def _address(account: int | str, accounts: Sequence[str]) -> str:
    return accounts[account] if isinstance(account, int) else account


def cast_of(accounts: Mapping[str, str], puppets: Mapping[str, str], keys: Mapping[str, bytes]) -> Cast:
    everybody = {**accounts, **puppets}
    nodes = {f"node_{number}": address for number, address in enumerate(keys)}
    wallets = [everybody[name] for name in WALLETS + SPARES]
    return Cast({**everybody, **nodes}, wallets, list(everybody.values()), keys)
