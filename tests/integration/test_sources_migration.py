"""What the database itself does with sources that are applied, and refuses to do."""

import json
from collections.abc import Iterator

import pytest
from pg8000.native import Connection

from rowledger.local.provisioning.database_logins import Login, Logins
from tests.integration.ledger_bench import migrate_as

APPLY = "INSERT INTO sources_version (applied_by, sha256, document) VALUES ('ada', '0', :document)"


@pytest.fixture
def operator(owner_of_fresh_database: Login, logins: Logins) -> Iterator[Connection]:
    owner = owner_of_fresh_database
    migrate_as(owner)
    connection = Login(logins.operator.credentials, owner.database).connect()
    yield connection
    connection.close()


def document(*sources: tuple[str, str]) -> str:
    return json.dumps({"sources": [{"name": name, "prefix": prefix} for name, prefix in sources]})


def in_force(connection: Connection) -> list[list[object]]:
    found: list[list[object]] = connection.run(
        "SELECT name, prefix, place, version FROM source ORDER BY place"
    )
    return found
