"""The register of houses: what is written once, and documents and claims that follow."""

import hashlib

from commonhold.gasbench.engine import Call
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, World

CHAPTER = Chapter("registry")
APPRAISAL = 1  # IPropertyRegistry.DocumentKind


@CHAPTER.row("register a home with 7 texts of 9 to 43 bytes and its description")
def register(world: World) -> Call:
    return world.register_call(3)


def _set_document(world: World, version: int) -> Call:
    uri = f"https://documents.example/appraisals/{version:06d}.json"
    digest = hashlib.sha256(f"appraisal {version}".encode()).digest()
    return Call(world.manager, world.suite.registry, "setDocument", (1, APPRAISAL, uri, digest))


@CHAPTER.row("setDocument by the manager, first of its kind, uri of 48 bytes; house tokenized")
def document_first(world: World) -> Call:
    return _set_document(world, 1)


@CHAPTER.row("setDocument by the manager, second version, uri of 48 bytes; house tokenized")
def document_second(world: World) -> Call:
    world.engine.run(_set_document(world, 1))
    return _set_document(world, 2)


@CHAPTER.row("setManager; house tokenized")
def set_manager(world: World) -> Call:
    return Call(world.registrar, world.suite.registry, "setManager", (1, world.stranger))


@CHAPTER.row("reportSeniorClaim, the house's first; house tokenized")
def senior_claim(world: World) -> Call:
    reference = hashlib.sha256(b"tax lien 1").digest()
    return Call(world.registrar, world.suite.registry, "reportSeniorClaim", (1, 5_000 * COIN, reference))


@CHAPTER.row("clearSeniorClaim, the house's only one; house tokenized")
def clear_claim(world: World) -> Call:
    reported = senior_claim(world)
    world.engine.run(reported)
    return Call(world.registrar, world.suite.registry, "clearSeniorClaim", (1, reported.args[2]))
