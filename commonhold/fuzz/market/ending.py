"""Nobody's payment can be stuck: in a branch that is rolled back, time runs past all deadlines, and all goes back.

Whoever calls is a stranger, and the model is not asked. Only what the world outside does (a token's list, the court) is
undone before.
"""

from __future__ import annotations

from typing import Any

from commonhold.fuzz.market.ledger import Ledger
from commonhold.fuzz.port import Reverted, Sent
from commonhold.fuzz.world import Violation, World


def end_everything(world: World, ledger: Ledger) -> None:
    """Every purchase is refunded, the fees are swept, and the market is empty."""
    port = world.port
    before = port.snapshot()
    try:
        deadlines = [purchase.deadline for purchase in ledger.open.values()]
        port.set_time(max(port.engine.now(), *deadlines, 0) + 1)
        _calm_down(world, ledger)
        for ask_hash, purchase in list(ledger.open.items()):
            buyer = port.view("credentials", "currentWallet", purchase.buyer)
            _must(world, "attacker", "market", "refund", tuple(purchase.ask), buyer)
            if port.view("market", "saleOf", ask_hash).buyer != "0x" + "00" * 20:
                raise Violation("escrow", f"{purchase} is stuck")
        for house, coins in ledger.fees.items():
            if coins:
                _must(world, "attacker", "market", "sweepFees", house)
        for token in ledger.place_of:
            held = port.view(token, "balanceOf", ledger.market)
            if held != ledger.gifts[token]:
                raise Violation("escrow", f"{held} of {token} are left, {ledger.gifts[token]} were given")
    finally:
        port.restore(before)


def _calm_down(world: World, ledger: Ledger) -> None:
    """No list, no freeze."""
    token, coin = world.model.token, world.model.coin
    for account in sorted(token.refused):
        _must(world, "attacker", "token", "refuse", account, False)
    for wallet in sorted(wallet for wallet, amount in coin.frozen.items() if amount):
        _must(world, "court", "coin", "setFrozenTokens", wallet, 0)


def _must(world: World, who: str, contract: str, function: str, *arguments: Any) -> Sent:
    try:
        return world.port.send(world.call(contract, function, *arguments), world.cast[who])
    except Reverted as refused:
        raise Violation("escrow", f"{contract}.{function}{arguments} at the end: {refused}") from refused
