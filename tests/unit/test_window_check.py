"""The check of the windows: what it records and tells, whenever and however often it runs."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.evaluation import WindowState
from tests.unit.window_world import BEGIN, WindowWorld, a_row, at

ON_TIME, LATE, MISSING = WindowState.ON_TIME, WindowState.LATE, WindowState.MISSING
SCHEMA = Draft202012Validator(contract.load("window_event.schema.json"))


def test_a_file_in_time_is_recorded_and_told_to_programs_alone() -> None:
    world = WindowWorld()
    world.put(at("05 05:45"))
    assert world.run(at("05 08:01")).windows == {}
    assert world.run(at("05 08:02")).windows == {ON_TIME: 1}
    assert world.mails() == []
    (event,) = (json.loads(each.event or "") for each in world.notifier.events)
    assert (event["state"], event["late_seconds"], event["ledger_ids"]) == ("ON_TIME", 0, [1])
    assert (event["due_at"], event["after_all"]) == ("2026-01-05T06:00:00.000Z", False)


def test_a_missing_file_is_told_once_with_what_is_usual() -> None:
    berlin = a_row({"timeZone": "Europe/Berlin"}, since=at("19 00:00"))
    world = WindowWorld(berlin)
    for day, minute in ((13, 41), (14, 50), (15, 59), (16, 70), (19, 62)):
        world.put(at(f"{day} 04:00") + timedelta(minutes=minute))
    world.run(at("20 07:05"))
    world.run(at("20 07:10"))
    world.run(at("21 07:10"))
    assert world.states() == {"19 05:00": LATE, "20 05:00": MISSING, "21 05:00": MISSING}
    (mail,) = world.notifier.published
    assert mail.body.splitlines()[0] == (
        "acme-orders: nothing since yesterday 06:02, due 06:00 Europe/Berlin, grace until 08:00;"
        " the last 5 came between 05:41 and 06:10."
    )
    assert mail.subject == (
        "MISSING: acme-orders: nothing since yesterday 06:02, due 06:00 Europe/Berlin, grace until"
        " 08:00"
    )
    assert (mail.attributes["status"], mail.attributes["source"]) == ("MISSING", "acme-orders")
    assert mail.attributes["recipients"] == '["acme-orders:missing"]'
    assert [len(world.store.incidents), world.store.windows_missing()] == [1, 2]


def test_what_is_told_to_programs_is_as_its_schema_says() -> None:
    world = WindowWorld(a_row({"names": ["o_{date:%d}*.csv"], "files": {"maximum": 2}}))
    world.put(at("05 05:00"), "o_05.csv")
    world.put(at("06 05:00"), "o_06_a.csv")
    world.put(at("06 05:01"), "o_06_b.csv")
    world.put(at("06 05:02"), "o_06_c.csv")
    world.put(at("07 05:00"), "o_07.csv", Status.FAILED)
    world.put(at("08 05:00"), "other.csv")
    world.put(at("09 07:00"), "o_08.csv")
    world.run(at("13 00:00"))
    events = [json.loads(each.event or "") for each in world.notifier.events]
    assert [each["state"] for each in events] == [
        *("ON_TIME", "INVALID", "INVALID", "INCOMPLETE", "LATE"),
        *("MISSING", "MISSING"),
    ]
    assert [each["after_all"] for each in events] == [False] * 4 + [True] + [False] * 2
    for event in events:
        SCHEMA.validate(event)
    assert len({each["message_id"] for each in events}) == len(events)


def test_a_file_that_comes_late_closes_the_incident_and_says_by_how_much() -> None:
    world = WindowWorld()
    world.run(at("05 08:05"))
    world.put(at("05 09:05"))
    result = world.run(at("05 09:06"))
    assert (world.states(), result.completed) == ({"05 06:00": MISSING}, 1)
    assert world.lateness() == {"05 06:00": 185}
    assert world.store.incidents[1].why_closed == "came late"
    assert result.missing == 0
    assert [each.attributes["status"] for each in world.notifier.events] == ["MISSING", "LATE"]
    assert len(world.mails()) == 1


def test_a_late_file_is_found_after_a_check_that_was_down_for_a_week() -> None:
    world = WindowWorld()
    world.run(at("05 08:05"))
    world.put(at("05 09:05"))
    world.run(at("12 05:00"))
    assert world.lateness() == {"05 06:00": 185}


def test_a_late_file_is_not_the_next_one() -> None:
    world = WindowWorld()
    world.put(at("05 09:05"))
    world.run_every(30, at("05 08:30"), at("06 09:00"))
    assert world.states() == {"05 06:00": MISSING, "06 06:00": MISSING}
    assert world.lateness() == {"05 06:00": 185}


def test_a_file_nearer_to_the_next_due_time_is_the_next_one() -> None:
    world = WindowWorld()
    world.put(at("06 05:50"))
    world.run_every(30, at("05 08:30"), at("06 09:00"))
    assert world.states() == {"05 06:00": MISSING, "06 06:00": ON_TIME}
    assert world.lateness() == {}
    # All is well again, and Monday's window says for ever that it was not.
    assert world.store.incidents[1].why_closed == "came"


def test_an_upload_that_was_found_later_completes_its_window() -> None:
    world = WindowWorld()
    world.run(at("05 08:05"))
    world.put(at("05 05:59"))
    world.run(at("05 11:00"))
    assert world.lateness() == {"05 06:00": 0}
    assert json.loads(world.notifier.events[-1].event or "")["state"] == "ON_TIME"


def test_a_new_incident_is_told_again() -> None:
    world = WindowWorld()
    world.put(at("06 06:00"))
    for day in (5, 6, 7):
        world.run(at(f"0{day} 08:05"))
    assert list(world.states().values()) == [MISSING, ON_TIME, MISSING]
    assert (len(world.store.incidents), len(world.mails())) == (2, 2)


def test_a_file_without_an_outcome_is_waited_for_an_hour() -> None:
    world = WindowWorld()
    world.put(at("05 05:00"), status=Status.PROCESSING)
    assert world.run(at("05 08:59")).windows == {}
    assert world.run(at("05 09:00")).windows == {WindowState.INCOMPLETE: 1}


def test_what_is_due_before_a_change_is_judged_by_what_was_in_force() -> None:
    earlier = a_row(until=at("06 07:00"))
    later = a_row({"schedule": "0 7 * * 1-5"}, id=2, since=at("06 07:00"), sources_version=4)
    world = WindowWorld(earlier, later)
    world.put(at("05 05:00"))
    world.run(at("08 12:00"))
    assert list(world.states()) == ["05 06:00", "06 06:00", "06 07:00", "07 07:00", "08 07:00"]
    assert world.store.finished == {1}


def test_a_late_file_before_a_change_is_no_file_of_the_window_behind_it() -> None:
    rows = (a_row(until=at("08 03:00")), a_row({"grace": "3h"}, id=2, since=at("08 03:00")))
    often, once = WindowWorld(*rows), WindowWorld(*rows)
    for world in (often, once):
        world.put(at("07 16:20"))
    often.run_every(60, BEGIN, at("08 23:00"))
    once.run(at("08 23:00"))
    assert once.states()["08 06:00"] == often.states()["08 06:00"] == MISSING


def test_nothing_is_due_before_an_expectation_is_in_force() -> None:
    world = WindowWorld(a_row(since=at("06 06:01")))
    world.run(at("07 08:05"))
    assert list(world.states()) == ["07 06:00"]


def test_an_incident_ends_with_the_last_expectation_of_its_source() -> None:
    world = WindowWorld(a_row(until=at("05 07:00")))
    result = world.run(at("05 08:05"))
    assert (result.windows, result.closed, result.missing) == ({MISSING: 1}, 1, 0)
    assert len(world.mails()) == 1


def test_an_incident_of_two_expectations_ends_when_both_are_met() -> None:
    world = WindowWorld(a_row(), a_row({"name": "evening", "schedule": "0 18 * * *"}, id=2))
    world.run(at("05 20:05"))
    world.put(at("06 07:30"))
    world.run(at("06 08:05"))
    assert world.store.incidents[1].why_closed is None
    world.put(at("06 17:00"))
    world.run(at("06 20:05"))
    assert [each.why_closed for each in world.store.incidents.values()] == ["came"]


def test_what_cannot_be_read_stops_no_other() -> None:
    world = WindowWorld(
        a_row({"schedule": "61 * * * *"}, source="bad"),
        a_row({"timeZone": "Nowhere"}, id=2, source="odd"),
        a_row({"later": "word"}, id=3, source="new"),
        a_row(id=4),
    )
    result = world.run(at("05 08:05"))
    assert result.windows == {MISSING: 1}
    assert result.unreadable == {
        "bad/daily": "'61 * * * *' is no schedule: bad minute",
        "odd/daily": "there is no time zone 'Nowhere'",
        "new/daily": "the source new.expectations[0] has the unknown field 'later'",
    }


def test_without_time_the_next_check_goes_on() -> None:
    world = WindowWorld()
    assert not world.run(at("05 08:05"), seconds=0).finished
    assert world.states() == {}
    assert world.run(at("05 08:10")).finished
    assert world.states() == {"05 06:00": MISSING}


def test_where_no_mails_are_wanted_programs_are_told() -> None:
    world = WindowWorld(mails=False)
    world.run(at("05 08:05"))
    assert (world.mails(), len(world.notifier.events)) == ([], 1)


@pytest.mark.parametrize("code", [FaultCode.NOTIFICATION, FaultCode.NOTIFICATION_UNANSWERED])
def test_what_could_not_be_told_is_told_by_whoever_sends_what_waits(code: FaultCode) -> None:
    world = WindowWorld()
    world.notifier.event_faults = [FaultError(code, "no")]
    result = world.run(at("05 08:05"))
    assert (result.windows, len(result.untold)) == ({MISSING: 1}, 1)
    world.run(at("05 08:10"))
    assert world.mails() == []
    world.outbox.send_waiting("schedule", Deadline(60, lambda: 0))
    assert len(world.mails()) == 1
    assert list(world.told_of()) == [world.notifier.published[0].message_id]


def test_a_crash_after_the_record_tells_it_with_the_same_id() -> None:
    whole, world = WindowWorld(), WindowWorld()
    whole.run(at("05 08:05"))
    world.notifier.event_faults = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        world.run(at("05 08:05"))
    assert world.run(at("05 08:10")).windows == {}
    world.outbox.send_waiting("schedule", Deadline(60, lambda: 0))
    assert list(world.told_of()) == list(whole.told_of())
    assert world.notifier.published == whole.notifier.published


MINUTES = st.integers(0, 60 * 24 * 9)
FILES = st.lists(
    st.tuples(
        MINUTES,
        st.sampled_from(["orders.csv", "o_05.csv", "o_06.csv", "o_07.csv"]),
        st.sampled_from([Status.SUCCESS, Status.SUCCESS, Status.FAILED]),
    ),
    max_size=14,
)
DOCUMENTS = st.sampled_from(
    [
        {},
        {"opens": "4h"},
        {"files": {"minimum": 2, "maximum": 3}},
        {"names": ["o_{date:%d}*.csv"]},
        {"schedule": "0 */6 * * *", "grace": "1h"},
        {"schedule": "30 2 * * *", "timeZone": "Europe/Berlin", "grace": "0m"},
    ]
)


@settings(max_examples=12, deadline=None)
@given(DOCUMENTS, FILES, st.lists(MINUTES, max_size=12), st.booleans())
def test_however_often_it_runs_it_says_the_same(
    document: dict[str, str],
    files: list[tuple[int, str, Status]],
    checks: list[int],
    changed: bool,  # noqa: FBT001 -- drawn
) -> None:
    """A check that was down for days, or came twice, against one every hour and a half."""
    rows = [a_row(document)]
    if changed:
        rows = [
            a_row(document, until=at("08 03:00")),
            a_row({**document, "grace": "3h"}, id=2, since=at("08 03:00")),
        ]
    end = BEGIN + timedelta(days=12)
    often, rarely = WindowWorld(*rows), WindowWorld(*rows)
    arriving = sorted(files, key=lambda each: each[0])

    def visit(world: WindowWorld, moments: list[int]) -> None:
        left = list(arriving)
        for minute in [*moments, 60 * 24 * 12]:
            while left and left[0][0] <= minute:
                passed, name, status = left.pop(0)
                world.put(BEGIN + timedelta(minutes=passed), name, status)
            world.run(BEGIN + timedelta(minutes=minute))

    visit(often, list(range(0, 60 * 24 * 11, 90)))
    visit(rarely, sorted(checks))
    assert rarely.states() == often.states()
    assert rarely.lateness() == often.lateness()
    assert sorted(rarely.told_of()) == sorted(often.told_of())
    # After days without a check, an incident may have ended and another begun where one went on.
    assert bool(rarely.store.windows_missing()) == bool(often.store.windows_missing())
    for world in (rarely, often):
        assert len(world.mails()) == len(world.store.incidents)
    assert rarely.run(end).windows == {}
