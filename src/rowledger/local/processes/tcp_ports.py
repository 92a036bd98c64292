"""Free TCP ports on loopback."""

import socket
from collections.abc import Callable
from typing import TypeVar

from rowledger.local import StackError

HOST = "127.0.0.1"

_TRIES = 3
# What a part's log ends with when its port is taken.
_TAKEN = "already in use"

T = TypeVar("T")


def on_a_free_port(preferred: int | None, begin: Callable[[int], T]) -> T:
    """What begin returns for the preferred port if that is free, else for any free one.

    Another process may take the port after it was found free. begin then raises StackError with the
    end of a log that says so, and another port is tried.
    """
    for _ in range(_TRIES - 1):
        try:
            return begin(choose(preferred))
        except StackError as error:
            if _TAKEN not in str(error):
                raise
            preferred = None
    return begin(choose(None))


def choose(preferred: int | None) -> int:
    """The preferred port if it is free, else any free one."""
    if preferred is not None and is_free(preferred):
        return preferred
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A port whose last connections still linger is free for a server, as servers set this too.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
