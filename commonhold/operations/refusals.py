"""Why the treasury refuses something: the error's name, and its numbers in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from commonhold.engines import Revert
from commonhold.operations.money import COINS, Unit
from commonhold.operations.reading import FeedStatus
from commonhold.operations.tables import moment, short

DOLLARS = Unit("dollars", 18)
Named = Mapping[str, Any]

_STOPPED = {
    name.ljust(32, b"\0"): words
    for name, words in ((b"buy", "buying"), (b"redeem", "redeeming at once"), (b"lending", "lending"))
}


class MoneyRefused(Exception):
    """The treasury refuses what was asked for. One line: the error's name and why."""

    def __init__(self, refusal: Revert, treasury: str, cash: Unit, *, takes_cash: bool) -> None:
        self.refusal = refusal
        super().__init__(f"{refusal.name}: {explained(refusal, treasury, cash, takes_cash=takes_cash)}")


def explained(refusal: Revert, treasury: str, cash: Unit, *, takes_cash: bool = False) -> str:
    """A refusal in words. `takes_cash`: whether the call takes the reserve token, so that tokens' errors mean it."""
    if refusal.name in _TOKEN_WORDS:
        named = refusal.named
        is_cash = takes_cash or named.get("sender") == treasury
        return _TOKEN_WORDS[refusal.name](named, cash if is_cash else COINS)
    words = _WORDS.get(refusal.name)
    return words(refusal.named, cash) if words else str(refusal)


_TOKEN_WORDS: dict[str, Callable[[Named, Unit], str]] = {
    "ERC20InsufficientBalance": lambda e, unit: (
        f"{short(e['sender'])} has {unit.show(e['balance'])}, and {unit.show(e['needed'])} are needed"
    ),
    "ERC20InsufficientAllowance": lambda e, unit: (
        f"the treasury may spend {unit.show(e['allowance'])}, and {unit.show(e['needed'])} are needed"
    ),
    "ERC20InvalidReceiver": lambda e, unit: f"{unit.symbol} can't go to {e['receiver']}",
    "ERC7943InsufficientUnfrozenBalance": lambda e, unit: (
        f"the court froze coins of {short(e['account'])}: {unit.show(e['unfrozen'])} are free, and "
        f"{unit.show(e['amount'])} are needed"
    ),
}

_WORDS: dict[str, Callable[[Named, Unit], str]] = {
    "StoppedUntil": lambda e, cash: (
        f"the guardian stopped {_STOPPED.get(e['what'], 'this')} until {moment(e['until'])}"
    ),
    "NoValidReservePrice": lambda e, cash: (
        f"{cash.symbol} has no valid price ({FeedStatus(e['status']).words}); the last was {DOLLARS.show(e['lastUsd'])}"
    ),
    "ReservePriceTooLow": lambda e, cash: (
        f"{cash.symbol} is worth {DOLLARS.show(e['priceUsd'])}; coins are sold only above {DOLLARS.show(e['least'])}"
    ),
    "CoverageBelowOne": lambda e, cash: (
        f"the assets, {DOLLARS.show(e['assets'])}, do not cover the coins, {COINS.show(e['coins'])}"
    ),
    "NothingBought": lambda e, cash: f"{cash.show(e['cash'])} buys nothing",
    "TooFewCoins": lambda e, cash: f"it would give {COINS.show(e['coins'])}; at least {COINS.show(e['least'])} wanted",
    "NothingRedeemed": lambda e, cash: (
        f"{COINS.show(e['netCoins'])} after the fee is less than a unit of {cash.symbol}"
    ),
    "TooLittleCash": lambda e, cash: f"it would give {cash.show(e['cash'])}; at least {cash.show(e['least'])} wanted",
    "NotEnoughFreeCash": lambda e, cash: (
        f"it takes {cash.show(e['cash'])}, and {cash.show(e['freeCash'])} are free: the queue takes any amount"
    ),
    "NotOperator": lambda e, cash: f"{short(e['caller'])} is not {short(e['owner'])}, and no operator of that wallet",
    "RequestTooSmall": lambda e, cash: f"a request has at least {COINS.show(e['least'])}; got {COINS.show(e['coins'])}",
    "EmptyRequest": lambda e, cash: "a request needs somebody who may claim it, and coins",
    "UnknownRequest": lambda e, cash: f"request {e['id']} never was, or is claimed in full",
    "NotController": lambda e, cash: (
        f"request {e['requestId']} is for {e['controller']} to claim or an operator, not for {short(e['caller'])}"
    ),
    "NothingClaimable": lambda e, cash: (
        f"nothing of request {e['id']} is finalised: {COINS.show(e['start'] - e['finalised'])} of others come first"
    ),
    "NothingContributed": lambda e, cash: "nothing was given",
    "LendingPausedByDemand": lambda e, cash: (
        f"redemption demand is {COINS.show(e['demand'])} of a base of {COINS.show(e['base'])}"
    ),
    "CashBelowFloor": lambda e, cash: (
        f"it would leave {DOLLARS.show(e['freeCashUsd'])} of free cash; the floor is {DOLLARS.show(e['floorUsd'])}"
    ),
    "EquityTooLow": lambda e, cash: f"equity is {DOLLARS.show(e['equityUsd'])}; at least {DOLLARS.show(e['least'])}",
    "FeeAmountsOutOfRange": lambda e, cash: f"there can't be more than {COINS.show(e['largest'])}",
    "TooManyCoins": lambda e, cash: f"there would be {COINS.show(e['coins'])}; the books count {COINS.show(e['most'])}",
    "MinterCapExceeded": lambda e, cash: (
        f"{COINS.show(e['amount'])} more, and {COINS.show(e['level'])} of {COINS.show(e['cap'])} are out"
    ),
    "CashUnderWay": lambda e, cash: "cash is on its way into the treasury",
}
