"""A dispatcher that keeps what it was given."""

from typing import Any


class FakeDispatcher:
    """The fake of the Dispatcher port. Faults put in `faults` are raised, one a call."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.faults: list[Exception] = []

    def dispatch(self, event: Any) -> None:  # noqa: ANN401 -- any JSON
        if self.faults:
            raise self.faults.pop(0)
        self.events.append(event)
