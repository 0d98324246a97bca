"""Governance on the market's stage: HOLD, proposals, timelock, houses' ballots, and stops that stop nobody who leaves.

stage.py    the contracts and their model                     opening.py  the hand-over, before every sequence
inputs.py   what the rules draw their inputs from             rules/      what people do, one file a family
laws.py     what must hold after every step                   ledger.py   votes counted from events alone
stops.py    every combination of the guardian's stops, and all that must go on working
"""

FAMILIES = frozenset({"holding", "proposing", "deciding", "balloting", "capturing", "edges"})
"""Families of rules in `rules/`."""

KEPT_OF_MARKET = frozenset(
    {
        *("list_ask", "approve_sale", "buy_offer", "settle_sale", "refund_sale", "dispute_sale", "take_offer"),
        *("pay_rent", "collect_rents", "declare_default", "end_real_lease"),
        *("fund_house", "pay_invoice", "sweep_vendor_fees"),
        *("borrow_on_own_share", "pay_loan", "pledge_more", "give_notice", "start_foreclosure", "bid"),
        *("claim_surplus", "move_share", "recover_shares", "pay_all_that_is_due"),
        *("buy_coins", "request_redemption", "claim_cash", "lose_wallet", "wait_a_little", "share_a_second"),
    }
)
"""What else goes on, so that there are sales, leases, loans and requests that a stop could get in the way of."""
