"""What the opening and the rules both count on."""

from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.scene import OWNERS
from commonhold.model.market.lease import Rules
from commonhold.model.market.purses import EscrowRules
from commonhold.oracle.feeds import named_feed

PLAYERS = OWNERS
"""Who sells and buys, and has let the market take his money from the beginning; the attacker has not."""

MANAGERS = ("manager", "second_manager")
"""The first manages all houses at first."""

PLACES = {"reserve": 1, "token": 2}
"""Of the market's table of currencies; place 0 is the coin's."""

FEEDS = {"reserve": named_feed("RESERVE-USD"), "token": named_feed("TOKEN-USD")}
FIRST_PRICES = {"reserve": COIN, "token": 37 * COIN + 123_456_789}
"""Dollars with 18 decimals, as the market's reader tells them."""

LEASE_RULES = Rules(100, 100, 15 * DAY, 30 * DAY)
ESCROW_RULES = EscrowRules(1_000 * COIN, 3_000 * COIN, 30 * DAY, 7 * DAY, 200)

BALLOT = "ballot"
"""A contract that does what it is told, with a row of ballots now and then."""
