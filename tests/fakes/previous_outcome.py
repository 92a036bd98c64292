"""The outcome that a replay keeps of a row, as the ledger has it, and what follows from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.unreadable import GIVEN_UP, EarlierAttempt


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
        "warnings": row.warnings,
        "attempt": row.attempt,
        "source": row.source,
        "sources_version": row.sources_version,
        "supersedes": row.supersedes,
    }


def attempts_that_tried(
    ended: Sequence[tuple[datetime, str | None]], replays: Iterable[dict[str, Any]]
) -> list[EarlierAttempt]:
    """The attempts of an upload, the latest first, without those that gave it up.

    ended: when each began and how it ended. replays: they have the code that an attempt ended with.
    """
    outcomes = [replay["previous"] for replay in replays]
    gave_up = {
        outcome["attempt"]
        for outcome in outcomes
        if outcome and outcome["error"] and outcome["error"]["code"] in GIVEN_UP
    }
    tried = [EarlierAttempt(*each) for n, each in enumerate(ended, start=1) if n not in gave_up]
    return tried[::-1]
