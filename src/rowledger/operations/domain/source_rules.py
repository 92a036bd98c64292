"""What a schema cannot say of sources.yaml: what contradicts itself, or has no effect."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rowledger.functions.domain.counting.options import named_characters
from rowledger.functions.domain.sources.source import Source
from rowledger.functions.domain.warning import WarningCode
from rowledger.operations.domain.located import LocatedDocument, Mistake, Path

_LINE_ENDS = frozenset("\r\n")


def mistakes_of_sources(document: LocatedDocument, numbers: Iterable[int]) -> Iterator[Mistake]:
    """Yield the mistakes of sources that the schema accepts.

    numbers: of these sources, in their order.
    """
    names: dict[str, int] = {}
    used: dict[tuple[str, str | None], int] = {}
    for at in numbers:
        each, path = document.value["sources"][at], ("sources", at)
        if each["name"] in names:
            line = document.positions["sources", names[each["name"]]].line
            message = f"the source in line {line:,} has the name {each['name']!r} already"
            yield document.mistake((*path, "name"), message)
        names.setdefault(each["name"], at)
        yield from _never_used(document, path, each, used)
        for inner, message in (*_of_dialect(each), *_of_columns(each), *_of_ranges(each)):
            yield document.mistake((*path, *inner), message)


def _never_used(
    document: LocatedDocument,
    path: tuple[str, int],
    source: Mapping[str, Any],
    used: dict[tuple[str, str | None], int],
) -> Iterator[Mistake]:
    """Yield what another source for the same prefix takes always."""
    globs = source.get("names", {}).get("match")
    for number, glob in enumerate([None] if globs is None else globs):
        key = (source["prefix"], glob)
        if key in used:
            line = document.positions["sources", used[key]].line
            what = "names" if glob is None else f"{glob!r}"
            message = f"the source in line {line:,} is for the same prefix and the same {what}"
            inner = ("prefix",) if glob is None else ("names", "match", number)
            yield document.mistake((*path, *inner), message)
        used.setdefault(key, path[1])


def _of_dialect(source: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    told = source.get("dialect", {})
    read = Source.read({"name": "-", "prefix": "", "dialect": told})
    try:
        _ = read.dialect.options
    except (LookupError, ValueError):
        # All else that the counter would refuse, the schema does.
        yield ("dialect", "encoding"), f"{told['encoding']!r} is no encoding that Python knows"
    for name in ("delimiter", "commentChar"):
        if _LINE_ENDS & set(told.get(name, "")):
            yield ("dialect", name), "must not hold a line end"
    delimiter = named_characters(told.get("delimiter", ""))
    if delimiter and delimiter == told.get("quoteChar"):
        yield ("dialect", "quoteChar"), "must not be the delimiter"
    rejected = source.get("rejectedWarnings", [])
    always = {
        WarningCode.IGNORED_LINES: bool(told.get("skipLines")) and "dialect.skipLines",
        WarningCode.NO_DELIMITER: told.get("delimiter") == "none" and "the delimiter none",
    }
    for code, cause in always.items():
        if cause and code in rejected:
            inner = ("rejectedWarnings", rejected.index(code))
            yield inner, f"would reject every file: {cause} leads to this warning each time"


def _of_columns(source: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    if "columns" in source and source.get("dialect", {}).get("header") is False:
        yield ("columns",), "has no effect: dialect.header is false, so no column has a name"


def _of_ranges(source: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for name in ("rows", "bytes"):
        part = source.get(name, {})
        if part.get("minimum", 0) > part.get("maximum", float("inf")):
            yield (name, "minimum"), f"must not be more than the maximum, {part['maximum']:,}"
        elif part.get("minimum") == 0 and "maximum" not in part:
            yield (name, "minimum"), "has no effect: no file has less than nothing"
    rows = source.get("rows", {})
    if "severity" in rows and not rows.keys() & {"minimum", "maximum"}:
        yield ("rows", "severity"), "has no effect without 'minimum' or 'maximum'"
