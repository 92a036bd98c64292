"""Faults at the network edge of S3, SNS and Secrets Manager, made by real proxies.

The function, its clients and its backends are the real ones, and none of their code is changed:
what fails is what lies between them, see edge.py.
"""

from typing import TYPE_CHECKING

import pytest

from tests.e2e.pipeline import eventually
from tests.faults.arena import INPUT
from tests.faults.audit import Audit
from tests.faults.edge import (
    CONTENT,
    COPY,
    DONE,
    GET,
    HEAD,
    PREFIX,
    PUBLISH,
    RECEIPT,
    SAYS_COPY,
    SAYS_GET,
    SAYS_PUBLISH,
    SAYS_RECEIPT,
    SECRET,
    Edge,
    error,
)
from tests.faults.wire import Deed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

THROTTLED, FAILED = error("SlowDown", 503), error("InternalError", 500)
REFUSALS = {
    "these": (
        SECRET | error("ThrottlingException", 400),
        GET | THROTTLED,
        RECEIPT | FAILED,
        COPY | error("InternalError", 200),  # S3 may find out after it said 200
        PUBLISH | error("Throttling", 400),
    ),
    "others": (
        SECRET | error("InternalServiceError", 500),
        GET | FAILED,
        RECEIPT | THROTTLED,
        COPY | THROTTLED,
        PUBLISH | error("InternalFailure", 500),
    ),
}

# A byte of the body is another, at the first attempt: what is copied is not what was counted.
OTHER_BYTES = GET | {"response": {"corrupt_bytes": 1}, "times": 1}
# What is refused at every try, why the event is then dead, and what its attempts left. A copy is
# looked at where its checksum is not that of what was counted, or an earlier attempt made it.
LASTING = {
    "secret": ([SECRET | error("InternalServiceError", 500, times=None)], "CREDENTIALS", []),
    "get": ([GET | error("SlowDown", 503, times=None)], "STORAGE", ["STORAGE"] * 3),
    "receipt": ([RECEIPT | error("InternalError", 500, times=None)], "STORAGE", ["STORAGE"] * 3),
    "copy": ([COPY | error("SlowDown", 503, times=None)], "STORAGE", ["STORAGE"] * 3),
    "head": (
        [OTHER_BYTES, HEAD | error("ServiceUnavailable", 503, times=None)],
        "STORAGE",
        ["STORAGE"] * 3,
    ),
    "publish": ([PUBLISH | error("Throttling", 400, times=None)], "NOTIFICATION", ["SUCCESS"]),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_aws_refuses_once_costs_no_attempt(edge: Edge, kind: str, *, full: bool) -> None:
    if kind == "others" and not full:
        pytest.skip("for the full suite")
    edge.arena.function.end_workers()  # a cold start reads the secret
    with edge.burst.rules(*REFUSALS[kind]):
        upload = edge.put(f"refused-{kind}.csv", CONTENT)
        assert edge.outcome(upload) == DONE
        assert edge.burst.fired() == [1] * len(REFUSALS[kind])
    assert edge.attempts(upload) == ["SUCCESS"]


def test_answers_lost_after_they_took_effect(edge: Edge) -> None:
    """The clients ask again: the receipt and the backup are written over, the event comes again.

    That one not at once: as long as the right to publish it lasts, it may have come.
    """
    with (
        edge.aws.fault(SAYS_GET, Deed.CUT, times=1) as get,
        edge.aws.fault(SAYS_RECEIPT, Deed.CUT, after=0, times=1) as receipt,
        edge.aws.fault(SAYS_COPY, Deed.CUT, after=0, times=1) as copy,
        edge.aws.fault(SAYS_PUBLISH, Deed.CUT, after=0, times=1) as publish,
    ):
        upload = edge.put("answers-lost.csv", CONTENT)
        eventually("its outcome", lambda: edge.arena.finished(upload.key) == 1)
        eventually("the publish whose answer is lost", lambda: publish.done == 1)
    edge.arena.settle(upload.key)
    assert edge.outcome(upload) == DONE
    assert (get.done, receipt.done, copy.done, publish.done) == (1, 1, 1, 1)
    assert edge.attempts(upload) == ["SUCCESS"]
    assert edge.versions("output", f"receipts/{upload.key}") == 2
    assert edge.versions("backup", "backup/", f"_{upload.key}") == 2
    account = Audit(edge.arena, upload.key).run()
    account.check()
    assert (account.outcomes, account.mails, account.repeated) == (1, 1, 0)
    assert account.events == 2


def test_a_body_that_is_not_whole_is_never_counted(edge: Edge) -> None:
    with edge.aws.fault(SAYS_GET, Deed.CUT, after=20_000, times=1) as cut:
        upload = edge.put("cut.csv", CONTENT)
        assert edge.outcome(upload) == DONE
    assert (cut.done, edge.attempts(upload)) == (1, ["STORAGE", "SUCCESS"])

    whole_by_its_headers = {"truncate_bytes": 20_000, "strip_headers": ["Content-Length"]}
    short = GET | {"response": whole_by_its_headers, "times": 1}
    # The copy is looked at, which is refused once too.
    for name, rule, refused in (("short", short, THROTTLED), ("wrong", OTHER_BYTES, FAILED)):
        with edge.burst.rules(rule, HEAD | refused):
            upload = edge.put(f"{name}.csv", CONTENT)
            assert edge.outcome(upload) == DONE
            assert edge.burst.fired() == [1, 1]
        assert edge.attempts(upload) == ["BACKUP_DIFFERS", "SUCCESS"]


def test_the_version_of_the_event_counts(edge: Edge) -> None:
    s3: S3Client = edge.arena.stack.client("s3")
    with edge.aws.fault(SAYS_GET, Deed.HOLD):
        first = edge.put("overwritten.csv", CONTENT)
        edge.await_claim(first)
        second = edge.put("overwritten.csv", b"a\n1\n")
        s3.delete_object(Bucket=INPUT, Key=first.key)  # no more than a mark on top
    assert edge.outcome(first) == DONE
    assert edge.outcome(second) == ("SUCCESS", 1, None)


def test_a_version_that_was_deleted_is_recorded_as_such(edge: Edge) -> None:
    s3: S3Client = edge.arena.stack.client("s3")
    with edge.aws.fault(SAYS_GET, Deed.HOLD):
        gone = edge.put("deleted.csv", CONTENT)
        edge.await_claim(gone)
        s3.delete_object(Bucket=INPUT, Key=gone.key, VersionId=gone.version_id)
    assert edge.outcome(gone) == ("FAILED", None, "OBJECT_DELETED")
    assert edge.attempts(gone) == ["FAILED"]

    with edge.aws.fault(SAYS_COPY, Deed.HOLD) as hold:
        gone = edge.put("deleted-before-its-backup.csv", CONTENT)
        eventually("the copying of its backup", lambda: hold.done)
        s3.delete_object(Bucket=INPUT, Key=gone.key, VersionId=gone.version_id)
    assert edge.outcome(gone) == ("FAILED", None, "OBJECT_DELETED")
    assert edge.attempts(gone) == ["OBJECT_MISSING", "FAILED"]


def test_what_aws_refuses_for_longer_than_all_tries_is_repaired_afterwards(
    edge: Edge, *, full: bool
) -> None:
    if not full:
        pytest.skip("for the full suite")
    uploads = []
    for name, (rules, reason, results) in LASTING.items():
        edge.arena.function.end_workers()
        with edge.burst.rules(*rules):
            upload = edge.put(f"refused-always/{name}.csv", CONTENT)
            assert reason in edge.await_dead_letter(upload)
        assert (name, edge.attempts(upload)) == (name, results)
        uploads.append(upload)
    edge.arena.settle(f"{PREFIX}refused-always/")
    assert [edge.outcome(upload) for upload in uploads] == [DONE] * len(uploads)
    account = Audit(edge.arena, f"{PREFIX}refused-always/").run()
    account.check()  # each is announced once, by itself or in a digest
    assert account.outcomes == len(uploads)
