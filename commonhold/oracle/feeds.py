"""Ids of feeds, as interfaces/oracle/FeedId.sol has them, and how people write them.

A house's feed is written "house 12"; any other by its own text, such as "HOUSE-PRICE-INDEX", or in hexadecimal if it
has none. Each id has one spelling.
"""

from __future__ import annotations

import re

FEED_ID_BYTES = 32
MAX_PROPERTY_ID = 2**248 - 1  # a house's id leaves the first byte zero; a text's is not

EXPECTED_FEED = (
    'a feed: "house 12" for the house with that number, or a name of 1 to 32 printable ASCII characters without blanks '
    'at the ends, such as "HOUSE-PRICE-INDEX"'
)

_HOUSE = re.compile(r"house ([1-9][0-9]{0,74})")
_HEXADECIMAL = re.compile(r"0x[0-9a-f]{64}")
_NAME = re.compile(r"(?!house |0x)[!-~](?:[ -~]{0,30}[!-~])?")


class FeedError(ValueError):
    """A text or number that names no feed."""


def house_feed(property_id: int) -> bytes:
    """The id of the feed that carries the value of a house, whether or not either exists."""
    if not 0 < property_id <= MAX_PROPERTY_ID:
        raise FeedError(f"got house {property_id}; expected the number of a house, from 1")
    return property_id.to_bytes(FEED_ID_BYTES, "big")


def named_feed(text: str) -> bytes:
    """The id of a feed with a name of its own: its ASCII text, padded with zeros on the right."""
    if not _NAME.fullmatch(text):
        raise FeedError(f"got {text[:60]!a}; expected {EXPECTED_FEED}")
    return text.encode("ascii").ljust(FEED_ID_BYTES, b"\0")


def parse_feed(text: str) -> bytes:
    """The id of a feed as people write it. Raises FeedError."""
    house = _HOUSE.fullmatch(text)
    if house is not None:
        return house_feed(int(house.group(1)))
    if _HEXADECIMAL.fullmatch(text) and any(feed_id := bytes.fromhex(text[2:])) and show_feed(feed_id) == text:
        return feed_id
    return named_feed(text)


def show_feed(feed_id: bytes) -> str:
    """A feed as people write it: `parse_feed` gives the id back."""
    if len(feed_id) == FEED_ID_BYTES and feed_id[0] == 0 and any(feed_id):
        return f"house {int.from_bytes(feed_id, 'big')}"
    name = feed_id.rstrip(b"\0").decode("latin-1")
    return name if len(feed_id) == FEED_ID_BYTES and _NAME.fullmatch(name) else f"0x{feed_id.hex()}"
