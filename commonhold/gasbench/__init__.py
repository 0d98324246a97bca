"""What every operation costs in gas, beside the best peers: `python -m commonhold.gasbench`, or `make gas`.

Every row is one real transaction on an anvil of our own; nothing is estimated, and the figures are the same on every
machine. `peers` holds the figures to compare with, `chapters` the rows, `growth` the same calls with 10 and 10,000
homes, `report` tables and the snapshot in benchmarks/gas.json.
"""
