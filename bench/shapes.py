"""The shapes of files whose speed is measured: what is common, and what is made to be slow."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

_SAMPLE_ROWS = 20_000
_HEADER = "id,name,city,date,amount,note\n"


def write(path: Path, size: int, shape: str) -> None:
    """Write a file of about so many bytes; the same one each time."""
    source = random.Random(4180)  # noqa: S311 -- the same file each time
    header, row = SHAPES[shape]
    sample = "".join(row(source) for _ in range(_SAMPLE_ROWS)).encode()
    with gzip.open(path, "wb", 6) if is_gzip(shape) else path.open("wb") as file:
        file.write(header.encode())
        for _ in range(max(1, size // len(sample))):
            file.write(sample)


def is_gzip(shape: str) -> bool:
    """Say whether files of this shape are compressed."""
    return shape.startswith("gzip")


def words(source: random.Random, least: int, most: int) -> str:
    return "".join(source.choices("abcdefghijklmnop qrstuvwxyz ", k=source.randint(least, most)))


def fields(source: random.Random) -> list[str]:
    return [
        str(source.randrange(10**7)),
        words(source, 8, 24),
        words(source, 5, 15),
        f"2026-{source.randint(1, 12):02}-{source.randint(1, 28):02}",
        f"{source.randrange(10**6) / 100:.2f}",
        words(source, 20, 80),
    ]


def plain(source: random.Random) -> str:
    return ",".join(fields(source)) + "\n"


def above_ascii(source: random.Random) -> str:
    row = fields(source)
    row[1], row[5] = f"Zoë {row[1]} Müller", f"{row[5]} - 東京 {words(source, 5, 20)}"
    return ",".join(row) + "\n"


def mixed_quotes(source: random.Random) -> str:
    """One row in five has a note that needs quotes."""
    row = fields(source)
    if source.random() < 0.2:
        row[-1] = f'"{row[-1]}, {words(source, 5, 20)}"'
    return ",".join(row) + "\n"


def all_quoted(source: random.Random) -> str:
    row = fields(source)
    row[-1] = f"{row[-1]}\n{words(source, 20, 80)}"
    return ",".join(f'"{field}"' for field in row) + "\n"


def empty_quoted(_source: random.Random) -> str:
    return '"","","","","",""\n'


def stray_quotes(source: random.Random) -> str:
    row = fields(source)
    row[1], row[5] = f'5" {row[1]}', f'{row[5]} "so" it is'
    return ",".join(row) + "\n"


def stray_and_quoted(source: random.Random) -> str:
    """Every quote that may break a rule, in few bytes."""
    return f'{source.randrange(10**6)},"x"y,5" disk,"quoted, text","x" ,a"b\n'


def only_quotes(_source: random.Random) -> str:
    return '""""""""""\n'


def backslashes(source: random.Random) -> str:
    row = fields(source)
    row[5] = f'"{row[5]} \\"so\\" it is"'
    return ",".join(row) + "\n"


SHAPES: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "plain": (_HEADER, plain),
    "plain, above ASCII": (_HEADER, above_ascii),
    "mixed quotes": (_HEADER, mixed_quotes),
    "all quoted, line breaks inside": (_HEADER, all_quoted),
    '"","",…': (_HEADER, empty_quoted),
    "stray quotes": (_HEADER, stray_quotes),
    "stray and quoted": (_HEADER, stray_and_quoted),
    "only quotes": ("", only_quotes),
    "backslash escapes": (_HEADER, backslashes),
    "gzip of plain, by stored bytes": (_HEADER, plain),
}
