"""The running copies of a function on a local stack: their memory, and their end."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from rowledger.functions import contract
from rowledger.local.processes import background, emulator
from rowledger.local.stack import Stack
from rowledger.local.state import State

PROCESSOR: str = contract.load("pipeline.json")["functions"]["processor"]["name"]
_GRACE_SECONDS = 2.0


def peaks(stack: Stack, function: str = PROCESSOR) -> Iterator[float]:
    """The highest resident size, in MB, that each copy of the function ever had."""
    for process in _copies(stack, function):
        status = Path(f"/proc/{process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        yield int(line.split()[1]) * 1024 / 1e6


def end_copies(stack: Stack, function: str) -> None:
    """End every copy: the next event meets a cold start."""
    background.stop(list(_copies(stack, function)), grace_seconds=_GRACE_SECONDS)


def _copies(stack: Stack, function: str) -> Iterator[psutil.Process]:
    process = State.load(stack.layout).parts[emulator.NAME].process.find()
    assert process is not None
    for child in process.children():
        with suppress(psutil.Error):
            if child.environ().get("AWS_LAMBDA_FUNCTION_NAME") == function:
                yield child
