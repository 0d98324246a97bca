"""What the coin says of itself: metadata, interface ids, EIP-712 domain, signpost."""

from __future__ import annotations

import ape
import pytest
from eth_abi import encode
from eth_utils import keccak

ZERO = "0x" + "00" * 20


def test_metadata(coin):
    assert (coin.name(), coin.symbol(), coin.decimals()) == ("Home Dollar", "HMD", 18)


# The ids as their standards print them, or exclusive or of their functions' selectors where none is printed.
@pytest.mark.parametrize(
    ("standard", "interface_id"),
    [
        ("ERC-165", "0x01ffc9a7"),
        ("ERC-20", "0x36372b07"),
        ("ERC-20 metadata", "0xa219a025"),
        ("ERC-2612", "0x9d8ff7da"),
        ("ERC-5267", "0x84b0196e"),
        ("ERC-7943 fungible", "0x3edbb4c4"),
    ],
)
def test_supports_interface__printed_ids(coin, standard, interface_id):
    assert coin.supportsInterface(interface_id), standard


_WITH_AUTHORISATION = "(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)"


@pytest.mark.parametrize(
    "functions",
    [
        [
            "authorizationState(address,bytes32)",
            f"transferWithAuthorization{_WITH_AUTHORISATION}",
            f"receiveWithAuthorization{_WITH_AUTHORISATION}",
        ],
        ["cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)"],
        ["permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", "nonces(address)", "DOMAIN_SEPARATOR()"],
        [
            "forcedTransfer(address,address,uint256)",
            "setFrozenTokens(address,uint256)",
            "canSend(address)",
            "canReceive(address)",
            "getFrozenTokens(address)",
            "canTransfer(address,address,uint256)",
        ],
    ],
)
def test_supports_interface__from_selectors(coin, functions):
    interface_id = 0
    for function in functions:
        interface_id ^= int.from_bytes(keccak(text=function)[:4], "big")
    assert coin.supportsInterface(interface_id.to_bytes(4, "big"))


@pytest.mark.parametrize("interface_id", ["0xffffffff", "0x00000000", "0xbf1ef5fe", "0xa8fdc849", "0x80ac58cd"])
def test_supports_interface__others__false(coin, interface_id):
    assert not coin.supportsInterface(interface_id)


def test_domain__erc5267_says_what_the_separator_hashes(coin, chain):
    domain = coin.eip712Domain()
    assert tuple(domain) == (b"\x0f", "Home Dollar", "1", chain.chain_id, coin.address, b"\x00" * 32, [])
    fields = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    separator = keccak(
        encode(
            ["bytes32", "bytes32", "bytes32", "uint256", "address"],
            [keccak(text=fields), keccak(text="Home Dollar"), keccak(text="1"), chain.chain_id, coin.address],
        )
    )
    assert coin.DOMAIN_SEPARATOR() == separator


def test_successor__dao_once(suite, coin, as_dao, attacker):
    assert coin.successor() == ZERO
    with ape.reverts(coin.AccessManagedUnauthorized, caller=attacker):
        coin.setSuccessor(suite.hub, sender=attacker)
    as_dao(coin, "setSuccessor", suite.hub)
    assert coin.successor() == suite.hub.address
