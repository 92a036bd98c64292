"""Gathers what reconciliation has to know of uploads, a page at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rowledger.functions.domain.account import Account, AccountedRow
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.reconciliation import Facts, age_of, is_backup_due
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.inventory import Inventory
from rowledger.functions.ports.reconciliation import ReconciliationStore

# Uploads whose receipts and backups are looked for before the first of them is decided. The
# deadline may end a run in between; so many take less time than a run has, though each answer of S3
# took all that its time-outs allow, so that every run gets on.
LOOKED_FOR_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class FactGatherer:
    """bucket: the input bucket. now: the wall clock, UTC.

    old_after: the backup of an older upload is looked for where that is asked for only.
    """

    store: ReconciliationStore
    inventory: Inventory
    bucket: str
    now: Callable[[], datetime]
    old_after: timedelta

    def of_listed(
        self, uploads: Sequence[Upload], deadline: Deadline, *, old_backups: bool = True
    ) -> Iterator[Facts]:
        """Gather the facts of uploads that the bucket lists, in their order.

        Args:
            uploads: of one page.
            deadline: of the run.
            old_backups: whether the backups of old uploads are looked for too.

        Raises:
            FaultError: TIME_UP where the deadline comes first; what was given until then is good.
        """
        deadline.check(before="looking up the rows of a page")
        identities = [(each.key, each.version_id) for each in uploads]
        rows = self.store.lookup(self.bucket, identities)
        contradictions = self.store.contradictions(self.bucket, identities)
        for start in range(0, len(uploads), LOOKED_FOR_AT_ONCE):
            part = uploads[start : start + LOOKED_FOR_AT_ONCE]
            found = [rows.get((each.key, each.version_id)) for each in part]
            rows_found = [row for row in found if row]
            due = [
                row
                for row in rows_found
                if is_backup_due(
                    row, age_of(row.upload, row, self.now()), self.old_after, old=old_backups
                )
            ]
            receipts, backups = self._existing(rows_found, due, deadline)
            not_due = {row.backup_key for row in rows_found} - {row.backup_key for row in due}
            for upload, row in zip(part, found, strict=True):
                yield Facts(
                    upload,
                    age_of(upload, row, self.now()),
                    row,
                    receipt_exists=row is not None and row.receipt_key in receipts,
                    backup_exists=row is not None and row.backup_key in backups | not_due,
                    contradiction=contradictions.get((upload.key, upload.version_id)),
                )

    def of_stranded(self, after: int, limit: int) -> list[Facts]:
        """Gather the facts of rows that nobody is at work on, with an id above `after`, by id.

        Their receipts and backups are not looked for.
        """
        rows = self.store.stranded(self.bucket, after=after, limit=limit)
        return [Facts(row.upload, age_of(row.upload, row, self.now()), row) for row in rows]

    def account(self, key: str, version_id: str, deadline: Deadline) -> Account:
        """Say what exists of one upload; raise FaultError (TIME_UP)."""
        row = self.store.lookup(self.bucket, [(key, version_id)]).get((key, version_id))
        if row is None:
            return Account(key, version_id, None, receipt=False, backup=False, announced=False)
        receipts, backups = self._existing([row], [row] if row.was_read else [], deadline)
        return Account(
            key,
            version_id,
            AccountedRow(
                row.status,
                row.rows_count,
                row.attempt,
                self.store.attempt_version(row.id, row.attempt),
            ),
            receipt=row.receipt_key in receipts,
            backup=row.backup_key in backups,
            announced=row.is_announced,
        )

    def _existing(
        self, rows: Sequence[LedgerRow], backed_up: Sequence[LedgerRow], deadline: Deadline
    ) -> tuple[set[str], set[str]]:
        """The keys of the receipts that exist of final rows, and of the backups of some of them."""
        receipts = self.inventory.existing_receipts(
            [row.receipt_key for row in rows if row.is_final], deadline
        )
        backups = self.inventory.existing_backups([row.backup_key for row in backed_up], deadline)
        return receipts, backups
