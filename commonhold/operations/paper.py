"""The paper: a certificate's metadata and picture, as the chain draws them."""

from __future__ import annotations

import base64
import binascii
import json
import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

_JSON_PREFIX = "data:application/json;base64,"
_SVG_PREFIX = "data:image/svg+xml;base64,"


class UnreadablePaper(Exception):
    """What the chain drew is not the JSON and SVG that it should be."""


def metadata_of(suite: Any, identifier: int) -> dict[str, Any]:
    """The certificate's metadata (`tokenURI`), decoded."""
    uri = str(suite.certificate.tokenURI(identifier))
    try:
        metadata = json.loads(_decoded(uri, _JSON_PREFIX))
    except ValueError as error:
        raise UnreadablePaper(f"tokenURI of share {identifier} is no JSON: {error}") from error
    if not isinstance(metadata, dict):
        raise UnreadablePaper(f"tokenURI of share {identifier} is no JSON object")
    return metadata


def svg_of(suite: Any, identifier: int) -> str:
    """The certificate's picture as SVG text; well-formed."""
    image = metadata_of(suite, identifier).get("image")
    if not isinstance(image, str):
        raise UnreadablePaper(f"the metadata of share {identifier} has no image")
    svg = _decoded(image, _SVG_PREFIX)
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - our own renderer's, and it has no entities
    except ElementTree.ParseError as error:
        raise UnreadablePaper(f"the image of share {identifier} is no XML: {error}") from error
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        raise UnreadablePaper(f"the image of share {identifier} is no SVG")
    return svg


def write_svg(suite: Any, identifier: int, file: Path) -> Path:
    """Write the certificate's picture to a file; whole or not at all."""
    svg = svg_of(suite, identifier)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    draft.write_text(svg, encoding="utf-8")
    draft.replace(file)
    return file


def _decoded(uri: str, prefix: str) -> str:
    if not uri.startswith(prefix):
        raise UnreadablePaper(f"got {uri[:40]!r}; expected a data URI that begins with {prefix}")
    try:
        return base64.b64decode(uri[len(prefix) :], validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UnreadablePaper(f"a data URI can't be decoded: {error}") from error
