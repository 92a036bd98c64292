"""Windows and incidents in PostgreSQL, by the function's own role; the fake says the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from pg8000.native import DatabaseError

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.outcome import Status
from rowledger.local.provisioning.database_logins import Login, Logins
from tests.fakes.notifier import FakeNotifier
from tests.integration.ledger_bench import migrate_as, on_postgres
from tests.integration.window_database import World
from tests.unit.window_world import WindowWorld, a_row

SOURCE = {
    "name": "acme-orders",
    "prefix": "acme/orders/",
    "names": {"match": ["o*"]},
    "expectations": [{"name": "daily", "schedule": "0 */4 * * *", "grace": "30m"}],
}
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def world(fresh_database: Login, owner_of_fresh_database: Login, logins: Logins) -> Iterator[World]:
    migrate_as(owner_of_fresh_database)
    operator = replace(logins.operator, database=owner_of_fresh_database.database).connect()
    owner, database = owner_of_fresh_database.connect(), on_postgres(fresh_database)
    yield World(owner, operator, database, FakeNotifier())
    database.close()
    owner.close()
    operator.close()


def test_an_expectation_lasts_from_the_version_that_has_it_to_the_one_that_changes_it(
    world: World,
) -> None:
    holiday = {"name": "c", "dates": ["2026-12-25"]}
    more = {"name": "b", "schedule": "0 7 * * *", "calendar": "c"}
    both = {**SOURCE, "expectations": [*SOURCE["expectations"], more]}
    world.apply(both, calendars=[holiday])
    world.apply(both, {"name": "x", "prefix": "x/"}, calendars=[holiday])
    world.apply(both, calendars=[{**holiday, "dates": ["2026-12-26"]}])
    world.apply(SOURCE)
    world.apply({**SOURCE, "names": {"match": ["p*"]}})
    found = world.rows(
        "SELECT x.name, sources_version, free_days, since = v.applied_at,"
        " (SELECT id FROM sources_version WHERE applied_at = until)"
        " FROM expectation x JOIN sources_version v ON v.id = sources_version ORDER BY x.id"
    )
    assert found == [
        ["daily", 1, [], True, 5],
        ["b", 1, ["2026-12-25"], True, 3],
        ["b", 3, ["2026-12-26"], True, 4],
        ["daily", 5, [], True, None],
    ]


def test_the_ledger_and_the_fake_say_the_same(world: World) -> None:
    world.apply(SOURCE)
    world.long_in_force()
    ((row, _),) = world.store.unfinished()
    memory = WindowWorld(
        a_row(dict(row.document), since=row.since, match=row.match, sources_version=1)
    )
    midnight = NOON - timedelta(days=1, hours=12)
    minutes_and_states = [
        *((-300, "S"), (230, "S"), (260, "F"), (475, "S"), (485, "S"), (700, "F"), (725, "S")),
        *((730, "S"), (950, "F"), (1000, "S"), (1130, "S")),
    ]
    for minute, state in minutes_and_states:
        status = Status.SUCCESS if state == "S" else Status.FAILED
        moment = midnight + timedelta(minutes=minute)
        assert world.put(moment, status) == memory.put(moment, "o.csv", status).id
    # Neither is one of the source's.
    world.put(midnight, name="other.csv", source=None)
    world.put(midnight, name="o_x.csv", source="another")
    moment = world.store.now()
    result = world.run()
    expected = memory.run(moment)
    assert (result.windows, result.completed) == (expected.windows, expected.completed)
    assert result.missing == expected.missing
    found = world.rows(
        "SELECT due_at, state, evidence->'files', late_evidence->'files', incident_id"
        " FROM evaluation ORDER BY due_at"
    )
    assert found == [
        [
            kept.window.due,
            kept.evaluation.state,
            list(kept.evaluation.files),
            list(kept.late.files) if kept.late else None,
            kept.incident,
        ]
        for kept in memory.store.evaluations.values()
    ]
    assert len({state for _, state, *_ in found}) > 2
    assert world.notifier.events == memory.notifier.events
    assert world.notifier.published == memory.notifier.published
    assert world.rows("SELECT closed_at IS NULL FROM incident ORDER BY id") == [
        [each.why_closed is None] for each in memory.store.incidents.values()
    ]
    assert world.rows("SELECT count(*) FROM notification WHERE sent_at IS NULL") == [[0]]
    assert world.run().windows == {}


def test_a_file_before_the_expectation_and_one_without_an_outcome_are_seen(world: World) -> None:
    world.apply(SOURCE)
    world.long_in_force()
    ((row, _),) = world.store.unfinished()
    early = world.put(row.since - timedelta(hours=1), source=None, name="o_early.csv")
    working = world.put(row.since + timedelta(hours=1), Status.PROCESSING, None, "o_working.csv")
    world.put(row.since + timedelta(hours=1), source=None, name="o_nobodys.csv")
    found = world.store.arrived(row, row.since - timedelta(days=1), row.since + timedelta(days=1))
    assert [each.id for each in found] == [early, working]


def test_checks_at_the_same_time_record_each_window_once(
    world: World, fresh_database: Login
) -> None:
    world.apply(SOURCE)
    world.long_in_force()
    databases = [on_postgres(fresh_database) for _ in range(4)]
    notifiers = [FakeNotifier() for _ in databases]
    worlds = [
        World(world.owner, world.operator, database, notifier)
        for database, notifier in zip(databases, notifiers, strict=True)
    ]
    threads = [Thread(target=each.run, args=(f"r{number}",)) for number, each in enumerate(worlds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    # Whoever was overtaken stopped: another goes on.
    world.run()
    events = [
        each.message_id for notifier in (*notifiers, world.notifier) for each in notifier.events
    ]
    mails = [each for notifier in (*notifiers, world.notifier) for each in notifier.published]
    ((windows, incidents),) = world.rows(
        "SELECT (SELECT count(*) FROM evaluation), (SELECT count(*) FROM incident)"
    )
    assert len(events) == len(set(events)) == windows > 10
    assert (incidents, len(mails)) == (1, 1)


def test_what_a_killed_check_left_is_sent_with_the_same_id(world: World) -> None:
    world.apply(SOURCE)
    world.long_in_force(1)
    world.notifier.event_faults = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        world.run()
    world.owner.run("UPDATE notification SET lease_expires_at = now()")
    world.run("r2")
    assert world.outbox.send_waiting("r3", Deadline(60, lambda: 0)) >= 1
    found = world.rows("SELECT message_id, sent_at IS NOT NULL FROM notification ORDER BY id")
    events = [each.message_id for each in world.notifier.events]
    assert sorted(events) == sorted(message_id for message_id, _ in found)
    assert all(sent for _, sent in found)
    assert len(world.notifier.published) == 1


def test_an_operator_acknowledges_and_closes_and_a_new_one_is_told(world: World) -> None:
    world.apply(SOURCE)
    world.long_in_force(1)
    world.run()
    world.operator.run(
        "UPDATE incident SET acknowledged_at = now(), acknowledged_by = 'ada',"
        " acknowledged_why = 'asked'"
    )
    with pytest.raises(DatabaseError, match="cannot be changed like this"):
        world.operator.run("UPDATE incident SET acknowledged_at = now()")
    world.operator.run(
        "UPDATE incident SET closed_at = now(), closed_by = 'ada', closed_why = 'not today'"
    )
    with pytest.raises(DatabaseError, match="none: it is closed"):
        world.operator.run("UPDATE incident SET closed_why = 'another'")
    assert world.store.windows_missing() == 0
    world.owner.run("DELETE FROM notification")
    world.owner.run("DELETE FROM evaluation WHERE due_at = (SELECT max(due_at) FROM evaluation)")
    world.run()
    assert world.rows("SELECT count(*) FROM incident") == [[2]]
    assert len(world.notifier.published) == 2


def test_a_window_that_is_not_over_has_no_evaluation(world: World) -> None:
    world.apply(SOURCE)
    world.long_in_force(1)
    world.run()
    values = (
        "SELECT expectation_id, source, expectation, opens_at, now(), {ends},"
        " now() + interval '2 h', 'ON_TIME', '{{}}', sources_version FROM evaluation LIMIT 1"
    )
    columns = (
        "expectation_id, source, expectation, opens_at, due_at, ends_at, late_until, state,"
        " evidence, sources_version"
    )
    with (
        pytest.raises(Exception, match="42501"),
        world.database.session() as connection,
    ):
        connection.run(
            f"INSERT INTO evaluation ({columns}) " + values.format(ends="now() + interval '1 h'")
        )
