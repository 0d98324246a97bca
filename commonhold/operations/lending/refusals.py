"""Why the book, or the auction, refuses something: the error's name, and its numbers in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from commonhold.engines import Revert
from commonhold.operations.lending.reading import Stage, share_words
from commonhold.operations.money import COINS, Unit
from commonhold.operations.reading import ValueStatus
from commonhold.operations.refusals import DOLLARS, explained
from commonhold.operations.tables import moment, short
from commonhold.operations.treasury_tables import bps

DAY = 86_400
Named = Mapping[str, Any]


class LoanRefused(Exception):
    """The book or the auction refuses what was asked for. One line: the error's name and why."""

    def __init__(self, refusal: Revert, treasury: str, cash: Unit, *, takes_cash: bool = False) -> None:
        self.refusal = refusal
        words = WORDS.get(refusal.name)
        why = words(refusal.named) if words else explained(refusal, treasury, cash, takes_cash=takes_cash)
        super().__init__(f"{refusal.name}: {why}")


def _house(named: Named) -> str:
    return f"house {named['propertyId']}"


def _owner(named: Named) -> str:
    return f"owner id 0x{named['ownerId'].hex()[:8]}…"


def _value(status: int) -> str:
    return ValueStatus(status).words


def _not_valid(e: Named) -> str:
    what = _house(e) if "propertyId" in e else f"share {e['shareId']}"
    return f"{what} has no valid value ({_value(e['status'])})"


def _range(e: Named) -> str:
    field = e["field"].rstrip(b"\0").decode("ascii", "replace")
    return f"{field} is {e['value']:,}; expected {e['least']:,} to {e['most']:,}"


def _stage(number: int) -> str:
    """The book has no loan before it is approved."""
    stage = Stage(number)
    return "not approved" if stage is Stage.NONE else stage.words


def _stopped(what: bytes) -> str:
    name = what.rstrip(b"\0").decode("ascii", "replace")
    return {"foreclosure": "foreclosures"}.get(name, name)


def rate_words(rate_bps: int) -> str:
    """A yearly rate."""
    return f"{bps(rate_bps)} a year"


def _days(seconds: int) -> str:
    return f"{seconds / DAY:.1f} days"


WORDS: dict[str, Callable[[Named], str]] = {
    # Applying
    "WrongStage": lambda e: f"loan {e['loanId']} is {_stage(e['stage'])}",
    "NotBorrower": lambda e: f"loan {e['loanId']} is {short(e['borrower'])}'s, not {short(e['caller'])}'s",
    "ApplicationOutOfRange": _range,
    "NotThatApplication": lambda e: f"that is not what the borrower of loan {e['loanId']} asked for",
    "RateOutOfRange": lambda e: (
        f"{rate_words(e['rateBps'])}; expected from today's {bps(e['leastBps'])} to the borrower's bound of "
        f"{bps(e['mostBps'])}"
    ),
    "ExpiryOutOfRange": lambda e: (
        f"the approval would end {moment(e['expiresAt'])}; expected after {moment(e['nowAt'])} "
        f"and not after {moment(e['latestAt'])}"
    ),
    "ApprovalExpired": lambda e: f"loan {e['loanId']} was approved until {moment(e['expiredAt'])}",
    # Drawing
    "InvalidCredential": lambda e: f"{e['wallet']} holds no valid credential",
    "WrongSort": lambda e: (
        f"loan {e['loanId']} buys a share for {DOLLARS.show(e['priceUsd'])}: draw it as a purchase, at that price"
        if e["priceUsd"]
        else f"loan {e['loanId']} is on a share that its borrower owns, not for a purchase"
    ),
    "NotShareOwner": lambda e: f"share {share_words(e['shareId'])} is owned by {short(e.get('owner', '?'))}",
    "NotMarket": lambda e: f"{short(e['caller'])} is no market whose buyers' loans the desk lets it draw",
    "NotSeller": lambda e: f"{short(e['caller'])} can't sell for {short(e['owner'])}, who owns the share",
    "PurchaseNotAccepted": lambda e: (
        f"the share's owner did not accept the price of loan {e['loanId']}, or the share moved since"
    ),
    "TransferNotApproved": lambda e: (
        f"the house's manager does not let share {share_words(e['shareId'])} move to {short(e['to'])}"
    ),
    "ValueNotValid": _not_valid,
    "SeniorClaim": lambda e: f"{e['count']} senior claims stand on {_house(e)}",
    "LoanToValueTooHigh": lambda e: f"{DOLLARS.show(e['amount'])} asked for; the share bears {DOLLARS.show(e['most'])}",
    "TooManyLoans": lambda e: f"{_owner(e)} has {e['most']} open loans, the most there can be",
    "BorrowerLate": lambda e: f"{_owner(e)} is late with loan {e['lateLoan']}",
    "BorrowerCapExceeded": lambda e: (
        f"{_owner(e)} would owe {DOLLARS.show(e['exposure'])}; the cap is {DOLLARS.show(e['cap'])}"
    ),
    "HouseLate": lambda e: f"loan {e['lateLoan']} on {_house(e)} is late",
    "HouseCapExceeded": lambda e: (
        f"{DOLLARS.show(e['exposure'])} would lie on {_house(e)}; the cap is {DOLLARS.show(e['cap'])}"
    ),
    "OriginatorLate": lambda e: (
        f"{e['late']} loans that {short(e['originator'])} approved are late; at most {e['most']}"
    ),
    "OriginatorCapExceeded": lambda e: (
        f"{short(e['originator'])} would have approved {DOLLARS.show(e['face'])}; the cap is {DOLLARS.show(e['cap'])}"
    ),
    "AlreadyCollateral": lambda e: f"share {share_words(e['shareId'])} secures loan {e['loanId']}",
    "TooManyShares": lambda e: f"loan {e['loanId']} has {e['most']} shares as collateral, the most there can be",
    # Paying
    "NothingPaid": lambda e: f"nothing was paid on loan {e['loanId']}",
    "DustLeft": lambda e: f"it would leave {COINS.show(e['left'])} owed: pay all, or leave {COINS.show(e['least'])}",
    "LateFeesDue": lambda e: f"late fees of {COINS.show(e['fees'])} come first, and they are paid in coin",
    "FrozenCoins": lambda e: (
        f"the court froze coins of {short(e['payer'])}: {COINS.show(e['unfrozen'])} are free, and "
        f"{COINS.show(e['coins'])} are needed"
    ),
    "TooLittleCredit": lambda e: f"it counts for {COINS.show(e['credit'])}; at least {COINS.show(e['least'])} wanted",
    "NothingToFix": lambda e: f"loan {e['loanId']} has no rate to fix now",
    # Foreclosing
    "NoticeNotDue": lambda e: (
        f"{DOLLARS.show(e['debt'])} owed on a value of {DOLLARS.show(e['valueUsd'])}: notice is for more"
    ),
    "AlreadyUnderNotice": lambda e: f"loan {e['loanId']} is under notice since {moment(e['noticeAt'])}",
    "NotForeclosable": lambda e: (
        f"loan {e['loanId']} is {e['daysPastDue']} days past due, and notice has run {_days(e['noticeRan'])}"
    ),
    "NoAuction": lambda e: f"no auction of loan {e['loanId']} runs",
    "NotOffered": lambda e: f"share {share_words(e['shareId'])} is not offered",
    "CoOwnersOnly": lambda e: (
        f"{_days(e['elapsed'])} on, only owners of another share of the house may bid: name yours with --as-co-owner"
    ),
    "PriceAboveLimit": lambda e: f"the price is {COINS.show(e['coins'])}; at most {COINS.show(e['maxCoins'])} wanted",
    "AuctionEnded": lambda e: (
        f"nobody bid on loan {e['loanId']} in {_days(e['period'])}: only the treasury can have it"
    ),
    "AuctionRunning": lambda e: (
        f"the auction of loan {e['loanId']} has run {_days(e['elapsed'])} of {_days(e['period'])}"
    ),
    "StoppedUntil": lambda e: f"the guardian stopped {_stopped(e['what'])} until {moment(e['until'])}",
    "OfferOutOfRange": lambda e: (
        f"from {DOLLARS.show(e['startUsd'])} to {DOLLARS.show(e['floorUsd'])}: it must fall, not below what "
        "the home is held at"
    ),
    "NotOwned": lambda e: f"share {share_words(e['shareId'])} is not the treasury's but {short(e['owner'])}'s",
    "WorthNothing": lambda e: f"share {share_words(e['shareId'])} of loan {e['loanId']} is worth nothing now",
    "NothingOwed": lambda e: f"nothing waits here for {short(e['wallet'])}",
    "CoinsWorthNothing": lambda e: f"coins are worth nothing, and {DOLLARS.show(e['usd'])} are asked for",
    "MissingRole": lambda e: f"{short(e['account'])} has no role for that",
    "AccessManagedUnauthorized": lambda e: f"{short(e['caller'])} has no role for that",
}
"""By the error's name; what is not here is the treasury's (commonhold/operations/refusals.py)."""

MEANINGS = {
    "LoanToValueTooHigh": "more than 60 % of the share's value or its price",
    "HouseCapExceeded": "too much on one house",
    "BorrowerCapExceeded": "too much for one borrower",
    "OriginatorCapExceeded": "too much approved by one underwriter",
    "ApplicationOutOfRange": "a number that the book does not take",
}
"""What errors mean that refuse applications, for a table."""
