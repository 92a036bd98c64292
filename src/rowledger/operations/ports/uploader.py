"""The port that puts local files into the input bucket."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

# Called with the bytes that were sent since the last call.
OnProgress = Callable[[int], None]


class Uploader(Protocol):
    def put(self, path: Path, key: str, on_progress: OnProgress) -> str:
        """Upload a local file; return the version id that it got. Raise CommandError.

        May be called by several threads at once.
        """
        ...
