"""Reading local files as the counter takes them: in chunks, with a bar."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rich.progress import Progress

from rowledger.functions.domain.text import printable

_CHUNK_SIZE = 1024 * 1024
_STDIN = "-"


@contextmanager
def file_chunks(path: str, progress: Progress) -> Iterator[Iterator[bytes]]:
    """Open a file, or standard input for -, and give its bytes in chunks."""
    with _opened(path) as (file, size):
        task = progress.add_task(printable(path), total=size)

        def chunks() -> Iterator[bytes]:
            while chunk := file.read(_CHUNK_SIZE):
                yield chunk
                progress.advance(task, len(chunk))

        try:
            yield chunks()
        finally:
            progress.remove_task(task)


@contextmanager
def _opened(path: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """The file and its size in bytes, where it has one."""
    if path == _STDIN:
        yield sys.stdin.buffer, None
        return
    # Unbuffered: each read is a whole chunk already.
    with Path(path).open("rb", buffering=0) as file:
        size = file.seek(0, io.SEEK_END) if file.seekable() else None
        if size is not None:
            file.seek(0)
        yield file, size
