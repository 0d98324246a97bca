"""What the opening and the rules both count on."""

from commonhold.fuzz.inputs import COIN, DAY
from commonhold.model.governance.terms import BallotRules

COUNCIL = "council"
PROPOSAL_GUARDIAN = "proposal_guardian"
WHALES = ("whale_a", "whale_b")
EXTRAS = (COUNCIL, PROPOSAL_GUARDIAN, *WHALES)

SUPPLY = 100_000_000 * COIN
ALLOTTED = {
    "whale_a": 30_000_000 * COIN,
    "whale_b": 15_000_000 * COIN,
    "alice": 3_000_000 * COIN,
    "bob": 1_000_000 * COIN,
}
"""The rest is the timelock's."""

VOTERS = ("whale_a", "whale_b", "alice", "bob", "carol", "dave", "insider", "attacker")
"""Who has HOLD, or gets some."""

TIMELOCK_DELAY = 2 * DAY
VOTING_DELAY, VOTING_PERIOD, LATE_EXTENSION, COOL_DOWN = DAY, 5 * DAY, 2 * DAY, 14 * DAY
QUORUM_BPS, THRESHOLD, FLOOR = 400, SUPPLY // 200, 2_000_000 * COIN
BALLOT_RULES = BallotRules(7 * DAY, DAY, 30 * DAY, 14 * DAY, 5_000, 6_000)

FUNDED = 5_000 * COIN
"""In the purses of the first two houses."""

PAYEES = ("spammer", "flapper")
"""Of these houses; the second is a vendor."""
