"""Alarms in memory: the fake of the Alarms port."""

from collections.abc import Sequence

from rowledger.functions.domain.faults import FaultCode, FaultError


class FakeAlarms:
    """states: whether each alarm is in ALARM, by name, one a look; the last one stays."""

    def __init__(self) -> None:
        self.states: dict[str, list[bool]] = {}

    def in_alarm(self, name: str) -> bool:
        try:
            states = self.states[name]
        except KeyError:
            raise FaultError(FaultCode.ALARM, f"there is no alarm {name}") from None
        return states.pop(0) if len(states) > 1 else states[0]

    def which_are_on(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if self.in_alarm(name)]
