"""The mail that says what became of an upload, and what is kept of it until it is sent.

The limits are those of the Amazon SNS API reference, Publish: an ASCII subject of at most 100
characters without line breaks; message attributes hold no control characters.
"""

from dataclasses import dataclass, field
from typing import assert_never

from rowledger.functions.domain.outcome import (
    Counted,
    Deleted,
    Outcome,
    Rejected,
    Status,
    Unreadable,
    record_of,
)
from rowledger.functions.domain.receipt import BackupLocation, timestamp
from rowledger.functions.domain.recipients import attributes_for, of_outcome
from rowledger.functions.domain.rejection import Rejection
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import Upload
from rowledger.functions.domain.warning import FileWarning

MAX_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class Notification:
    """What is said of an outcome: a mail for people, and an event for programs.

    message_id: the same however often it is sent.
    subject, body: the mail. attributes: of both, to filter by; `recipients` of the mail alone.
    event: JSON; None for a digest, and for outcomes that are older than events.
    mail_wanted: whether people are to get the mail.
    """

    message_id: str
    subject: str
    body: str
    attributes: dict[str, str] = field(default_factory=dict)
    event: str | None = None
    mail_wanted: bool = True

    @property
    def is_failure(self) -> bool:
        """Whether it is of a rejected file, or of a window that is not as expected."""
        return self.attributes.get("status") == Status.FAILED or (
            self.attributes.get("kind") == "window" and self.mail_wanted
        )


@dataclass(frozen=True, slots=True)
class PendingNotification:
    """A committed notification that one request alone may publish now.

    request_id: whose right it is.
    event_sent, mail_sent: what was sent of it before.
    """

    id: int
    notification: Notification
    request_id: str
    event_sent: bool = False
    mail_sent: bool = False


def announce(
    upload: Upload,
    outcome: Outcome,
    *,
    message_id: str,
    file_id: int,
    receipt: str,
    backup: BackupLocation | None,
    judged_by: JudgedBy | None = None,
) -> Notification:
    """Make the mail about an outcome.

    receipt: its s3:// address. judged_by: the source of the file; None where it has none.
    """
    name, record = printable(upload.key), record_of(outcome)
    lines = [
        f"File:      {name}",
        f"Status:    {record.status}",
        *_result_lines(outcome),
        *(judged_by.lines(record.status) if judged_by else ()),
        f"Size:      {record.file_size_bytes:,} bytes",
        f"Received:  {timestamp(upload.received_at)}",
        f"Version:   {upload.version_id}",
        f"SHA-256:   {record.sha256 or 'none'}",
        f"Receipt:   {printable(receipt)}",
        f"Backup:    {printable(f's3://{backup.bucket}/{backup.key}') if backup else 'none'}",
        f"Ledger id: {file_id}",
    ]
    return Notification(
        message_id=message_id,
        subject=_subject(outcome, name),
        body="\n".join(lines) + "\n",
        attributes={
            "status": record.status.value,
            "filename": name,
            "message_id": message_id,
            **(_source_attributes(judged_by.source, record.status) if judged_by else {}),
        },
    )


def _source_attributes(source: str, status: Status) -> dict[str, str]:
    values = of_outcome(source, is_failure=status is Status.FAILED)
    return {"source": source, **attributes_for(values)}


def _result_lines(outcome: Outcome) -> list[str]:
    match outcome:
        case Counted(count):
            return [f"Data rows: {count.rows:,}", *map(_warning_line, count.warnings)]
        case Rejected(rejection, warnings=warnings):
            return [*_rejection_lines(rejection), *map(_warning_line, warnings)]
        case Deleted(rejection=rejection) | Unreadable(rejection=rejection):
            return _rejection_lines(rejection)
        case _:
            assert_never(outcome)


def _warning_line(warning: FileWarning) -> str:
    return f"Warning:   {warning.code}: {warning.message}{warning.place}"


def _warnings(number: int) -> str:
    return f", {number} warning{'' if number == 1 else 's'}" if number else ""


def _rejection_lines(rejection: Rejection) -> list[str]:
    lines = [f"Reason:    {rejection.code}: {rejection.message}"]
    if rejection.line is not None:
        lines.append(f"Line:      {rejection.line:,}")
    if rejection.byte_offset is not None:
        lines.append(f"Byte:      {rejection.byte_offset:,}")
    if rejection.code.remedy:
        lines.append(f"To do:     {rejection.code.remedy}")
    return lines


def _rows(number: int) -> str:
    return f"{number} data row{'' if number == 1 else 's'}"


def _subject(outcome: Outcome, name: str) -> str:
    match outcome:
        case Counted(count):
            end = f" ({_rows(count.rows)}{_warnings(len(count.warnings))})"
        case Rejected(rejection) | Deleted(rejection=rejection) | Unreadable(rejection=rejection):
            end = f" ({rejection.code})"
        case _:
            assert_never(outcome)
    start = f"{record_of(outcome).status}: "
    # A mail program would take "=?…?=" for an encoded word (RFC 2047) and show what it encodes.
    ascii_name = name.encode("ascii", errors="replace").decode().replace("=?", "= ?")
    room = MAX_SUBJECT - len(start) - len(end)
    if len(ascii_name) > room:
        ascii_name = "..." + ascii_name[-(room - 3) :]
    return f"{start}{ascii_name}{end}"
