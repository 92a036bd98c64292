"""As tests/unit/test_mail_model.py, over the ledger in PostgreSQL and by the function's role."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from pg8000.native import Connection

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.mail_queue import PostgresMailQueue
from tests.integration.ledger_bench import on_postgres
from tests.unit.mail_machine import MAILS_A_MINUTE, MailMachine

if TYPE_CHECKING:
    from rowledger.local.provisioning.database_logins import Login

_TABLES = "notification, digest, replay, file_attempt, replaced_backup, file_metadata"
# The database's clock is everybody's: time passes by making everything older.
_OLDER = (
    "UPDATE mail_budget SET spent_until = spent_until - {0}, digested_at = digested_at - {0}",
    "UPDATE digest SET lease_expires_at = lease_expires_at - {0}",
    (
        "UPDATE notification SET lease_expires_at = lease_expires_at - {0},"
        " waits_since = waits_since - {0}"
    ),
)


class OnPostgres:
    def __init__(self, database: Database, owner: Connection) -> None:
        self.ledger = PostgresLedger(database, 300)
        self.queue = PostgresMailQueue(database, MAILS_A_MINUTE)
        self._owner = owner
        owner.run(f"TRUNCATE {_TABLES} RESTART IDENTITY")
        owner.run("UPDATE mail_budget SET spent_until = '-infinity', digested_at = '-infinity'")

    def pass_minutes(self, minutes: int) -> None:
        for statement in _OLDER:
            self._owner.run(statement.format(f"interval '{minutes} minutes'"))

    def digest_of(self) -> dict[str, str | None]:
        found = self._owner.run(
            "SELECT n.message_id, d.message_id FROM notification n"
            " LEFT JOIN digest d ON d.id = n.digest_id"
        )
        return dict(found)

    def close(self) -> None:
        """The connections are the test's."""


@pytest.fixture
def connections(
    fresh_database: "Login", owner_of_fresh_database: "Login"
) -> Iterator[tuple[Database, Connection]]:
    database, owner = on_postgres(fresh_database), owner_of_fresh_database.connect()
    yield database, owner
    database.close()
    owner.close()


def test_every_outcome_is_announced_once_and_within_the_budget(
    connections: tuple[Database, Connection],
) -> None:
    class MailsOnPostgres(MailMachine):
        def world(self) -> OnPostgres:
            return OnPostgres(*connections)

    run_state_machine_as_test(
        MailsOnPostgres,
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
