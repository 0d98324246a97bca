"""Who may import whom: the one-way map of docs/ARCHITECTURE.md, as two checks over sources given as text.

`solidity_problems` and `python_problems` take {path: source} and answer one line for each import that breaks the map,
so that they can be tried on small made-up projects. A new layer or package gets its row here and in the document.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Sources = Mapping[str, str]
"""Texts by their path from the project's root, with forward slashes."""

# ------------------------------------------------------------------------------------------------------------- the maps

LAYERS: dict[str, frozenset[str]] = {
    "access": frozenset(),
    "identity": frozenset({"access"}),
    "property": frozenset({"access", "identity"}),
    "oracle": frozenset({"access", "identity", "property"}),
    "coin": frozenset({"access", "identity", "property", "oracle"}),  # the reserve token's price
    "lending": frozenset({"access", "identity", "property", "oracle", "coin"}),
    "market": frozenset({"access", "identity", "property", "oracle", "coin", "lending"}),
    # What the DAO owns does not know it; only the lens shows its votes.
    "governance": frozenset({"access", "identity", "property", "oracle", "coin", "lending", "market"}),
    "lens": frozenset({"access", "identity", "property", "oracle", "coin", "lending", "market", "governance"}),
    "test": frozenset({"access", "identity", "property", "oracle", "coin", "lending", "market", "governance", "lens"}),
}
"""Each layer of contracts and interfaces with those below it. All may import interfaces of standards."""

STANDARDS = "standards"
OUTSIDE = ("@openzeppelin/contracts/", "@chainlink/contracts/src/v0.8/")
BASES = "access"
"""The layer whose abstract contracts and libraries all others may inherit and use."""
FACTORY = "Factory.sol"
"""How the name of a file ends that may import contracts: those of its own folder that it creates, which needs their
code."""

PACKAGES: dict[str, frozenset[str]] = {
    "build": frozenset(),
    "embedded": frozenset(),
    "engines": frozenset({"build"}),
    "recipe": frozenset({"build", "engines", "inputs"}),  # the spelling of providers, too
    "inputs": frozenset(),
    "model": frozenset({"inputs"}),  # the spelling of identifiers, which has to be one and the same
    "oracle": frozenset({"build", "engines", "inputs"}),  # works with any suite's address: a node needs no recipe
    # The model has the exact schedule of a loan, which its borrower sees before he signs.
    "operations": frozenset({"build", "embedded", "engines", "inputs", "model", "oracle", "recipe"}),
    "fuzz": frozenset({"build", "embedded", "engines", "model", "oracle", "recipe"}),
    "gasbench": frozenset({"build", "engines", "oracle", "recipe"}),
    "simulation": frozenset({"build", "engines", "inputs", "model", "operations", "recipe"}),
}
"""Each package of `commonhold` with those it may import."""

SCRIPTS_MAY = frozenset({"build", "engines", "inputs", "operations", "oracle", "recipe"})

APE_ALLOWED = frozenset({"commonhold.engines.anvil_ape", "commonhold.engines.command", "commonhold.fuzz.ape_side"})
"""The modules that are about ape; any other that needs it imports it inside a function (scripts are ape's anyway)."""

APE_INSIDE_FUNCTIONS = frozenset({"commonhold.build", "commonhold.operations.connection"})

PYREVM_ALLOWED = frozenset({"commonhold.engines.copies", "commonhold.engines.inprocess"})

IN_PROCESS = (
    "commonhold.build",
    "commonhold.engines",
    "commonhold.engines.inprocess",
    "commonhold.recipe",
    "commonhold.inputs",
    "commonhold.model",
    "commonhold.oracle",
    "commonhold.operations",
    "commonhold.fuzz",
    "commonhold.simulation",
)
"""What runs without a chain: neither they nor whatever they import may bring ape in."""

# ------------------------------------------------------------------------------------------------------------- Solidity


@dataclass(frozen=True)
class SolidityFile:
    """What of a Solidity file decides who may import it, and whom it imports."""

    root: str  # "contracts" or "interfaces"
    layer: str
    inside_library_folder: bool
    concrete: frozenset[str]  # contracts it declares that can be created
    creates: frozenset[str]  # names after `new`
    imports: tuple[tuple[str, bool], ...]  # path as written, whether names are named


_COMMENT_OR_STRING = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_IMPORT = re.compile(r"(?:^|[;}])\s*import\b([^;\"']*)[\"']([^\"']+)[\"']\s*([^;]*)(?=;)", re.MULTILINE)
_CONTRACT = re.compile(r"(?:^|[;}\s])(abstract\s+)?contract\s+(\w+)")
_NEW = re.compile(r"\bnew\s+(\w+)")


def solidity_problems(sources: Sources) -> list[str]:
    """One line for each import that the map of layers forbids."""
    files = {path: _read_solidity(path, text) for path, text in sources.items()}
    problems: list[str] = []
    for path, file in files.items():
        if file.layer not in LAYERS and file.layer != STANDARDS:
            problems.append(f"{path}: the layer {file.layer!r} is not on the map")
            continue
        for target, named in file.imports:
            if not named:
                problems.append(f"{path} imports everything of {target}: name what is needed")
            problem = _solidity_problem(path, file, target, files)
            if problem:
                problems.append(f"{path} imports {target}: {problem}")
    return problems


def _read_solidity(path: str, text: str) -> SolidityFile:
    root, layer, *rest = path.split("/")
    bare = _COMMENT_OR_STRING.sub(lambda found: "" if found[0][0] == "/" else found[0], text)
    imports = tuple(
        (target, "{" in before or " as " in f"{before} {after}") for before, target, after in _IMPORT.findall(bare)
    )
    without_strings = _COMMENT_OR_STRING.sub("", bare)
    concrete = frozenset(name for abstract, name in _CONTRACT.findall(without_strings) if not abstract)
    creates = frozenset(_NEW.findall(without_strings))
    return SolidityFile(root, layer, "libraries" in rest[:-1], concrete, creates, imports)


def _solidity_problem(path: str, file: SolidityFile, target: str, files: Mapping[str, SolidityFile]) -> str | None:
    if not target.startswith("."):
        return None if target.startswith(OUTSIDE) else "no package of the project, and not by a relative path"
    where = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if where not in files:
        return f"there is no {where}"
    imported = files[where]
    if imported.layer not in _layers_below(file):
        return f"{file.layer} is not above {imported.layer}"
    if imported.root == "interfaces" or file.layer == "test":
        return None
    if file.root == "interfaces":
        return "an interface imports interfaces only"
    if imported.concrete:
        is_own_factory = path.endswith(FACTORY) and posixpath.dirname(where) == posixpath.dirname(path)
        if is_own_factory and imported.concrete & file.creates:
            return None
        return "a contract imports other contracts' interfaces, never the contracts"
    if imported.layer in (file.layer, BASES) or imported.inside_library_folder:
        return None
    return f"what {imported.layer} is built of is its own, but for its libraries"


def _layers_below(file: SolidityFile) -> frozenset[str]:
    """The layers that a file may import from, its own among them."""
    return LAYERS.get(file.layer, frozenset()) | {file.layer, STANDARDS}


# --------------------------------------------------------------------------------------------------------------- Python


@dataclass(frozen=True)
class PythonImport:
    module: str
    line: int
    inside_function: bool


def python_problems(sources: Sources) -> list[str]:
    """One line for each import that the map of packages forbids."""
    modules = {_module_name(path): path for path in sources}
    imports = {name: list(_python_imports(name, sources[path], modules)) for name, path in modules.items()}
    problems = [
        f"{modules[name]}:{one.line} imports {one.module}: {problem}"
        for name, found in imports.items()
        for one in found
        if (problem := _python_problem(name, one))
    ]
    for start in IN_PROCESS:
        chain = _way_to_ape(start, imports)
        if chain:
            problems.append(f"{start} runs in process and reaches ape: {' -> '.join(chain)}")
    return problems


def _module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _python_imports(module: str, text: str, modules: Mapping[str, str]) -> Iterator[PythonImport]:
    tree = ast.parse(text)
    inside = {id(node) for function in _functions(tree) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = _from_names(module, node, modules)
        else:
            continue
        for name in names:
            yield PythonImport(name, node.lineno, id(node) in inside)


def _functions(tree: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def _from_names(module: str, node: ast.ImportFrom, modules: Mapping[str, str]) -> list[str]:
    """`from a import b` imports a.b if that is a module, else a."""
    package = node.module or ""
    if node.level:
        # A package's own __init__ counts as one of its modules here.
        parts = module.split(".")
        is_package = modules.get(module, "").endswith("__init__.py")
        base = parts[: len(parts) - node.level + is_package]
        package = ".".join([*base, *([node.module] if node.module else [])])
    return [full if (full := f"{package}.{alias.name}") in modules else package for alias in node.names]


def _python_problem(module: str, one: PythonImport) -> str | None:
    top, *rest = one.module.split(".")
    if top == "ape":
        return _ape_problem(module, one)
    if top == "pyrevm" and module not in PYREVM_ALLOWED:
        return "only the in-process engines know pyrevm"
    if top in ("scripts", "tests"):
        return f"nobody imports {top}"
    if top != "commonhold" or not rest:
        return None
    package = rest[0]
    own, allowed = _allowed(module)
    if allowed is None:
        return f"the package {own!r} is not on the map"
    if package != own and package not in allowed:
        return f"{own} is not above {package}"
    return None


def _allowed(module: str) -> tuple[str, frozenset[str] | None]:
    """A module's package, and the packages it may import."""
    top, *rest = module.split(".")
    if top == "scripts":
        return top, SCRIPTS_MAY
    own = rest[0] if rest else ""
    return own, PACKAGES.get(own)


def _ape_problem(module: str, one: PythonImport) -> str | None:
    if module in APE_ALLOWED or module.split(".")[0] == "scripts":
        return None
    if module in APE_INSIDE_FUNCTIONS:
        return None if one.inside_function else "ape takes seconds to import: do it inside the function that needs it"
    return "only the ape engine, its command and the scripts know ape"


def _way_to_ape(start: str, imports: Mapping[str, list[PythonImport]]) -> list[str]:
    """A chain of imports, done at once when `start` is imported, that ends in ape; empty if there is none."""
    ways = {start: [start]}
    waiting = [start]
    while waiting:
        module = waiting.pop()
        for one in imports.get(module, []):
            if one.inside_function:
                continue
            for name in _with_parents(one.module):
                if name == "ape":
                    return [*ways[module], name]
                if name in imports and name not in ways:
                    ways[name] = [*ways[module], name]
                    waiting.append(name)
    return []


def _with_parents(module: str) -> list[str]:
    """Importing a.b.c imports a and a.b, too."""
    parts = module.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]
