"""Wrong numbers of the DAO and of houses' ballots are refused before anything is sent."""

from __future__ import annotations

import pytest

from commonhold.recipe.parameters import FOLDER, ParametersError, parse_parameters

RIGHT = (FOLDER / "local.yaml").read_text(encoding="utf-8")

WRONG = [
    # (section, line of it, what takes its place, rest of the message)
    ("governance", "supply: 100_000_000 HOLD", "supply: 100_000_000 HMD", "expected an amount of HOLD"),
    ("governance", "supply: 100_000_000 HOLD", "supply: 999_999 HOLD", "governance.supply: '999_999 HOLD': expected"),
    ("governance", "supply: 100_000_000 HOLD", "supply: 48_999_999 HOLD", "governance.holders: "),
    ("governance", "account: 28", "account: 27", "expected each account once"),
    ("governance", "voting_delay: 1 day", "voting_delay: 59 minutes", "expected from 1 to 720 hours"),
    ("governance", "voting_period: 5 days", "voting_period: 31 days", "expected from 1 to 30 days"),
    (
        "governance",
        "voting_period: 5 days",
        "voting_period: 1 day",
        "expected at most governance.voting_period (86400 s)",
    ),
    ("governance", "late_extension: 2 days", "late_extension: 0 days", "expected from 1 to 720 hours"),
    ("governance", "cool_down: 14 days", "cool_down: 23 hours", "expected from 1 to 365 days"),
    ("governance", "quorum: 4 %", "quorum: 0.99 %", "expected from 1 to 20 %"),
    ("governance", "quorum: 4 %", "quorum: 20.01 %", "expected from 1 to 20 %"),
    ("governance", "proposal_threshold: 0.5 %", "proposal_threshold: 2.01 %", "expected from 1 to 200 hundredths"),
    ("governance", "quorum_floor: 2_000_000 HOLD", "quorum_floor: 20_000_001 HOLD", "expected at most a fifth of"),
    ("governance", "proposal_guardian: 16", "proposal_guardian: 32", "expected an address"),
    ("ballot", "period: 7 days", "period: 31 days", "ballot.period: '31 days': expected from 1 to 30 days"),
    ("ballot", "held: 1 day", "held: 8 days", "ballot.held: '8 days': expected at most ballot.period (604800 s)"),
    ("ballot", "payable: 30 days", "payable: 0 days", "expected from 1 to 365 days"),
    ("ballot", "cool_down: 14 days", "cool_down: 366 days", "expected from 0 to 365 days"),
    ("ballot", "quorum: 50 %", "quorum: 24.99 %", "ballot.quorum: '24.99 %': expected from 25 to 100 %"),
    ("ballot", "majority: 60 %", "majority: 49.99 %", "ballot.majority: '49.99 %': expected from 50 to 99 %"),
]


def changed(section: str, old: str, new: str) -> str:
    start = RIGHT.index(f"\n{section}:\n")
    assert old in RIGHT[start:]
    return RIGHT[:start] + RIGHT[start:].replace(old, new, 1)


@pytest.mark.parametrize(("section", "old", "new", "message"), WRONG)
def test_parameters__that_make_no_sense__are_refused_by_line(section: str, old: str, new: str, message: str) -> None:
    with pytest.raises(ParametersError, match=rf"^made\.yaml:\d+: {section}\.") as caught:
        parse_parameters(changed(section, old, new), "made.yaml")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("section", "old", "new"),
    [
        ("governance", "supply: 100_000_000 HOLD", "supply: 49_000_000 HOLD"),
        ("governance", "quorum: 4 %", "quorum: 20 %"),
        ("governance", "late_extension: 2 days", "late_extension: 5 days"),
        ("governance", "quorum_floor: 2_000_000 HOLD", "quorum_floor: 20_000_000 HOLD"),
        ("ballot", "held: 1 day", "held: 7 days"),
        ("ballot", "quorum: 50 %", "quorum: 100 %"),
    ],
)
def test_parameters__at_their_bounds__are_taken(section: str, old: str, new: str) -> None:
    parse_parameters(changed(section, old, new), "made.yaml")


def test_accounts__of_the_dao__are_checked_like_all_others() -> None:
    """So they must be addresses on another chain, and the deployer is not among them."""
    paths = parse_parameters(RIGHT, "made.yaml").account_paths()
    assert {"governance.accounts", "governance.proposal_guardian"} <= set(paths)
