"""The port to the three buckets, as an attempt uses them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.outcome import Content
from rowledger.functions.domain.upload import Upload


class Storage(Protocol):
    """Every method raises FaultError (STORAGE, OBJECT_MISSING, BACKUP_DIFFERS or TIME_UP).

    OBJECT_ARCHIVED, OBJECT_ENCRYPTED and OBJECT_ACCESS_DENIED are about the version that is read.
    """

    def read(self, upload: Upload) -> AbstractContextManager[Iterator[bytes]]:
        """Give the bytes of exactly this version, in chunks of constant size."""

    def write_receipt(self, key: str, body: bytes) -> None:
        """Write result.json, over an earlier attempt's."""

    def back_up(
        self, upload: Upload, key: str, content: Content, deadline: Deadline, *, retry: bool
    ) -> str | None:
        """Copy exactly this version inside the store and compare the copy with the content.

        Args:
            upload: what is copied.
            key: where to.
            content: what was counted.
            deadline: no call, no part of a copy and no block of one is begun after it.
            retry: whether an earlier attempt may have left a copy; a good one is kept.

        Returns:
            The copy's version id; None where the backup bucket keeps none.
        """
