"""The port to the three buckets."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.outcome import Outcome
from rowledger.functions.domain.reconciliation import Cursor
from rowledger.functions.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a bucket's listing. after: where the next part begins; None behind the last.

    uploads: its versions by key, the newest of a key first, without delete markers; received_at is
        the version's LastModified.
    """

    uploads: list[Upload]
    after: Cursor | None


class Storage(Protocol):
    """Every method raises FaultError (STORAGE, OBJECT_MISSING, BACKUP_DIFFERS or TIME_UP)."""

    def read(self, upload: Upload) -> AbstractContextManager[Iterator[bytes]]:
        """The bytes of exactly this version, in chunks of constant size."""

    def version_there(self, upload: Upload) -> bool:
        """Whether the bucket still has exactly this version."""

    def write_receipt(self, key: str, body: bytes) -> None:
        """Write result.json, over an earlier attempt's."""

    def back_up(
        self, upload: Upload, key: str, outcome: Outcome, deadline: Deadline, *, retry: bool
    ) -> str | None:
        """Copy exactly this version inside the store and verify the copy against the outcome.

        deadline: no call, no part of a copy and no block of one is begun after it.
        retry: whether an earlier attempt may have left a copy; a good one is kept.
        Return the copy's version id, None where the backup bucket keeps none.
        """

    def versions(self, bucket: str, after: Cursor, *, limit: int) -> Page:
        """List versions behind a cursor; limit: entries looked at, 1 to 1,000."""

    def receipts_there(self, keys: Collection[str], deadline: Deadline) -> set[str]:
        """Those of the receipt keys at which there is an object; none is looked for after it."""

    def backups_there(self, keys: Collection[str], deadline: Deadline) -> set[str]:
        """Those of the backup keys at which there is an object; none is looked for after it."""
