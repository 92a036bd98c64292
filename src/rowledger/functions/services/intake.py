"""What the function does with one upload, in the order that keeps the promise.

Claim the ledger row; stream and count while the store copies the backup; write the receipt; verify
the backup; commit the outcome with its pending notification; publish; mark it sent. Each step may
be the last one before a crash: the next attempt finds the same keys, and nothing is announced that
is not committed.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.ledger import Claim, Finished, InProgress
from rowledger.functions.domain.mail import MailedStatuses
from rowledger.functions.domain.notification import PendingNotification, announce
from rowledger.functions.domain.outcome import (
    Counted,
    Outcome,
    Rejected,
    Status,
    Unreadable,
    record_of,
)
from rowledger.functions.domain.outcome_event import render_event
from rowledger.functions.domain.receipt import BackupLocation, render_receipt
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.unreadable import FULL_TRY_SECONDS, Earlier, Patience
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.storage import Storage
from rowledger.functions.services.backup import Backup
from rowledger.functions.services.cleanup import after
from rowledger.functions.services.examination import Examination
from rowledger.functions.services.judging import Judged, Judging
from rowledger.functions.services.outbox import Outbox


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """What was done for an upload.

    outcome: None where an earlier attempt had finished it.
    impossible_time: the time of its event where that cannot be; it was recorded as received now.
    """

    upload: Upload
    file_id: int
    status: Status
    attempt: int | None
    outcome: Outcome | None
    duration_ms: int
    impossible_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an attempt wrote of an outcome, before it is committed."""

    outcome: Outcome
    judged_by: JudgedBy | None
    receipt: str
    backup: BackupLocation | None
    backup_version_id: str | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Intake:
    """now: the wall clock, UTC. monotonic: seconds, for durations."""

    ledger: Ledger
    storage: Storage
    outbox: Outbox
    output_bucket: str
    backup_bucket: str
    examination: Examination
    judging: Judging
    patience: Patience
    mailed: MailedStatuses
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def take(self, upload: Upload, request_id: str, *, seconds: float) -> IntakeResult:
        """Account for one upload; raise FaultError where that must be tried again.

        seconds: how long this may take; an attempt that sees no end by then gives up.
        """
        started = self.monotonic()
        deadline = Deadline(started + seconds, self.monotonic)
        deadline.check(before="claiming the upload")
        stated_at = upload.received_at
        upload = upload.received_by(self.now())
        impossible_time = stated_at if upload.received_at != stated_at else None
        match self.ledger.claim(upload, request_id):
            case InProgress(until):
                raise FaultError(
                    FaultCode.UPLOAD_IN_PROGRESS,
                    f"another attempt has {upload.key!r} (until {until})",
                )
            case Finished(file_id, status):
                self.outbox.send_unsent(file_id, request_id, deadline)
                return IntakeResult(
                    upload, file_id, status, None, None, self._since(started), impossible_time
                )
            case Claim() as claim:
                # As the first attempt recorded it.
                upload = replace(upload, received_at=claim.received_at)
                try:
                    outcome, pending = self._process(upload, claim, started, deadline)
                except Exception as error:
                    code = error.code if isinstance(error, FaultError) else FaultCode.INTERNAL
                    after(error, lambda: self.ledger.release(claim, code))
                    raise
                self.outbox.send(pending, deadline)
                return IntakeResult(
                    upload,
                    claim.file_id,
                    record_of(outcome).status,
                    claim.attempt,
                    outcome,
                    self._since(started),
                    impossible_time,
                )

    def _process(
        self, upload: Upload, claim: Claim, started: float, deadline: Deadline
    ) -> tuple[Outcome, PendingNotification]:
        kept = self._read_or_give_up(upload, claim, started, deadline)
        try:
            return kept.outcome, self._commit(upload, claim, kept, deadline)
        except FaultError as fault:
            refused = fault.code is FaultCode.VALUE_REFUSED
            if not refused or not isinstance(kept.outcome, Counted | Rejected):
                raise
            content = kept.outcome.content
        # Another try would meet the same: it is the file's own doing.
        unrecordable = Rejected.unrecordable(content)
        with self._backup(upload, claim, deadline) as backup:
            judged = Judged(unrecordable, kept.judged_by)
            kept = self._keep(upload, judged, started, deadline, backup)
        return kept.outcome, self._commit(upload, claim, kept, deadline)

    def _commit(
        self, upload: Upload, claim: Claim, kept: _Kept, deadline: Deadline
    ) -> PendingNotification:
        message_id = str(uuid.uuid5(uuid.NAMESPACE_URL, _address(upload, claim.attempt)))
        mail = announce(
            upload,
            kept.outcome,
            message_id=message_id,
            file_id=claim.file_id,
            receipt=f"s3://{self.output_bucket}/{kept.receipt}",
            backup=kept.backup,
            judged_by=kept.judged_by,
        )
        event = render_event(
            upload,
            kept.outcome,
            message_id=message_id,
            file_id=claim.file_id,
            attempt=claim.attempt,
            output_bucket=self.output_bucket,
            backup=kept.backup,
            judged_by=kept.judged_by,
        )
        status = record_of(kept.outcome).status
        notification = replace(mail, event=event, mail_wanted=self.mailed.include(status))
        deadline.check(before="committing the outcome")
        return self.ledger.commit(
            claim,
            kept.outcome,
            notification,
            backup_version_id=kept.backup_version_id,
            duration_ms=kept.duration_ms,
            judged_by=kept.judged_by,
        )

    def _read_or_give_up(
        self, upload: Upload, claim: Claim, started: float, deadline: Deadline
    ) -> _Kept:
        """Read the file and keep what it is; where that fails for good, keep why."""
        earlier: Earlier | None = None
        if claim.attempt > 1:
            earlier = self.ledger.earlier_attempts(claim, limit=self.patience.attempts)
        source = self.judging.source_of(upload, claim)
        rejection = self.patience.killed(earlier)
        seconds = deadline.left()
        if rejection is None:
            reading = deadline
            if self.patience.is_last_try(earlier):
                # The last try leaves time to record that it was the last.
                reading = deadline.earlier(max(0, seconds - FULL_TRY_SECONDS))
            try:
                with self._backup(upload, claim, reading, early=claim.attempt == 1) as backup:
                    examined = self.examination.examine(
                        upload,
                        reading,
                        source=source.source,
                        meanwhile=backup.begin,
                    )
                    judged = self.judging.judge(upload, claim, source, examined, reading)
                    return self._keep(upload, judged, started, reading, backup)
            except Exception as error:
                rejection = self.patience.rejection(error, earlier, seconds=seconds)
                if rejection is None:
                    raise
        unread = Unreadable(upload.size_bytes, rejection)
        unreadable = self.judging.unread(unread, claim, source)
        with self._backup(upload, claim, deadline) as backup:
            return self._keep(upload, unreadable, started, deadline, backup)

    def _backup(
        self, upload: Upload, claim: Claim, deadline: Deadline, *, early: bool = False
    ) -> Backup:
        return Backup(self.storage, upload, claim.backup_key, deadline, early)

    def _keep(
        self, upload: Upload, judged: Judged, started: float, deadline: Deadline, backup: Backup
    ) -> _Kept:
        """Write the receipt, and verify the backup where there are bytes."""
        outcome, judged_by = judged.outcome, judged.judged_by
        content = outcome.content if isinstance(outcome, Counted | Rejected) else None
        location = BackupLocation(self.backup_bucket, backup.key) if content else None
        receipt = receipt_key(upload)
        duration_ms = self._since(started)
        deadline.check(before="writing the receipt")
        self.storage.write_receipt(
            receipt,
            render_receipt(upload, outcome, location, self.now(), duration_ms, judged_by),
        )
        backup_version_id = backup.verify(content) if content else None
        return _Kept(outcome, judged_by, receipt, location, backup_version_id, duration_ms)

    def _since(self, started: float) -> int:
        return round((self.monotonic() - started) * 1000)


def _address(upload: Upload, attempt: int) -> str:
    return f"s3://{upload.bucket}/{upload.key}?versionId={upload.version_id}&attempt={attempt}"
