"""The page of the files that are due on a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rowledger.functions.domain.sources.evaluation import WindowState
from rowledger.functions.domain.window_requests import WindowLine, Windows
from tests.unit.console_world import ConsoleWorld, shown

DUE = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MISSING = WindowLine(
    id=1,
    source="acme <b>orders</b>",
    expectation="daily",
    time_zone="UTC",
    opens_at=DUE - HOUR,
    due_at=DUE,
    ends_at=DUE + HOUR,
    state=WindowState.MISSING,
    evidence={"files": [], "problems": ["<i>too small</i>"], "lacking_names": ["a_*.csv"]},
    completed_at=None,
    evaluated_at=DUE + 2 * HOUR,
    incident_id=1,
    late_completed_at=None,
    late_evidence=None,
)
ON_TIME = replace(
    MISSING,
    id=2,
    source="early",
    due_at=DUE - HOUR,
    state=WindowState.ON_TIME,
    evidence={"files": [7]},
    completed_at=DUE - 2 * HOUR,
)
CAME_LATE = replace(MISSING, id=3, source="late", late_completed_at=DUE + 3 * HOUR)


@pytest.fixture
def world() -> ConsoleWorld:
    made = ConsoleWorld()
    made.windows = Windows(DUE, (ON_TIME, CAME_LATE, MISSING), (), cut=False)
    return made


def test_what_is_missing_stands_first_with_what_lacks(world: ConsoleWorld) -> None:
    page = world.admitted().get("/due?on=2026-11-26").text
    text = shown(page)
    assert "3 due, 1 missing" in text
    places = [text.index(each) for each in ("acme <b>orders</b>", "early", "late daily")]
    assert places == sorted(places)
    assert "<i>too small</i>; no a_*.csv" in text
    assert '<span class="mark state failed">MISSING</span>' in page
    assert '<span class="mark state warned">MISSING</span><p class="said">came late</p>' in page
    assert '<span class="mark state success">ON_TIME</span>' in page
    assert 'href="/files?source=acme+%3Cb%3Eorders%3C%2Fb%3E&amp;since=' in page
    assert "<b>orders" not in page


def test_a_day_leads_to_the_days_beside_it_and_is_asked_whole(world: ConsoleWorld) -> None:
    page = world.admitted().get("/due?on=2026-03-01").text
    assert 'href="/due?on=2026-02-28" rel="prev"' in page
    assert 'href="/due?on=2026-03-02" rel="next"' in page
    assert 'aria-current="true">Today' not in page
    assert 'aria-current="true">Today' in world.browser.get("/due").text


def test_a_day_on_which_nothing_is_due_says_what_to_do() -> None:
    text = shown(ConsoleWorld().admitted().get("/due").text)
    assert "Nothing is due on this day." in text
    assert "rowledger sources apply --help" in text


def test_an_answer_that_is_cut_says_so(world: ConsoleWorld) -> None:
    world.windows = replace(world.windows, cut=True)
    page = world.admitted().get("/due?on=2026-11-26").text
    assert "There is more than one answer takes" in shown(page)


@pytest.mark.parametrize("day", ["today", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_what_is_no_day_is_refused(day: str) -> None:
    answer = ConsoleWorld().admitted().get(f"/due?on={day}")
    assert (answer.status_code, "The day must be one such as" in answer.text) == (400, True)
