"""The count at the end: every upload in the bucket held against all that must be there once.

It asks S3, the database and the inbox themselves, and none of the product's code but the names of
things: what reconciliation believes is no evidence here.
"""

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.pipeline import PIPELINE
from tests.faults.arena import Arena
from tests.faults.mail_audit import Account, MailAudit, notices_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

INPUT, OUTPUT, BACKUP = (PIPELINE["buckets"][use] for use in ("input", "output", "backup"))
NOT_READ = {
    "OBJECT_DELETED",
    "OBJECT_ARCHIVED",
    "OBJECT_ENCRYPTED",
    "OBJECT_ACCESS_DENIED",
    "UNREADABLE",
}
_MAIL_SECONDS = 30.0
# Larger ones were counted when they were made.
_COUNTED_HERE_BYTES = 1 << 20

_ROWS = """
SELECT f.id, f.filename, f.version_id, f.status, f.rows_count, f.sha256, f.error ->> 'code',
       f.receipt_key, f.backup_key,
       (SELECT count(*) FROM replay r WHERE r.file_id = f.id AND r.source = 'ledger')
  FROM file_metadata f WHERE starts_with(f.filename, :prefix) ORDER BY f.id
"""
Identity = tuple[str, str]


@dataclass(frozen=True)
class Row:
    id: int
    key: str
    version_id: str
    status: str
    rows_count: int | None
    sha256: str | None
    error: str | None
    receipt_key: str
    backup_key: str
    reopened: int


class Audit:
    """One count of all uploads whose keys begin with a prefix."""

    def __init__(self, arena: Arena, prefix: str) -> None:
        self._s3: S3Client = arena.stack.client("s3")
        self._prefix = prefix
        self.account = Account()
        with arena.superuser() as connection:
            self._rows = [Row(*row) for row in connection.run(_ROWS, prefix=prefix)]
            self._notices = notices_of(connection, prefix)
        self._mails = MailAudit(arena, prefix, self._notices)

    def run(self) -> Account:
        rows: dict[Identity, list[Row]] = defaultdict(list)
        for row in self._rows:
            rows[row.key, row.version_id].append(row)
        uploads = set(self._versions(INPUT, self._prefix)) | set(rows)
        self.account.uploads, self.account.rows = len(uploads), len(self._rows)
        for upload in sorted(uploads):
            self._count_upload(upload, rows[upload])
        self._count_strays()
        self._mails.count(self.account)
        return self.account

    def _lost(self, upload: Identity, what: str) -> None:
        self.account.lost.append(f"{upload[0]} ({upload[1]}): {what}")

    def _doubled(self, upload: Identity, what: str) -> None:
        self.account.doubled.append(f"{upload[0]} ({upload[1]}): {what}")

    def _count_upload(self, upload: Identity, rows: list[Row]) -> None:
        if not rows:
            self._lost(upload, "no ledger row")
            return
        if len(rows) > 1:
            self._doubled(upload, f"{len(rows)} ledger rows")
        row = rows[0]
        if row.status == "PROCESSING":
            self._lost(upload, "no outcome")
            return
        self.account.outcomes += 1
        self._count_receipt(upload, row)
        if row.error not in NOT_READ:
            self._count_backup(upload, row)
        notices = [notice for notice in self._notices if notice.file_id == row.id]
        if not notices:
            self._lost(upload, "no notification")
        elif not {f"Status:    {row.status}", _result_line(row)} <= _lines(notices[-1].body):
            self._lost(upload, "its notification says something else than its row")
        if len(notices) > 1 + row.reopened:
            self._doubled(upload, f"{len(notices)} notifications")
        if not all(notice.sent for notice in notices):
            self._lost(upload, "a notification was not sent")

    def _count_receipt(self, upload: Identity, row: Row) -> None:
        body = self._read(OUTPUT, row.receipt_key)
        if body is None:
            self._lost(upload, "no receipt")
            return
        self.account.receipts += 1
        said = json.loads(body)
        names = ("filename", "version_id", "status", "rows_count")
        found = (*(said[name] for name in names), said.get("error", {}).get("code"))
        if found != (*upload, row.status, row.rows_count, row.error):
            self._lost(upload, f"its receipt says {found}")

    def _count_backup(self, upload: Identity, row: Row) -> None:
        backup = self._read(BACKUP, row.backup_key)
        if backup is None:
            self._lost(upload, "no backup")
            return
        self.account.backups += 1
        original = self._read(INPUT, *upload)
        if original is not None and original != backup:
            self._lost(upload, "its backup differs")
        if hashlib.sha256(backup).hexdigest() != row.sha256:
            self._lost(upload, "its digest is not its backup's")
        if row.status == "SUCCESS" and len(backup) <= _COUNTED_HERE_BYTES:
            expected = _data_rows(backup)
            if expected is not None and expected != row.rows_count:
                self._lost(upload, f"{row.rows_count} data rows of {expected}")

    def _count_strays(self) -> None:
        """Receipts and backups that no row knows."""
        known = {row.receipt_key for row in self._rows}
        for key, version_id in set(self._versions(OUTPUT, f"receipts/{self._prefix}")):
            if key not in known:
                self._doubled((key, version_id), "a receipt of no ledger row")
        known = {row.backup_key for row in self._rows}
        for key, version_id in set(self._versions(BACKUP, "backup/")):
            if f"_{self._prefix}" in key and key not in known:
                self._doubled((key, version_id), "a backup of no ledger row")

    def _versions(self, bucket: str, prefix: str) -> Iterator[Identity]:
        pages = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=bucket, Prefix=prefix
        )
        for page in pages:
            for version in page.get("Versions", []):
                yield version["Key"], version["VersionId"]

    def _read(self, bucket: str, key: str, version_id: str | None = None) -> bytes | None:
        pinned: Any = {"VersionId": version_id} if version_id else {}
        try:
            return self._s3.get_object(Bucket=bucket, Key=key, **pinned)["Body"].read()
        except self._s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchVersion", "404"):
                return None
            raise


def _result_line(row: Row) -> str:
    """What its mail says of an outcome, whole or as it begins."""
    return f"Reason:    {row.error}" if row.error else f"Data rows: {row.rows_count:,}"


def _lines(body: str) -> set[str]:
    """The lines of a mail; of a reason its code alone."""
    return {
        ":".join(line.split(":")[:2]) if line.startswith("Reason:") else line
        for line in body.splitlines()
    }


def _data_rows(content: bytes) -> int | None:
    """By the csv module; None for what is not plain UTF-8 text with commas."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return max(sum(1 for record in csv.reader(io.StringIO(text, newline="")) if record) - 1, 0)
