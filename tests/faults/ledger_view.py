"""What the ledger holds, read by SQL: row by row, and in the model's terms."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.upload import Upload
from tests.faults.ledger_model import (
    Attempt,
    File,
    Identity,
    Message,
    Model,
    Replay,
    Result,
    identity,
)

Row = dict[str, Any]

VIEW = """
WITH f AS (SELECT * FROM file_metadata WHERE bucket = :bucket)
SELECT (SELECT jsonb_agg(to_jsonb(f) || jsonb_build_object('leased', f.lease_expires_at > now())
                         ORDER BY f.id) FROM f),
       (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.file_id, a.attempt)
          FROM file_attempt a JOIN f ON f.id = a.file_id),
       (SELECT jsonb_agg(to_jsonb(n) || jsonb_build_object('leased', n.lease_expires_at > now())
                         ORDER BY n.file_id, n.attempt)
          FROM notification n JOIN f ON f.id = n.file_id),
       (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id) FROM replay r WHERE r.bucket = :bucket)
"""

# What an outcome is made of, in the ledger's row and in a replay's memory of it.
_OUTCOME = (
    "status",
    "rows_count",
    "columns_count",
    "file_size_bytes",
    "sha256",
    "dialect",
    "error",
)


@dataclass(frozen=True)
class View:
    """The rows of one bucket's uploads, as VIEW selects them."""

    files: list[Row]
    attempts: list[Row]
    messages: list[Row]
    replays: list[Row]

    def file_ids(self) -> dict[Identity, int]:
        return {
            (row["bucket"], row["filename"], row["version_id"]): row["id"] for row in self.files
        }

    def lease_ends(self) -> set[datetime]:
        rows = (*self.files, *self.messages)
        return {datetime.fromisoformat(row["lease_expires_at"]) for row in rows}

    def as_model(self) -> Model:
        files = [self._file(row) for row in self.files]
        return Model(
            {identity(file.upload): file for file in files},
            Counter(_replay(row) for row in self.replays),
        )

    def _file(self, row: Row) -> File:
        final = row["status"] != Status.PROCESSING
        return File(
            Upload(
                row["bucket"],
                row["filename"],
                row["version_id"],
                row["etag"],
                row["file_size_bytes"],
                datetime.fromisoformat(row["received_at"]),
            ),
            row["backup_key"],
            [
                Attempt(attempt["request_id"], attempt["result"])
                for attempt in of_file(row["id"], self.attempts)
            ],
            held=row["leased"] and not final,
            result=result_of(row) if final else None,
            backup_version_id=row["backup_version_id"],
            messages=[_message(message) for message in of_file(row["id"], self.messages)],
        )


def of_file(file_id: int, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["file_id"] == file_id]


def _message(row: Row) -> Message:
    return Message(
        row["attempt"],
        Notification(row["message_id"], row["subject"], row["body"], row["attributes"]),
        row["claimed_by"],
        held=row["leased"] and row["sent_at"] is None,
        topic_message_id=row["topic_message_id"],
    )


def result_of(row: Row) -> Result:
    """From a ledger row, or from a replay's memory of one."""
    status, *rest = (row[column] for column in _OUTCOME)
    return Result(row["attempt"], Status(status), *rest)


def _replay(row: Row) -> Replay:
    return Replay(
        (row["bucket"], row["filename"], row["version_id"]),
        ReplayRequest(row["requested_by"], row["reason"], ReplaySource(row["source"])),
        result_of(row["previous"]) if row["previous"] else None,
    )
