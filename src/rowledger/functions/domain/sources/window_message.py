"""What is said of a window: an event for programs, and a mail where it is not as expected.

The event is as contract/window_event.schema.json describes it.
"""

import uuid
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from rowledger.functions.domain.notification import MAX_SUBJECT, Notification
from rowledger.functions.domain.receipt import timestamp
from rowledger.functions.domain.recipients import attributes_for, of_window
from rowledger.functions.domain.sources.evaluation import MOST_NAMED, Evaluation, WindowState
from rowledger.functions.domain.sources.window_rows import ExpectationRow
from rowledger.functions.domain.sources.windows import Timetable, Window
from rowledger.functions.domain.text import json_text, printable

WINDOW_EVENT_VERSION = "1.0"
# By so many earlier files it is said when they usually come, and by no fewer than the least.
USUAL_FILES = 20
_LEAST_FILES = 3
_MOST_DUE_TIMES = 5000


@dataclass(frozen=True, slots=True)
class UsualArrival:
    """When earlier files came, as if they were for this window. files: how many they were."""

    files: int
    earliest: datetime
    latest: datetime


def usual_arrival(
    table: Timetable, window: Window, arrivals: Sequence[datetime]
) -> UsualArrival | None:
    """Say when files usually come, by how far each was from the nearest due time.

    arrivals: of the last files before the end of the window.
    """
    if len(arrivals) < _LEAST_FILES:
        return None
    begin = min(arrivals) - timedelta(days=1)
    until_due = takewhile(lambda due: due <= window.due, table.due_times(begin))
    due_times = list(islice(until_due, _MOST_DUE_TIMES))
    if window.due not in due_times[-1:]:
        return None
    offsets = [each - _nearest(due_times, each) for each in arrivals]
    return UsualArrival(len(arrivals), window.due + min(offsets), window.due + max(offsets))


def _nearest(due_times: Sequence[datetime], moment: datetime) -> datetime:
    at = bisect(due_times, moment)
    return min(due_times[max(0, at - 1) : at + 1], key=lambda due: abs(due - moment))


def announce_window(
    row: ExpectationRow,
    table: Timetable,
    window: Window,
    evaluation: Evaluation,
    arrivals: Sequence[datetime] = (),
    *,
    after_all: bool = False,
) -> Notification:
    """Make the message about an evaluation. A mail is wanted where it is not as expected.

    arrivals: of the last files before the end of the window, the latest first. after_all: what is
    said once more of a window that was not as expected, and now is.
    """
    name = f"window:{row.source}:{row.name}:{window.due.isoformat()}{':late' * after_all}"
    message_id = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    usual = usual_arrival(table, window, arrivals)
    sentence = _sentence(row, table, window, evaluation, arrivals)
    head = f"{evaluation.state}: {sentence}"
    return Notification(
        message_id=message_id,
        subject=head if len(head) <= MAX_SUBJECT else f"{head[: MAX_SUBJECT - 3]}...",
        body="\n".join(_lines(row, table, window, evaluation, sentence, usual)) + "\n",
        attributes={
            "kind": "window",
            "status": evaluation.state.value,
            "source": row.source,
            "expectation": row.name,
            "message_id": message_id,
            **attributes_for(of_window(row.source)),
        },
        event=json_text(_event(row, table, window, evaluation, message_id, usual, after_all)),
        mail_wanted=not evaluation.state.as_expected,
    )


def clock(table: Timetable, window: Window, moment: datetime) -> str:
    """A moment as people say it who look at the due time, in the expectation's time zone."""
    local, due = table.local(moment), table.local(window.due)
    days = (local.date() - due.date()).days
    words = {0: "", -1: "yesterday ", 1: "the next day "}
    return f"{words.get(days, f'{local:%Y-%m-%d} ')}{local:%H:%M}"


def _sentence(
    row: ExpectationRow,
    table: Timetable,
    window: Window,
    evaluation: Evaluation,
    arrivals: Sequence[datetime],
) -> str:
    due = f"due {clock(table, window, window.due)} {table.expectation.time_zone}"
    match evaluation.state:
        case WindowState.MISSING:
            since = f" since {clock(table, window, arrivals[0])}" if arrivals else ""
            said = f"nothing{since}"
        case WindowState.INCOMPLETE:
            said = f"incomplete ({_lacking(evaluation)})"
        case WindowState.INVALID:
            said = "not what was expected"
        case WindowState.LATE:
            said = f"{_span(evaluation.late_seconds)} late"
        case WindowState.ON_TIME:
            said = "on time"
    grace = f", grace until {clock(table, window, window.ends)}" * (window.ends > window.due)
    return f"{row.source}: {said}, {due}{grace}"


def _lacking(evaluation: Evaluation) -> str:
    parts = []
    if evaluation.lacking_files:
        plural = "" if evaluation.lacking_files == 1 else "s"
        parts.append(f"{evaluation.lacking_files:,} file{plural} missing")
    if evaluation.lacking_names:
        parts.append(f"{len(evaluation.lacking_names):,} of the names")
    return ", ".join(parts)


def _numbers(evaluation: Evaluation) -> str:
    counts = {
        "good": evaluation.files,
        "rejected": evaluation.rejected,
        "without an outcome": evaluation.unfinished,
    }
    return ", ".join(f"{len(ids):,} {what}" for what, ids in counts.items())


def _span(seconds: int) -> str:
    minutes = -(-seconds // 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _lines(
    row: ExpectationRow,
    table: Timetable,
    window: Window,
    evaluation: Evaluation,
    sentence: str,
    usual: UsualArrival | None,
) -> list[str]:
    if usual:
        times = " and ".join(clock(table, window, each) for each in (usual.earliest, usual.latest))
        sentence = f"{sentence}; the last {usual.files} came between {times}"
    lines = [
        f"{sentence}.",
        "",
        f"Source:      {row.source}",
        f"Expectation: {row.name} (version {row.sources_version} of the sources)",
        f"State:       {evaluation.state}",
        f"Window:      {timestamp(window.opens)} to {timestamp(window.ends)}",
        f"Due:         {timestamp(window.due)}",
        f"Files:       {_numbers(evaluation)}",
    ]
    lines += [f"Missing:     {printable(name)}" for name in evaluation.lacking_names[:MOST_NAMED]]
    lines += [f"Problem:     {printable(problem)}" for problem in evaluation.problems]
    if not evaluation.state.as_expected:
        lines += [
            "To do:       ask the sender; rowledger incidents ack --why tells that somebody does",
            f"See also:    rowledger expectations --on {table.local(window.due):%Y-%m-%d}",
        ]
    return lines


def _event(
    row: ExpectationRow,
    table: Timetable,
    window: Window,
    evaluation: Evaluation,
    message_id: str,
    usual: UsualArrival | None,
    after_all: bool,  # noqa: FBT001 -- as announce_window()
) -> dict[str, Any]:
    completed_at = evaluation.completed_at
    return {
        "schema_version": WINDOW_EVENT_VERSION,
        "kind": "window",
        "message_id": message_id,
        "source": row.source,
        "expectation": row.name,
        "sources_version": row.sources_version,
        "state": evaluation.state.value,
        "after_all": after_all,
        "time_zone": table.expectation.time_zone,
        "opens_at": timestamp(window.opens),
        "due_at": timestamp(window.due),
        "ends_at": timestamp(window.ends),
        "completed_at": timestamp(completed_at) if completed_at else None,
        "late_seconds": evaluation.late_seconds,
        "files": {
            "good": len(evaluation.files),
            "rejected": len(evaluation.rejected),
            "unfinished": len(evaluation.unfinished),
            "lacking": evaluation.lacking_files,
        },
        # The first of them: more are in the ledger.
        "ledger_ids": list(evaluation.files[:MOST_NAMED]),
        "lacking_names": list(evaluation.lacking_names[:MOST_NAMED]),
        "problems": list(evaluation.problems[:MOST_NAMED]),
        "usual": None
        if usual is None
        else {
            "files": usual.files,
            "earliest": timestamp(usual.earliest),
            "latest": timestamp(usual.latest),
        },
    }
