"""Sends uploads through the function again: chosen from the ledger, or from the failure queue.

Nothing happens to an upload before its replay is recorded, and a dead letter leaves the queue only
once Lambda has accepted its event.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.file_pages import MAX_PAGE_ROWS, FileOrder
from rowledger.functions.domain.ledger import InProgress, LedgerRow
from rowledger.functions.domain.ledger_requests import FindRows, ListFiles
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.ports.ledger_actions import LedgerActions
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.operations.domain.dead_letters import DeadLetter, QueuedMessage, read_letter
from rowledger.operations.domain.replay_plan import (
    ReplayStep,
    chosen,
    plan_letters,
    plan_rows,
)
from rowledger.operations.ports.dispatcher import Dispatcher
from rowledger.operations.ports.failure_queue import FailureQueue
from rowledger.operations.ports.input_bucket import InputBucket

# Reading it again would put OBJECT_DELETED in the place of a good outcome.
_GONE = "its version is gone"


@dataclass(frozen=True, slots=True)
class Done:
    """skipped: why nothing was sent after all; None where the event was accepted."""

    step: ReplayStep
    skipped: str | InProgress | None


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

    ledger: LedgerQueries
    actions: LedgerActions
    failure_queue: FailureQueue
    dispatcher: Dispatcher
    input_bucket: InputBucket
    bucket: str
    suffixes: Sequence[str]

    def dead_letters(self) -> list[DeadLetter]:
        """Read the failure queue, the oldest first; what is in it stays there."""
        with self.failure_queue.held() as messages:
            return self._letters(messages)

    def held_elsewhere(self) -> int:
        """About how many messages of the failure queue another command has, or had at its end."""
        return self.failure_queue.hidden()

    @contextmanager
    def planned(
        self, selection: Selection, source: ReplaySource, *, limit: int
    ) -> Iterator[list[ReplayStep]]:
        """Give what a replay would do, the oldest first; dead letters are kept from others then."""
        if source is ReplaySource.LEDGER:
            yield plan_rows(self._selected(selection, limit))
            return
        with self.failure_queue.held() as messages:
            letters = chosen(self._letters(messages), selection)[:limit]
            yield plan_letters(letters, self._rows_of(letters))

    def preview(self, steps: Iterable[ReplayStep]) -> Iterator[Done]:
        """Say what run would do now; nothing is sent."""
        for step in steps:
            yield Done(step, self._skipped(step))

    def run(
        self, steps: Iterable[ReplayStep], request: ReplayRequest, pace: Pace
    ) -> Iterator[Done]:
        """Do what was planned, step by step; raise FaultError at the first that fails.

        What an attempt has taken up since it was planned is skipped.
        """
        for step in steps:
            skipped = self._skipped(step)
            if skipped is None:
                pace.wait()
                skipped = self._send(step, request)
            yield Done(step, skipped)

    def _skipped(self, step: ReplayStep) -> str | InProgress | None:
        """Why a step is not to be taken. Looked up late: a plan may take hours to be done."""
        if step.skipped is None and step.replaces:
            exist = all(self.input_bucket.has_version(upload) for upload in step.uploads)
            return None if exist else _GONE
        return step.skipped

    def _send(self, step: ReplayStep, request: ReplayRequest) -> InProgress | None:
        held = self.actions.reopen([upload.name for upload in step.uploads], request)
        if held is not None:
            return held
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
            self.failure_queue.remove(step.message)
        return None

    def _letters(self, messages: Iterable[QueuedMessage]) -> list[DeadLetter]:
        return [
            read_letter(message, bucket=self.bucket, suffixes=self.suffixes) for message in messages
        ]

    def _selected(self, selection: Selection, limit: int) -> list[LedgerRow]:
        """The rows of a selection, the longest received first, page by page."""
        rows: list[LedgerRow] = []
        after: str | None = None
        while len(rows) < limit:
            page = self.ledger.list_files(
                ListFiles(
                    selection=selection,
                    order=FileOrder.OLDEST,
                    limit=min(MAX_PAGE_ROWS, limit - len(rows)),
                    after=after,
                )
            )
            rows += page.rows
            after = page.after
            if after is None:
                break
        return rows

    def _rows_of(self, letters: Iterable[DeadLetter]) -> dict[UploadName, LedgerRow]:
        names = {upload.name for letter in letters for upload in letter.uploads}
        found = self.ledger.find_rows(FindRows(uploads=tuple(sorted(names)))) if names else ()
        return {row.upload.name: row for row in found}
