"""The money rules of the suite in exact integers and fractions: the treasury, and the laws it is made of.

One module a law: `halflife` (how redemptions are forgotten), `fees` (what haste costs), `gate` (when lending pauses),
`queue` (who is paid next), `ageing` (how a loan loses value by itself), `price` (what a coin is worth now).
`treasury` puts them together; `book` is a small, faithful lender for whoever has no loan book at hand.
"""
