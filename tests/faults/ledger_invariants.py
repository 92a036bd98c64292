"""What holds of the ledger whatever was called, and in whatever order: no model is asked."""

from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.replay import ReplaySource
from tests.faults.ledger_view import Row, View, of_file, result_of

_FINAL = (Status.SUCCESS, Status.FAILED)

# By table: the columns that never change once the row is there, the key first.
_FIXED = {
    "files": (
        *("id", "bucket", "filename", "version_id", "etag", "received_at"),
        *("receipt_key", "backup_key"),
    ),
    "attempts": ("file_id", "attempt", "request_id", "started_at"),
    "messages": (
        *("id", "file_id", "attempt", "message_id", "created_at"),
        *("subject", "body", "attributes"),
    ),
    "replays": (
        *("id", "requested_at", "requested_by", "reason", "source", "previous"),
        *("file_id", "bucket", "filename", "version_id"),
    ),
}
_KEY_COLUMNS = {"files": 1, "attempts": 2, "messages": 1, "replays": 1}
# Those that never change once they are set.
_SET_ONCE = {"attempts": ("ended_at", "result"), "messages": ("sent_at", "topic_message_id")}


def check_moment(view: View) -> None:
    """What holds at every moment."""
    _check_unique(view.files, "bucket", "filename", "version_id")
    _check_unique(view.files, "backup_key")
    _check_unique(view.files, "receipt_key")
    for row in view.files:
        _check_upload(row, of_file(row["id"], view.attempts), of_file(row["id"], view.messages))
    for attempt in view.attempts:
        assert (attempt["ended_at"] is None) == (attempt["result"] is None)
    for message in view.messages:
        assert (message["sent_at"] is None) == (message["topic_message_id"] is None)


def _check_unique(rows: list[Row], *columns: str) -> None:
    values = _values(rows, *columns)
    assert len(set(values)) == len(rows), f"{columns} twice in {values}"


def _check_upload(row: Row, attempts: list[Row], messages: list[Row]) -> None:
    numbers = [attempt["attempt"] for attempt in attempts]
    assert numbers == [*range(1, row["attempt"] + 1)], "every attempt is on record"
    assert attempts[-1]["request_id"] == row["claimed_by"], "the latest attempt is the claim"
    committed = [each["attempt"] for each in attempts if each["result"] in _FINAL]
    announced = [message["attempt"] for message in messages]
    assert announced == committed, "one notification for each committed outcome, and no other"
    if row["status"] in _FINAL:
        assert row["attempt"] in announced, "no outcome without its notification"
        assert attempts[-1]["result"] == row["status"], "the attempt came to what the row says"
    else:
        outcome = [row[column] for column in ("rows_count", "columns_count", "sha256", "error")]
        assert not any(outcome), "no outcome before its time"


def check_history(earlier: View, later: View) -> None:
    """What holds between any two moments: nothing vanishes, nothing is rewritten."""
    for table, fixed in _FIXED.items():
        key = fixed[: _KEY_COLUMNS[table]]
        found = {_values([row], *key)[0]: row for row in getattr(later, table)}
        for before in getattr(earlier, table):
            after = found.get(_values([before], *key)[0])
            assert after is not None, f"vanished from {table}: {before}"
            once = [column for column in _SET_ONCE.get(table, ()) if before[column] is not None]
            for column in (*fixed, *once):
                assert after[column] == before[column], f"{column} changed: {before}, {after}"
    _check_outcomes(earlier, later)


def _check_outcomes(earlier: View, later: View) -> None:
    """An outcome stands until a replay, which keeps it, makes way for another."""
    replays = later.replays[len(earlier.replays) :]
    made_way = [
        (replay["file_id"], result_of(replay["previous"]))
        for replay in replays
        if replay["source"] == ReplaySource.LEDGER and replay["previous"]
    ]
    for before, after in zip(earlier.files, later.files, strict=False):
        if before["status"] in _FINAL and (before["id"], result_of(before)) not in made_way:
            assert after["status"] in _FINAL, f"reopened by nobody: {before}"
            assert result_of(after) == result_of(before), f"rewritten: {before}"


def _values(rows: list[Row], *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]
