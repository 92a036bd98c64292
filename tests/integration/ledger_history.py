"""A ledger with a row in every state, and a connection of each role to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pg8000.native import Connection, DatabaseError

from rowledger.functions.adapters.postgres.mail_queue import PostgresMailQueue
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliationStore
from rowledger.functions.domain.digest import Digest
from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.local.provisioning.database_logins import Login
from tests.integration.ledger_bench import (
    BAD,
    GOOD,
    LEASE_SECONDS,
    Bench,
    WholeLedger,
    claimed,
    committed,
    expire_on_postgres,
    on_postgres,
)
from tests.integration.ledger_rules import FUNCTION, OPERATOR, READER
from tests.unit.builders import an_upload

REQUEST = ReplayRequest("ada", "the header setting was wrong", ReplaySource.LEDGER)
DENIED = "42501"
# Also where a check of the row, or what a column is generated from, comes before the right to it.
REFUSALS = (DENIED, "23514", "428C9")


@dataclass
class History:
    """A database with a row in every state, and a connection of each role."""

    connections: dict[str, Connection]
    owner: Connection

    def refusal(self, role: str, *statements: str, keep: bool = False) -> str | None:
        """Why a role may not run these, in one transaction; None where it may."""
        connection = self.connections[role]
        connection.run("BEGIN")
        try:
            for statement in statements:
                connection.run(statement)
        except DatabaseError as error:
            if error.args[0]["C"] not in REFUSALS:
                raise
            return str(error.args[0]["M"])
        else:
            if keep:
                connection.run("COMMIT")
            return None
        finally:
            connection.run("ROLLBACK")

    def columns(self) -> list[tuple[str, str, str]]:
        """Every column of every table: (table, column, type)."""
        found = self.owner.run(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        )
        return [(table, column, kind) for table, column, kind in found]

    def one(self, query: str) -> Any:  # noqa: ANN401 -- whatever was asked for
        ((value,),) = self.owner.run(query)
        return value


@contextmanager
def history_of(function: Login, owner: Login, operator: Login, reader: Login) -> Iterator[History]:
    """Fill a migrated database, and connect every role to it."""
    database, operators = on_postgres(function), on_postgres(operator)
    ledger = WholeLedger(database, LEASE_SECONDS)
    operators_ledger = WholeLedger(operators, LEASE_SECONDS)
    store = PostgresReconciliationStore(database)
    bench = Bench(ledger, operators_ledger, lambda: expire_on_postgres(database))
    _fill(bench, store)
    owning = owner.connect()
    _fill_mails(bench, PostgresMailQueue(database, 30), owning)
    database.close()
    operators.close()
    connections = {
        FUNCTION: function.connect(),
        OPERATOR: operator.connect(),
        READER: reader.connect(),
    }
    owning.run(
        "INSERT INTO reconciliation_request (requested_by, reason) VALUES ('ada', 'to be sure')"
    )
    _fill_windows(connections[OPERATOR], owning)
    yield History(connections, owning)
    for connection in (*connections.values(), owning):
        connection.close()


def _fill(bench: Bench, store: PostgresReconciliationStore) -> None:
    """A row in each state that ledger_rules.STATES names."""
    committed(bench, claimed(bench, an_upload("replayed.csv")), GOOD, "m-0", "{}")
    bench.operator.reopen([an_upload("replayed.csv")], REQUEST)
    committed(bench, claimed(bench, an_upload("replayed.csv"), "r2"), GOOD, "m-1", "{}")
    claimed(bench, an_upload("free.csv"))
    bench.expire_leases()
    claimed(bench, an_upload("working.csv"))
    committed(bench, claimed(bench, an_upload("final.csv")), GOOD, "m-2", "{}")
    committed(bench, claimed(bench, an_upload("rejected.csv")), BAD, "m-3", "{}")
    sent = committed(bench, claimed(bench, an_upload("sent.csv")), GOOD, "m-4", "{}")
    bench.ledger.mark_event_sent(sent, "sns-e")
    bench.ledger.mark_sent(sent, "sns-1")
    bench.expire_leases()
    claimed(bench, an_upload("working.csv"))
    ended = store.open_pass()
    store.save_pass(_ended(ended, ended.began_at))
    store.open_pass()
    store.record_backup(
        next(each.row.id for each in bench.ledger.histories(limit=1, key="final.csv")), "b-2"
    )


def _fill_mails(bench: Bench, queue: PostgresMailQueue, owning: Connection) -> None:
    """A mail that waits, and two in digests, of which one was sent."""
    for number, name in enumerate(("told.csv", "digested.csv", "waiting.csv"), start=5):
        claim = claimed(bench, an_upload(name))
        waiting = committed(bench, claim, GOOD, f"m-{number}", "{}")
        bench.ledger.mark_event_sent(waiting, f"sns-{number}")
        queue.let_wait(waiting)
        if name != "waiting.csv":
            owning.run("UPDATE mail_budget SET digested_at = '-infinity'")
            digest = Digest(Notification(f"d-{number}", "subject", "body"), (waiting.id,))
            pending = queue.add_digest(digest, "r1")
            assert pending
            if name == "told.csv":
                queue.mark_digest_sent(pending, "sns-d")
    owning.run("UPDATE digest SET lease_expires_at = now()")


def _fill_windows(operator: Connection, owning: Connection) -> None:
    """An expectation that ended, one in force, and windows and incidents in each state."""
    for schedule in ("0 6 * * *", "0 7 * * *"):
        document = {
            "sources": [
                {
                    "name": "acme",
                    "prefix": "acme/",
                    "expectations": [{"name": "daily", "schedule": schedule}],
                }
            ]
        }
        operator.run(
            "INSERT INTO sources_version (applied_by, sha256, document) VALUES ('ada', '0', :d)",
            d=json.dumps(document),
        )
    owning.run("UPDATE expectation SET since = since - interval '9 days' WHERE until IS NULL")
    for source, closed, known in (
        ("a", True, False),
        ("b", False, True),
        ("c", False, False),
    ):
        owning.run(
            "INSERT INTO incident (source, closed_at, closed_by, closed_why, acknowledged_at,"
            " acknowledged_by, acknowledged_why) SELECT :source, CASE WHEN :closed THEN now() END,"
            " CASE WHEN :closed THEN 'ada' END, CASE WHEN :closed THEN 'x' END,"
            " CASE WHEN :known THEN now() END, CASE WHEN :known THEN 'ada' END,"
            " CASE WHEN :known THEN 'x' END",
            source=source,
            closed=closed,
            known=known,
        )
    for days, state, late in ((1, "ON_TIME", False), (2, "MISSING", False), (3, "MISSING", True)):
        owning.run(
            "INSERT INTO evaluation (expectation_id, source, expectation, opens_at, due_at,"
            " ends_at, late_until, state, evidence, sources_version, incident_id,"
            " late_completed_at, late_evidence, late_found_at)"
            " SELECT id, source, name, t, t, t, now(), :state, '{}', sources_version,"
            " CASE WHEN :state = 'MISSING' THEN 1 END, CASE WHEN :late THEN now() END,"
            " CASE WHEN :late THEN CAST('{}' AS jsonb) END, CASE WHEN :late THEN now() END"
            " FROM expectation, (SELECT now() - make_interval(days => :days)) times (t)"
            " WHERE until IS NULL",
            days=days,
            state=state,
            late=late,
        )


def _ended(current: Pass, complete_through: datetime) -> Pass:
    current.ended_at = datetime.now(UTC)
    current.complete_through = complete_through
    return current
