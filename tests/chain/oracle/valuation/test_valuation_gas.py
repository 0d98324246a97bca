"""What reading a value costs a contract that lends on it: at most 2.5 x a bare read through Chainlink's proxy."""

from __future__ import annotations

from valuation_rules import DAY, USD, Status, ref

BARE_READ = 18_698  # gas of a bare latestRoundData through Chainlink's proxy, cold, without the 21,000 of a transaction
TRANSACTION = 21_000


def test_lending_value__with_index_haircut_sale_and_claim(
    suite,
    handles,
    valuation,
    valued,
    replace_index,
    accept_at,
    reporter,
    credential,
    owner_a,
    owner_b,
    registrar,
    engine,
    deployer,
    attacker,
):
    mock = engine.deploy("TestChainlinkFeed", 8, 100 * 10**8, sender=deployer)
    proxy = engine.deploy("TestFeedProxy", mock.address, sender=deployer)
    replace_index(proxy)
    engine.advance(8 * DAY)
    mock.updateAnswer(101 * 10**8, sender=deployer)
    accept_at(engine.now() + 100, valued.id, valued.usd)
    engine.advance(500 * DAY)  # old enough for a haircut
    mock.updateAnswer(100 * 10**8, sender=deployer)
    credential(owner_a)
    credential(owner_b)
    valuation.reportSale(valued.share(1), owner_a, owner_b, 20_000 * USD, sender=reporter)
    lending = handles.valuation.lendingValueOf

    def cost() -> int:
        data = lending.encode(valued.id)
        return engine.send_raw(attacker.address, valuation.address, data).gas_used - TRANSACTION

    assert valuation.lendingValueOf(valued.id)[::2] == (176_000 * USD, Status.VALID)
    assert valuation.explainValue(valued.id).haircutUsd > 0
    without_claim = cost()
    suite.registry.reportSeniorClaim(valued.id, USD, ref("tax"), sender=registrar)
    assert valuation.lendingValueOf(valued.id)[::2] == (0, Status.VALID)
    with_claim = cost()
    print(f"lendingValueOf: {without_claim:,} gas, {with_claim:,} with a claim")
    assert max(without_claim, with_claim) <= BARE_READ * 5 // 2
