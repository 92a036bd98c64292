"""Reconciliation's view of the ledger in PostgreSQL; leases are judged by its clock."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.pass_totals import totals_document, totals_of
from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.reconciliation import Cursor, Entry, Pass, Totals
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.reconciliation import Identity

# The one character that a key may hold and PostgreSQL's text may not: no row has it.
_NUL = "\0"

_ENTRY = """
SELECT f.id, f.filename, f.version_id, f.etag, f.file_size_bytes, f.received_at, f.status,
       f.status = 'PROCESSING' AND f.lease_expires_at > now(),
       EXISTS (SELECT FROM notification n
                WHERE n.file_id = f.id AND n.sent_at IS NULL AND n.lease_expires_at <= now()),
       f.rows_count, f.sha256, f.timestamp, f.duration_ms, f.receipt_key, f.backup_key, f.attempt,
       EXISTS (SELECT FROM notification n
                WHERE (n.file_id, n.attempt) = (f.id, f.attempt) AND n.sent_at IS NOT NULL)
  FROM file_metadata f
"""

_LOOKUP = """
  JOIN jsonb_to_recordset(CAST(:wanted AS jsonb)) AS wanted (key text, version_id text)
    ON f.filename = wanted.key AND f.version_id = wanted.version_id
 WHERE f.bucket = :bucket
"""

_STRANDED = """
 WHERE f.bucket = :bucket AND f.id > :after AND f.id IN (
           SELECT id FROM file_metadata
            WHERE status = 'PROCESSING' AND lease_expires_at <= now()
            UNION
           SELECT file_id FROM notification
            WHERE sent_at IS NULL AND lease_expires_at <= now())
 ORDER BY f.id LIMIT :limit
"""

_OLDEST_UNFINISHED = """
SELECT min(received_at) FROM file_metadata WHERE status = 'PROCESSING' AND bucket = :bucket
"""

_RESUME = """
UPDATE reconcile_pass SET run = run + 1 WHERE ended_at IS NULL
RETURNING id, began_at, run, key_marker, version_marker, swept, totals
"""

_BEGIN = """
INSERT INTO reconcile_pass (totals) VALUES (CAST(:totals AS jsonb))
ON CONFLICT DO NOTHING
RETURNING id, began_at, run, key_marker, version_marker, swept, totals
"""

_SAVE = """
UPDATE reconcile_pass
   SET key_marker = :key, version_marker = :version_id, swept = :swept,
       totals = CAST(:totals AS jsonb),
       ended_at = :ended_at, complete_through = :complete_through
 WHERE id = :id AND run = :run AND ended_at IS NULL
RETURNING id
"""

_COMPLETE_THROUGH = """
SELECT complete_through FROM reconcile_pass WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class PostgresReconciliation:
    database: Database

    def lookup(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, Entry]:
        wanted = [
            {"key": key, "version_id": version_id}
            for key, version_id in identities
            if _NUL not in key + version_id
        ]
        with self.database.session() as connection:
            rows = connection.run(_ENTRY + _LOOKUP, bucket=bucket, wanted=json.dumps(wanted))
        return {(row[1], row[2]): _entry(bucket, row) for row in rows}

    def stranded(self, bucket: str, *, after: int, limit: int) -> list[Entry]:
        with self.database.session() as connection:
            rows = connection.run(_ENTRY + _STRANDED, bucket=bucket, after=after, limit=limit)
        return [_entry(bucket, row) for row in rows]

    def oldest_unfinished(self, bucket: str) -> datetime | None:
        with self.database.session() as connection:
            ((moment,),) = connection.run(_OLDEST_UNFINISHED, bucket=bucket)
        found: datetime | None = moment
        return found

    def record_backup(self, file_id: int, backup_version_id: str | None) -> None:
        with self.database.session() as connection:
            connection.run(
                "UPDATE file_metadata SET backup_version_id = :version_id WHERE id = :id",
                version_id=backup_version_id,
                id=file_id,
            )

    def open_pass(self) -> Pass:
        with self.database.session() as connection:
            for statement, values in (
                (_RESUME, {}),
                (_BEGIN, {"totals": json.dumps(totals_document(Totals()))}),
                # Another run may have begun one in between.
                (_RESUME, {}),
            ):
                for row in connection.run(statement, **values):
                    return _pass(row)
        raise FaultError(FaultCode.DATABASE, "no pass could be begun: another run ends them")

    def save_pass(self, current: Pass) -> None:
        with self.database.session() as connection:
            saved = connection.run(
                _SAVE,
                id=current.id,
                run=current.run,
                key=quote(current.cursor.key, safe="/"),
                version_id=current.cursor.version_id,
                swept=current.swept,
                totals=json.dumps(totals_document(current.totals)),
                ended_at=current.ended_at,
                complete_through=current.complete_through,
            )
        if not saved:
            raise FaultError(FaultCode.LEASE_LOST, f"another run has pass {current.id} in hand")

    def complete_through(self) -> datetime | None:
        with self.database.session() as connection:
            rows: list[list[datetime]] = connection.run(_COMPLETE_THROUGH)
        return rows[0][0] if rows else None


def _entry(bucket: str, row: list[Any]) -> Entry:
    file_id, key, version_id, etag, size_bytes, received_at, status, held, unsent, *rest = row
    upload = Upload(bucket, key, version_id, etag, size_bytes, received_at)
    return Entry(file_id, upload, Status(status), held, unsent, *rest)


def _pass(row: list[Any]) -> Pass:
    number, began_at, run, key, version_id, swept, totals = row
    return Pass(number, began_at, run, Cursor(unquote(key), version_id), swept, totals_of(totals))
