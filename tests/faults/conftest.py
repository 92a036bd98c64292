"""Workers at a ledger of the fault suite's own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rowledger.local.roles import Login, Logins
from tests.faults.ledger_workers import Crew

CREW_SIZE = 8


@pytest.fixture
def crew(
    fresh_database: Login, operator_of_fresh_database: Login, logins: Logins
) -> Iterator[Crew]:
    superuser = replace(logins.superuser, database=fresh_database.database)
    crew = Crew(fresh_database, operator_of_fresh_database, superuser, size=CREW_SIZE)
    yield crew
    crew.close()
