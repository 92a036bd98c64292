"""Connections that stay open and say nothing, and clocks that are wrong: what takes its time."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from rowledger.functions.wiring.intake import RESERVE_SECONDS
from tests.e2e.pipeline import eventually
from tests.faults.audit import Audit
from tests.faults.edge import CONTENT, DONE, PREFIX, SAYS_GET, Edge
from tests.faults.wire import Deed

# Shorter than the contract's: an attempt has 30 s of its own, and what is kept back for its end.
TIMEOUT_SECONDS = RESERVE_SECONDS + 30

# What the emulator logs of a copy of the function that it ended at its time-out.
ENDED = "Task timed out after "

# What the client says, how much of the answer still comes, and what its attempt ends with: None
# where that could not be written down.
AWS = {
    "get": (rb"GET \S+%s", None, "STORAGE"),
    "body": (rb"GET \S+%s", 20_000, "STORAGE"),
    "receipt": (rb"PUT \S+output/\S+%s", None, "STORAGE"),
    "copy": (rb"PUT \S+backup/\S+%s", None, "STORAGE"),
    "copied": (rb"PUT \S+backup/\S+%s", 0, "STORAGE"),
    "publish": (rb"(?s)Action=Publish.*%s", None, "SUCCESS"),
}
DATABASE = {
    "claim": (rb"%s", None, None),
    "claimed": (rb"%s", 0, None),
    # The last statement before the commit: the transaction stays open behind it.
    "commit": (rb"(?s)s3://.*%s", None, "DATABASE_UNAVAILABLE"),
}


@pytest.fixture(scope="module", autouse=True)
def _in_full(full: bool) -> None:  # noqa: FBT001 -- a fixture
    if not full:
        pytest.skip("time-outs take their time: for the full suite")


@pytest.fixture
def brief(edge: Edge) -> Iterator[Edge]:
    """The edge of a function that is ended sooner, and an end at which none was."""
    edge.configure(timeout_seconds=TIMEOUT_SECONDS)
    since = datetime.now(UTC)
    yield edge
    edge.configure()
    assert edge.logged(ENDED, since) == []


def test_silence_ends_in_a_fault_before_the_function_is_ended(brief: Edge) -> None:
    prefix = f"{PREFIX}silent/"
    faults, uploads = {}, {}
    with ExitStack() as block:
        for wire, silences in ((brief.aws, AWS), (brief.database, DATABASE)):
            for name, (says, after, _) in silences.items():
                key = f"{prefix}{name}.csv".replace("/", "(?:/|%2F)").encode()
                silence = wire.fault(says % key, Deed.STALL, after=after)
                faults[name] = block.enter_context(silence)
        for name in faults:
            uploads[name] = brief.put(f"silent/{name}.csv", CONTENT)
        for name, fault in faults.items():
            eventually(f"silence at {name}", partial(getattr, fault, "done"))
        for name, (*_, result) in (AWS | DATABASE).items():
            if result:
                brief.await_attempts(uploads[name], 1)
                assert (name, brief.attempts(uploads[name])[0]) == (name, result)
    brief.arena.settle(prefix)
    assert [brief.outcome(upload) for upload in uploads.values()] == [DONE] * len(uploads)
    Audit(brief.arena, prefix).run().check()


def test_a_look_at_an_earlier_copy_that_is_not_answered(brief: Edge) -> None:
    says = (rb"GET \S+silent(?:/|%2F)head.csv", rb"HEAD \S+backup/\S+silent(?:/|%2F)head.csv")
    cut = brief.aws.fault(says[0], Deed.CUT, after=20_000, times=1)
    with cut, brief.aws.fault(says[1], Deed.STALL) as silence:
        upload = brief.put("silent/head.csv", CONTENT)
        eventually("silence at its second attempt", lambda: silence.done)
        brief.await_attempts(upload, 2)
    assert brief.outcome(upload) == DONE
    assert brief.attempts(upload)[:2] == ["STORAGE", "STORAGE"]


def test_a_secret_that_does_not_come(brief: Edge) -> None:
    with brief.aws.fault(rb"GetSecretValue", Deed.STALL) as silence:
        upload = brief.put("silent/secret.csv", CONTENT)
        # Three calls are one attempt; the next one shows that it has ended.
        eventually("a second attempt", lambda: silence.done > 3)
    assert brief.outcome(upload) == DONE
    assert brief.logged("CREDENTIALS: reading the secret", upload.received_at)


def test_a_database_that_does_not_answer_at_all(brief: Edge) -> None:
    with brief.database.fault(rb"application_name", Deed.STALL) as silence:
        upload = brief.put("silent/database.csv", CONTENT)
        eventually("a second attempt", lambda: silence.done > 1)
    assert brief.outcome(upload) == DONE


def test_a_body_that_trickles(brief: Edge) -> None:
    with brief.aws.fault(SAYS_GET, Deed.TRICKLE, after=20_000, times=1) as trickle:
        upload = brief.put("trickles.csv", CONTENT)
        # The first attempt alone takes all its time.
        assert brief.outcome(upload, 3 * TIMEOUT_SECONDS) == DONE
    assert (trickle.done, brief.attempts(upload)) == (1, ["TIME_UP", "SUCCESS"])


def test_leases_hold_whatever_the_functions_clocks_say(edge: Edge) -> None:
    """Each copy of the function is wrong by another number of days; leases are the database's."""
    edge.configure(handler="tests.faults.injected.astray.handler")
    try:
        with edge.aws.fault(SAYS_GET, Deed.HOLD):
            upload = edge.put("astray.csv", CONTENT)
            edge.await_claim(upload)
            edge.arena.send(upload)
            refusal = f"another attempt has '{upload.key}'"
            eventually("a refusal", lambda: edge.logged(refusal, upload.received_at))
        assert edge.outcome(upload) == DONE
    finally:
        edge.configure()
    assert edge.attempts(upload) == ["SUCCESS"]
    said = datetime.fromisoformat(json.loads(edge.receipt(upload))["processed_at"])
    assert abs(said - datetime.now(UTC)) > timedelta(hours=12)
    with edge.arena.superuser() as connection:
        ((late,),) = connection.run(
            "SELECT now() - timestamp FROM file_metadata WHERE filename = :key", key=upload.key
        )
    assert timedelta() <= late < timedelta(hours=12)
