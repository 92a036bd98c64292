"""The ledger in PostgreSQL; leases run on its clock, the one clock that all attempts share.

Whether a lease has ended is asked of clock_timestamp(): now() is when the transaction began, and it
may have waited since for the row.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pg8000.native import Connection

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.earlier_uploads import earlier_upload
from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.keys import alternative_backup_key, backup_key, receipt_key
from rowledger.functions.domain.ledger import Claim, ClaimResult, Finished, InProgress
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Header, Outcome, Status, record_of
from rowledger.functions.domain.sources.chosen import Candidate, JudgedBy
from rowledger.functions.domain.sources.earlier_files import (
    MOST_FILES,
    EarlierFiles,
)
from rowledger.functions.domain.unreadable import GIVEN_UP, Earlier, EarlierAttempt
from rowledger.functions.domain.upload import Upload

# Seconds that publishing one message may keep the right to do so.
PUBLISH_LEASE_SECONDS = 60
QUERIES = load_queries("ledger", **load_queries("mail"))


@dataclass(frozen=True, slots=True)
class PostgresLedger:
    """lease_seconds: how long a claim lasts; longer than the function may run.

    function_version: what each attempt is recorded as made by; None where that is not known.
    queries: by name, as queries/ledger.sql has them.
    """

    database: Database
    lease_seconds: int
    function_version: str | None = None
    queries: Mapping[str, str] = field(default_factory=lambda: QUERIES)

    def claim(self, upload: Upload, request_id: str) -> ClaimResult:
        identity = {
            "bucket": upload.bucket,
            "key": upload.key,
            "version_id": upload.version_id,
        }
        claim = {
            **identity,
            "request_id": request_id,
            "lease": self.lease_seconds,
            "function_version": self.function_version,
        }
        with self.database.session() as connection:
            for location in (backup_key(upload), alternative_backup_key(upload)):
                for row in connection.run(
                    self.queries["begin"],
                    **claim,
                    etag=upload.etag,
                    size=upload.size_bytes,
                    received_at=upload.received_at,
                    receipt_key=receipt_key(upload),
                    backup_key=location,
                ):
                    return _claim_of(row)
                for row in connection.run(self.queries["take_over"], **claim):
                    return _claim_of(row)
                for file_id, status, lease_expires_at in connection.run(
                    self.queries["claim_state"], **identity
                ):
                    if status == Status.PROCESSING:
                        return InProgress(lease_expires_at)
                    return Finished(file_id, Status(status))
                # No row for this upload, and yet a conflict: another's backup has this key.
            raise FaultError(FaultCode.DATABASE, f"no backup key is free for {upload.key!r}")

    def commit(
        self,
        claim: Claim,
        outcome: Outcome,
        notification: Notification,
        *,
        backup_version_id: str | None,
        duration_ms: int,
        judged_by: JudgedBy | None = None,
    ) -> PendingNotification:
        attempt = {"id": claim.file_id, "attempt": claim.attempt}
        with self.database.transaction() as connection:
            committed = connection.run(
                self.queries["commit"],
                **attempt,
                **_outcome_columns(outcome),
                backup_version_id=backup_version_id,
                duration_ms=duration_ms,
                **_source_columns(judged_by),
            )
            if not committed:
                raise FaultError(
                    FaultCode.LEASE_LOST,
                    f"attempt {claim.attempt} at ledger row {claim.file_id} lost its lease",
                )
            ((request_id,),) = committed
            connection.run(
                self.queries["end_attempt"], **attempt, result=record_of(outcome).status.value
            )
            ((notification_id,),) = connection.run(
                self.queries["add_notification"],
                **attempt,
                message_id=notification.message_id,
                subject=notification.subject,
                body=notification.body,
                attributes=json.dumps(notification.attributes),
                event=notification.event,
                mail_wanted=notification.mail_wanted,
                claimed_by=request_id,
                lease=PUBLISH_LEASE_SECONDS,
            )
        return PendingNotification(
            notification_id, notification, request_id, event_sent=notification.event is None
        )

    def release(self, claim: Claim, code: FaultCode) -> None:
        attempt = {"id": claim.file_id, "attempt": claim.attempt}
        with self.database.transaction() as connection:
            # Nothing to end where the attempt was taken over, or had committed after all.
            if connection.run(self.queries["release"], **attempt):
                connection.run(self.queries["end_attempt"], **attempt, result=code.value)

    def earlier_attempts(self, claim: Claim, *, limit: int) -> Earlier:
        with self.database.session() as connection:
            attempts = [
                EarlierAttempt(*row)
                for row in connection.run(
                    self.queries["earlier_attempts"],
                    id=claim.file_id,
                    attempt=claim.attempt,
                    limit=limit,
                    given_up=[code.value for code in GIVEN_UP],
                )
            ]
            before = connection.run(
                self.queries["result_before"], id=claim.file_id, attempt=claim.attempt
            )
            ((at, others_read),) = connection.run(
                self.queries["others_read"],
                id=claim.file_id,
                since=attempts[0].started_at if attempts else None,
            )
        replayed = bool(before) and before[0][0] in tuple(Status)
        return Earlier(attempts, at, others_read, replayed)

    def earlier_files(self, claim: Claim, source: str, sha256: str) -> EarlierFiles:
        with self.database.session() as connection:
            (found,) = connection.run(
                self.queries["earlier_files"],
                id=claim.file_id,
                source=source,
                sha256=sha256,
                replay=claim.replay,
                most=MOST_FILES,
            )
        weekday, header, header_sha256, on_day, rows, same_bytes, same_key = found
        names = None if header is None else tuple(header)
        return EarlierFiles(
            last=Header(names, header_sha256) if header_sha256 else None,
            rows_on_day=tuple(on_day),
            rows=tuple(rows),
            weekday=weekday,
            same_bytes=earlier_upload(same_bytes),
            same_key=earlier_upload(same_key),
        )

    def pending_notification(
        self, file_id: int, request_id: str
    ) -> PendingNotification | InProgress | None:
        with self.database.session() as connection:
            return self._claim_notification(connection, file_id, request_id)

    def mark_event_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        self.database.repeatable(
            lambda connection: connection.run(
                self.queries["mark_event_sent"], topic=topic_message_id, id=pending.id
            )
        )

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        # Sent already: a lost answer here must not have it sent once more.
        self.database.repeatable(
            lambda connection: connection.run(
                self.queries["mark_sent"], topic=topic_message_id, id=pending.id
            )
        )

    def release_notification(self, pending: PendingNotification) -> None:
        with self.database.session() as connection:
            connection.run(
                self.queries["release_notification"],
                id=pending.id,
                request_id=pending.request_id,
            )

    def _claim_notification(
        self, connection: Connection, file_id: int, request_id: str
    ) -> PendingNotification | InProgress | None:
        for row in connection.run(
            self.queries["claim_notification"],
            file_id=file_id,
            request_id=request_id,
            lease=PUBLISH_LEASE_SECONDS,
        ):
            return pending_of(row, request_id)
        for (until,) in connection.run(self.queries["held_notification"], file_id=file_id):
            return InProgress(until)
        return None


def pending_of(row: Sequence[Any], request_id: str) -> PendingNotification:
    """Make it of the columns that queries/mail.sql lists as pending."""
    notification_id, *content, event_sent, mail_sent = row
    return PendingNotification(
        notification_id, Notification(*content), request_id, event_sent, mail_sent
    )


def _claim_of(row: Sequence[Any]) -> Claim:
    file_id, attempt, key, received_at, found, replay = row
    candidates = tuple(Candidate(*each) for each in found or ())
    return Claim(file_id, attempt, key, received_at, candidates, replay)


def _source_columns(judged_by: JudgedBy | None) -> dict[str, str | int | None]:
    before = judged_by.supersedes if judged_by else None
    return {
        "source": judged_by.source if judged_by else None,
        "sources_version": judged_by.version if judged_by else None,
        "supersedes": before.file_id if before else None,
    }


def _outcome_columns(outcome: Outcome) -> dict[str, str | int | None]:
    record = record_of(outcome)
    return {
        "status": record.status.value,
        "rows": record.rows_count,
        "size": record.file_size_bytes,
        "columns": record.columns_count,
        "sha256": record.sha256,
        "dialect": json.dumps(record.dialect) if record.dialect else None,
        "error": json.dumps(record.error) if record.error else None,
        "warnings": json.dumps(record.warnings),
        "header": None if record.header is None else json.dumps(record.header),
        "header_sha256": record.header_sha256,
    }
