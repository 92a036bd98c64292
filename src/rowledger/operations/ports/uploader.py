"""The port that puts local files into the input bucket."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

# Called with the bytes that were sent since the last call.
OnProgress = Callable[[int], None]

NO_METADATA: Mapping[str, str] = MappingProxyType({})


class Uploader(Protocol):
    def put(
        self,
        path: Path,
        key: str,
        on_progress: OnProgress,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> str:
        """Upload a local file; return the version id that it got. Raise CommandError.

        metadata: what is told of the file beside it, by name without x-amz-meta-.

        May be called by several threads at once.
        """
        ...
