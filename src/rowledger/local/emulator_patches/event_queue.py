"""A queue of events for each function, of which a limited number is worked on at once."""

import logging
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable

_logger = logging.getLogger(__name__)

# How soon a queue is looked at again whose function may run no event at all.
_PAUSED_SECONDS = 1.0

Action = Callable[[], float | None]


class EventQueue:
    """Works on each function's events in the order in which they arrived, in threads of its own."""

    def __init__(
        self, limit_of: Callable[[str], int], paused_seconds: float = _PAUSED_SECONDS
    ) -> None:
        """limit_of: how many events of a function may be worked on at once; asked each time.

        paused_seconds: how soon a limit of none is asked for again.
        """
        self._limit_of = limit_of
        self._paused_seconds = paused_seconds
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Action]] = defaultdict(deque)
        self._running: Counter[str] = Counter()
        self._paused: set[str] = set()

    def put(self, function: str, action: Action, after_seconds: float = 0.0) -> None:
        """Queue an event, and return at once.

        action: works on it, and returns None, or after how many seconds it is to be queued again.
        after_seconds: how long until it is queued; it takes no place meanwhile.
        """
        if after_seconds > 0:
            _later(after_seconds, lambda: self.put(function, action))
            return
        with self._lock:
            self._waiting[function].append(action)
        self._begin(function)

    def _begin(self, function: str) -> None:
        """Begin as many of the waiting events as the limit allows."""
        while (action := self._next(function)) is not None:
            threading.Thread(target=self._work, args=(function, action), daemon=True).start()

    def _next(self, function: str) -> Action | None:
        """The event to begin with now, which then counts as running."""
        limit = self._limit_of(function)
        with self._lock:
            waiting = self._waiting[function]
            if waiting and self._running[function] < limit:
                self._running[function] += 1
                return waiting.popleft()
            if waiting and not self._running[function] and function not in self._paused:
                # Nothing that ends will look again.
                self._paused.add(function)
                _later(self._paused_seconds, lambda: self._resume(function))
            return None

    def _resume(self, function: str) -> None:
        with self._lock:
            self._paused.discard(function)
        self._begin(function)

    def _work(self, function: str, action: Action | None) -> None:
        while action is not None:
            again = None
            try:
                again = action()
            except Exception:  # of the emulator: the other events go on
                _logger.exception("an event of %s could not be worked on", function)
            with self._lock:
                self._running[function] -= 1
            if again is not None:
                self.put(function, action, again)
            action = self._next(function)
        self._begin(function)


def _later(seconds: float, action: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
