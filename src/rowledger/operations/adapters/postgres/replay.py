"""What a replay asks of the ledger in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from pg8000.native import Connection

from rowledger.functions.adapters.postgres.rows import COLUMNS, ROWS
from rowledger.functions.domain.ledger import FileRecord, InProgress
from rowledger.functions.domain.upload import Upload
from rowledger.operations.domain.replay import Candidate, Request, Selection

_HELD_UNTIL = (
    "CASE WHEN f.status = 'PROCESSING' AND f.lease_expires_at > clock_timestamp()"
    " THEN f.lease_expires_at END"
)

_SELECT = f"""
SELECT {_HELD_UNTIL}, {COLUMNS}
  FROM {ROWS}
 WHERE (CAST(:key AS text) IS NULL OR f.filename = :key)
   AND (CAST(:version_id AS text) IS NULL OR f.version_id = :version_id)
   AND (CAST(:prefix AS text) IS NULL OR starts_with(f.filename, :prefix))
   AND (CAST(:status AS text) IS NULL OR f.status = :status)
   AND (CAST(:since AS timestamptz) IS NULL OR f.received_at >= :since)
   AND (CAST(:until AS timestamptz) IS NULL OR f.received_at < :until)
 ORDER BY f.received_at, f.id LIMIT :limit
"""  # noqa: S608 -- the parts are constants of this package

_LOCK = f"""
SELECT {_HELD_UNTIL}
  FROM file_metadata f
 WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
   FOR UPDATE
"""  # noqa: S608 -- the part is a constant of this module

_RECORD = """
INSERT INTO replay (requested_by, reason, source, bucket, filename, version_id, file_id, previous)
SELECT :by, :reason, :source, :bucket, :key, :version_id, f.id,
       CASE WHEN f.status <> 'PROCESSING' THEN jsonb_build_object(
           'status', f.status, 'timestamp', f.timestamp, 'rows_count', f.rows_count,
           'columns_count', f.columns_count, 'file_size_bytes', f.file_size_bytes,
           'sha256', f.sha256, 'dialect', f.dialect, 'error', f.error, 'attempt', f.attempt) END
  FROM (SELECT) one
  LEFT JOIN file_metadata f
    ON f.bucket = :bucket AND f.filename = :key AND f.version_id = :version_id
"""

_REOPEN = """
UPDATE file_metadata
   SET status = 'PROCESSING', timestamp = now(), lease_expires_at = now(), rows_count = NULL,
       columns_count = NULL, sha256 = NULL, dialect = NULL, error = NULL, duration_ms = NULL
 WHERE bucket = :bucket AND filename = :key AND version_id = :version_id
   AND status <> 'PROCESSING'
"""


def select(connection: Connection, selection: Selection, limit: int) -> list[Candidate]:
    rows: list[list[Any]] = connection.run(
        _SELECT,
        key=selection.key,
        version_id=selection.version_id,
        prefix=selection.prefix,
        status=selection.status.value if selection.status else None,
        since=selection.since,
        until=selection.until,
        limit=limit,
    )
    return [Candidate(FileRecord(*row), held_until) for held_until, *row in rows]


def reopen(
    connection: Connection, uploads: Sequence[Upload], request: Request
) -> InProgress | None:
    """In the caller's transaction."""
    identities = sorted({(upload.bucket, upload.key, upload.version_id) for upload in uploads})
    # In order, so that two replays of the same uploads cannot wait for each other in a circle.
    chosen = [dict(zip(("bucket", "key", "version_id"), each, strict=True)) for each in identities]
    for identity in chosen:
        for (held_until,) in connection.run(_LOCK, **identity):
            if held_until is not None:
                return InProgress(held_until)
    for identity in chosen:
        connection.run(
            _RECORD, **identity, by=request.by, reason=request.reason, source=request.source.value
        )
        if request.reopens:
            connection.run(_REOPEN, **identity)
    return None
