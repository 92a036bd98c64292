"""The port to the alarms that a rollout watches."""

from collections.abc import Sequence
from typing import Protocol


class Alarms(Protocol):
    def in_alarm(self, name: str) -> bool:
        """Whether the alarm is on; raise FaultError (ALARM), also where there is no such alarm."""

    def which_are_on(self, names: Sequence[str]) -> list[str]:
        """Return those of the alarms that are on, in their order; raise FaultError (ALARM)."""
