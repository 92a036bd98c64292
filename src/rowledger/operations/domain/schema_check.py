"""A document compared with a JSON Schema, each mistake in plain words.

It knows the keywords that the schemas of people's files use, and refuses a schema with others.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rowledger.operations.domain.located import Path
from rowledger.operations.domain.suggestions import suggestion

_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "object": ((dict,), "an object"),
    "array": ((list,), "a list"),
    "string": ((str,), "text"),
    "integer": ((int,), "a whole number"),
    "boolean": ((bool,), "true or false"),
}
_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "title", "description", "default", "patternErrorMessage"}
)
_TYPE = "type"

Schema = Mapping[str, Any]
_Found = Iterator[tuple[Path, str]]


def mistakes_by(schema: Schema, document: object) -> Iterator[tuple[Path, str]]:
    """Yield where a document differs from a schema, and how.

    Raises:
        ValueError: the schema has keywords that are not known here.
    """
    yield from _Check(schema).part(schema, document, ())


class _Check:
    def __init__(self, schema: Schema) -> None:
        self._root = schema
        self._rules: Mapping[str, Callable[[Schema, Any, Path], _Found]] = {
            "const": _const,
            "enum": _enum,
            "pattern": _pattern,
            "minimum": _minimum,
            "minLength": _min_length,
            "maxLength": _max_length,
            "minItems": _not_empty,
            "minProperties": _not_empty,
            "uniqueItems": _unique_items,
            "required": _required,
            "dependentRequired": _dependent_required,
            "anyOf": _any_of_required,
            "additionalProperties": _additional_properties,
            "properties": self._properties,
            "items": self._items,
        }

    def part(self, schema: Schema, value: object, path: Path) -> _Found:
        """Yield what is wrong in a part of the document: nothing else where its type is."""
        if reference := schema.get("$ref"):
            # What stands beside a reference only describes it.
            schema = self._root["$defs"][reference.removeprefix("#/$defs/")]
        unknown = schema.keys() - self._rules.keys() - _ANNOTATIONS - {_TYPE}
        if unknown:
            raise ValueError(f"the schema has keywords that are not known here: {sorted(unknown)}")
        wrong_type = list(_type(schema, value, path))
        if wrong_type:
            yield from wrong_type
            return
        for keyword, rule in self._rules.items():
            if keyword in schema:
                yield from rule(schema, value, path)

    def _properties(self, schema: Schema, value: dict[str, Any], path: Path) -> _Found:
        for name, each in schema["properties"].items():
            if name in value:
                yield from self.part(each, value[name], (*path, name))

    def _items(self, schema: Schema, value: list[Any], path: Path) -> _Found:
        for at, each in enumerate(value):
            yield from self.part(schema["items"], each, (*path, at))


def _type(schema: Schema, value: object, path: Path) -> _Found:
    if _TYPE not in schema:
        return
    kinds, name = _TYPES[schema[_TYPE]]
    # A bool is an int to Python, and to no one else.
    if isinstance(value, kinds) and isinstance(value, bool) == (bool in kinds):
        return
    hint = (
        "; write it in quotes" if name == "text" and isinstance(value, bool | int | float) else ""
    )
    yield path, f"must be {name}, not {_named(value)}{hint}"


def _named(value: object) -> str:
    if value is None:
        return "nothing"
    # A bool is an int, too, which stands before it.
    names = [name for kinds, name in _TYPES.values() if isinstance(value, kinds)]
    return names[-1] if names else "a number with a fraction or of too many digits"


def _const(schema: Schema, value: object, path: Path) -> _Found:
    if value != schema["const"] or isinstance(value, bool):
        yield path, f"must be {schema['const']}"


def _enum(schema: Schema, value: object, path: Path) -> _Found:
    known = schema["enum"]
    if value not in known:
        given = value if isinstance(value, str) else _named(value)
        meant = suggestion(str(value), known)
        yield path, f"must be one of {', '.join(known)}, not {given}.{meant}".removesuffix(".")


def _pattern(schema: Schema, value: str, path: Path) -> _Found:
    if not re.search(schema["pattern"].removesuffix("$") + r"\Z", value):
        yield path, schema["patternErrorMessage"]


def _minimum(schema: Schema, value: int, path: Path) -> _Found:
    if value < schema["minimum"]:
        yield path, f"must be {schema['minimum']:,} or more"


def _min_length(schema: Schema, value: str, path: Path) -> _Found:
    if len(value) < schema["minLength"]:
        yield path, "must not be empty"


def _max_length(schema: Schema, value: str, path: Path) -> _Found:
    if len(value) > schema["maxLength"]:
        yield path, f"must have {schema['maxLength']:,} characters at most, and has {len(value):,}"


def _not_empty(_: Schema, value: list[Any] | dict[str, Any], path: Path) -> _Found:
    if not value:
        yield path, "must not be empty"


def _unique_items(_: Schema, value: list[Any], path: Path) -> _Found:
    for at, each in enumerate(value):
        if each in value[:at]:
            yield (*path, at), f"{each!r} is in the list already"


def _required(schema: Schema, value: dict[str, Any], path: Path) -> _Found:
    for name in schema["required"]:
        if name not in value:
            yield path, f"{name!r} is missing"


def _dependent_required(schema: Schema, value: dict[str, Any], path: Path) -> _Found:
    for name, needed in schema["dependentRequired"].items():
        for missing in needed:
            if name in value and missing not in value:
                yield (*path, name), f"has no effect without {missing!r}"


def _any_of_required(schema: Schema, value: dict[str, Any], path: Path) -> _Found:
    names = [each["required"][0] for each in schema["anyOf"]]
    if not any(name in value for name in names):
        yield path, f"needs {' or '.join(names)}"


def _additional_properties(schema: Schema, value: dict[str, Any], path: Path) -> _Found:
    known = schema["properties"]
    for name in value:
        if name not in known:
            yield (*path, name), f"there is no key {name!r} here.{suggestion(name, known)}"
