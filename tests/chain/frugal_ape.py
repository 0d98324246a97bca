"""Fewer questions to the node for each transaction of ape.

ape serves chains on which anything may change at any time, so it asks the node a dozen things around each transaction.
On a chain of our own most of the answers are known: blocks have a fixed gas limit, gas costs nothing, a transaction is
mined within milliseconds of being sent, an instance is made for an address that has code, and no contract here logs to
a console. It derives the keys of all test accounts anew for each address that is looked up, validates its configuration
anew several times a request, and sends requests through a library that spends more time on them than the node. Without
all that, tests take half of the time. Nothing about what a transaction does or returns is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partialmethod
from typing import Any

import ape_ethereum.provider
import ape_test.accounts
import pytest
import requests
import urllib3
from ape.api.transactions import ReceiptAPI
from ape.contracts.base import ContractMethodHandler
from ape.utils.testing import generate_dev_accounts
from ape_ethereum.trace import Trace
from ape_foundry import FoundryProvider
from web3 import HTTPProvider
from web3.eth import Eth

POLL_SECONDS = 0.002  # web3 looks for a receipt that is not there yet every tenth of a second
REQUEST_SECONDS = 60
HEADERS = {"Content-Type": "application/json"}


@contextmanager
def frugal(provider: Any) -> Iterator[None]:
    """While it lasts, ape answers by itself what it would ask this node again and again."""
    known = {
        "settings": provider.settings,
        "max_gas": provider.max_gas,
        "base_fee": provider.base_fee,
        "priority_fee": 0,
        "auto_mine": True,
    }
    connections = urllib3.PoolManager(timeout=REQUEST_SECONDS, retries=False)

    def post(web3_provider: HTTPProvider, _method: str, body: bytes) -> bytes:
        url = str(web3_provider.endpoint_uri)
        try:
            answer = connections.request("POST", url, body=body, headers=HEADERS)
        except urllib3.exceptions.HTTPError as problem:
            raise requests.ConnectionError(problem) from None  # what web3 is used to
        return answer.data

    with pytest.MonkeyPatch.context() as patch:
        for name, value in known.items():
            patch.setattr(FoundryProvider, name, value)
        patch.setattr(HTTPProvider, "_make_request", post)
        wait = partialmethod(Eth.wait_for_transaction_receipt, poll_latency=POLL_SECONDS)
        patch.setattr(Eth, "wait_for_transaction_receipt", wait)
        patch.setattr(ReceiptAPI, "_await_sender_nonce_increment", _nothing)
        patch.setattr(ContractMethodHandler, "_validate_is_contract", _nothing)
        patch.setattr(ape_test.accounts, "generate_dev_accounts", cache(generate_dev_accounts))
        patch.setattr(ape_ethereum.provider, "_post_send_transaction", _nothing)
        # The drawn call trace of every transaction that reverts takes three times as long as the refusal.
        patch.setattr(Trace, "show", _nothing)
        yield


def _nothing(*_: Any, **__: Any) -> None:
    pass
