"""The port to what lies in the three buckets, as reconciliation asks for it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.reconciliation_pass import Cursor
from rowledger.functions.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a bucket's listing. after: where the next part begins; None behind the last.

    uploads: its versions by key, the newest of a key first, without delete markers; received_at is
        the version's LastModified.
    """

    uploads: list[Upload]
    after: Cursor | None


class Inventory(Protocol):
    """Every method raises FaultError (STORAGE or TIME_UP)."""

    def list_versions(self, bucket: str, after: Cursor, *, limit: int) -> Page:
        """List versions behind a cursor; limit: entries looked at, 1 to 1,000."""

    def has_version(self, upload: Upload) -> bool:
        """Say whether the input bucket has exactly this version."""

    def existing_receipts(self, keys: Collection[str], deadline: Deadline) -> set[str]:
        """Return the receipt keys that exist; none is looked for after the deadline."""

    def existing_backups(self, keys: Collection[str], deadline: Deadline) -> set[str]:
        """Return the backup keys that exist; none is looked for after the deadline."""
