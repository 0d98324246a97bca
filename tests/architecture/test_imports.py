"""Dependencies run one way: between the layers of contracts, and between the packages of Python."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from import_rules import LAYERS, PACKAGES, STANDARDS, python_problems, solidity_problems

ROOT = Path(__file__).resolve().parents[2]


def sources(pattern: str, *folders: str) -> dict[str, str]:
    """The project's own files by their path from its root."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob(pattern)))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


# ---------------------------------------------------------------------------------------------------------- the project


def test_solidity__imports__run_one_way_and_over_interfaces():
    files = sources("*.sol", "contracts", "interfaces")
    assert {"contracts/property/ShareCertificate.sol", "interfaces/property/IShareCertificate.sol"} <= set(files)
    assert solidity_problems(files) == []


def test_python__imports__run_one_way_and_in_process_without_ape():
    files = sources("*.py", "commonhold", "scripts")
    assert {"commonhold/engines/inprocess.py", "scripts/demo.py"} <= set(files)
    assert python_problems(files) == []


def test_in_process__suite_deployed_and_used__ape_was_never_loaded():
    """What the map promises, seen from a fresh interpreter."""
    program = (
        "import sys\n"
        "import commonhold.fuzz.machine, commonhold.inputs.portfolio, commonhold.model, commonhold.operations.tables\n"
        "from commonhold.engines import InProcessEngine\n"
        "from commonhold.recipe import deploy, local_parameters\n"
        "suite = deploy(InProcessEngine(), local_parameters())\n"
        "assert suite.registry.propertyCount() == 0\n"
        "print('ape' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (run.stdout.strip(), run.returncode) == ("False", 0), run.stderr


def test_map__every_folder__has_a_row():
    folders = {path.name for root in ("contracts", "interfaces") for path in (ROOT / root).iterdir() if path.is_dir()}
    assert folders <= {*LAYERS, STANDARDS}
    modules = {path.stem for path in (ROOT / "commonhold").iterdir() if path.suffix == ".py" or path.is_dir()}
    assert modules - {"__init__", "__pycache__"} == set(PACKAGES)


def test_map__the_document__says_the_same():
    """docs/ARCHITECTURE.md has one row a layer: name, folder, what it may import."""
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\w+) \| `contracts/\w+` \| ([^|]+?) \|$", text, re.MULTILINE))
    assert set(rows) == set(LAYERS)
    for layer, allowed in LAYERS.items():
        told = set(re.findall(r"\w+", rows[layer])) & set(LAYERS)
        assert told == allowed or rows[layer].startswith("all"), f"{layer}: the document says {rows[layer]!r}"


@pytest.mark.parametrize("table", [LAYERS, PACKAGES], ids=["layers", "packages"])
def test_map__has_no_circle(table):
    def reaches(start: str) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            for below in table[waiting.pop()] - found:
                found.add(below)
                waiting.append(below)
        return found

    assert [name for name in table if name in reaches(name)] == []


# ------------------------------------------------------------------------------------------------ the checks themselves

SMALL_SUITE = {
    "interfaces/standards/IStandard.sol": "interface IStandard {}",
    "interfaces/identity/IPeople.sol": 'import {IStandard} from "../standards/IStandard.sol"; interface IPeople {}',
    "interfaces/property/IHouses.sol": "interface IHouses {}",
    "contracts/access/Gate.sol": "abstract contract Gate {}",
    "contracts/access/Hub.sol": 'import {Gate} from "./Gate.sol"; contract Hub is Gate {}',
    "contracts/identity/People.sol": """
        import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
        import {
            Gate
        } from "../access/Gate.sol";
        import {IPeople} from "../../interfaces/identity/IPeople.sol";
        contract People is Gate, IPeople {}
    """,
    "contracts/property/libraries/Slots.sol": "library Slots {}",
    "contracts/property/Ledger.sol": 'import {Slots} from "./libraries/Slots.sol"; abstract contract Ledger {}',
    "contracts/property/Houses.sol": """
        import {IPeople} from "../../interfaces/identity/IPeople.sol";
        import {Ledger} from "./Ledger.sol"; // the string "contract X" and the comment import {A} from "b"; are neither
        contract Houses is Ledger { string s = "import 'x';"; }
    """,
    "contracts/property/Room.sol": "contract Room {}",
    "contracts/property/RoomFactory.sol": """
        import {Room} from "./Room.sol";
        contract RoomFactory { function create() external { new Room{salt: 0}(); } }
    """,
    "contracts/lens/Lens.sol": """
        import {IHouses} from "../../interfaces/property/IHouses.sol";
        import {Slots} from "../property/libraries/Slots.sol"; // what it quotes, it computes as the contract does
        contract Lens {}
    """,
    "contracts/test/TestHouses.sol": 'import {Houses} from "../property/Houses.sol"; contract TestHouses is Houses {}',
}


def test_solidity_check__suite_that_keeps_the_rules__has_no_problem():
    assert solidity_problems(SMALL_SUITE) == []


@pytest.mark.parametrize(
    ("path", "added", "expected"),
    [
        (
            "contracts/identity/People.sol",
            'import {IHouses} from "../../interfaces/property/IHouses.sol";',
            "identity is not above property",
        ),
        (
            "interfaces/identity/IPeople.sol",
            'import {IHouses} from "../property/IHouses.sol";',
            "identity is not above property",
        ),
        (
            "interfaces/standards/IStandard.sol",
            'import {IPeople} from "../identity/IPeople.sol";',
            "standards is not above identity",
        ),
        ("contracts/property/Houses.sol", 'import {People} from "../identity/People.sol";', "never the contracts"),
        ("contracts/property/Ledger.sol", 'import {Houses} from "./Houses.sol";', "never the contracts"),
        ("contracts/property/Houses.sol", 'import {Room} from "./Room.sol"; // new Room()', "never the contracts"),
        ("contracts/property/RoomFactory.sol", 'import {Houses} from "./Houses.sol";', "never the contracts"),
        ("contracts/property/RoomFactory.sol", 'import {Hub} from "../access/Hub.sol";', "never the contracts"),
        ("contracts/identity/People.sol", 'import {Hub} from "../access/Hub.sol";', "never the contracts"),
        ("contracts/lens/Lens.sol", 'import {Ledger} from "../property/Ledger.sol";', "but for its libraries"),
        ("contracts/lens/Lens.sol", 'import {Houses} from "../property/Houses.sol";', "never the contracts"),
        ("interfaces/property/IHouses.sol", 'import {Gate} from "../../contracts/access/Gate.sol";', "interfaces only"),
        ("contracts/property/Houses.sol", 'import {T} from "../test/TestHouses.sol";', "property is not above test"),
        ("contracts/property/Houses.sol", 'import {X} from "./Missing.sol";', "there is no contracts/property/Missing"),
        ("contracts/property/Houses.sol", 'import {X} from "solmate/X.sol";', "no package of the project"),
        ("contracts/property/Houses.sol", 'import {X} from "contracts/access/Gate.sol";', "not by a relative path"),
        ("contracts/property/Houses.sol", 'import "../access/Gate.sol";', "name what is needed"),
        ("contracts/property/Houses.sol", "import '../access/Gate.sol';", "name what is needed"),
        ("contracts/weather/Rain.sol", "", "'weather' is not on the map"),
    ],
)
def test_solidity_check__forbidden_import_added__is_named(path, added, expected):
    broken = {**SMALL_SUITE, path: added + SMALL_SUITE.get(path, "contract Rain {}")}
    (problem,) = solidity_problems(broken)
    assert problem.startswith(path)
    assert expected in problem


@pytest.mark.parametrize(
    ("imported", "problems"),
    [("Ledger.sol", ["what property is built of is its own, but for its libraries"]), ("libraries/Slots.sol", [])],
)
def test_solidity_check__of_a_layer_below__libraries_only(imported, problems):
    coin = f'import {{X}} from "../property/{imported}"; contract Coin {{}}'
    found = solidity_problems({**SMALL_SUITE, "contracts/coin/Coin.sol": coin})
    assert [line.rpartition(": ")[2] for line in found] == problems


SMALL_PROGRAM = {
    "commonhold/__init__.py": "",
    "commonhold/build.py": "def compile():\n    import ape\n",
    "commonhold/engines/__init__.py": "from commonhold.engines.inprocess import Engine\n",
    "commonhold/engines/inprocess.py": "import pyrevm\nfrom commonhold import build\n",
    "commonhold/engines/anvil_ape.py": "import ape\n",
    "commonhold/inputs/__init__.py": "import json\n",
    "commonhold/model/__init__.py": "from commonhold.inputs import spelling\n",
    "commonhold/fuzz/__init__.py": "from commonhold import engines, model\n",
    "commonhold/fuzz/ape_side.py": "from commonhold.engines import anvil_ape\nimport ape\n",
    "commonhold/operations/__init__.py": "from commonhold.engines import Engine\n",
    "commonhold/operations/connection.py": "def connect():\n    from ape import networks\n",
    "scripts/demo.py": "from ape.cli import network_option\nfrom commonhold import operations\n",
}


def test_python_check__program_that_keeps_the_rules__has_no_problem():
    assert python_problems(SMALL_PROGRAM) == []


@pytest.mark.parametrize(
    ("path", "added", "expected"),
    [
        ("commonhold/model/__init__.py", "from commonhold.engines import Engine", "model is not above engines"),
        ("commonhold/model/__init__.py", "import commonhold.fuzz", "model is not above fuzz"),
        ("commonhold/model/__init__.py", "def f():\n    from commonhold import fuzz", "model is not above fuzz"),
        ("commonhold/engines/inprocess.py", "from ..model import Suite", "engines is not above model"),
        ("commonhold/inputs/__init__.py", "from commonhold import operations", "inputs is not above operations"),
        ("commonhold/operations/__init__.py", "def f():\n    import scripts.demo", "nobody imports scripts"),
        ("commonhold/operations/__init__.py", "from tests.conftest import wallet", "nobody imports tests"),
        ("scripts/demo.py", "from commonhold.fuzz import machine", "scripts is not above fuzz"),
        ("commonhold/model/__init__.py", "import pyrevm", "only the in-process engines know pyrevm"),
        ("commonhold/model/__init__.py", "def f():\n    import ape", "only the ape engine"),
        ("commonhold/weather.py", "import commonhold.build", "'weather' is not on the map"),
    ],
)
def test_python_check__forbidden_import_added__is_named(path, added, expected):
    broken = {**SMALL_PROGRAM, path: SMALL_PROGRAM.get(path, "") + added + "\n"}
    (problem,) = python_problems(broken)
    line = broken[path].count("\n")  # the last one
    assert problem.startswith(f"{path}:{line} ")
    assert expected in problem


@pytest.mark.parametrize(
    ("path", "added", "way"),
    [
        ("commonhold/build.py", "import ape", "commonhold.build -> ape"),
        ("commonhold/operations/connection.py", "import ape.cli", None),  # not reached by the package itself
        ("commonhold/engines/__init__.py", "from commonhold.engines import anvil_ape", "anvil_ape -> ape"),
        ("commonhold/model/__init__.py", "from ape import project", "commonhold.model -> ape"),
    ],
)
def test_python_check__ape_on_the_way_of_the_in_process_engine__is_named(path, added, way):
    broken = {**SMALL_PROGRAM, path: SMALL_PROGRAM[path] + added + "\n"}
    problems = python_problems(broken)
    assert problems
    reaching = [problem for problem in problems if "reaches ape" in problem]
    assert any(way in problem for problem in reaching) if way else reaching == []
