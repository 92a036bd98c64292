"""Three functions with two packages, an alias each, and a rollout over their fakes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from rowledger.deployment.domain.rollout import Position, Release, RolloutReport, read_outputs
from rowledger.deployment.services.rollout import Rollout
from tests.fakes.alarms import FakeAlarms
from tests.fakes.canary import FakeCanary
from tests.fakes.function_versions import FakeFunctionVersions

ALARM = "csv-processor-errors"
PROCESSOR, RECONCILER, ADMINISTRATOR = "csv-processor", "csv-reconciler", "csv-administrator"
FUNCTIONS = (ADMINISTRATOR, RECONCILER, PROCESSOR)
BEGAN = datetime(2026, 11, 22, 9, 15, 0, 250_000, tzinfo=UTC)
# What the schedule sends: the reconciler that is put back is asked for a run in the same way.
SCHEDULED = {"schedule": "csv-reconciler"}
# What _account puts the version in service in the place of.
IN_SERVICE = "in service"
# csv-reconciler's account of a canary that passed.
WHOLE: dict[str, Any] = {
    "key": "rowledger-canary/1.csv",
    "version_id": "v1",
    "row": {
        "status": "SUCCESS",
        "rows_count": 3,
        "attempts": 1,
        "function_version": IN_SERVICE,
    },
    "receipt": True,
    "backup": True,
    "announced": True,
}


def outputs(processor: str = "2", reconciler: str = "2", administrator: str = "2") -> Any:  # noqa: ANN401 -- JSON
    """What Terraform prints."""
    return {
        "alias": {"sensitive": False, "type": "string", "value": "live"},
        "buckets": {"value": {"input": "in", "output": "out", "backup": "back", "logs": "log"}},
        "functions": {
            "value": {
                "processor": {"name": PROCESSOR, "version": processor},
                "reconciler": {"name": RECONCILER, "version": reconciler},
                "administrator": {"name": ADMINISTRATOR, "version": administrator},
            }
        },
        "topic_arn": {"value": "arn"},
    }


class World:
    """Version 1 is in service, version 2 is new; its reconciler says that canaries pass."""

    def __init__(self) -> None:
        self.functions = FakeFunctionVersions()
        self.canary = FakeCanary()
        self.alarms = FakeAlarms()
        self.alarms.states[ALARM] = [False]
        self.progress: list[str] = []
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
        self.rollout = Rollout(
            functions=self.functions,
            canary=self.canary,
            alarms=self.alarms,
            alarm=ALARM,
            now=lambda: BEGAN + timedelta(seconds=self.seconds),
            monotonic=lambda: self.seconds,
            sleep=self._sleep,
            on_progress=self.progress.append,
        )

    @property
    def seconds(self) -> float:
        return sum(self.slept)

    @property
    def release(self) -> Release:
        return read_outputs(outputs())

    @property
    def positions(self) -> dict[str, Position]:
        return {name: self.functions.aliases[name, "live"].position for name in FUNCTIONS}

    @property
    def moved(self) -> list[tuple[str, str]]:
        return [(function, str(position)) for function, position in self.functions.moves]

    def deploy(self, *steps: int, interval: float = 60, timeout: float = 30) -> RolloutReport:
        return self.rollout.deploy(self.release, steps=steps, interval=interval, timeout=timeout)

    def roll_back(self, version: str) -> RolloutReport:
        return self.rollout.roll_back(self.release, version, timeout=30)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.when_asleep:
            self.when_asleep.pop(0)()

    def _account(self, event: Any) -> Any:  # noqa: ANN401 -- JSON
        if "action" not in event:
            return None
        if event["version_id"] == "none":
            return {**WHOLE, "row": None}
        account = self.accounts.pop(0) if len(self.accounts) > 1 else self.accounts[0]
        row = (account or {}).get("row")
        if row and row.get("function_version") == IN_SERVICE:
            by = f"{PROCESSOR}:{self.positions[PROCESSOR].version}"
            return {**account, "row": {**row, "function_version": by}}
        return account


def all_at(version: str) -> dict[str, Position]:
    return dict.fromkeys(FUNCTIONS, Position(version))


def somebody_moves(world: World, function: str, version: str) -> Callable[[], None]:
    def move() -> None:
        alias = world.functions.alias(function, "live")
        world.functions.move(alias, Position(version))

    return move
