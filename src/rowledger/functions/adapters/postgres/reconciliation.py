"""What reconciliation reads of the ledger in PostgreSQL; leases are judged by its clock."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.earlier_uploads import earlier_upload
from rowledger.functions.adapters.postgres.pass_totals import pass_of, totals_document
from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.adapters.postgres.rows import (
    ROW_PARTS,
    ledger_row,
    run_by_name,
)
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.reconciliation_pass import Pass, Totals
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.ports.reconciliation import Identity, RecordedJudgement

_QUERIES = load_queries("reconciliation", **ROW_PARTS)
# The one character that a key may contain and PostgreSQL's text may not: no row has it.
_NUL = "\0"


@dataclass(frozen=True, slots=True)
class PostgresReconciliationStore:
    database: Database

    def lookup(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, LedgerRow]:
        rows = self._rows("lookup", bucket=bucket, wanted=_wanted(identities))
        return {(row.filename, row.version_id): row for row in rows}

    def attempt_version(self, file_id: int, attempt: int) -> str | None:
        with self.database.session() as connection:
            rows: list[list[str | None]] = connection.run(
                _QUERIES["attempt_version"], file_id=file_id, attempt=attempt
            )
        return rows[0][0] if rows else None

    def contradictions(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, str]:
        with self.database.session() as connection:
            found = connection.run(
                _QUERIES["contradictions"], bucket=bucket, wanted=_wanted(identities)
            )
        return {(key, version_id): what for key, version_id, what in found}

    def judgement(self, file_id: int) -> RecordedJudgement | None:
        with self.database.session() as connection:
            found = connection.run(_QUERIES["judgement"], id=file_id)
        for document, source, version, replay, before in found:
            supersedes = earlier_upload(before)
            return RecordedJudgement(document, JudgedBy(source, version, replay, supersedes))
        return None

    def stranded(self, bucket: str, *, after: int, limit: int) -> list[LedgerRow]:
        return self._rows("stranded", bucket=bucket, after=after, limit=limit)

    def oldest_unfinished(self, bucket: str) -> datetime | None:
        with self.database.session() as connection:
            ((moment,),) = connection.run(_QUERIES["oldest_unfinished"], bucket=bucket)
        found: datetime | None = moment
        return found

    def record_backup(self, file_id: int, backup_version_id: str | None) -> None:
        with self.database.session() as connection:
            connection.run(_QUERIES["record_backup"], version_id=backup_version_id, id=file_id)

    def open_pass(self, request_id: int | None = None) -> Pass:
        request = {"request_id": request_id}
        with self.database.session() as connection:
            for query, values in (
                ("resume_pass", request),
                ("begin_pass", {"totals": json.dumps(totals_document(Totals())), **request}),
                # Another run may have begun one in between.
                ("resume_pass", request),
            ):
                for row in run_by_name(connection, _QUERIES[query], **values):
                    return pass_of(row)
        raise FaultError(FaultCode.DATABASE, "no pass could be begun: another run ends them")

    def save_pass(self, current: Pass) -> None:
        with self.database.session() as connection:
            saved = connection.run(
                _QUERIES["save_pass"],
                id=current.id,
                run=current.run,
                key=quote(current.cursor.key, safe="/"),
                version_id=current.cursor.version_id,
                swept=current.swept,
                totals=json.dumps(totals_document(current.totals)),
                ended_at=current.ended_at,
                complete_through=current.complete_through,
            )
        if not saved:
            raise FaultError(FaultCode.LEASE_LOST, f"another run works on pass {current.id}")

    def previous_pass_began(self, pass_id: int) -> datetime | None:
        with self.database.session() as connection:
            rows: list[list[datetime]] = connection.run(_QUERIES["previous_pass_began"], id=pass_id)
        return rows[0][0] if rows else None

    def request(self, request_id: int) -> ReconciliationRequest | None:
        with self.database.session() as connection:
            found = run_by_name(connection, _QUERIES["request"], id=request_id)
        return ReconciliationRequest(**found[0]) if found else None

    def complete_through(self) -> datetime | None:
        with self.database.session() as connection:
            rows: list[list[datetime]] = connection.run(_QUERIES["complete_through"])
        return rows[0][0] if rows else None

    def _rows(self, query: str, **parameters: str | int) -> list[LedgerRow]:
        with self.database.session() as connection:
            found = run_by_name(connection, _QUERIES[query], **parameters)
        return [ledger_row(columns) for columns in found]


def _wanted(identities: Iterable[Identity]) -> str:
    """The identities as the queries take them, without those that no row can have."""
    return json.dumps(
        [
            {"key": key, "version_id": version_id}
            for key, version_id in identities
            if _NUL not in key + version_id
        ]
    )
