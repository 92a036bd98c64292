"""A copy inside S3 that runs beside what the attempt does: the call waits, and costs nothing."""

import math
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.storage import Copied


class BegunCopy:
    """Runs a copy in a thread of its own.

    copy: makes it, by the deadline that it is given: one at which no time is left once the copy is
        abandoned.

    Raises FaultError (STORAGE) where there is no room for a thread.
    """

    def __init__(self, copy: Callable[[Deadline], Copied], deadline: Deadline) -> None:
        self._abandoned = Event()
        self._copy = copy
        self._deadline = replace(deadline, monotonic=lambda: self._now(deadline))
        self._copied = Copied()
        self._error: Exception | None = FaultError(
            FaultCode.STORAGE, "the copy ended without an answer"
        )
        self._thread = Thread(target=self._run, name="copy")
        try:
            self._thread.start()
        except RuntimeError as error:
            raise FaultError(FaultCode.STORAGE, f"the copy was not begun: {error}") from error

    def wait(self) -> Copied:
        """Wait until it is made; raise what the copy raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._copied

    def abandon(self) -> Exception | None:
        """Wait until it has ended, as soon as it can; return what ended it."""
        self._abandoned.set()
        self._thread.join()
        return self._error

    def _now(self, deadline: Deadline) -> float:
        return math.inf if self._abandoned.is_set() else deadline.monotonic()

    def _run(self) -> None:
        try:
            self._copied = self._copy(self._deadline)
            self._error = None
        except Exception as error:  # noqa: BLE001 -- it is raised where the copy is waited for
            self._error = error
