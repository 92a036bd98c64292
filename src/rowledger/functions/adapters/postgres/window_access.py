"""Looks into windows and incidents in PostgreSQL, and changes incidents as an operator does."""

from datetime import UTC, datetime

from pg8000.native import Connection

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.adapters.postgres.rows import run_by_name
from rowledger.functions.adapters.postgres.window_rows import WINDOW_PARTS, expectation_row
from rowledger.functions.domain.sources.evaluation import ArrivedFile, WindowState
from rowledger.functions.domain.typed_json import read
from rowledger.functions.domain.window_requests import (
    MAX_ARRIVED,
    MAX_WINDOWS,
    ChangeIncident,
    ExpectationNow,
    IncidentChanged,
    IncidentLine,
    ListIncidents,
    ListWindows,
    WindowLine,
    Windows,
)

_QUERIES = load_queries("window_access", **WINDOW_PARTS)


def list_windows(database: Database, request: ListWindows) -> Windows:
    """Return the windows that are asked for; raise FaultError."""
    chosen = {"source": request.source, "limit": MAX_WINDOWS + 1}
    with database.session() as connection:
        ((at,),) = connection.run(WINDOW_PARTS["now"])
        lines = run_by_name(
            connection,
            _QUERIES["windows"],
            since=request.since,
            until=request.until,
            **chosen,
        )
        expected = run_by_name(connection, _QUERIES["expectations"], most=MAX_ARRIVED, **chosen)
    return Windows(
        _utc(at),
        tuple(
            WindowLine(**columns | {"state": WindowState(columns["state"])})
            for columns in lines[:MAX_WINDOWS]
        ),
        tuple(
            ExpectationNow(
                expectation_row(columns),
                tuple(read(ArrivedFile, each, "a file") for each in columns["arrived"]),
            )
            for columns in expected[:MAX_WINDOWS]
        ),
        cut=max(len(lines), len(expected)) > MAX_WINDOWS,
    )


def list_incidents(database: Database, request: ListIncidents) -> tuple[IncidentLine, ...]:
    """Return the incidents that are asked for, the latest first; raise FaultError."""
    with database.session() as connection:
        found = run_by_name(
            connection,
            _QUERIES["incidents"],
            closed=request.closed,
            source=request.source,
            limit=request.limit,
        )
    return tuple(IncidentLine(**columns) for columns in found)


def change_incident(database: Database, request: ChangeIncident) -> IncidentChanged:
    """Acknowledge or close an incident, once; raise FaultError."""
    with database.transaction() as connection:
        changed = connection.run(
            _QUERIES[request.change.value],
            id=request.id,
            by=request.by,
            identity=request.identity,
            why=request.why,
        )
        return IncidentChanged(_incident(connection, request.id), bool(changed))


def _incident(connection: Connection, incident_id: int) -> IncidentLine | None:
    found = run_by_name(connection, _QUERIES["one_incident"], id=incident_id)
    return IncidentLine(**found[0]) if found else None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
