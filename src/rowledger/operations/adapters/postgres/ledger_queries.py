"""Looks into the ledger in PostgreSQL."""

from dataclasses import dataclass

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.rows import ledger_row, run_by_name
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.operations.adapters.postgres.queries import QUERIES
from rowledger.operations.domain.history import UploadHistory
from rowledger.operations.domain.replay import Selection


@dataclass(frozen=True, slots=True)
class PostgresLedgerQueries:
    database: Database

    def histories(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[UploadHistory]:
        with self.database.session() as connection:
            found = run_by_name(
                connection, QUERIES["histories"], key=key, version_id=version_id, limit=limit
            )
        return [
            UploadHistory(
                attempts=columns.pop("attempts"),
                replays=columns.pop("replays"),
                row=ledger_row(columns),
            )
            for columns in found
        ]

    def select(self, selection: Selection, *, limit: int) -> list[LedgerRow]:
        with self.database.session() as connection:
            found = run_by_name(
                connection,
                QUERIES["select"],
                key=selection.key,
                version_id=selection.version_id,
                prefix=selection.prefix,
                status=selection.status.value if selection.status else None,
                since=selection.since,
                until=selection.until,
                limit=limit,
            )
        return [ledger_row(columns) for columns in found]
