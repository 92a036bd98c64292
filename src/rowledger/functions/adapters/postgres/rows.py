"""How a row of the ledger is read: by the names of its columns, never by their order."""

from typing import Any

from pg8000.native import Connection

from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Status

# The select list of a LedgerRow and where it is from, for the queries that give such rows.
ROW_PARTS = load_queries("rows")


def run_by_name(connection: Connection, query: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- as the driver has it
    """Run a query; return each row as its values by column name."""
    found = connection.run(query, **parameters)
    names = [column["name"] for column in connection.columns or ()]
    return [dict(zip(names, row, strict=True)) for row in found]


def ledger_row(columns: dict[str, Any]) -> LedgerRow:
    """Make the row of the columns that ROW_PARTS lists."""
    return LedgerRow(**columns | {"status": Status(columns["status"])})
