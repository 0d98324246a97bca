"""T13, the line closes itself: one second beyond grace, nothing more is drawn on that borrower, house or originator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from loan_scene import DAY, WAD, LoanScene

from commonhold.recipe.lending import Requested
from commonhold.recipe.plan import Role

LINE = 10_000 * WAD


@pytest.fixture
def lines(
    scene: LoanScene,
    actor: Callable[[str], Any],
    as_dao: Callable[..., Any],
    moved: Callable[[int, str], None],
    underwriter: str,
    council: str,
) -> tuple[LoanScene, int, dict[str, Requested]]:
    """A runs a loan on house 0; lines that were approved in time touch him, his house, his originator, or none of them.

    The council is a second originator.
    """
    owner_a, owner_b, buyer = scene.owners
    as_dao(scene.suite.hub, "grantRole", Role.UNDERWRITER, council, 0)
    moved(scene.share(0, 8), owner_b)
    loan = scene.lend(owner_a, scene.share(0, 1))
    approved = {
        "BorrowerLate": scene.approved(owner_a, scene.share(0, 2), LINE, underwriter=council),
        "HouseLate": scene.approved(owner_b, scene.share(0, 8), LINE, underwriter=council),
        "OriginatorLate": scene.approved(owner_b, scene.share(1, 1), LINE, underwriter=underwriter),
        "": scene.approved(buyer, scene.share(2, 1), LINE, underwriter=council),
    }
    return scene, loan, approved


def draw(scene: LoanScene, asked: Requested) -> None:
    scene.book.draw(asked.loan_id, asked.borrower, sender=asked.borrower)


def draw_all(scene: LoanScene, approved: dict[str, Requested], time: int) -> list[str]:
    """What becomes of each line at that second."""

    def attempt(asked: Requested) -> str:
        with scene.engine.rollback():
            scene.at(time)
            return scene.tried(lambda: draw(scene, asked))

    return [attempt(asked) for asked in approved.values()]


def test_missed_instalment__closes_every_line_it_touches__to_the_second(lines: Any) -> None:
    scene, loan, approved = lines
    grace_ends = scene.due_midnight(loan) + scene.desk.terms().graceDays * DAY
    assert draw_all(scene, approved, grace_ends - 1) == [""] * 4
    assert draw_all(scene, approved, grace_ends) == [""] * 4
    assert draw_all(scene, approved, grace_ends + 1) == list(approved)
    scene.check()


def test_closed_line__says_who_is_late__and_opens_when_he_has_paid(lines: Any, underwriter: str) -> None:
    scene, loan, approved = lines
    owner_a = scene.owners[0]
    after = scene.due_midnight(loan) + scene.desk.terms().graceDays * DAY + 1
    expected = {
        "BorrowerLate": (scene.suite.credentials.ownerIdOf(owner_a), loan),
        "HouseLate": (scene.houses[0], loan),
        "OriginatorLate": (underwriter, 1, 0),
    }
    for name, values in expected.items():
        asked = approved[name]
        with scene.engine.rollback():
            scene.at(after)
            found = scene.refused(lambda: draw(scene, asked))  # noqa: B023
        assert found == (name, *values)

    scene.at(after)
    instalment = scene.desk.loanOf(loan).instalment
    scene.book.pay(loan, instalment - 1, sender=owner_a)
    fees = -(-instalment * 5 // 100)  # the late fee went first
    assert draw_all(scene, approved, scene.engine.now() + 10)[0] == "BorrowerLate"
    scene.book.pay(loan, fees + 1, sender=owner_a)
    assert draw_all(scene, approved, scene.engine.now() + 10) == [""] * 4
    for asked in approved.values():
        scene.book.draw(asked.loan_id, asked.borrower, sender=asked.borrower)
    assert [scene.stage(asked.loan_id).name for asked in approved.values()] == ["ACTIVE"] * 4
    scene.check()


def test_late_twice__is_one_late_loan__and_closing_it_leaves_none(lines: Any, underwriter: str) -> None:
    """Neither another month nor the end of a loan counts it again."""
    scene, loan, approved = lines
    after = scene.due_midnight(loan) + 50 * DAY
    scene.at(after)
    other = approved[""]
    scene.book.draw(other.loan_id, other.borrower, sender=other.borrower)
    assert scene.desk.originatorPage(underwriter)[1:] == (1, 1)
    scene.book.pay(loan, 2**128, sender=scene.owners[0])
    assert scene.desk.originatorPage(underwriter) == (0, 0, 0)
    assert draw_all(scene, approved, after + 60)[:3] == [""] * 3
    scene.check()
