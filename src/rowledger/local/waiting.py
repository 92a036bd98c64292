"""Waiting for a condition, without sleeping longer than it takes."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], seconds: float, *, every: float = 0.05) -> bool:
    """Check again and again; True once the condition is met, False when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
