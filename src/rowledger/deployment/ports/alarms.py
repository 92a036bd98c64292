"""The port to the alarms that a deployment watches."""

from typing import Protocol


class Alarms(Protocol):
    def in_alarm(self, name: str) -> bool:
        """Whether it is in the state ALARM; raise FaultError (ALARM), also for no such alarm."""
