"""A house whose owners decide, with money in its escrow; pytest finds it by its bare name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from commonhold.recipe.buying import give_coins

COIN, DAY = 10**18, 86_400
NOBODY = "0x" + "00" * 20
PERIOD, HELD, PAYABLE, COOL_DOWN = 7 * DAY, DAY, 30 * DAY, 14 * DAY


class Stage(IntEnum):
    """IHouseBallot.Stage."""

    NONE = 0
    OPEN = 1
    REJECTED = 2
    PASSED = 3
    CARRIED = 4
    LAPSED = 5


def invoice(number: int) -> bytes:
    return b"invoice".ljust(28, b"-") + number.to_bytes(4, "big")


@dataclass
class House:
    """A house of owner_a's for two days, 5,000 coins in its escrow, and a payee who can be paid."""

    suite: Any
    id: int
    owner: str
    manager: str
    payee: str
    funder: str

    @property
    def at(self) -> Any:
        return self.suite.ballot

    @property
    def engine(self) -> Any:
        return self.suite.engine

    def share(self, number: int) -> int:
        return self.id * 256 + number

    def shares(self, *numbers: int) -> list[int]:
        return [self.share(number) for number in numbers]

    def matter(self, number: int = 1, coins: int = 4_000 * COIN, payee: str | None = None) -> tuple[str, int, bytes]:
        """A payment above everything that a manager may release."""
        return self.payee if payee is None else payee, coins, invoice(number)

    def open(self, matter: Any = None, *, number: int = 1, sender: str | None = None) -> int:
        chosen = self.matter() if matter is None else matter
        receipt = self.at.open(self.share(number), chosen, sender=self.owner if sender is None else sender)
        return int(receipt.event("BallotOpened")["ballotId"])

    def vote(self, ballot: int, *numbers: int, support: bool = True, sender: str | None = None) -> Any:
        return self.at.vote(ballot, self.shares(*numbers), support, sender=self.owner if sender is None else sender)

    def decide(self, ballot: int, in_favour: int, against: int = 0) -> None:
        """The first shares vote for it, the next ones against it, and the vote ends."""
        if in_favour:
            self.vote(ballot, *range(1, in_favour + 1))
        if against:
            self.vote(ballot, *range(in_favour + 1, in_favour + against + 1), support=False)
        self.end(ballot)

    def end(self, ballot: int, off: int = 0) -> None:
        self.engine.set_time(self.at.ballotOf(ballot).endsAt + off)

    def stage(self, ballot: int) -> Stage:
        return Stage(self.at.ballotOf(ballot).stage)

    def conclude(self, ballot: int) -> Any:
        return self.at.conclude(ballot, sender=self.funder)

    def paid(self) -> int:
        return int(self.suite.coin.balanceOf(self.payee))


def make_house(
    suite: Any, tokenize: Callable[..., int], owner: str, manager: str, payee: str, funder: str, shares: int = 8
) -> House:
    house = House(suite, tokenize(shares), owner, manager, payee, funder)
    give_coins(suite, funder, 5_000 * COIN)
    suite.coin.approve(suite.house_escrow.address, 5_000 * COIN, sender=funder)
    suite.house_escrow.fund(house.id, 5_000 * COIN, 0, sender=funder)
    suite.house_escrow.registerPayee(house.id, payee, False, sender=manager)
    suite.engine.advance(7 * DAY)
    return house
