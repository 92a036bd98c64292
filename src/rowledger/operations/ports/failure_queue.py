"""The port to the failure queue, where Lambda keeps the events that it gave up on."""

from contextlib import AbstractContextManager
from typing import Protocol

from rowledger.operations.domain.dead_letters import QueuedMessage


class FailureQueue(Protocol):
    """Each method raises FaultError (FAILURE_QUEUE)."""

    def held(self) -> AbstractContextManager[list[QueuedMessage]]:
        """Everything in the queue, the oldest first, kept from others meanwhile.

        At the end all that was not removed is given back; should this process die, the queue gives
        it back by itself.
        """

    def remove(self, message: QueuedMessage) -> None:
        """Remove a message that is held."""

    def hidden(self) -> int:
        """About how many messages are held by any process; one that died holds them for minutes."""
