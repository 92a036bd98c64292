"""How rows of expectations are read, by whoever evaluates their windows or looks at them."""

from collections.abc import Mapping
from typing import Any

from rowledger.functions.adapters.postgres.queries import load_queries
from rowledger.functions.domain.sources.window_rows import ExpectationRow

# What several queries share: see queries/window_rows.sql.
WINDOW_PARTS = load_queries("window_rows")


def expectation_row(columns: Mapping[str, Any]) -> ExpectationRow:
    """Make it of the columns that queries/window_rows.sql lists as expectation."""
    match = columns["match"]
    return ExpectationRow(
        id=columns["id"],
        source=columns["source"],
        name=columns["name"],
        prefix=columns["prefix"],
        match=None if match is None else tuple(match),
        document=columns["document"],
        free_days=tuple(columns["free_days"]),
        sources_version=columns["sources_version"],
        since=columns["since"],
        until=columns["until"],
    )
