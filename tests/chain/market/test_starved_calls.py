"""Calls that are given too little gas on purpose, so that a part of them fails and the rest goes on.

Three parts may fail while the rest goes on: the certificate's question to a lien holder for its terms, which the
fingerprint names; a permit; the transfer of a refund. No want of gas may decide otherwise than plenty would.
"""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils import keccak
from sale_stage import FEE, PRICE, WAD, Stage

from commonhold.recipe import lending as loans
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE

PLENTY = 2_000_000


def outcome(chain: Any, sender: Any, contract: Any, data: bytes, gas: int) -> str:
    """What a call with that much gas comes to: "" for success, else the error's first four bytes, or "out of gas"."""
    call = {"from": sender.address, "to": contract.address, "data": "0x" + data.hex(), "gas": hex(gas)}
    answer = chain.provider.web3.provider.make_request("eth_call", [call, "latest"])
    if "error" not in answer:
        return ""
    return str(answer["error"].get("data") or "out of gas")[:10]


def test_refund__starved_of_gas__is_not_opened_by_terms_that_could_not_be_read(
    stage: Stage, suite: Any, market: Any, engine: Any, chain: Any, appraise: Any, lending_cash: Any, attacker: Any
) -> None:
    """A fingerprint without the loan's terms would be another one, and a refund due: nobody gets one that way."""
    handles = stage.handles
    appraise(stage.house, 320_000 * WAD)
    engine.advance(handles.valuation.terms().firstValueQuarantinePeriod)
    lending_cash()
    loans.open_loan(handles, stage.seller, loans.Application(stage.share, 10_000 * WAD))
    ask = stage.ready()
    market.buy(ask.struct, stage.sign(ask), [(COIN_PLACE, PRICE)], [], 0, sender=stage.buyer)
    data = bytes(market.refund.encode_input(ask.struct, stage.buyer))
    refused = "0x" + keccak(text="NotRefundable(bytes32,uint40)")[:4].hex()
    assert outcome(chain, attacker, market, data, PLENTY) == refused
    seen = [outcome(chain, attacker, market, data, gas) for gas in range(30_000, 200_000, 2_500)]
    assert refused in seen
    assert "" not in seen
    assert suite.certificate.ownerOf(stage.share) == stage.seller


@pytest.mark.parametrize("gas", [150_000, 200_000, 250_000, 300_000])
def test_refund__starved_in_the_middle_of_a_transfer__leaves_what_did_not_go_for_another_call(
    stage: Stage, market: Any, at: Any, attacker: Any, gas: int
) -> None:
    """Whoever starves a refund that is due delays it by a call, at his own cost, and nothing is lost."""
    ask, before = stage.ask(), stage.money(stage.buyer)
    market.buy(ask.struct, stage.sign(ask), [(COIN_PLACE, FEE), (RESERVE_PLACE, 10**12)], [], 0, sender=stage.buyer)
    at(market.saleOf(stage.hash(ask)).deadline + 1)
    market.refund(ask.struct, stage.buyer, sender=attacker, gas=gas, raise_on_revert=False)
    stage.check(ask)
    if stage.money(stage.buyer) != before:
        market.refund(ask.struct, stage.buyer, sender=attacker)
    assert stage.money(stage.buyer) == before
    stage.check()
