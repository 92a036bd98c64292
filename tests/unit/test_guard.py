"""What keeps the unit tests what they are, see conftest.py."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.mark.parametrize(
    "leave",
    [
        lambda: subprocess.run([sys.executable, "--version"], check=True),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: _with_a_socket(lambda own: own.connect(("127.0.0.1", 9))),
        lambda: _with_a_socket(lambda own: own.bind(("127.0.0.1", 0))),
        lambda: socket.getaddrinfo("example.com", 443),
        lambda: _in_a_thread(lambda: socket.getaddrinfo("example.com", 443)),
        os.fork,
    ],
    ids=[
        "a process",
        "a spawned process",
        "a connection",
        "a server",
        "a name",
        "a thread",
        "a fork",
    ],
)
def test_a_unit_test_cannot_leave_its_process(leave: Callable[[], object]) -> None:
    with pytest.raises(pytest.fail.Exception, match="belongs in tests/integration"):
        leave()


def _in_a_thread(use: Callable[[], object]) -> None:
    with ThreadPoolExecutor() as threads:
        threads.submit(use).result()


def _with_a_socket(use: Callable[[socket.socket], object]) -> None:
    with socket.socket() as own:
        use(own)
