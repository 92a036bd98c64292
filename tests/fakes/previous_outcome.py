"""The outcome that a replay keeps of a row, as the ledger has it."""

from typing import Any

from rowledger.functions.domain.ledger import LedgerRow


def previous_outcome(row: LedgerRow) -> dict[str, Any]:
    return {
        "status": row.status.value,
        "timestamp": row.timestamp.isoformat(),
        "rows_count": row.rows_count,
        "columns_count": row.columns_count,
        "file_size_bytes": row.file_size_bytes,
        "sha256": row.sha256,
        "dialect": row.dialect,
        "error": row.error,
        "attempt": row.attempt,
    }
