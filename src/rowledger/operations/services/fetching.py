"""Fetches what the pipeline keeps of an upload, and compares it with the ledger."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rowledger.errors import CommandError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import printable
from rowledger.operations.ports.objects import Objects


class Kept(StrEnum):
    """What there is of an upload."""

    RECEIPT = "receipt"
    BACKUP = "backup"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Location:
    """version_id: None where the ledger names none."""

    bucket: str
    key: str
    version_id: str | None


@dataclass(frozen=True, slots=True)
class Fetching:
    objects: Objects
    output_bucket: str
    backup_bucket: str

    def location(self, row: LedgerRow, kept: Kept) -> Location:
        """Where it is; raise CommandError where there can be none."""
        if kept is Kept.INPUT:
            return Location(row.bucket, row.filename, row.version_id)
        if not row.is_final:
            raise CommandError(f"{printable(row.filename)} has no outcome yet, so no {kept}")
        if kept is Kept.RECEIPT:
            return Location(self.output_bucket, row.receipt_key, None)
        if not row.was_read:
            raise CommandError(f"{printable(row.filename)} has no backup: {row.no_backup_reason}")
        return Location(self.backup_bucket, row.backup_key, row.backup_version_id)

    def fetch(self, row: LedgerRow, kept: Kept, write: Callable[[bytes], object]) -> int:
        """Write its bytes; return how many there were.

        Raises:
            CommandError: where they are not what the ledger says. What was written is then wrong.
            FaultError: where they cannot be read.
        """
        where = self.location(row, kept)
        digest, size = hashlib.sha256(), 0
        receipt = bytearray()
        for chunk in self.objects.read(where.bucket, where.key, where.version_id):
            digest.update(chunk)
            size += len(chunk)
            write(chunk)
            if kept is Kept.RECEIPT:
                receipt += chunk
        if kept is Kept.RECEIPT:
            _compare_receipt(row, where, bytes(receipt))
        elif row.sha256 is not None and digest.hexdigest() != row.sha256:
            raise CommandError(
                f"s3://{where.bucket}/{printable(where.key)} is not what the ledger recorded:"
                f" its SHA-256 is {digest.hexdigest()}, the ledger's {row.sha256}"
            )
        return size


def _compare_receipt(row: LedgerRow, where: Location, content: bytes) -> None:
    """Raise CommandError where a receipt is of another upload or says another outcome."""
    try:
        receipt = json.loads(content)
        said = tuple(receipt[name] for name in ("version_id", "status", "rows_count", "sha256"))
    except (ValueError, TypeError, KeyError):
        said = None
    if said != (row.version_id, row.status.value, row.rows_count, row.sha256):
        raise CommandError(
            f"s3://{where.bucket}/{printable(where.key)} does not say what the ledger says:"
            " somebody wrote over it; remove it, then repair it with: rowledger reconcile"
        )
