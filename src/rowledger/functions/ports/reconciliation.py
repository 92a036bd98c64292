"""The port to what reconciliation reads of the ledger, and to its own record of passes.

Beside the Ledger port and not in it: intake needs none of this, and this changes no upload's row
but for the version of a backup that was made again.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from rowledger.functions.domain.reconciliation import Entry, Pass

Identity = tuple[str, str]


class Reconciliation(Protocol):
    """Every method raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED or DATABASE)."""

    def lookup(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, Entry]:
        """The rows of these uploads of one bucket by (key, version id), in one query."""

    def stranded(self, bucket: str, *, after: int, limit: int) -> list[Entry]:
        """Rows that nobody is at work on: lease ended without an outcome, or unsent; by their id.

        after: the id behind which they begin. They are found here whether or not the bucket still
            has their version.
        """

    def oldest_unfinished(self, bucket: str) -> datetime | None:
        """The earliest received time of a row without a final status; None where all have one."""

    def record_backup(self, file_id: int, backup_version_id: str | None) -> None:
        """Note the version of a backup that was made again; the outcome stays as it is."""

    def open_pass(self) -> Pass:
        """The pass that is not finished, now in the hands of this run, or a new one."""

    def save_pass(self, current: Pass) -> None:
        """Keep how far it has come and its totals, and the end where it has one.

        Raise FaultError (LEASE_LOST) where another run has taken the pass in hand since.
        """

    def complete_through(self) -> datetime | None:
        """What the latest finished pass claims; None where none has finished."""
