"""The first page and that of the state: each number leads to the files behind it."""

import html
import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from rowledger.console.charts import Share, stacked
from rowledger.console.pages.today import bar_starts
from rowledger.functions.domain.ledger_requests import SummaryBy
from rowledger.operations.domain.service_state import FunctionInService, ServiceState
from tests.unit.builders import RECEIVED
from tests.unit.console_world import BAD, GOOD, RAGGED, ConsoleWorld, shown


@pytest.fixture
def world() -> ConsoleWorld:
    made = ConsoleWorld()
    now = datetime.now(UTC)
    for number, outcome in enumerate((GOOD, BAD, RAGGED)):
        made.has(f"{number}.csv", outcome, received_at=now - timedelta(minutes=number))
    made.has("old.csv", BAD, received_at=now - timedelta(days=20))
    return made


def test_each_number_leads_to_the_files_behind_it(world: ConsoleWorld) -> None:
    browser = world.admitted()
    page = browser.get("/today").text
    cards = re.findall(r'<a href="(/files[^"]+)"><strong>([^<]+)</strong> ([^<]+)</a>', page)
    assert [(number, what) for _, number, what in cards][:4] == [
        ("1", "rejected"),
        ("1", "with warnings"),
        ("0", "without an outcome"),
        ("2", "accepted"),
    ]
    for address, number, _ in cards[:4]:
        found = browser.get(html.unescape(address)).text
        assert found.count('<th scope="row">') == int(number), address
    behind = re.findall(r'<td class="number"><a href="(/files\?since[^"]+)">(\d+)</a>', page)
    for address, number in behind:
        found = browser.get(html.unescape(address)).text
        assert found.count('<th scope="row">') == int(number)
        # The field shows the time that the address has.
        assert re.search(r'name="since" step="1" value="\d{4}-\d\d-\d\dT\d\d:00:00"', found)
    assert sum(int(number) for _, number in behind) == 3
    assert "old.csv" not in page


@pytest.mark.parametrize(("span", "bars"), [("7d", 7), ("30d", 30), ("90d", 90), ("x", 24)])
def test_a_longer_time_has_more_bars(world: ConsoleWorld, span: str, bars: int) -> None:
    page = world.admitted().get(f"/today?span={span}").text
    assert page.count("<g>") == bars
    assert ("old.csv" in page) == (span in ("30d", "90d"))


def test_a_time_without_files_says_what_to_do() -> None:
    text = shown(ConsoleWorld().admitted().get("/today").text)
    assert "No file came in the last 24 hours." in text
    assert "rowledger upload" in text
    assert "rowledger reconcile" in text


def test_bars_keep_the_offset_of_now_across_a_change_of_the_clocks() -> None:
    after = datetime(2026, 10, 26, 12, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    starts, step = bar_starts(after, SummaryBy.DAY, 3)
    hour = timezone(timedelta(hours=1))
    assert starts == [datetime(2026, 10, day, tzinfo=hour) for day in (24, 25, 26)]
    assert step == timedelta(days=1)
    hours, _ = bar_starts(after, SummaryBy.HOUR, 24)
    assert (hours[0], hours[-1]) == (
        datetime(2026, 10, 25, 13, tzinfo=hour),
        datetime(2026, 10, 26, 12, tzinfo=hour),
    )


def test_the_parts_of_a_bar_stand_on_one_another_and_the_highest_fills_the_box() -> None:
    first, second, third = stacked([[("failed", 1), ("success", 3)], [("success", 1)], []])
    assert first == [Share("failed", 1, 75, 8, 25), Share("success", 1, 0, 8, 75)]
    assert second == [Share("success", 11, 75, 8, 25)]
    assert third == []
    assert stacked([]) == []


def test_the_state_is_said() -> None:
    world = ConsoleWorld()
    processor = FunctionInService("csv-processor", "live", "7", {"8": 0.1}, RECEIVED)
    world.state = ServiceState((processor,), {"errors": "ALARM"}, 2, 0, RECEIVED, None)
    text = shown(world.admitted().get("/state").text)
    for said in ("2 events failed for good", "ALARM errors", "live: version 7, 8: 10%, since"):
        assert said in text
    world.state = ServiceState((), {}, 0, 1, None, "DATABASE: away")
    text = shown(world.admitted().get("/state").text)
    assert "The ledger does not answer: DATABASE: away" in text
    assert "It is empty, but for 1 that a command holds." in text
