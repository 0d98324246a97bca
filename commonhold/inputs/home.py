"""One home of a portfolio file: its fields, their bounds, and in words what each of them must be.

The description of a field is what an error message says was expected, so it is written for whoever made the file.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated

from eth_utils import is_checksum_address
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

MIN_SHARES, MAX_SHARES = 2, 100
MAX_NAME_LENGTH = 64  # bytes, as in PropertyRegistry
MAX_URI_LENGTH = 256
MAX_PROSE_LENGTH = 200
USD_DECIMALS = 18
MAX_FIRST_PRICE_USD = 2**96 - 1  # of one share, in units of 1e-18 dollars: what the registry stores

_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,18})?")
_PRINTABLE_ASCII = re.compile(r"[\x20-\x7e]+")
_LETTER_OR_DIGIT = re.compile(r"[A-Za-z0-9]")


def _printable_ascii(text: str) -> str:
    if not _PRINTABLE_ASCII.fullmatch(text) or text != text.strip():
        raise ValueError("not printable ASCII")
    return text


def _with_letter_or_digit(text: str) -> str:
    if not _LETTER_OR_DIGIT.search(text):
        raise ValueError("no letter or digit")
    return text


def _prose(text: str) -> str:
    """Any script, but nothing invisible: control and direction marks could make a text look like another."""
    if not text.strip() or any(unicodedata.category(char).startswith("C") for char in text):
        raise ValueError("control character")
    return text


def _amount(value: object) -> Decimal:
    """Money is a decimal text. A JSON number is refused: too many programs write 0.1 as 0.1000000000000000055."""
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError("not a decimal text")
    return Decimal(value)


def usd_units(amount: Decimal) -> int:
    """A dollar amount of at most 18 decimals in units of 1e-18 dollars, exactly (`scaleb` would round to 28 digits)."""
    _, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)  # finite, as `_amount` let it through
    return int("".join(map(str, digits))) * 10 ** (USD_DECIMALS + exponent)


def _address(text: str) -> str:
    if not is_checksum_address(text) or int(text, 16) == 0:
        raise ValueError("not an address")
    return text


def _half_steps(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise ValueError("not a number")
    number = Decimal(value)
    if not 0 <= number <= 100 or number * 2 != int(number * 2):
        raise ValueError("not in half steps")
    return number


def _names(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Identifier = Annotated[
    str,
    Field(min_length=1, max_length=MAX_NAME_LENGTH),
    AfterValidator(_printable_ascii),
    AfterValidator(_with_letter_or_digit),
]
Uri = Annotated[
    str,
    Field(min_length=1, max_length=MAX_URI_LENGTH),
    AfterValidator(_printable_ascii),
    AfterValidator(_with_letter_or_digit),
]
Prose = Annotated[str, Field(min_length=1, max_length=MAX_PROSE_LENGTH), AfterValidator(_prose)]
Address = Annotated[str, AfterValidator(_address)]
UsdAmount = Annotated[Decimal, BeforeValidator(_amount)]
Rooms = Annotated[Decimal, BeforeValidator(_half_steps)]

_IDENTIFIER = f"1 to {MAX_NAME_LENGTH} printable ASCII characters with a letter or digit, no blanks at the ends"
_PROSE = f"a text of 1 to {MAX_PROSE_LENGTH} visible characters"
_ADDRESS = "an address with its checksum (0x and 40 hexadecimal digits, mixed case), not zero"


class Home(BaseModel):
    """A home as the file gives it. Optional facts that nobody knows are left out, never guessed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    # What the register on chain holds
    provider: Identifier = Field(description=f"the registration-service provider's name: {_IDENTIFIER}")
    provider_property_id: Identifier = Field(description=f"the provider's unique id of the home: {_IDENTIFIER}")
    jurisdiction: Identifier = Field(description=f'where the parcel number counts, such as "US-MA-009": {_IDENTIFIER}')
    parcel: Identifier = Field(description=f"the parcel number: {_IDENTIFIER}")
    title_reference: Identifier = Field(description=f"the title's reference in the public records: {_IDENTIFIER}")
    listing_uri: Uri = Field(description=f"the listing's link, 1 to {MAX_URI_LENGTH} printable ASCII characters")
    shares: int = Field(
        ge=MIN_SHARES, le=MAX_SHARES, description=f"a whole number of shares from {MIN_SHARES} to {MAX_SHARES}"
    )
    price_usd: UsdAmount = Field(
        description='the price of the whole home in dollars as a decimal text such as "60000.00", above 0, '
        "with at most 18 decimals and 12 digits before them, and at most 79,228,162,514 a share"
    )
    holding_company: Prose = Field(description=f"the holding company's name: {_PROSE}")
    holding_entity: Address | None = Field(None, description=f"the holding company's wallet: {_ADDRESS}")
    manager: Address | None = Field(None, description=f"the property manager's wallet: {_ADDRESS}")

    # What the description document holds
    street: Prose | None = Field(None, description=_PROSE)
    city: Prose | None = Field(None, description=_PROSE)
    state: Prose | None = Field(None, description=_PROSE)
    postal_code: Prose | None = Field(None, description=_PROSE)
    country: Prose | None = Field(None, description=_PROSE)
    market: Prose | None = Field(None, description=_PROSE)
    neighborhood: Prose | None = Field(None, description=_PROSE)
    area_sqft: int = Field(
        ge=1, le=10**6, description="the living area in square feet, a whole number from 1 to 1,000,000"
    )
    land_sqft: int | None = Field(
        None, ge=0, le=10**10, description="the lot in square feet, a whole number from 0 to 10,000,000,000"
    )
    age_years: int | None = Field(None, ge=0, le=2_000, description="the age in years, a whole number from 0 to 2,000")
    rooms: int | None = Field(None, ge=1, le=1_000, description="the number of rooms, a whole number from 1 to 1,000")
    bedrooms: int | None = Field(
        None, ge=0, le=1_000, description="the number of bedrooms, a whole number from 0 to 1,000"
    )
    bathrooms: Rooms | None = Field(None, description="the number of bathrooms, from 0 to 100 in steps of a half")
    pool: bool | None = Field(None, description="true or false")
    yard: bool | None = Field(None, description="true or false")
    style: Prose | None = Field(None, description=_PROSE)
    sale_year: int | None = Field(None, ge=1600, le=2200, description="the year of the price, from 1600 to 2200")
    center_distance_ft: int | None = Field(
        None, ge=0, le=10**7, description="feet to the business centre, a whole number from 0 to 10,000,000"
    )
    interstate_distance_ft: int | None = Field(
        None, ge=0, le=10**7, description="feet to the interstate road, a whole number from 0 to 10,000,000"
    )
    source_record: Prose | None = Field(None, description=f"where the facts come from: {_PROSE}")
    invented: Annotated[tuple[str, ...], BeforeValidator(_names)] = Field(
        (), description="a list of the names of fields whose values are invented, each once"
    )

    @field_validator("price_usd")
    @classmethod
    def _price_fits(cls, price: Decimal, info: ValidationInfo) -> Decimal:
        shares = info.data.get("shares", MIN_SHARES)  # a wrong share count is reported by itself
        if not 1 <= usd_units(price) // shares <= MAX_FIRST_PRICE_USD:
            raise ValueError("price of a share out of range")
        return price

    @field_validator("invented")
    @classmethod
    def _invented_are_fields(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) != len(names) or not set(names) <= set(cls.model_fields):
            raise ValueError("unknown or repeated field")
        return names

    def first_price_usd_down(self) -> int:
        """First price of one share in units of 1e-18 dollars, rounded down: shares never sum above the home's price."""
        return usd_units(self.price_usd) // self.shares

    @property
    def label(self) -> str:
        """How messages name the home."""
        return f"{self.provider} {self.provider_property_id}"


def field_names() -> tuple[str, ...]:
    """All fields a file may have, in order."""
    return tuple(Home.model_fields)


def expected_of(field: str) -> str:
    """In words, what the field must be."""
    info = Home.model_fields[field]
    words = info.description or "a value"
    return words if info.is_required() else f"{words} (the field may be left out)"
