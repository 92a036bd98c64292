"""A failure queue in memory: the fake of the FailureQueue port."""

from collections.abc import Iterator
from contextlib import contextmanager

from rowledger.operations.domain.dead_letters import QueuedMessage


class FakeFailureQueue:
    """Faults put in `faults` are raised at a removal, one a call."""

    def __init__(self, *messages: QueuedMessage) -> None:
        self.messages = list(messages)
        self.faults: list[Exception] = []
        self.holding = False

    @contextmanager
    def held(self) -> Iterator[list[QueuedMessage]]:
        self.holding = True
        try:
            yield sorted(self.messages, key=lambda message: message.sent_at)
        finally:
            self.holding = False

    def remove(self, message: QueuedMessage) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.messages.remove(message)

    def hidden(self) -> int:
        return len(self.messages) if self.holding else 0
