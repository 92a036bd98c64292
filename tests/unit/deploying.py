"""Three functions with two packages, an alias each, and a deployment over their twins."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rowledger.deployment.domain.rollout import Position, Release, Report, read_outputs
from rowledger.deployment.services.rollout import Deploy
from tests.fakes.alarms import FakeAlarms
from tests.fakes.canary import FakeCanary
from tests.fakes.function_versions import FakeFunctionVersions
from tests.unit.test_deployment import (
    ADMINISTRATOR,
    BEGAN,
    PROCESSOR,
    RECONCILER,
    WHOLE,
    outputs,
)

ALARM = "csv-processor-errors"
FUNCTIONS = (ADMINISTRATOR, RECONCILER, PROCESSOR)


class World:
    """Version 1 is in service, version 2 is new; its reconciler says that canaries are well."""

    def __init__(self) -> None:
        self.functions = FakeFunctionVersions()
        self.canary = FakeCanary()
        self.alarms = FakeAlarms()
        self.alarms.states[ALARM] = [False]
        self.told: list[str] = []
        self.slept: list[float] = []
        self.when_asleep: list[Callable[[], None]] = []
        self.accounts: list[Any] = [WHOLE]
        for package in ("a", "b"):
            for function in FUNCTIONS:
                self.functions.publish(function, package)
        for version in ("1", "2"):
            self.functions.answers[f"{RECONCILER}:{version}"] = self._account
        self.functions.answers[f"{ADMINISTRATOR}:2"] = lambda _event: {
            "roles": [],
            "migrations": ["0004_next"],
            "login": None,
        }
        self.service = Deploy(
            functions=self.functions,
            canary=self.canary,
            alarms=self.alarms,
            alarm=ALARM,
            now=lambda: BEGAN + timedelta(seconds=self.seconds),
            monotonic=lambda: self.seconds,
            sleep=self._sleep,
            tell=self.told.append,
        )

    @property
    def seconds(self) -> float:
        return sum(self.slept)

    @property
    def release(self) -> Release:
        return read_outputs(outputs())

    @property
    def stands(self) -> dict[str, Position]:
        return {name: self.functions.aliases[name, "live"].position for name in FUNCTIONS}

    @property
    def moved(self) -> list[tuple[str, str]]:
        return [(function, str(position)) for function, position in self.functions.moves]

    def deploy(self, *steps: int, interval: float = 60, timeout: float = 30) -> Report:
        return self.service.deploy(self.release, steps=steps, interval=interval, timeout=timeout)

    def roll_back(self, version: str) -> Report:
        return self.service.roll_back(self.release, version, timeout=30)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.when_asleep:
            self.when_asleep.pop(0)()

    def _account(self, event: Any) -> Any:  # noqa: ANN401 -- JSON
        if "action" not in event:
            return None
        if event["version_id"] == "none":
            return {**WHOLE, "row": None}
        return self.accounts.pop(0) if len(self.accounts) > 1 else self.accounts[0]


def all_at(version: str) -> dict[str, Position]:
    return dict.fromkeys(FUNCTIONS, Position(version))


def somebody_moves(world: World, function: str, version: str) -> Callable[[], None]:
    def move() -> None:
        alias = world.functions.alias(function, "live")
        world.functions.move(alias, Position(version))

    return move
