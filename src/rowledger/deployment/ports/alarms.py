"""The port to the alarms that a rollout watches."""

from typing import Protocol


class Alarms(Protocol):
    def in_alarm(self, name: str) -> bool:
        """Whether the alarm is on; raise FaultError (ALARM), also where there is no such alarm."""
