"""The redemption queue: requests, claims, operators."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.money import inputs
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS


@rule(weight=7)
def request_redemption(w: World, c: Choices) -> None:
    t, owner = treasury(w), inputs.rich(w, c)
    balance, least = w.model.coin.balances[owner], t.terms.minRequest
    coins = inputs.some(c, c.one_of((balance, balance // 2, balance // 5)))
    if c.chance(25):
        coins = least + c.integer(-1, 1)
    operators = [operator for controller, operator in sorted(t.operators) if controller == owner]
    sender = c.one_of(operators) if operators and c.chance(30) else c.mostly(owner, inputs.holder(w, c), percent=95)
    controller = c.mostly(owner, inputs.holder(w, c), ZERO_ADDRESS, percent=85)
    w.act(sender, "treasury", "requestRedeem", coins, controller, owner)


@rule(weight=7)
def claim_cash(w: World, c: Choices) -> None:
    t, request = treasury(w), inputs.request(w, c)
    if request is None:
        w.act(inputs.holder(w, c), "treasury", "claim", c.integer(0, 2), inputs.holder(w, c))
        return
    today = t.current_wallet(request.controller)
    operators = [operator for controller, operator in sorted(t.operators) if controller == today]
    usual = c.one_of(operators) if operators and c.chance(30) else today
    sender = c.mostly(usual, request.controller, inputs.holder(w, c), percent=90)
    name = c.mostly(request.end, request.end - 1, request.start, percent=95)
    to = inputs.payee(w, c, usual)
    if c.chance(25):
        w.act(sender, "treasury", "claimAt", name, to, c.one_of((t.queue.piece(request), 0, 1, 2**256 - 1)))
    else:
        w.act(sender, "treasury", "claim", name, to)


@rule(weight=1)
def name_operator(w: World, c: Choices) -> None:
    w.act(inputs.holder(w, c), "treasury", "setOperator", inputs.holder(w, c), c.chance(60))


@rule(weight=3)
def finalise(w: World, c: Choices) -> None:
    w.act(inputs.holder(w, c), "treasury", "finalise")
