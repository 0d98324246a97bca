"""How fast redemptions are forgotten: amount x 2^-(elapsed / half-life), rounded up, exactly.

The contract may answer a wei more; the model takes the true value. 2^-x of a fraction x is
irrational, so bounds of enough bits always tell on which side of an integer the product lies.
"""

from __future__ import annotations

from functools import lru_cache

GUARD_BITS = 32


@lru_cache(maxsize=4096)
def decayed_up(amount: int, elapsed: int, half_life: int) -> int:
    """The least integer not below `amount` * 2^-(elapsed / half_life). Of anything, at least one wei is remembered."""
    if amount == 0:
        return 0
    halvings, rest = divmod(elapsed, half_life)
    if rest == 0:
        return -(-amount >> halvings)
    bits = -(-amount.bit_length() // 32) * 32 + 64  # few different ones, whose powers are remembered
    while True:
        low, high = _power_of_half(rest, half_life, bits)
        least = -(-amount * low >> bits + halvings)
        most = -(-amount * high >> bits + halvings)
        if least == most:
            return least
        bits *= 2


@lru_cache(maxsize=4096)
def _power_of_half(part: int, whole: int, bits: int) -> tuple[int, int]:
    """Bounds of 2^-(part / whole) * 2^bits, for 0 < part < whole: the series of e^-y with y = ln 2 * part / whole."""
    precision = bits + GUARD_BITS
    exponent = _ln2(precision) * part // whole
    term = total = 1 << precision
    count = 0
    while term:
        count += 1
        term = term * exponent // (count << precision)
        total += -term if count % 2 else term
    error = 2 * count + 8  # every term and the exponent are off by less than two units of the last place
    return (total - error) >> GUARD_BITS, ((total + error) >> GUARD_BITS) + 1


@lru_cache(maxsize=16)
def _ln2(bits: int) -> int:
    """ln 2 * 2^bits, at most `bits` units too low, kept to one unit by guard bits: the sum of 1 / (k 2^k)."""
    wide = bits + GUARD_BITS
    return sum((1 << wide - k) // k for k in range(1, wide)) >> GUARD_BITS
