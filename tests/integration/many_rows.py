"""A ledger with many uploads, as a pipeline has them after a year or two."""

from datetime import UTC, datetime

from rowledger.functions.adapters.postgres.database import PLAIN, connect
from rowledger.local.provisioning.database_logins import Login

NEWEST = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)

# Every tenth is gzip, every 500th was rejected, and the last few have no outcome yet. They came in
# the course of two years, from 40 senders.
_FILL = """
INSERT INTO file_metadata (filename, status, timestamp, rows_count, bucket, version_id, etag,
                           received_at, claimed_by, lease_expires_at, file_size_bytes,
                           columns_count, sha256, dialect, error, duration_ms, receipt_key,
                           backup_key)
SELECT CASE n % 40 WHEN 0 THEN 'acme' ELSE 'sender-' || n % 40 END || '/2026/file-' || n
           || CASE n % 10 WHEN 3 THEN '.csv.gz' ELSE '.csv' END,
       status, received_at, CASE status WHEN 'SUCCESS' THEN n % 9973 END, 'input', 'v' || n, 'etag',
       received_at, 'request', received_at, n % 104729 * 17, 12, md5(n::text),
       '{"delimiter": ",", "quote": "\\"", "newline": "\\n", "encoding": "utf-8"}',
       CASE status WHEN 'FAILED' THEN jsonb_build_object(
           'code', CASE n % 1000 WHEN 0 THEN 'NOT_CSV' ELSE 'UNTERMINATED_QUOTE' END,
           'message', 'a sentence') END,
       25, 'receipts/file-' || n || '/v' || n || '/result.json', 'backup/' || n || '_file.csv'
  FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) n,
       LATERAL (SELECT CASE WHEN n % 500 = 0 THEN 'FAILED'
                            WHEN n > :uploads - 5 THEN 'PROCESSING' ELSE 'SUCCESS' END AS status,
                       CAST(:newest AS timestamptz)
                           - make_interval(secs => (:uploads - n) * 63072000.0 / :uploads)
                           AS received_at) computed
"""
_ATTEMPTS = """
INSERT INTO file_attempt (file_id, attempt, request_id, result)
SELECT id, 1, 'request', status FROM file_metadata WHERE id BETWEEN :first AND :last
"""
_NOTIFICATIONS = """
INSERT INTO notification (file_id, attempt, message_id, subject, body, attributes, claimed_by,
                          lease_expires_at, sent_at)
SELECT id, 1, 'm-' || id, 'subject', 'body', '{}', 'request', now(), now()
  FROM file_metadata WHERE id BETWEEN :first AND :last
"""


_AT_ONCE = 50_000
# For a statement, on a machine with other work to do.
_PATIENT_SECONDS = 600


def fill(owner: Login, uploads: int, newest: datetime = NEWEST) -> None:
    """Add so many uploads, and let the server know what it has. newest: when the last one came."""
    connection = connect(owner.credentials, PLAIN, _PATIENT_SECONDS)
    try:
        for first in range(1, uploads + 1, _AT_ONCE):
            part = {"first": first, "last": min(first + _AT_ONCE - 1, uploads)}
            connection.run(_FILL, **part, uploads=uploads, newest=newest)
            connection.run(_ATTEMPTS, **part)
            connection.run(_NOTIFICATIONS, **part)
        for table in ("file_metadata", "file_attempt", "notification"):
            connection.run(f"VACUUM ANALYZE {table}")
    finally:
        connection.close()


def mark_sources(owner: Login, uploads: int) -> None:
    """Have every file of the ledger judged by the source of its sender."""
    connection = connect(owner.credentials, PLAIN, _PATIENT_SECONDS)
    try:
        # As if each had been: only their time is saved.
        connection.run("ALTER TABLE file_metadata DISABLE TRIGGER USER")
        for first in range(1, uploads + 1, _AT_ONCE):
            connection.run(
                "UPDATE file_metadata SET source = split_part(filename, '/', 1)"
                " WHERE id BETWEEN :first AND :last",
                first=first,
                last=first + _AT_ONCE - 1,
            )
        connection.run("ALTER TABLE file_metadata ENABLE TRIGGER USER")
        connection.run("VACUUM ANALYZE file_metadata")
    finally:
        connection.close()
