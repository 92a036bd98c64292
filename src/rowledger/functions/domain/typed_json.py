"""Dataclasses as JSON and back; what does not fit its type, or is unknown, is refused."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType, NoneType
from typing import (
    Any,
    Protocol,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

T = TypeVar("T")

# The metadata of a field that an earlier version of the other end does not know, and so refuses.
NEW: Mapping[str, Any] = MappingProxyType({"new": True})

_PLAIN = (str, int, float, bool, NoneType)


@runtime_checkable
class Checked(Protocol):
    """A dataclass whose values, and not their types alone, are checked when it is read."""

    def check(self, where: str) -> None:
        """Raise ValueError, which names the field, for a value that cannot be."""


def document_of(value: object) -> Any:  # noqa: ANN401 -- any JSON
    """Make plain JSON of a value that read() can read: times in ISO 8601, tuples as lists.

    A field that is marked as NEW is left out where it has its default.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: document_of(getattr(value, each.name))
            for each in fields(value)
            if each.metadata != NEW or getattr(value, each.name) != each.default
        }
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): document_of(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [document_of(each) for each in value]
    if isinstance(value, _PLAIN):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def read(kind: type[T], document: object, where: str = "the document") -> T:
    """Read a dataclass from its JSON.

    Args:
        kind: the dataclass. Its fields are str, int, float, bool, datetime, StrEnum, dataclasses,
            Any, and lists, tuples, dictionaries and optional ones of these.
        document: as document_of made it. A field that has a default may be left out.
        where: names the document in an error.

    Raises:
        ValueError: names the place at which the document does not fit, or has a field too many.
    """
    return cast("T", _read(kind, document, where))


def _read(kind: Any, document: object, where: str) -> object:  # noqa: ANN401 -- any annotation
    if kind is Any:
        return document
    if get_origin(kind) is not None:
        return _read_generic(kind, document, where)
    if is_dataclass(kind):
        return _read_dataclass(kind, document, where)
    if issubclass(kind, datetime):
        return _read_time(document, where)
    if issubclass(kind, StrEnum):
        return _read_choice(kind, document, where)
    return _expect(kind, document, where)


def _read_generic(kind: Any, document: object, where: str) -> object:  # noqa: ANN401 -- as above
    origin, (first, *others) = get_origin(kind), get_args(kind)
    if origin in (list, tuple):
        items = _expect(list, document, where)
        found = [_read(first, each, f"{where}[{i}]") for i, each in enumerate(items)]
        return tuple(found) if origin is tuple else found
    if origin is dict:
        return {
            _read(first, key, where): _read(others[0], each, f"{where}.{key}")
            for key, each in _expect(dict, document, where).items()
        }
    return None if document is None else _read(_wanted(kind), document, where)


def _wanted(optional: Any) -> Any:  # noqa: ANN401 -- as above
    """The kind that an optional one has where it is not None."""
    (wanted,) = (each for each in get_args(optional) if each is not NoneType)
    return wanted


def _read_dataclass(kind: Any, document: object, where: str) -> object:  # noqa: ANN401 -- as above
    given = _expect(dict, document, where)
    kinds = _field_kinds(kind)
    unknown = given.keys() - kinds.keys()
    if unknown:
        raise ValueError(f"{where} has the unknown field {min(map(repr, unknown))}")
    required = {
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    }
    missing = required - given.keys()
    if missing:
        raise ValueError(f"{where} lacks the field {min(missing)!r}")
    made = kind(
        **{name: _read(kinds[name], each, f"{where}.{name}") for name, each in given.items()}
    )
    if isinstance(made, Checked):
        made.check(where)
    return made


@cache
def _field_kinds(kind: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- as above
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _read_time(document: object, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_expect(str, document, where))
    except ValueError:
        raise ValueError(f"{where} is no ISO 8601 time") from None
    if moment.tzinfo is None:
        raise ValueError(f"{where} is a time without an offset")
    return moment


def _read_choice(kind: type[StrEnum], document: object, where: str) -> StrEnum:
    text = _expect(str, document, where)
    if text not in list(kind):
        raise ValueError(f"{where} must be one of {', '.join(kind)}, not {text!r}")
    return kind(text)


def _expect(kind: type[T], document: object, where: str) -> T:
    # A bool is an int to Python, and not to whoever reads the answer.
    fits = isinstance(document, kind) and (kind is bool or not isinstance(document, bool))
    if kind is float and isinstance(document, int) and not isinstance(document, bool):
        return cast("T", float(document))
    if not fits:
        raise ValueError(f"{where} must be {_NAMES[kind]}, not {type(document).__name__}")
    return cast("T", document)


_NAMES: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}
