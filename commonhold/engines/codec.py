"""ABI coding: one coder for each function, error and event, built once and kept.

Arguments and results made of plain words (integers, addresses, booleans, bytesN, and structs of them) take a short
path of ours; everything else goes through faster-eth-abi's coders, looked up once.
"""

from __future__ import annotations

import keyword
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from eth_utils import keccak, to_checksum_address
from faster_eth_abi.decoding import ContextFramesBytesIO
from faster_eth_abi.registry import registry

Abi = list[dict[str, Any]]
Encoder = Callable[[Any], bytes]
Rebuild = Callable[[Iterator[Any]], Any]

WORD = 32
_CACHE_LIMIT = 100_000


class CodecError(Exception):
    """A value does not fit its ABI type, or data its ABI: says which argument, what came and what was expected."""


# -------------------------------------------------------------------------------------------------------- addresses

_checksummed: dict[bytes, str] = {}
_address_words: dict[str, bytes] = {}


def checksum(raw: bytes) -> str:
    """The checksummed spelling of 20 bytes. Kept, because a keccak each time would cost more than the call itself."""
    known = _checksummed.get(raw)
    if known is None:
        if len(_checksummed) > _CACHE_LIMIT:
            _checksummed.clear()
        known = _checksummed[raw] = to_checksum_address(raw)
    return known


def as_address(value: Any) -> str:
    """The address of `value`: text, 20 bytes, or anything with an `address` (a contract, an account of ape)."""
    if isinstance(value, bytes) and len(value) == 20:
        return checksum(bytes(value))
    text = value if isinstance(value, str) else getattr(value, "address", None)
    if not isinstance(text, str) or len(text) != 42 or not text.startswith(("0x", "0X")):
        raise CodecError(f"{value!r} is not an address")
    try:
        return checksum(bytes.fromhex(text[2:]))
    except ValueError:
        raise CodecError(f"{value!r} is not an address") from None


def _encode_address(value: Any) -> bytes:
    if value.__class__ is str:
        known = _address_words.get(value)
        if known is not None:
            return known
    word = bytes(12) + bytes.fromhex(as_address(value)[2:])
    if value.__class__ is str:
        if len(_address_words) > _CACHE_LIMIT:
            _address_words.clear()
        _address_words[value] = word
    return word


# ------------------------------------------------------------------------------------------------------ single words


@lru_cache(maxsize=256)
def _word_encoder(kind: str) -> Encoder | None:
    if kind.endswith("]"):
        return None
    if kind == "address":
        return _encode_address
    if kind == "bool":
        return _encode_bool
    if kind.startswith("uint"):
        return _integer_encoder(kind, 0, 1 << int(kind[4:]))
    if kind.startswith("int"):
        half = 1 << (int(kind[3:]) - 1)
        return _integer_encoder(kind, -half, half)
    if kind.startswith("bytes") and kind != "bytes":
        return _bytes_encoder(kind, int(kind[5:]))
    return None


def _encode_bool(value: Any) -> bytes:
    if value is True:
        return b"\0" * 31 + b"\1"
    if value is False:
        return b"\0" * 32
    raise CodecError(f"{value!r} is not a bool")


def _integer_encoder(kind: str, low: int, end: int) -> Encoder:
    signed = low < 0

    def encode(value: Any) -> bytes:
        if not isinstance(value, int) or value.__class__ is bool:
            raise CodecError(f"{value!r} is not a whole number, as {kind} needs")
        if not low <= value < end:
            raise CodecError(f"{value} does not fit {kind} ({low} to {end - 1})")
        return int.to_bytes(value, WORD, "big", signed=signed)

    return encode


def _bytes_encoder(kind: str, size: int) -> Encoder:
    padding = bytes(WORD - size)

    def encode(value: Any) -> bytes:
        raw = _as_bytes(value, kind)
        if len(raw) != size:
            raise CodecError(f"{len(raw)} bytes do not fit {kind}")
        return raw + padding

    return encode


def _as_bytes(value: Any, kind: str) -> bytes:
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            raise CodecError(f"{value!r} is not hexadecimal, as {kind} needs") from None
    raise CodecError(f"{value!r} is neither bytes nor 0x..., as {kind} needs")


@lru_cache(maxsize=256)
def _word_decoder(kind: str) -> Callable[[bytes], Any] | None:
    if kind.endswith("]"):
        return None
    if kind == "address":
        return lambda word: checksum(word[12:])
    if kind == "bool":
        return lambda word: word[31] == 1
    if kind.startswith("uint"):
        return int.from_bytes  # big-endian unless told otherwise
    if kind.startswith("int"):
        return lambda word: int.from_bytes(word, "big", signed=True)
    if kind.startswith("bytes") and kind != "bytes":
        size = int(kind[5:])
        return lambda word: word[:size]
    return None


# ------------------------------------------------------------------------------------------------------- any values


def canonical_type(parameter: Mapping[str, Any]) -> str:
    """The type as selectors spell it: `(uint256,address)[]` for an array of structs."""
    kind: str = parameter["type"]
    if kind.startswith("tuple"):
        inner = ",".join(canonical_type(component) for component in parameter["components"])
        return f"({inner}){kind[5:]}"
    return kind


@lru_cache(maxsize=1024)
def struct_type(name: str, fields: tuple[str, ...]) -> type:
    """A named tuple for a struct or several results: compares like a tuple, reads like an object."""
    safe = [f"{field}_" if keyword.iskeyword(field) else field for field in fields]
    if any(not field or field.startswith("_") for field in safe) or len(set(safe)) != len(safe):
        return tuple
    return namedtuple(name or "Result", safe)


def _struct_of(parameter: Mapping[str, Any]) -> type:
    name = parameter.get("internalType", "").removeprefix("struct ").split("[")[0].split(".")[-1]
    return struct_type(name, tuple(component["name"] for component in parameter["components"]))


def _element(parameter: Mapping[str, Any]) -> dict[str, Any]:
    return {**parameter, "type": parameter["type"].rpartition("[")[0]}


def _fields(parameter: Mapping[str, Any], value: Any) -> Sequence[Any]:
    """The members of a struct in order, from a mapping, a sequence or an object with attributes."""
    components = parameter["components"]
    names = [component["name"] for component in components]
    if isinstance(value, Mapping):
        if set(value) != set(names):
            raise CodecError(f"a struct with {sorted(value)} came, one with {names} was expected")
        return [value[name] for name in names]
    if isinstance(value, list | tuple):
        if len(value) != len(names):
            raise CodecError(f"{len(value)} members came, {names} were expected")
        return value
    try:
        return [getattr(value, name) for name in names]
    except AttributeError:
        raise CodecError(f"{value!r} is not a struct with {names}") from None


@dataclass(frozen=True)
class Plain:
    """How one parameter is turned into what faster-eth-abi takes, and back into what we give out."""

    prepare: Callable[[Any], Any]
    finish: Callable[[Any], Any]


def _plain(parameter: Mapping[str, Any]) -> Plain:
    kind = parameter["type"]
    if kind.endswith("]"):
        inner = _plain(_element(parameter))
        bound = kind.rpartition("[")[2][:-1]

        def prepare_list(value: Any) -> Any:
            if not isinstance(value, list | tuple) or (bound and len(value) != int(bound)):
                raise CodecError(f"{value!r} is not a list of {bound or 'any number of'} members")
            return [inner.prepare(member) for member in value]

        return Plain(prepare_list, lambda value: [inner.finish(member) for member in value])
    if kind == "tuple":
        members = [_plain(component) for component in parameter["components"]]
        struct = _struct_of(parameter)
        make: Callable[[Any], Any] = getattr(struct, "_make", struct)
        return Plain(
            lambda value: [
                member.prepare(part) for member, part in zip(members, _fields(parameter, value), strict=True)
            ],
            lambda value: make([member.finish(part) for member, part in zip(members, value, strict=True)]),
        )
    return _plain_word(kind)


def _plain_word(kind: str) -> Plain:
    def same(value: Any) -> Any:
        return value

    def text(value: Any) -> str:
        if not isinstance(value, str):
            raise CodecError(f"{value!r} is not text")
        return value

    if kind == "string":
        return Plain(text, same)
    if kind == "bytes":
        return Plain(lambda value: _as_bytes(value, kind), same)
    encode = _word_encoder(kind)
    if encode is None:
        raise CodecError(f"the ABI type {kind} is not supported")
    if kind == "address":
        return Plain(as_address, lambda value: checksum(bytes.fromhex(value[2:])))

    def checked(value: Any) -> Any:
        encode(value)
        return _as_bytes(value, kind) if kind.startswith("bytes") else value

    return Plain(checked, same)


def _flat(parameters: Sequence[Mapping[str, Any]]) -> tuple[list[Callable[[bytes], Any]], list[Rebuild]] | None:
    """How to decode words and structs of words one word after the other: the words' decoders, and for each parameter
    how it is put together again. None if anything else is among them."""
    decoders: list[Callable[[bytes], Any]] = []
    builders: list[Rebuild] = []
    for parameter in parameters:
        if parameter["type"] != "tuple":
            decode = _word_decoder(parameter["type"])
            if decode is None:
                return None
            decoders.append(decode)
            builders.append(next)
            continue
        inner = _flat(parameter["components"])
        if inner is None:
            return None
        decoders += inner[0]
        builders.append(_struct_builder(_struct_of(parameter), inner[1]))
    return decoders, builders


def _struct_builder(struct: type, members: list[Rebuild]) -> Rebuild:
    make: Callable[[Any], Any] = getattr(struct, "_make", struct)
    if all(member is next for member in members):
        count = len(members)
        return lambda words: make(islice(words, count))
    return lambda words: make([member(words) for member in members])


class ParametersCoder:
    """Coder of a list of ABI parameters: the inputs or the outputs of a function, an error's values, event data."""

    def __init__(self, parameters: Sequence[Mapping[str, Any]], owner: str) -> None:
        self.owner = owner
        self.names = [parameter.get("name", "") for parameter in parameters]
        self.types = [canonical_type(parameter) for parameter in parameters]
        self._count = len(parameters)
        self._encoders = [_word_encoder(kind) for kind in self.types]
        self._all_words_in = None not in self._encoders
        flat = _flat(parameters)
        self._decoders, self._builders = flat or ([], [])
        self._size = WORD * len(self._decoders)
        self._only_words = all(build is next for build in self._builders)
        self._plain = [_plain(parameter) for parameter in parameters]
        whole = f"({','.join(self.types)})"
        self._encode_all = None if self._all_words_in else registry.get_encoder(whole)
        self._decode_all = registry.get_decoder(whole) if flat is None else None

    def encode(self, values: Sequence[Any]) -> bytes:
        """ABI data of `values`; raises CodecError naming the argument."""
        if len(values) != self._count:
            raise CodecError(f"{self.owner} takes {self._count} arguments ({', '.join(self.names)}), not {len(values)}")
        try:
            if self._encode_all is None:
                return b"".join([encode(value) for encode, value in zip(self._encoders, values)])  # type: ignore[misc]  # noqa: B905
            return self._encode_all([plain.prepare(value) for plain, value in zip(self._plain, values, strict=True)])
        except CodecError as problem:
            raise self._named(values, problem) from None

    def decode(self, data: bytes) -> list[Any]:
        """The values in `data`, addresses checksummed, structs as named tuples."""
        if self._decode_all is None:
            if len(data) < self._size:
                raise CodecError(f"{self.owner}: {len(data)} bytes came, {self._size} were expected")
            words = [
                decode(data[start : start + WORD])
                for decode, start in zip(self._decoders, range(0, self._size, WORD), strict=True)
            ]
            if self._only_words:
                return words
            rest = iter(words)
            return [build(rest) for build in self._builders]
        try:
            values = self._decode_all(ContextFramesBytesIO(data))
        except Exception as problem:  # the library raises many kinds
            raise CodecError(f"{self.owner}: {len(data)} bytes do not decode as {self.types}: {problem}") from problem
        return [plain.finish(value) for plain, value in zip(self._plain, values, strict=True)]

    def _named(self, values: Sequence[Any], problem: CodecError) -> CodecError:
        for name, plain, value in zip(self.names, self._plain, values, strict=True):
            try:
                plain.prepare(value)
            except CodecError as cause:
                return CodecError(f"{self.owner}, argument {name or '(unnamed)'}: {cause}")
        return CodecError(f"{self.owner}: {problem}")


class FunctionCoder:
    """One function of a contract: its selector, its arguments, its results."""

    def __init__(self, contract: str, entry: Mapping[str, Any]) -> None:
        self.name: str = entry["name"]
        self.is_view = entry["stateMutability"] in ("view", "pure")
        self.inputs = ParametersCoder(entry["inputs"], f"{contract}.{self.name}")
        self.outputs = ParametersCoder(entry["outputs"], f"{contract}.{self.name}'s result")
        self.signature = f"{self.name}({','.join(self.inputs.types)})"
        self.selector = keccak(text=self.signature)[:4]
        if len(self.outputs.names) > 1:
            struct = struct_type(self.name[0].upper() + self.name[1:], tuple(self.outputs.names))
            self._make: Callable[[list[Any]], Any] = getattr(struct, "_make", struct)

    def encode(self, values: Sequence[Any]) -> bytes:
        """Call data."""
        return self.selector + self.inputs.encode(values)

    def decode(self, data: bytes) -> Any:
        """Nothing, the one result, or a named tuple of several."""
        values = self.outputs.decode(data)
        if len(values) == 1:
            return values[0]
        return self._make(values) if values else None


@dataclass(frozen=True)
class ErrorCoder:
    """One custom error."""

    name: str
    values: ParametersCoder


class EventCoder:
    """One event; dynamic indexed parameters come out as their 32-byte hash."""

    def __init__(self, contract: str, entry: Mapping[str, Any]) -> None:
        self.name: str = entry["name"]
        inputs = entry["inputs"]
        types = ",".join(canonical_type(parameter) for parameter in inputs)
        self.signature = f"{self.name}({types})"
        self.topic = keccak(text=self.signature)
        indexed = [parameter for parameter in inputs if parameter["indexed"]]
        self.topic_count = 1 + len(indexed)
        self.names: list[str] = [parameter["name"] for parameter in inputs]
        self.indexed: list[str] = [parameter["name"] for parameter in indexed]
        self._topics = [(parameter["name"], _word_decoder(canonical_type(parameter))) for parameter in indexed]
        self._data = ParametersCoder(
            [parameter for parameter in inputs if not parameter["indexed"]], f"event {contract}.{self.name}"
        )

    def decode(self, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
        """The event's arguments by name, in the order of the ABI."""
        found = {
            name: topic if decode is None else decode(topic)
            for (name, decode), topic in zip(self._topics, topics[1:], strict=True)
        }
        found.update(zip(self._data.names, self._data.decode(data), strict=True))
        return {name: found[name] for name in self.names}


class AbiCoders:
    """All coders of one contract's ABI."""

    def __init__(self, name: str, abi: Abi) -> None:
        self.name = name
        self.functions: dict[str, FunctionCoder] = {}
        self.overloads: dict[str, list[FunctionCoder]] = {}
        self.errors: dict[bytes, ErrorCoder] = {}
        self.events: dict[tuple[bytes, int], EventCoder] = {}
        constructor: list[dict[str, Any]] = []
        for entry in abi:
            if entry["type"] == "function":
                self._add_function(FunctionCoder(name, entry))
            elif entry["type"] == "error":
                values = ParametersCoder(entry["inputs"], f"error {entry['name']}")
                self.errors[keccak(text=f"{entry['name']}({','.join(values.types)})")[:4]] = ErrorCoder(
                    entry["name"], values
                )
            elif entry["type"] == "event":
                event = EventCoder(name, entry)
                self.events[(event.topic, event.topic_count)] = event
            elif entry["type"] == "constructor":
                constructor = entry["inputs"]
        self.constructor = ParametersCoder(constructor, f"{name}'s constructor")

    def _add_function(self, coder: FunctionCoder) -> None:
        self.functions[coder.signature] = coder
        self.functions.setdefault(coder.name, coder)
        self.overloads.setdefault(coder.name, []).append(coder)

    def function(self, name: str, argument_count: int | None = None) -> FunctionCoder:
        """The function `name`; an overloaded one by its number of arguments, or by its whole signature as `name`."""
        for coder in self.overloads.get(name, ()):
            if argument_count == len(coder.inputs.types):
                return coder
        try:
            return self.functions[name]
        except KeyError:
            raise AttributeError(f"{self.name} has no function {name}") from None
