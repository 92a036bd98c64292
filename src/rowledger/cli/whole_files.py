"""Files that a command writes: each appears once it is whole, and replaces another only if told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rowledger.errors import CommandError

# How a command line names standard output.
STANDARD_OUTPUT = Path("-")


@contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Open a file to write; where the block raises, what was there stays as it was.

    Raise CommandError where its folder does not exist, or where it exists itself, unless force
    says that it may be replaced.
    """
    if not path.parent.is_dir():
        raise CommandError(f"{path}: there is no folder {path.parent}")
    if path.exists() and not force:
        raise CommandError(f"{path} exists: choose another name with -o, or write over it: --force")
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
