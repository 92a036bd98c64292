"""The port to what AWS says of a pipeline."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from rowledger.operations.domain.service_state import FunctionInService


class ServiceStateSource(Protocol):
    """It raises FaultError (FUNCTION, ALARM or FAILURE_QUEUE)."""

    def in_service(self, function: str, alias: str) -> FunctionInService:
        """Which version an invocation runs, and since when that code is there."""
        ...

    def alarms(self, names: Sequence[str]) -> Mapping[str, str]:
        """The state of each alarm that exists."""
        ...

    def failed_events(self, queue: str) -> tuple[int, int]:
        """About how many events wait in the failure queue, and how many a command holds."""
        ...
