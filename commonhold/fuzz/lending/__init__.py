"""Lending and all it rests on: houses with values, treasury, coin, queue, loans and auctions, with few people and no
network of nodes, built for speed.

stage.py    the contracts and their model                     opening.py  how every sequence begins
inputs.py   what the rules draw their inputs from             rules/      what people do, one file a family
laws.py     what must hold after every step                   diary.py    what loans owe, from events alone
"""

FAMILIES = frozenset({"borrowing", "repaying", "foreclosing", "appraising", "prowling", "seasons"})
"""Families of rules in `rules/`."""

MONEY_FAMILIES = frozenset({"treasury", "queue", "reserve"})
MONEY_RULES = frozenset(
    {
        *("spam_queue", "flap_gate"),
        *("wait_a_little", "share_a_second", "wait_for_edge", "wait_for_loan", "wait_days", "lose_wallet"),
    }
)
"""What is played as it is where the money plays alone."""
