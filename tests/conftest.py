"""The whole local stack, started once for all tests that ask for it, and databases of their own."""

import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pg8000.native import identifier
from xdist.remote import Producer

from rowledger.local.layout import STATE_DIR_VARIABLE, Layout
from rowledger.local.provisioning.database_logins import Login, Logins
from rowledger.local.stack import Stack, reset
from rowledger.operations.adapters.environment_files import CONFIG_DIR_VARIABLE
from rowledger.wiring.environments import local_environment
from rowledger.wiring.local_stack import start_local_stack
from rowledger.wiring.operations import ledger_queries
from tests import figures
from tests.e2e.cli import Result, invoke
from tests.e2e.pipeline import Pipeline
from tests.figures import COUNT, FIGURES
from tests.function_logins import login_in_force
from tests.groups import GroupScheduling, order_of
from tests.integration.ledger_bench import migrate_as


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full", action="store_true", help="the fault suite's full sizes, as make faults runs it"
    )
    parser.addoption(
        "--break",
        choices=("fence", "outbox"),
        default="",
        dest="broken",
        help="have the fault suite deploy a build without its fence, or that announces too early",
    )
    parser.addoption(
        "--terraform", action="store_true", help="fail, not skip, where Terraform cannot be had"
    )
    parser.addoption(
        "--terraform-stack",
        action="store_true",
        help="run on a stack that Terraform provisioned, as make terraform-e2e does",
    )
    parser.addoption(
        "--deploy", action="store_true", help="deploy to an emulator, as make deploy-e2e does"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []
    if config.option.basetemp is None:
        # Not pytest's usual folder: every run of the same user has that one, and closes it to other
        # users as it begins, also to the one that PostgreSQL runs as where we are root.
        folder = tempfile.TemporaryDirectory(prefix="rowledger-tests-")
        config.option.basetemp = folder.name
        config.add_cleanup(folder.cleanup)
    # No test reads or writes what the user keeps.
    kept = tempfile.TemporaryDirectory(prefix="rowledger-config-")
    os.environ[CONFIG_DIR_VARIABLE] = kept.name
    config.add_cleanup(kept.cleanup)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where tests run in parallel, let those that take long begin."""
    if figures.is_worker(config):
        items.sort(key=lambda item: order_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling | None:
    """Xdist's own loadgroup marks tests in a way that pytest 9.2 no longer has."""
    return GroupScheduling(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    figures.hand_over(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 -- xdist's
    figures.take_over(node.config, getattr(node, "workeroutput", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash[FIGURES]:
        terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End with the fault suite's own line where it ran in full."""
    if config.getoption("--full", default=False) and not figures.is_worker(config):
        print(config.stash.get(COUNT, "faults: there was no count"))  # noqa: T201


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
                started = start_local_stack(_quiet, layout, terraform=terraform)
                if terraform:
                    seconds = time.monotonic() - begun
                    request.config.stash[FIGURES].append(f"up --terraform: {seconds:.0f} s")
                yield started
            finally:
                reset(_quiet, layout)


@pytest.fixture
def logins(stack: Stack) -> Logins:
    return stack.database


@contextmanager
def new_database(logins: Logins, template: str = "template1") -> Iterator[Login]:
    """A database like the template, as its owner."""
    owner = replace(logins.owner, database=f"test_{secrets.token_hex(6)}")
    name = identifier(owner.database)
    superuser = logins.superuser.connect()
    superuser.run(
        f"CREATE DATABASE {name} OWNER {identifier(owner.username)} TEMPLATE {identifier(template)}"
    )
    try:
        yield owner
    finally:
        superuser.run(f"DROP DATABASE {name} WITH (FORCE)")
        superuser.close()


@pytest.fixture
def empty_database(logins: Logins) -> Iterator[Login]:
    """A database without tables, as its owner."""
    with new_database(logins) as owner:
        yield owner


@pytest.fixture(scope="session")
def migrated_database(stack: Stack) -> Iterator[str]:
    """The name of a migrated database that nobody uses: those of the tests are copies of it."""
    with new_database(stack.database) as owner:
        migrate_as(owner)
        yield owner.database


@pytest.fixture
def owner_of_fresh_database(logins: Logins, migrated_database: str) -> Iterator[Login]:
    """A migrated database, as its owner."""
    with new_database(logins, migrated_database) as owner:
        yield owner


@pytest.fixture
def fresh_database(owner_of_fresh_database: Login, stack: Stack) -> Login:
    """A migrated database, as the function's role."""
    return replace(login_in_force(stack), database=owner_of_fresh_database.database)


@pytest.fixture
def operator_of_fresh_database(fresh_database: Login, logins: Logins) -> Login:
    """The same database, as the operator's role."""
    return replace(logins.operator, database=fresh_database.database)


@pytest.fixture
def pipeline(stack: Stack) -> Pipeline:
    ledger = ledger_queries(local_environment(stack.layout))
    return Pipeline(stack, ledger)


@pytest.fixture
def run(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a rowledger command on the stack."""
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(stack.state_dir))
    return invoke


def _quiet(_step: str) -> None:
    pass
