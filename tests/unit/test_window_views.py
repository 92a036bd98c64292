"""The day at a glance: windows that were evaluated, and those that are still to be."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.envelope import answer_document, read_answer
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.evaluation import ArrivedFile, WindowState
from rowledger.functions.domain.window_requests import ExpectationNow, WindowLine, Windows
from rowledger.operations.domain.window_views import Standing, WindowView, window_views
from tests.unit.window_world import a_row, at


def line(due: datetime, state: WindowState, **changes: Any) -> WindowLine:  # noqa: ANN401 -- its fields
    values: dict[str, Any] = {
        "id": 1,
        "source": "acme-orders",
        "expectation": "daily",
        "time_zone": "UTC",
        "opens_at": due - timedelta(hours=22),
        "due_at": due,
        "ends_at": due + timedelta(hours=2),
        "state": state,
        "evidence": {"files": [], "lacking_names": ["o.csv"], "problems": []},
        "completed_at": None,
        "evaluated_at": due + timedelta(hours=3),
        "incident_id": 7,
        "late_completed_at": None,
        "late_evidence": None,
        **changes,
    }
    return WindowLine(**values)


def views(
    now: datetime, *files: ArrivedFile, lines: tuple[WindowLine, ...] = ()
) -> list[WindowView]:
    found = Windows(now, lines, (ExpectationNow(a_row(), files),), cut=False)
    # As the functions answer it.
    found = read_answer(Windows, answer_document(found))
    return window_views(found, CronSchedules(), at("05 00:00"), at("08 00:00"))


def file(moment: datetime) -> ArrivedFile:
    return ArrivedFile(1, "acme/orders/o.csv", Status.SUCCESS, moment, 1)


def test_a_window_that_was_evaluated_is_shown_as_it_was_and_once() -> None:
    found = views(at("06 09:00"), lines=(line(at("06 06:00"), WindowState.MISSING),))
    assert [(view.due_at, view.state) for view in found] == [
        (at("05 06:00"), Standing.ENDED),
        (at("06 06:00"), WindowState.MISSING),
        (at("07 06:00"), Standing.OPEN),
    ]
    assert [view.is_missing for view in found] == [False, True, False]
    assert found[1].problem == "no o.csv"


def test_what_came_late_is_missing_no_more() -> None:
    late = line(
        at("06 06:00"),
        WindowState.MISSING,
        late_completed_at=at("06 09:00"),
        late_evidence={"files": [3]},
    )
    view = views(at("06 10:00"), lines=(late,))[1]
    assert (view.is_missing, view.is_there, view.good) == (False, True, 1)


@pytest.mark.parametrize(
    ("now", "standing", "is_there"),
    [
        ("05 08:00", Standing.UPCOMING, False),
        ("05 08:01", Standing.OPEN, False),
        ("06 05:01", Standing.READY, True),
        ("06 08:00", Standing.ENDED, False),
    ],
)
def test_what_is_to_come_stands_as_it_is_by_now(
    now: str,
    standing: Standing,
    is_there: bool,  # noqa: FBT001 -- drawn
) -> None:
    files = (file(at("06 05:00")),) if at(now) > at("06 05:00") else ()
    view = views(at(now) + timedelta(seconds=-1 if now == "05 08:00" else 0), *files)[1]
    assert (view.due_at, view.state, view.is_there) == (at("06 06:00"), standing, is_there)
    assert not view.is_missing


def test_nothing_is_due_before_the_expectation_was_applied() -> None:
    row = a_row(since=at("07 00:00"))
    found = Windows(at("07 05:00"), (), (ExpectationNow(row, ()),), cut=False)
    assert [
        view.due_at for view in window_views(found, CronSchedules(), at("05 00:00"), at("08 00:00"))
    ] == [at("07 06:00")]
