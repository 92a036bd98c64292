"""The whole local stack, started once for all tests that ask for it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rowledger.local import stack as local_stack
from rowledger.local.layout import STATE_DIR_VARIABLE, Layout
from rowledger.local.stack import Stack


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full", action="store_true", help="the fault suite's full sizes, as make faults runs it"
    )
    parser.addoption(
        "--terraform", action="store_true", help="fail, not skip, where Terraform cannot be had"
    )


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the fault suite runs in full; in short otherwise, as within make test."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The real stack in a state folder of its own; commands run by a test find it too."""
    with tempfile.TemporaryDirectory(prefix="rowledger-") as folder:
        layout = Layout(Path(folder).resolve() / "state")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(STATE_DIR_VARIABLE, str(layout.root))
            try:
                yield local_stack.start(_quiet, layout)
            finally:
                local_stack.reset(_quiet, layout)


def _quiet(_step: str) -> None:
    pass
