"""What a replay would do, as data: planned apart from doing it, so that a dry run shows that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.event import to_event
from rowledger.functions.domain.ledger import InProgress, LedgerRow
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.upload import Upload, UploadName
from rowledger.operations.domain.dead_letters import DeadLetter, QueuedMessage


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One event to send, or the reason why it is not sent.

    statuses: what the ledger says of each upload now; None where it has no row.
    skipped: InProgress where another attempt has an upload.
    message: the dead letter that the event is from.
    replaces: whether an outcome of bytes that were read makes way for what is read now.
    """

    uploads: tuple[Upload, ...]
    statuses: tuple[Status | None, ...]
    event: Any
    message: QueuedMessage | None = None
    skipped: str | InProgress | None = None
    replaces: bool = False


def chosen(letters: Iterable[DeadLetter], selection: Selection) -> list[DeadLetter]:
    """The letters with an upload that is selected; with nothing selected, all."""
    if selection == Selection():
        return list(letters)
    return [letter for letter in letters if any(map(selection.takes, letter.uploads))]


def plan_rows(rows: Iterable[LedgerRow]) -> list[ReplayStep]:
    """One event a row."""
    return [
        ReplayStep(
            (row.upload,),
            (row.status,),
            to_event([row.upload]),
            skipped=_held([row]),
            replaces=row.was_read,
        )
        for row in rows
    ]


def plan_letters(
    letters: Iterable[DeadLetter], rows: Mapping[UploadName, LedgerRow]
) -> list[ReplayStep]:
    """Each event as it was; one that cannot be read, or that is being processed, stays."""
    steps = []
    for letter in letters:
        known = [rows.get(upload.name) for upload in letter.uploads]
        steps.append(
            ReplayStep(
                letter.uploads,
                tuple(row.status if row else None for row in known),
                letter.event,
                letter.message,
                letter.trouble or _held(known),
            )
        )
    return steps


def _held(rows: Iterable[LedgerRow | None]) -> InProgress | None:
    for row in rows:
        if row and row.held_until:
            return InProgress(row.held_until)
    return None
