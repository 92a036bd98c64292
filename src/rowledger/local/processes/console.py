"""A console of the local stack that goes on when the command that started it has ended."""

import os
import re
import sys

from rowledger.local import StackError
from rowledger.local.layout import STATE_DIR_VARIABLE, Layout
from rowledger.local.private_files import tail
from rowledger.local.processes import background
from rowledger.local.waiting import until
from rowledger.operations.adapters.environment_files import CONFIG_DIR_VARIABLE
from rowledger.operations.domain.environments import LOCAL

NAME = "console"

_START_SECONDS = 30.0
_ADDRESS = re.compile(r"^console: (http://\S+)$", re.MULTILINE)


def start(layout: Layout) -> str:
    """Start it, and return the address to open, which is good for once; raise StackError.

    It is no part of the stack that `up` repairs: it is marked as a process of the stack, so that
    `down`, `reset` and the next `up` end it.
    """
    log_file = layout.log_file(NAME)
    begin = background.begin_log(log_file)
    environment = background.marked_environment(layout.root) | {
        STATE_DIR_VARIABLE: str(layout.root)
    }
    for name in (CONFIG_DIR_VARIABLE, "HOME", "USER"):
        if name in os.environ:
            environment[name] = os.environ[name]
    process = background.spawn(
        [sys.executable, "-m", "rowledger", NAME, "--env", LOCAL, "--no-browser"],
        environment=environment,
        cwd=layout.root,
        log_file=log_file,
    )

    def address() -> str | None:
        said = log_file.read_bytes()[begin:].decode(errors="replace")
        found = _ADDRESS.search(said)
        return found[1] if found else None

    until(lambda: address() is not None or not process.alive(), _START_SECONDS)
    found = address()
    if found is not None and process.alive():
        return found
    if (running := process.find()) is not None:
        background.stop([running], 1.0)
    raise StackError(f"{NAME} did not start; {log_file} ends:\n{tail(log_file, begin=begin)}")
