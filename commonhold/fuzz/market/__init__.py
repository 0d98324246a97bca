"""The market and all it rests on: sales, leases with the right to buy and houses' purses, on lending's stage.

stage.py    the contracts and their model                     opening.py  how every sequence begins
inputs.py   what the rules draw their inputs from             rules/      what people do, one file a family
laws.py     what must hold after every step                   ledger.py   who paid what and got what, from events alone
"""

FAMILIES = frozenset({"asking", "buying", "waiting", "upsetting", "leasing", "purses"})
"""Families of rules in `rules/`."""

LEFT_OUT_FAMILIES = frozenset({"queue", "runs"})
LEFT_OUT = frozenset(
    {
        *("redeem_coins", "contribute", "burn_into_equity", "donate", "skim", "pay_out", "set_pay_out_cap"),
        *("set_gate_terms", "take_note_of_days", "pose_as_loan_ledger", "freeze_holder", "send_reserve"),
    }
)
"""What the money plays elsewhere, and is not met again here: most steps are the market's."""
