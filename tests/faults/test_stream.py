"""Events as S3 may deliver them at its worst: again, late, out of order, many at once."""

import random
import threading
import time
from dataclasses import dataclass, replace

from rowledger.functions.domain.upload import Upload
from tests.e2e.pipeline import no_events
from tests.faults.arena import Arena
from tests.faults.audit import Audit
from tests.faults.function import MOST_AT_ONCE

SEED = 20261122


@dataclass(frozen=True)
class Size:
    """events: at least so many, of which a share repeats another one word for word."""

    uploads: int
    events: int
    restarts: int
    kills: int
    repeated: float = 0.3
    late: float = 0.1


def test_a_shuffled_stream_while_the_database_is_restarted(arena: Arena, *, full: bool) -> None:
    prefix = "faults/stream/"
    size = Size(200, 1000, 3, 0) if full else Size(24, 120, 1, 0)
    rng = random.Random(SEED)  # noqa: S311 -- chance, not secrecy
    uploads = put_unseen(arena, prefix, size.uploads, rng)
    on_time, late = events_about(uploads, size, rng)
    sending = threading.Thread(target=deliver, args=(arena, on_time, rng))
    sending.start()
    for _ in range(size.restarts):
        time.sleep(rng.uniform(1, 3))
        arena.restart_database()
    sending.join()
    arena.await_quiet()
    deliver(arena, late, rng)
    arena.settle(prefix)
    account = Audit(arena, prefix).run()
    account.check()
    assert account.uploads == size.uploads


def test_copies_killed_at_random_instants(arena: Arena, *, full: bool) -> None:
    prefix = "faults/random/"
    size = Size(60, 180, 0, 40) if full else Size(12, 36, 0, 6)
    rng = random.Random(SEED + 1)  # noqa: S311 -- chance, not secrecy
    uploads = put_unseen(arena, prefix, size.uploads, rng)
    on_time, late = events_about(uploads, size, rng)
    sending = threading.Thread(target=deliver, args=(arena, on_time, rng))
    sending.start()
    killed = 0
    # The first copies may still be starting when the last event has been sent, and one that is
    # killed before it has claimed anything shows nothing.
    while (killed < size.kills or not arena.cut_short(prefix)) and (
        sending.is_alive() or arena.finished(prefix) < size.uploads
    ):
        time.sleep(rng.uniform(0, 0.1))
        killed += arena.function.kill_a_worker(rng)
    sending.join()
    arena.tally.kills += killed
    arena.await_quiet()
    assert arena.cut_short(prefix), f"{killed} copies were killed, and no attempt was at work"
    deliver(arena, late, rng)
    arena.settle(prefix)
    Audit(arena, prefix).run().check()


def put_unseen(arena: Arena, prefix: str, number: int, rng: random.Random) -> list[Upload]:
    """Uploads of which S3 tells nobody: a third overwrite an earlier one of the same key."""
    with no_events(arena.stack):
        return [
            arena.put(f"{prefix}{rng.randrange(number * 2 // 3)}.csv", content(rng))
            for _ in range(number)
        ]


def content(rng: random.Random) -> bytes:
    """A file of any size up to some thousand records; one in ten is rejected."""
    if rng.random() < 0.1:
        return rng.choice([b"", b"\n\n", b'a,b\n"open', b"\x00\x01\x02" * 50])
    records = b"".join(
        b'%d,"text, of\nlines %d"\n' % (each, rng.randrange(10**6))
        for each in range(rng.randrange(2000))
    )
    return b"id,note\n" + records


def events_about(
    uploads: list[Upload], size: Size, rng: random.Random
) -> tuple[list[tuple[Upload, ...]], list[tuple[Upload, ...]]]:
    """Events of one to three records in no order, and those among them that come late.

    Every upload is in one of them at least. One in twenty also has a record that must fail.
    """
    first = [(upload,) for upload in uploads]
    wanted = int(size.events * (1 - size.repeated))
    mixed = [tuple(rng.sample(uploads, rng.randint(1, 3))) for _ in range(wanted - len(first))]
    distinct = [
        (*event, replace(event[0], bucket="another-bucket")) if rng.random() < 0.05 else event
        for event in [*first, *mixed]
    ]
    repeated = rng.choices(distinct, k=size.events - len(distinct))
    events = [*distinct, *repeated]
    rng.shuffle(events)
    late = int(len(events) * size.late)
    return events[late:], events[:late]


def deliver(arena: Arena, events: list[tuple[Upload, ...]], rng: random.Random) -> None:
    """Send the events in bursts with pauses between, as fast as the machine bears."""
    waiting = list(events)
    while waiting:
        arena.function.await_room()
        for _ in range(rng.randint(1, MOST_AT_ONCE)):
            if waiting:
                arena.send(*waiting.pop())
        time.sleep(rng.expovariate(10))
