"""What is generated, cell by cell: each function makes one file and says what is right about it."""

import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.generated import writers
from bench.generated.tables import table

# Characters that may stand in a delimiter's place in the notes would make a file ambiguous.
DELIMITERS = (",", ";", "\t", "|", "^", "~", ":", "\x01", "\x1f", "::", "||", "|~|", "#", "$")
NEWLINES = ("\n", "\r\n", "\r")
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "windows-1252",
    "iso2022_jp",
)
BY_HAND = (writers.minimal, writers.everything, writers.spaced)


@dataclass(frozen=True)
class Case:
    """A file. rows: its data rows; None where it is to be rejected with one of `codes`.

    certain: RFC 4180 or a dialect that the file shows decides; else somebody has to be asked.
    """

    cell: str
    data: bytes
    rows: int | None
    codes: tuple[str, ...] = ()
    certain: bool = True


Maker = Callable[[random.Random], Case]


def cases(per_cell: int, seed: int = 4180) -> Iterator[Case]:
    """Yield every cell's files, the same ones for the same seed."""
    from bench.generated.twists import TWISTS  # noqa: PLC0415 -- which uses this module

    makers: dict[str, Maker] = {}
    for delimiter in DELIMITERS:
        makers[f"delimiter {delimiter.encode('unicode_escape').decode()}"] = _delimited(delimiter)
    for encoding in ENCODINGS:
        makers[f"encoding {encoding}"] = _encoded(encoding)
    for newline in NEWLINES:
        name = newline.encode("unicode_escape").decode()
        makers[f"line end {name}"] = _ended(newline)
    for name, writer in WRITERS.items():
        makers[f"writer {name}"] = _written(writer)
    makers |= TWISTS
    makers["all of it, mixed"] = _mixed
    for cell, maker in makers.items():
        source = random.Random(f"{seed} {cell}")  # noqa: S311 -- the same files each time
        for _ in range(per_cell):
            case = maker(source)
            yield Case(cell, case.data, case.rows, case.codes, case.certain)


WRITERS = {
    "minimal": writers.minimal,
    "everything": writers.everything,
    "csv module": writers.module,
    "backslash": writers.backslash,
    "unload": writers.unload,
    "apostrophes": writers.apostrophes,
    "spaced": writers.spaced,
}


def case(text: str | bytes, rows: int | None, *codes: str, certain: bool = True) -> Case:
    """Make a case of UTF-8 text or of bytes."""
    data = text.encode() if isinstance(text, str) else text
    return Case("", data, rows, codes, certain)


def _delimited(delimiter: str) -> Maker:
    def make(source: random.Random) -> Case:
        rows = table(source)
        writer = source.choice(BY_HAND if len(delimiter) > 1 else (*BY_HAND, writers.module))
        return case(writer(rows, delimiter, "\n"), len(rows) - 1)

    return make


def _encoded(encoding: str) -> Maker:
    def make(source: random.Random) -> Case:
        rows = table(source)
        if encoding == "iso2022_jp":
            rows = [[field.replace("é", "が").replace("ß", "◆") for field in row] for row in rows]
        text = source.choice(BY_HAND[:2])(rows, source.choice(",;\t"), source.choice(NEWLINES[:2]))
        data = text.encode(encoding)
        if source.random() < 0.2:
            data = gzip.compress(data)
        return case(data, len(rows) - 1)

    return make


def _ended(newline: str) -> Maker:
    def make(source: random.Random) -> Case:
        rows = table(source)
        writer = source.choice((*BY_HAND, writers.module))
        return case(writer(rows, source.choice(",;|"), newline), len(rows) - 1)

    return make


def _written(writer: writers.Writer) -> Maker:
    def make(source: random.Random) -> Case:
        rows = table(source)
        if writer is writers.unload:
            rows = [[field.replace('"', "") for field in row] for row in rows]
        delimiter = source.choice(",;\t|")
        return case(writer(rows, delimiter, source.choice(NEWLINES[:2])), len(rows) - 1)

    return make


def _mixed(source: random.Random) -> Case:
    """Any delimiter, writer, line end and encoding, with marks before and behind."""
    rows = table(source)
    writer = source.choice((*BY_HAND, writers.backslash))
    delimiter, newline = source.choice(DELIMITERS), source.choice(NEWLINES)
    text = writer(rows, delimiter, newline)
    if not text.endswith(newline):
        text += newline
    before = source.choice(("", "", f"sep={delimiter}{newline}", "\ufeff", newline))
    behind = source.choice(("", "", "\x1a", "\f", "  ", newline * 2))
    encoding = source.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"))
    data = (before + text + behind).encode(encoding)
    if source.random() < 0.3:
        data = gzip.compress(data)
    return case(data, len(rows) - 1)
