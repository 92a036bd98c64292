"""What tests have to say at the end of a run, beside passed or failed.

Where xdist runs the tests, a worker hands it over to the process that writes to the terminal.
"""

from typing import Any

import pytest

FIGURES = pytest.StashKey[list[str]]()
# The fault suite's last count, which a full run of it ends with.
COUNT = pytest.StashKey[str]()

_FIGURES, _COUNT = "figures", "count"


def hand_over(config: pytest.Config) -> None:
    """Give what this worker's tests said to what xdist sends; do nothing outside a worker."""
    output: dict[str, Any] | None = getattr(config, "workeroutput", None)
    if output is not None:
        output[_FIGURES] = config.stash[FIGURES]
        output[_COUNT] = config.stash.get(COUNT, None)


def take_over(config: pytest.Config, output: dict[str, Any]) -> None:
    """Take what a worker handed over; one that crashed handed nothing."""
    config.stash[FIGURES] += output.get(_FIGURES, [])
    if output.get(_COUNT):
        config.stash[COUNT] = output[_COUNT]


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is one of xdist's, whose output nobody sees."""
    return hasattr(config, "workeroutput")
