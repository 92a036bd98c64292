"""Expectations, their windows and incidents in PostgreSQL."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pg8000.native import Connection

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.ledger import PUBLISH_LEASE_SECONDS
from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.adapters.postgres.rows import run_by_name
from rowledger.functions.adapters.postgres.window_rows import WINDOW_PARTS, expectation_row
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.evaluation import ArrivedFile, Evaluation, WindowState
from rowledger.functions.domain.sources.window_rows import EvaluatedWindow, ExpectationRow
from rowledger.functions.domain.sources.windows import Window

QUERIES = load_queries("windows", **WINDOW_PARTS)


class _RecordedAlreadyError(Exception):
    """Rolls back what was begun: another has recorded it."""


@dataclass(frozen=True, slots=True)
class PostgresWindowStore:
    database: Database

    def now(self) -> datetime:
        with self.database.session() as connection:
            ((moment,),) = connection.run(WINDOW_PARTS["now"])
        found: datetime = moment
        return found

    def unfinished(self) -> list[tuple[ExpectationRow, EvaluatedWindow | None]]:
        with self.database.session() as connection:
            found = run_by_name(connection, QUERIES["unfinished"])
        return [(expectation_row(each), _evaluated(each)) for each in found]

    def lacking(self, found_later: timedelta) -> list[tuple[ExpectationRow, EvaluatedWindow]]:
        with self.database.session() as connection:
            found = run_by_name(
                connection, QUERIES["lacking"], found_later=found_later.total_seconds()
            )
        read = [(expectation_row(each), _evaluated(each)) for each in found]
        return [(row, evaluated) for row, evaluated in read if evaluated]

    def arrived(
        self,
        expectation: ExpectationRow,
        after: datetime,
        until: datetime,
        *,
        evaluation_id: int | None = None,
    ) -> list[ArrivedFile]:
        with self.database.session() as connection:
            found = connection.run(
                QUERIES["arrived"],
                source=expectation.source,
                name=expectation.name,
                prefix=expectation.prefix,
                since=expectation.since,
                after=after,
                until=until,
                evaluation_id=evaluation_id,
            )
        files = [
            ArrivedFile(file_id, key, Status(status), received_at, size)
            for file_id, key, status, received_at, size in found
        ]
        return [each for each in files if expectation.is_for(each.key)]

    def last_arrivals(self, source: str, by: datetime, limit: int) -> list[datetime]:
        with self.database.session() as connection:
            found = connection.run(QUERIES["last_arrivals"], source=source, by=by, limit=limit)
        return [received_at for (received_at,) in found]

    def record(
        self,
        expectation: ExpectationRow,
        window: Window,
        evaluation: Evaluation,
        notification: Notification,
        request_id: str,
    ) -> tuple[int, PendingNotification] | None:
        with suppress(_RecordedAlreadyError), self.database.transaction() as connection:
            incident_id, opened = None, False
            if not evaluation.state.as_expected:
                incident_id, opened = _incident(connection, expectation.source)
            recorded = connection.run(
                QUERIES["add_evaluation"],
                expectation_id=expectation.id,
                source=expectation.source,
                name=expectation.name,
                **asdict(window),
                state=evaluation.state.value,
                evidence=_evidence(evaluation),
                completed_at=evaluation.completed_at,
                sources_version=expectation.sources_version,
                incident_id=incident_id,
            )
            if not recorded:
                raise _RecordedAlreadyError
            ((evaluation_id,),) = recorded
            pending = _keep(connection, evaluation_id, notification, request_id, mailed=opened)
            if evaluation.state.as_expected:
                why = f"the files due {window.due.isoformat()} came"
                _close(connection, expectation.source, why)
            return evaluation_id, pending
        return None

    def record_late(
        self,
        expectation: ExpectationRow,
        evaluation_id: int,
        evaluation: Evaluation,
        notification: Notification,
        request_id: str,
    ) -> PendingNotification | None:
        with suppress(_RecordedAlreadyError), self.database.transaction() as connection:
            if not connection.run(
                QUERIES["complete_late"],
                id=evaluation_id,
                evidence=_evidence(evaluation),
                completed_at=evaluation.completed_at,
            ):
                raise _RecordedAlreadyError
            pending = _keep(connection, evaluation_id, notification, request_id, mailed=False)
            late = evaluation.late_seconds
            _close(connection, expectation.source, f"the files came, {late:,} seconds late")
            return pending
        return None

    def finish(self, expectation: ExpectationRow) -> None:
        with self.database.session() as connection:
            connection.run(QUERIES["finish"], id=expectation.id)

    def close_incidents(self) -> int:
        with self.database.session() as connection:
            return _close(connection, None, "no expectation is left that is not met")

    def windows_missing(self) -> int:
        with self.database.session() as connection:
            ((number,),) = connection.run(QUERIES["windows_missing"])
        return int(number)


def _evaluated(columns: Mapping[str, Any]) -> EvaluatedWindow | None:
    if columns["evaluation_id"] is None:
        return None
    moments = (columns[name] for name in ("opens_at", "due_at", "ends_at", "late_until"))
    return EvaluatedWindow(
        columns["evaluation_id"],
        Window(*moments),
        WindowState(columns["state"]),
        complete=columns["complete"],
        completed_late=columns["completed_late"],
    )


def _incident(connection: Connection, source: str) -> tuple[int, bool]:
    """The open incident of a source, and whether it was opened by this."""
    while True:
        for (incident_id,) in connection.run(QUERIES["open_incident"], source=source):
            return incident_id, True
        for (incident_id,) in connection.run(QUERIES["hold_incident"], source=source):
            return incident_id, False
        # Somebody closed it in between.


def _keep(
    connection: Connection,
    evaluation_id: int,
    notification: Notification,
    request_id: str,
    *,
    mailed: bool,
) -> PendingNotification:
    wanted = mailed and notification.mail_wanted
    ((notification_id,),) = connection.run(
        QUERIES["add_message"],
        evaluation_id=evaluation_id,
        message_id=notification.message_id,
        subject=notification.subject,
        body=notification.body,
        attributes=json.dumps(notification.attributes),
        event=notification.event,
        mail_wanted=wanted,
        request_id=request_id,
        lease=PUBLISH_LEASE_SECONDS,
    )
    kept = replace(notification, mail_wanted=wanted)
    return PendingNotification(notification_id, kept, request_id)


def _close(connection: Connection, source: str | None, why: str) -> int:
    return len(connection.run(QUERIES["close_incidents"], source=source, why=why))


def _evidence(evaluation: Evaluation) -> str:
    return json.dumps(
        {
            "files": evaluation.files,
            "rejected": evaluation.rejected,
            "unfinished": evaluation.unfinished,
            "lacking_files": evaluation.lacking_files,
            "lacking_names": evaluation.lacking_names,
            "problems": evaluation.problems,
            "late_seconds": evaluation.late_seconds,
        }
    )
