"""The digest: one mail about the outcomes that came faster than mails may be sent.

Every rejected file is in it by name with its reason; of the others the sum, and the first of them.
It says no more than SNS takes in one message (256 KB, Amazon SNS quotas): the mails for which there
is no room wait for the next digest.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.recipients import attributes_for, in_digest, size_of
from rowledger.functions.domain.text import printable

# How many mails one digest may take in, and how many successes it lists.
MOST_MAILS = 5000
MOST_LISTED = 50
_MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that waits. event: the JSON for programs, None of an outcome that has none."""

    id: int
    message_id: str
    subject: str
    event: str | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What is published, and the ids of the mails that it takes the place of."""

    notification: Notification
    mails: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PendingDigest:
    """A digest in the ledger that one request alone may publish now."""

    id: int
    notification: Notification
    request_id: str


@dataclass(frozen=True, slots=True)
class _Line:
    """What the digest has of one outcome. size_bytes, rows: 0 where that is not known.

    recipients: whom of its source the digest is for because of it.
    """

    mail: WaitingMail
    text: str
    is_failure: bool
    rows: int
    size_bytes: int
    recipients: frozenset[str] = frozenset()


def make_digest(waiting: Sequence[WaitingMail]) -> Digest:
    """Make a digest of the mails that wait, as many as fit; at least of the first.

    waiting: rejected files first.
    """
    lines, taken, room = [_line(each) for each in waiting], list[_Line](), _MOST_BYTES
    listed, recipients = 0, set[str]()
    for line in lines:
        shown = line.is_failure or listed < MOST_LISTED
        room -= len(line.text.encode()) if shown else 0
        room -= size_of(line.recipients - recipients)
        if taken and room < 0:
            break
        listed += not line.is_failure
        recipients |= line.recipients
        taken.append(line)
    failures = [each for each in taken if each.is_failure]
    successes = [each for each in taken if not each.is_failure]
    names = "".join(each.mail.message_id for each in taken)
    message_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"digest:{names}"))
    return Digest(
        Notification(
            message_id=message_id,
            subject=f"Digest: {len(failures):,} rejected, {len(successes):,} succeeded",
            body="\n".join(_body(failures, successes)) + "\n",
            attributes={
                "status": (Status.FAILED if failures else Status.SUCCESS).value,
                "message_id": message_id,
                **attributes_for(recipients),
            },
        ),
        tuple(each.mail.id for each in taken),
    )


def _body(failures: Sequence[_Line], successes: Sequence[_Line]) -> list[str]:
    total = len(failures) + len(successes)
    lines = [
        f"{total:,} file{'' if total == 1 else 's'} came faster than mails may be sent.",
        "This mail takes the place of theirs. `rowledger show ID` says more of each.",
    ]
    if failures:
        lines += ["", f"REJECTED: {len(failures):,}", *(each.text for each in failures)]
    if successes:
        rows, size = (sum(each.rows for each in successes), sum(e.size_bytes for e in successes))
        lines += [
            "",
            f"SUCCEEDED: {len(successes):,}, with {rows:,} data rows in {size:,} bytes",
            *(each.text for each in successes[:MOST_LISTED]),
        ]
        if len(successes) > MOST_LISTED:
            first, last = successes[MOST_LISTED].mail, successes[-1].mail
            lines.append(
                f"  and {len(successes) - MOST_LISTED:,} more"
                f" (ledger ids {_ledger_id(first)} to {_ledger_id(last)})"
            )
    return lines


def _line(mail: WaitingMail) -> _Line:
    event = _event(mail)
    if not event:
        # Of a version that made no events: what its own mail says in a line.
        return _Line(mail, f"  {mail.subject}", mail.subject.startswith("FAILED"), 0, 0)
    name, error = printable(event["filename"]), event.get("error")
    start = f"  {event['ledger_id']}  {name}"
    if error:
        line = f", line {error['line']:,}" if "line" in error else ""
        text = f"{start}\n      {error['code']}{line}: {error['message']}"
    else:
        rows = event["rows_count"]
        codes = ", ".join(each["code"] for each in event.get("warnings", ()))
        warned = f"; {codes}" if codes else ""
        text = f"{start}  ({rows:,} data row{'' if rows == 1 else 's'}{warned})"
    source = event.get("source")
    return _Line(
        mail,
        text,
        error is not None,
        event["rows_count"] or 0,
        event["file_size_bytes"],
        in_digest(source["name"], is_failure=error is not None) if source else frozenset(),
    )


def _ledger_id(mail: WaitingMail) -> str:
    return str(_event(mail).get("ledger_id", "unknown"))


def _event(mail: WaitingMail) -> dict[str, Any]:
    return json.loads(mail.event) if mail.event else {}
