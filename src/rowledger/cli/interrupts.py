"""Interrupts that wait for a moment at which they leave nothing half done."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """SIGINT and SIGTERM raise KeyboardInterrupt within interruptible(), and wait for it elsewhere.

    A terminal sends the first, a CI system both in turn.
    """

    def __init__(self) -> None:
        self._waiting = False
        self._open = False

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """While this holds, the signals are this object's."""
        known = {each: signal.signal(each, self._noted) for each in _SIGNALS}
        try:
            yield
        finally:
            for each, handler in known.items():
                signal.signal(each, handler)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        self._open = True
        try:
            self._raise_waiting()
            yield
        finally:
            self._open = False

    def _noted(self, _number: int, _frame: FrameType | None) -> None:
        self._waiting = True
        if self._open:
            self._raise_waiting()

    def _raise_waiting(self) -> None:
        if self._waiting:
            self._waiting = False
            raise KeyboardInterrupt
