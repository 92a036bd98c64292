"""The port to the three buckets."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from rowledger.domain.outcome import Outcome
from rowledger.domain.upload import Upload


class Storage(Protocol):
    """Every method raises FaultError (STORAGE, OBJECT_MISSING or BACKUP_DIFFERS)."""

    def read(self, upload: Upload) -> AbstractContextManager[Iterator[bytes]]:
        """The bytes of exactly this version, in chunks of constant size."""

    def write_receipt(self, key: str, body: bytes) -> None:
        """Write result.json, over an earlier attempt's."""

    def back_up(self, upload: Upload, key: str, outcome: Outcome, *, retry: bool) -> str | None:
        """Copy exactly this version inside the store and verify the copy against the outcome.

        retry: whether an earlier attempt may have left a copy; a good one is kept.
        Return the copy's version id, None where the backup bucket keeps none.
        """
