"""Unit tests start no process, touch no network, and find nothing that another test has kept."""

import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rowledger.operations.adapters.environment_files import CONFIG_DIR_VARIABLE

# The audit events of what leaves the process, see "Audit events table" in Python's documentation.
_FORBIDDEN = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendto",
        "subprocess.Popen",
    }
)


class _Guard:
    """An audit hook cannot be taken away again, so it learns when a unit test runs."""

    def __init__(self) -> None:
        self.on = False
        self.others: set[int | None] = set()

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and event in _FORBIDDEN and threading.get_ident() not in self.others:
            pytest.fail(
                f"a unit test starts no process and touches no network, but here is {event}"
                f" {arguments[:2]}; such a test belongs in tests/integration"
            )


_guard = _Guard()
sys.addaudithook(_guard)


@contextmanager
def _guarded() -> Iterator[None]:
    # What tests of other tiers left to run, such as a stack's clients, has threads of its own.
    _guard.others = {each.ident for each in threading.enumerate()} - {threading.get_ident()}
    _guard.on = True
    try:
        yield
    finally:
        _guard.on = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    with _guarded():
        return (yield)


# Not at the teardown, where the last test of a run ends what other tests had started.
@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    with _guarded():
        return (yield)


@pytest.fixture(autouse=True)
def _configuration_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that another tier's tests run in this process is not the one started last."""
    monkeypatch.setenv(CONFIG_DIR_VARIABLE, str(tmp_path / "configuration"))
