"""Sends uploads through the function again: chosen from the ledger, or from the failure queue.

What would be done is planned first and apart from doing it, so that a dry run shows exactly that.
Nothing happens to an upload before its replay is on record, and a dead letter leaves the queue only
once Lambda has accepted its event.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rowledger.functions.domain.errors import FaultError
from rowledger.functions.domain.event import to_event
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.ledger import Ledger
from rowledger.functions.ports.storage import Storage
from rowledger.operations.domain.dead_letters import DeadLetter, QueuedMessage, read_letter
from rowledger.operations.domain.replay import Candidate, Request, Selection, Source
from rowledger.operations.ports.dead_letters import DeadLetters
from rowledger.operations.ports.dispatcher import Dispatcher

Identity = tuple[str, str, str]

# Reading it again would put OBJECT_DELETED in the place of a good outcome.
_GONE = "its version is gone"


@dataclass(frozen=True, slots=True)
class Step:
    """One event to send, or the reason why it is not sent.

    statuses: what the ledger says of each upload now; None where it has no row.
    message: the dead letter that the event is from.
    replaces: whether an outcome of bytes that were read makes way for what is read now.
    """

    uploads: tuple[Upload, ...]
    statuses: tuple[Status | None, ...]
    event: Any
    message: QueuedMessage | None = None
    skipped: str | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """skipped: why nothing was sent after all; None where the event was accepted."""

    step: Step
    skipped: str | None


@dataclass(slots=True)
class Pace:
    """At most so many a second, evenly. monotonic: seconds."""

    per_second: float
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    _next: float | None = None

    def wait(self) -> None:
        now = self.monotonic()
        due = now if self._next is None else max(self._next, now)
        if due > now:
            self.sleep(due - now)
        self._next = due + 1 / self.per_second


@dataclass(frozen=True, slots=True)
class Replay:
    """bucket, suffixes: what the pipeline takes, as read_event's."""

    ledger: Ledger
    dead_letters: DeadLetters
    dispatcher: Dispatcher
    storage: Storage
    bucket: str
    suffixes: Sequence[str]

    def letters(self) -> list[DeadLetter]:
        """The events of the failure queue that nobody else holds, the oldest first."""
        with self.dead_letters.held() as messages:
            return self._read(messages)

    def hidden_letters(self) -> int:
        """About how many more there are: another command holds them, or one that was ended."""
        return self.dead_letters.hidden()

    @contextmanager
    def planned(self, selection: Selection, source: Source, *, limit: int) -> Iterator[list[Step]]:
        """What a replay would do, the oldest first. Dead letters are held meanwhile."""
        if source is Source.LEDGER:
            yield plan_rows(self.ledger.select(selection, limit=limit))
            return
        with self.dead_letters.held() as messages:
            letters = chosen(self._read(messages), selection)[:limit]
            yield plan_letters(letters, self._standings(letters))

    def preview(self, steps: Iterable[Step]) -> Iterator[Done]:
        """What run would do now; nothing is sent."""
        for step in steps:
            yield Done(step, self._skipped(step))

    def run(self, steps: Iterable[Step], request: Request, pace: Pace) -> Iterator[Done]:
        """Do what was planned, step by step; raise FaultError at the first that fails.

        What an attempt has taken up since it was planned is skipped.
        """
        for step in steps:
            skipped = self._skipped(step)
            if skipped is None:
                pace.wait()
                skipped = self._send(step, request)
            yield Done(step, skipped)

    def _read(self, messages: Iterable[QueuedMessage]) -> list[DeadLetter]:
        return [
            read_letter(message, bucket=self.bucket, suffixes=self.suffixes) for message in messages
        ]

    def _skipped(self, step: Step) -> str | None:
        """Why a step is not to be taken. Looked up late: a plan may take hours to be done."""
        if step.skipped is None and step.replaces:
            there = all(self.storage.version_there(upload) for upload in step.uploads)
            return None if there else _GONE
        return step.skipped

    def _send(self, step: Step, request: Request) -> str | None:
        held = self.ledger.reopen(step.uploads, request)
        if held is not None:
            return _in_progress(held.until)
        try:
            self.dispatcher.dispatch(step.event)
        except FaultError as fault:
            if request.reopens:
                names = ", ".join(repr(upload.key) for upload in step.uploads)
                raise FaultError(
                    fault.code,
                    f"{fault.message}; {names} was reopened and not sent: replay it by its key",
                ) from fault
            raise
        if step.message is not None:
            self.dead_letters.remove(step.message)
        return None

    def _standings(self, letters: Iterable[DeadLetter]) -> dict[Identity, Candidate]:
        found = {}
        for upload in {upload for letter in letters for upload in letter.uploads}:
            by_identity = Selection(key=upload.key, version_id=upload.version_id)
            for candidate in self.ledger.select(by_identity, limit=1):
                found[_identity(upload)] = candidate
        return found


def chosen(letters: Iterable[DeadLetter], selection: Selection) -> list[DeadLetter]:
    """The letters with an upload that is selected; with nothing selected, all."""
    if selection == Selection():
        return list(letters)
    return [letter for letter in letters if any(map(selection.takes, letter.uploads))]


def plan_rows(candidates: Iterable[Candidate]) -> list[Step]:
    """One event a row."""
    return [
        Step(
            (candidate.upload,),
            (Status(candidate.record.status),),
            to_event([candidate.upload]),
            skipped=_held([candidate]),
            replaces=candidate.was_read,
        )
        for candidate in candidates
    ]


def plan_letters(
    letters: Iterable[DeadLetter], standings: Mapping[Identity, Candidate]
) -> list[Step]:
    """Each event as it was; one that cannot be read, or that is being processed, stays."""
    steps = []
    for letter in letters:
        known = [standings.get(_identity(upload)) for upload in letter.uploads]
        steps.append(
            Step(
                letter.uploads,
                tuple(Status(each.record.status) if each else None for each in known),
                letter.event,
                letter.message,
                letter.trouble or _held(known),
            )
        )
    return steps


def _held(candidates: Iterable[Candidate | None]) -> str | None:
    for candidate in candidates:
        if candidate and candidate.held_until:
            return _in_progress(candidate.held_until)
    return None


def _in_progress(until: datetime) -> str:
    return f"in progress (until {until})"


def _identity(upload: Upload) -> Identity:
    return upload.bucket, upload.key, upload.version_id
