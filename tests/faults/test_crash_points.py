"""Attempts that are killed, or lose their lease, at every named point between two steps."""

import pytest

from tests.e2e.pipeline import eventually
from tests.faults import waiting_mails
from tests.faults.arena import Arena
from tests.faults.audit import Audit
from tests.faults.injected.points import OF_MAILS, Act, Point

GOOD = b'id,note\n1,one\n2,"two\nlines"\n3,three\n'
BAD = b'id,note\n1,"never closed\n'

# Where the attempt after a killed one passes next, so that it can be killed there in its turn.
_NEXT = {
    Point.CLAIMED: Point.CLAIMED,
    Point.READING: Point.COUNTED,
    Point.COUNTED: Point.COUNTED,
    Point.RECEIPTED: Point.RECEIPTED,
    Point.COPIED: Point.BACKED_UP,
    Point.BACKED_UP: Point.BACKED_UP,
    Point.COMMITTING: Point.COMMITTING,
    Point.COMMITTED: Point.EVENT_PUBLISHED,
    Point.EVENT_PUBLISHED: Point.EVENT_SENT,
    Point.EVENT_SENT: Point.PUBLISHED,
    Point.PUBLISHED: Point.PUBLISHED,
}
# Those whose successors are killed too in the short form.
_SOME = (Point.READING, Point.COMMITTING, Point.COMMITTED)
# An attempt held here loses its lease to another one before it goes on. They are no more than a
# machine of two cores works on at once, with a place left for their successors.
_HELD = (
    Point.CLAIMED,
    Point.READING,
    Point.COUNTED,
    Point.RECEIPTED,
    Point.COPIED,
    Point.BACKED_UP,
    Point.PUBLISHED,
)


def test_attempts_killed_at_every_point_and_their_successors_too(
    arena: Arena, *, full: bool
) -> None:
    prefix = "faults/killed/"
    uploads = {}
    for number in range(2 if full else 1):
        for point in (each for each in Point if each not in OF_MAILS):
            key = f"{prefix}{point}-{number}.csv"
            arena.order(key, point, Act.KILL)
            arena.function.await_room()
            uploads[arena.put(key, BAD if number % 2 else GOOD)] = point
    arena.await_carried_out(*uploads)
    successors = _NEXT if full else {point: _NEXT[point] for point in _SOME}
    again = {upload: successors[at] for upload, at in uploads.items() if at in successors}
    for upload, point in again.items():
        arena.order(upload.key, point, Act.KILL)
    # From here on any retry that is still to come may be the successor.
    arena.end_leases(prefix)
    for upload in again:
        arena.function.await_room()
        arena.send(upload)
    arena.await_carried_out(*uploads)
    arena.settle(prefix)
    Audit(arena, prefix).run().check()


def test_an_attempt_that_lost_its_lease_at_any_point_changes_nothing(arena: Arena) -> None:
    prefix = "faults/held/"
    uploads = {}
    for point in _HELD:
        key = f"{prefix}{point}.csv"
        arena.order(key, point, Act.HOLD)
        uploads[key] = (point, arena.put(key, GOOD))
    for key, (point, _) in uploads.items():
        arena.await_held(key, point)
    arena.end_leases(prefix)
    for _, upload in uploads.values():
        arena.send(upload)
    eventually("the outcomes of their successors", lambda: arena.unfinished(prefix) == 0)
    for key, (point, _) in uploads.items():
        arena.let_go(key, point)
    arena.settle(prefix)
    Audit(arena, prefix).run().check()


def test_an_attempt_held_amid_its_commit_keeps_others_waiting(arena: Arena) -> None:
    key = "faults/held/committing.csv"
    arena.order(key, Point.COMMITTING, Act.HOLD)
    upload = arena.put(key, GOOD)
    arena.await_held(key, Point.COMMITTING)
    # The row is locked by now: whoever comes waits for it, and gives up.
    arena.send(upload, upload)
    arena.let_go(key, Point.COMMITTING)
    arena.settle(key)
    Audit(arena, key).run().check()


@pytest.mark.parametrize("point", OF_MAILS)
def test_whoever_sends_a_digest_is_killed_and_none_is_told_twice(
    arena: Arena, point: Point
) -> None:
    prefix = f"faults/digest/{point}/"
    with arena.superuser() as connection:
        connection.run("UPDATE mail_budget SET spent_until = now() + interval '1 hour'")
    try:
        first = arena.put(f"{prefix}first.csv", GOOD)
        if point is Point.WAITING:
            arena.order(f"{prefix}second.csv", point, Act.KILL)
        second = arena.put(f"{prefix}second.csv", BAD)
        arena.await_carried_out(first, second)
        eventually("mails that wait", lambda: arena.waiting(prefix) == 2)
        if point is not Point.WAITING:
            arena.order_of_schedule(point)
            with arena.superuser() as connection:
                waiting_mails.age(connection)
            assert not waiting_mails.send(arena.stack), "it was not killed"
    finally:
        with arena.superuser() as connection:
            connection.run("UPDATE mail_budget SET spent_until = now()")
    arena.settle(prefix)
    account = Audit(arena, prefix).run()
    account.check()
    assert account.digests == 1
