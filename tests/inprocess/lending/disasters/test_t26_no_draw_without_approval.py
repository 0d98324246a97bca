"""T26, the loan's state machine: no sequence of calls by people without a role draws what was not approved so.

The functions come from the contracts' interfaces: one that is added is called from then on, and nothing changes here.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, dataclass, field, replace
from typing import Any

import pytest
from loan_scene import DAY, WAD, LoanScene

from commonhold import build
from commonhold.engines import Revert
from commonhold.engines.base import Receipt
from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.lending import Application, LoanKind, LoanStage, Requested, approve_loan

CONTRACTS = {"desk": "LoanDesk", "book": "LoanBook", "auction": "ForeclosureAuction", "loans": "LoanLedger"}
DRAWN = (LoanStage.ACTIVE, LoanStage.FORECLOSING, LoanStage.REPAID, LoanStage.FORECLOSED, LoanStage.WRITTEN_OFF)
STEPS = 2_000
RATE_BPS = 900
Entry = tuple[str, dict[str, Any]]


def state_changing() -> list[Entry]:
    """Every public function of these contracts that is no view, by the contract's key."""
    return [
        (key, entry)
        for key, name in CONTRACTS.items()
        for entry in build.artifact(name).abi
        if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure")
    ]


@dataclass
class Strangers:
    """People with credentials, coins and shares, and without any role; and what the book may lend because of others."""

    scene: LoanScene
    dice: random.Random
    wallets: list[str]
    approved: dict[int, tuple[Any, ...]] = field(default_factory=dict)  # loan -> what was approved
    drawn: set[int] = field(default_factory=set)
    caller: str = ""
    done: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)

    # ----------------------------------------------------------------------------------------------------------- values

    def value(self, parameter: dict[str, Any]) -> Any:
        """A value for a parameter, by its type and what it is called; often one that makes sense."""
        kind, meaning = parameter["type"], parameter.get("internalType", "")
        if kind == "tuple":
            if meaning.endswith("Application"):
                return astuple(self.application())
            return tuple(self.value(part) for part in parameter["components"])
        if kind.endswith("]"):
            return [self.value({**parameter, "type": kind[: kind.rindex("[")]}) for _ in range(self.dice.randrange(3))]
        if meaning == "LoanId":
            return self.dice.randrange(self.scene.desk.lastLoan() + 2)
        if meaning == "ShareId":
            return self.share()
        if meaning == "PropertyId":
            return self.dice.choice(self.scene.houses)
        if kind in ("address", "contract"):
            return self.dice.choice([*self.wallets, self.scene.desk.address])
        return self.plain(kind, meaning)

    def plain(self, kind: str, meaning: str) -> Any:
        """Of a type that says nothing about itself."""
        if kind == "bool":
            return self.dice.random() < 0.5
        if kind.startswith("bytes"):
            size = int(kind[5:] or 32)
            return self.dice.choice([bytes(size), b"foreclosure".ljust(size, b"\0")[:size]])
        bits = int(kind.removeprefix("u").removeprefix("int") or 256)
        sensible = [
            0,
            1,
            RATE_BPS,
            WAD,
            20_000 * WAD,
            self.scene.engine.now() + DAY,
            2**bits - 1 >> kind.startswith("i"),
        ]
        if "enum" in meaning:
            return self.dice.randrange(4)
        return self.dice.choice([number for number in sensible if number < 2**bits])

    def loan(self, function: str) -> int:
        """Any loan, or for a draw often one that may be drawn."""
        waiting = sorted(set(self.approved) - self.drawn)
        if waiting and function.startswith("draw") and self.dice.random() < 0.7:
            return self.dice.choice(waiting[-6:])
        return self.dice.randrange(1, self.scene.desk.lastLoan() + 2)

    def share(self) -> int:
        """Often one of the caller's."""
        house = self.dice.randrange(3)
        if self.caller in self.scene.owners and self.dice.random() < 0.6:
            house = self.scene.owners.index(self.caller)
        return self.scene.share(house, self.dice.randrange(1, 9))

    def application(self) -> Application:
        return Application(
            share_id=self.share(),
            amount=self.dice.choice([1_000 * WAD, 20_000 * WAD, 24_000 * WAD, 24_000 * WAD + 1]),
            instalments=self.dice.choice([1, 2, 360]),
            kind=self.dice.choice(list(LoanKind)),
            price_usd=self.dice.choice([0, 0, 0, 40_000 * WAD]),
            max_rate_bps=self.dice.choice([RATE_BPS - 1, RATE_BPS, 1_500]),
        )

    # ------------------------------------------------------------------------------------------------------------ steps

    def stranger(self, entry: Entry) -> None:
        """Somebody calls that function; a loan's own borrower more often than others."""
        key, function = entry
        contract = self.scene.suite.contracts[key]
        sender = self.caller = self.dice.choice(self.wallets)
        arguments = [self.value(parameter) for parameter in function["inputs"]]
        if function["inputs"] and function["inputs"][0].get("internalType") == "LoanId" and self.dice.random() < 0.8:
            arguments[0] = self.loan(function["name"])
            sender = (
                self.scene.desk.loanOf(arguments[0]).borrower if arguments[0] <= self.scene.desk.lastLoan() else sender
            )
        if function["name"] == "approve" and 0 < arguments[0] <= self.scene.desk.lastLoan():
            page = self.scene.desk.loanOf(arguments[0])  # he says exactly what was asked
            arguments[1:] = [page.borrower, tuple(page.application), RATE_BPS, self.scene.engine.now() + DAY]
        self.tried[f"{key}.{function['name']}"] += 1
        self.send(f"{key}.{function['name']}", lambda: getattr(contract, function["name"])(*arguments, sender=sender))

    def send(self, name: str, call: Callable[[], Receipt]) -> None:
        try:
            receipt = call()
        except Revert as revert:
            if revert.name in ("Panic", "Halt"):
                raise  # no rule refused that
            return
        self.done[name] += 1
        for event in receipt.events:
            if event.name == "Drawn":
                self.judge(event)
            elif event.name == "Withdrawn":
                self.approved.pop(event["loanId"], None)

    def approve(self) -> None:
        """An underwriter says yes to something that was asked for."""
        scene = self.scene
        asked = [n for n in range(1, scene.desk.lastLoan() + 1) if scene.stage(n) == LoanStage.NONE]
        if not asked:
            return
        number = self.dice.choice(asked)
        page = scene.desk.loanOf(number)
        if page.stage != LoanStage.REQUESTED:
            return
        terms = page.application
        application = Application(*terms)
        until = scene.engine.now() + self.dice.choice([100, 10 * DAY, 60 * DAY])
        try:
            approve_loan(scene.suite, Requested(number, page.borrower, application), rate_bps=RATE_BPS, until=until)
        except Revert as revert:
            if revert.name != "RateOutOfRange":
                raise
            return
        page = scene.desk.loanOf(number)
        assert page.application == terms
        self.approved[number] = (*self.promise(page), page.borrower, until)

    @staticmethod
    def promise(page: Any) -> tuple[Any, ...]:
        return (page.application, page.rateBps, page.instalment, page.originator, page.ownerId, page.approvedUntil)

    # --------------------------------------------------------------------------------------------------------- the rule

    def judge(self, event: Any) -> None:
        """What is drawn was approved for exactly that, is drawn in time, by that borrower, once."""
        loan = event["loanId"]
        assert loan in self.approved
        assert loan not in self.drawn
        (*promise, borrower, until) = self.approved[loan]
        application = promise[0]
        assert (event["borrower"], event["shareId"], event["amount"]) == (
            borrower,
            application.shareId,
            application.amount,
        )
        assert self.scene.engine.now() <= until
        assert self.scene.desk.loanOf(loan).rateBps == RATE_BPS
        self.drawn.add(loan)

    def look(self) -> None:
        """Whatever was tried: only those loans run, and no approval changed."""
        for loan in range(1, self.scene.desk.lastLoan() + 1):
            page = self.scene.desk.loanOf(loan)
            assert (page.stage in DRAWN) == (loan in self.drawn)
            if page.stage == LoanStage.APPROVED:
                assert loan in self.approved
                assert self.promise(page) == tuple(self.approved[loan][:-2])
            elif page.stage in (LoanStage.NONE, LoanStage.REQUESTED):
                assert loan not in self.approved


@pytest.fixture(params=[1, 2, 3])
def strangers(
    request: Any, scene: LoanScene, attacker: str, credential: Any, approve_move: Any, manager: str
) -> Strangers:
    """Everybody trusts everybody: each has let the book and the treasury take his coins and sell his shares."""
    credential(attacker)
    give_coins(scene.suite, attacker, 10_000 * WAD)
    wallets = [*scene.owners, attacker]
    for wallet in wallets:
        scene.coin.approve(scene.book, 2**256 - 1, sender=wallet)
        scene.certificate.setApprovalForAll(scene.book.address, True, sender=wallet)
    for number in range(1, 9):
        approve_move(scene.share(0, number), scene.owners[1], deadline=2**40 - 1)
    return Strangers(scene, random.Random(request.param), wallets)


def test_strangers_alone__whatever_they_call__draw_nothing(strangers: Strangers) -> None:
    scene, entries = strangers.scene, state_changing()
    supply = scene.coin.totalSupply()
    for step in range(STEPS):
        strangers.stranger(strangers.dice.choice(entries))
        if step % 200 == 0:
            strangers.look()
    assert strangers.done["desk.request"] > 10
    assert not strangers.drawn
    assert scene.suite.loans.totalDebt() == 0
    assert scene.coin.totalSupply() == supply
    assert set(strangers.tried) == {f"{key}.{function['name']}" for key, function in entries}
    strangers.look()
    scene.check()


def test_strangers_and_an_underwriter__draw_exactly_what_he_approved(strangers: Strangers) -> None:
    """With time that passes, and the sellers' consents: each draw has its own approval, to the wei and the second."""
    scene, dice, entries = strangers.scene, strangers.dice, state_changing()
    likely = [
        entry for entry in entries if entry[1]["name"] in ("draw", "drawCash", "drawForPurchase", "acceptPurchase")
    ]
    (asking,) = (entry for entry in entries if entry[1]["name"] == "request")
    for step in range(STEPS):
        chance = dice.random()
        if chance < 0.05:
            strangers.approve()
        elif chance < 0.07:
            scene.engine.advance(dice.choice([5, 5, DAY, 20 * DAY]))
            keep_price_valid(scene.suite)
        elif chance < 0.09 and strangers.drawn:  # a late loan would close every line
            loan = dice.choice(sorted(strangers.drawn))
            strangers.send("book.pay", lambda: scene.book.pay(loan, 2**128, sender=scene.owners[2]))  # noqa: B023
        elif chance < 0.2:
            strangers.stranger(asking)
        elif chance < 0.5:
            strangers.stranger(dice.choice(likely))
        else:
            strangers.stranger(dice.choice(entries))
        if step % 200 == 0:
            strangers.look()
    strangers.look()
    assert len(strangers.drawn) >= 2
    assert set(strangers.approved) > strangers.drawn  # some expired, or nobody drew them
    scene.check()


@pytest.mark.parametrize("field_name", ["share_id", "amount", "instalments", "kind", "price_usd", "max_rate_bps"])
def test_approval__for_anything_else_than_was_asked__is_refused(scene: LoanScene, field_name: str) -> None:
    owner = scene.owners[0]
    asked = Application(scene.share(0, 1), 20_000 * WAD)
    number = scene.desk.request(astuple(asked), sender=owner).event("Requested")["loanId"]
    other = LoanKind.ADJUSTABLE if field_name == "kind" else getattr(asked, field_name) + 1
    changed = replace(asked, **{field_name: other})
    wrong = Requested(number, owner, changed)
    assert scene.refused(lambda: approve_loan(scene.suite, wrong, rate_bps=RATE_BPS)) == ("NotThatApplication", number)
    stolen = Requested(number, scene.owners[1], asked)
    assert scene.refused(lambda: approve_loan(scene.suite, stolen, rate_bps=RATE_BPS)) == ("NotThatApplication", number)


@pytest.mark.parametrize(("second", "outcome"), [(-1, ""), (0, ""), (1, "ApprovalExpired")])
def test_approval__expires__to_the_second__and_is_drawn_once(scene: LoanScene, second: int, outcome: str) -> None:
    owner = scene.owners[0]
    asked = scene.approved(owner, scene.share(0, 1), 20_000 * WAD)
    until = scene.desk.loanOf(asked.loan_id).approvedUntil
    scene.at(until + second)
    draw = lambda: scene.book.draw(asked.loan_id, owner, sender=owner)  # noqa: E731
    assert scene.tried(draw) == outcome
    if outcome:
        return
    draw()
    assert scene.refused(draw) == ("WrongStage", asked.loan_id, LoanStage.ACTIVE)
    scene.book.pay(asked.loan_id, 2**128, sender=owner)
    assert scene.refused(draw) == ("WrongStage", asked.loan_id, LoanStage.REPAID)
    scene.check()
