"""The function on the suite's stack: its package with the points in it, and its running copies."""

import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from rowledger.deployment.packaging.package import build_package
from rowledger.local.processes import background, emulator
from rowledger.local.stack import Stack
from rowledger.local.state import State
from rowledger.local.waiting import until
from tests.e2e.pipeline import PIPELINE
from tests.faults.injected import points

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

ROOT = Path(__file__).resolve().parents[2]
FUNCTION = PIPELINE["functions"]["processor"]["name"]
# Each copy of the function is a process: a small machine bears no more of them at work.
MOST_AT_ONCE = 6
_PATIENCE_SECONDS = 240.0


@dataclass(frozen=True)
class Function:
    """folder: of the orders. broken: what the build lacks (injected/parts.py); "" for nothing."""

    stack: Stack
    folder: Path
    broken: str

    def deploy(self, broken: str | None = None) -> None:
        """Put the function in place with its points; broken: as this build is, if not as all."""
        package = self.folder / "function.zip"
        build_package(package)
        with zipfile.ZipFile(package, "a") as archive:
            for path in _injected():
                archive.write(path, path.relative_to(ROOT).as_posix())
        client: LambdaClient = self.stack.client("lambda")
        client.update_function_code(FunctionName=FUNCTION, ZipFile=package.read_bytes())
        client.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION)
        self.configure({points.BREAK_VARIABLE: self.broken if broken is None else broken})

    def configure(self, environment: dict[str, str]) -> None:
        """Give the function these variables beside its own; what runs is replaced by new copies."""
        client: LambdaClient = self.stack.client("lambda")
        own = {points.FOLDER_VARIABLE: str(self.folder)}
        variables = {**self.stack.settings, **own, **environment}
        client.update_function_configuration(
            FunctionName=FUNCTION,
            Handler="tests.faults.injected.processor.handler",
            Environment={"Variables": {name: text for name, text in variables.items() if text}},
        )
        client.get_waiter("function_updated_v2").wait(FunctionName=FUNCTION)
        self.end_workers()

    def workers(self) -> list[psutil.Process]:
        """The function's running copies."""
        running = State.load(self.stack.layout).parts[emulator.NAME].process.find()
        children = running.children(recursive=True) if running else []
        return [each for each in children if _is_worker(each)]

    def busy(self) -> int:
        """How many of the function's copies are starting or at work."""
        return sum(
            not points.mark_of_rest(self.folder, worker.pid).exists() for worker in self.workers()
        )

    def await_room(self) -> None:
        """Wait until the function has not too many events."""
        if not until(lambda: self.busy() < MOST_AT_ONCE, _PATIENCE_SECONDS):
            raise AssertionError("the function does not get on")

    def end_workers(self) -> None:
        background.stop(self.workers(), grace_seconds=2)

    def kill_a_worker(self, rng: random.Random) -> bool:
        """SIGKILL one of the copies that work on an event; False where none has."""
        at_work = [
            each for each in self.workers() if points.mark_of_work(self.folder, each.pid).exists()
        ]
        if not at_work:
            return False
        try:
            rng.choice(at_work).kill()
        except psutil.NoSuchProcess:
            return False
        return True


def _injected() -> Iterator[Path]:
    folder = ROOT / "tests" / "faults"
    yield from (ROOT / "tests" / "__init__.py", folder / "__init__.py")
    yield from sorted((folder / "injected").glob("*.py"))


def _is_worker(process: psutil.Process) -> bool:
    try:
        return bool(process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == FUNCTION)
    except psutil.Error:
        return False
