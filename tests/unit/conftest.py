"""A unit test starts no process and touches no network: one that tries to, fails and is told so."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
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

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and event in _FORBIDDEN:
            pytest.fail(
                f"a unit test starts no process and touches no network, but here is {event}"
                f" {arguments[:2]}; such a test belongs in tests/integration"
            )


_guard = _Guard()
sys.addaudithook(_guard)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Guard a test with all its fixtures; pytest asks this of tests in other folders too."""
    _guard.on = item.path.is_relative_to(_HERE)
    try:
        return (yield)
    finally:
        _guard.on = False
