"""The port to the bytes of uploads, receipts and backups, as the person may read them."""

from collections.abc import Iterator
from typing import Protocol


class Objects(Protocol):
    """It raises FaultError (STORAGE, or OBJECT_MISSING where there is no such object)."""

    def read(
        self, bucket: str, key: str, version_id: str | None = None, *, start: int = 0
    ) -> Iterator[bytes]:
        """Yield an object's bytes from an offset on.

        version_id: None for the latest version, which is right only where there is one.
        """
        ...
