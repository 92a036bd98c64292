"""The fault suite's own stack, and workers at a ledger of its own."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rowledger.local.layout import Layout
from rowledger.local.provisioning.database_logins import Login, Logins
from rowledger.local.stack import reset
from rowledger.wiring.local_stack import start_local_stack
from tests.e2e.event_queue import EventQueue
from tests.faults import waiting_mails
from tests.faults.arena import LEASE_SECONDS, Arena
from tests.faults.edge import Edge, edge_of
from tests.faults.function import Function
from tests.faults.ledger_workers import Crew

CREW_SIZE = 8


@pytest.fixture(scope="package")
def arena(request: pytest.FixtureRequest, full: bool) -> Iterator[Arena]:  # noqa: FBT001 -- a fixture
    """The suite's stack, its function with points and a short lease."""
    with tempfile.TemporaryDirectory(prefix="rowledger-faults-") as folder:
        layout = Layout(Path(folder).resolve() / "state")
        orders = Path(folder).resolve() / "orders"
        orders.mkdir()
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("ROWLEDGER_LEASE_SECONDS", str(LEASE_SECONDS))
                stack = start_local_stack(_quiet, layout)
            function = Function(stack, orders, request.config.getoption("broken"))
            function.deploy()
            events = EventQueue(stack, "faults-events")
            events.open()
            # An order at a point is of an attempt: nobody else is to send what was left unsent.
            with waiting_mails.only_by_hand(stack):
                yield Arena(stack, orders, function, full, events)
        finally:
            reset(_quiet, layout)


@pytest.fixture
def crew(
    fresh_database: Login, operator_of_fresh_database: Login, logins: Logins
) -> Iterator[Crew]:
    """Workers of the function's and the operator's role at one ledger."""
    superuser = replace(logins.superuser, database=fresh_database.database)
    crew = Crew(fresh_database, operator_of_fresh_database, superuser, size=CREW_SIZE)
    yield crew
    crew.close()


@pytest.fixture(scope="package")
def proxies(arena: Arena) -> Iterator[Edge]:
    with edge_of(arena) as edge:
        yield edge


@pytest.fixture(scope="module")
def edge(proxies: Edge) -> Iterator[Edge]:
    """Proxies between the function and all it calls, for the tests of one file."""
    with proxies.in_place():
        yield proxies


def _quiet(_step: str) -> None:
    pass
