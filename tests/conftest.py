"""The whole local stack, started once for all tests that ask for it."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rowledger.local import stack as local_stack
from rowledger.local.layout import STATE_DIR_VARIABLE, Layout
from rowledger.local.stack import Stack
from tests.figures import FIGURES


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full", action="store_true", help="the fault suite's full sizes, as make faults runs it"
    )
    parser.addoption(
        "--terraform", action="store_true", help="fail, not skip, where Terraform cannot be had"
    )
    parser.addoption(
        "--terraform-stack",
        action="store_true",
        help="run on a stack that Terraform provisioned, as make terraform-e2e does",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the fault suite runs in full; in short otherwise, as within make test."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The real stack in a state folder of its own; commands run by a test find it too."""
    terraform = bool(request.config.getoption("--terraform-stack"))
    with tempfile.TemporaryDirectory(prefix="rowledger-") as folder:
        layout = Layout(Path(folder).resolve() / "state")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(STATE_DIR_VARIABLE, str(layout.root))
            try:
                begun = time.monotonic()
                started = local_stack.start(_quiet, layout, terraform=terraform)
                if terraform:
                    seconds = time.monotonic() - begun
                    request.config.stash[FIGURES].append(f"up --terraform: {seconds:.0f} s")
                yield started
            finally:
                local_stack.reset(_quiet, layout)


def _quiet(_step: str) -> None:
    pass
