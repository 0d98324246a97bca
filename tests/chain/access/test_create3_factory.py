"""Addresses that are known beforehand, and that nobody else can occupy."""

from __future__ import annotations

import ape
import pytest
from ape.contracts import ContractContainer, ContractInstance
from eth_abi import encode
from eth_utils import keccak, to_checksum_address

SALT = keccak(text="salt")
HOUR = 3_600


def init_code(container: ContractContainer, types: list[str], arguments: list) -> bytes:
    return bytes(container.contract_type.get_deployment_bytecode()) + encode(types, arguments)


def create2_address(factory: ContractInstance, salt: bytes) -> bytes:
    """Where the factory's proxy goes; its creation code is OpenZeppelin's `Create3`'s."""
    proxy_code_hash = keccak(hexstr="73365f5f37365f34f06012573d5f5f3e3d5ffd5b005f526014600cf3")
    return keccak(b"\xff" + bytes.fromhex(factory.address[2:]) + salt + proxy_code_hash)[12:]


def first_created_by(creator: bytes) -> str:
    """Where a contract's first `CREATE` goes: the hash of the RLP of (creator, nonce 1)."""
    return to_checksum_address(keccak(b"\xd6\x94" + creator + b"\x01")[12:])


@pytest.fixture
def switch_code(project, suite) -> bytes:
    return init_code(project.TestSwitch, ["address", "uint40"], [suite.hub.address, HOUR])


def test_deploy__at_a_new_salt__lands_where_foretold(suite, project, switch_code, owner_a):
    foretold = suite.factory.addressOf(owner_a, SALT)
    tx = suite.factory.deploy(SALT, switch_code, sender=owner_a)
    assert suite.factory.Deployed(deployer=owner_a, salt=SALT, deployed=foretold) in tx.events
    deployed = project.TestSwitch.at(foretold)
    assert deployed.period() == HOUR
    assert deployed.authority() == suite.hub


@pytest.mark.parametrize("name", ["TestSwitch", "Test1271Wallet"])
def test_deploy__of_whatever_code__lands_where_caller_and_salt_say(suite, project, switch_code, owner_a, name):
    wallet_code = init_code(project.Test1271Wallet, ["address"], [owner_a.address])
    proxy = create2_address(suite.factory, keccak(encode(["address", "bytes32"], [owner_a.address, SALT])))
    tx = suite.factory.deploy(SALT, switch_code if name == "TestSwitch" else wallet_code, sender=owner_a)
    assert tx.events[-1].deployed == first_created_by(proxy)


def test_deploy__by_somebody_else_with_the_same_salt__lands_elsewhere(suite, switch_code, owner_a, attacker):
    foretold = suite.factory.addressOf(owner_a, SALT)
    tx = suite.factory.deploy(SALT, switch_code, sender=attacker)
    assert tx.events[-1].deployed == suite.factory.addressOf(attacker, SALT) != foretold
    suite.factory.deploy(SALT, switch_code, sender=owner_a)  # its own place is still free


def test_deploy__twice_with_one_salt__reverts(suite, switch_code, owner_a):
    suite.factory.deploy(SALT, switch_code, sender=owner_a)
    with ape.reverts(suite.factory.FailedDeployment):
        suite.factory.deploy(SALT, switch_code, sender=owner_a)


def test_deploy__of_nothing__reverts(suite, owner_a):
    with ape.reverts(suite.factory.Create3EmptyBytecode):
        suite.factory.deploy(SALT, b"", sender=owner_a)


def test_deploy__when_the_constructor_refuses__passes_its_error_on(suite, project, switch, owner_a):
    code = init_code(project.TestSwitch, ["address", "uint40"], [suite.hub.address, HOUR - 1])
    with ape.reverts(switch.StopPeriodOutOfRange, period=HOUR - 1):
        suite.factory.deploy(SALT, code, sender=owner_a)
