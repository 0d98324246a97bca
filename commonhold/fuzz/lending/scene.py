"""What the opening and the rules both count on."""

from commonhold.oracle.feeds import named_feed

OWNERS = ("alice", "bob", "carol", "dave", "insider", "spammer", "flapper")
"""Who owns shares; the attacker has no credential."""

HOUSES = {1: 8, 2: 8, 3: 12}
"""Shares of each."""

LANDLORD = "insider"
"""Owns most of the last house: enough shares for more loans, and more shares on one, than there may be."""

SHARE_VALUE = 100_000
"""In dollars, at first."""

RATE_BOUND = 1_200
"""The highest rate that most borrowers take, in basis points a year."""

INDEX = named_feed("HOUSE-PRICE-INDEX")
