"""The whole stack as its users see it."""

from collections.abc import Callable, Iterator

import pytest

from rowledger.entrypoints.cli.local_ledger import ledger_of
from rowledger.local.layout import STATE_DIR_VARIABLE
from rowledger.local.stack import Stack
from tests.e2e.cli import Result, invoke
from tests.e2e.pipeline import Pipeline


@pytest.fixture
def pipeline(stack: Stack) -> Iterator[Pipeline]:
    with ledger_of(stack) as ledger:
        yield Pipeline(stack, ledger)


@pytest.fixture
def run(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a rowledger command on the stack."""
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(stack.state_dir))
    return invoke
