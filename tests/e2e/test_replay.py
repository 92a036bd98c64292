"""The failure path: an event that failed for good is listed, sent again, and brought to its end."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rowledger.functions.domain.upload import UploadName
from rowledger.local.emulator_clients import ACCOUNT_ID
from rowledger.local.emulator_patches.alarm_recovery import AlarmRecovery
from rowledger.local.stack import Stack
from tests.e2e.cli import Result
from tests.e2e.pipeline import Pipeline, eventually
from tests.function_logins import locked_out

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

from tests.e2e.conftest import FAILURES

Run = Callable[..., Result]


def json_lines(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.out.splitlines()]


def letters_about(run: Run, key: str) -> list[dict[str, Any]]:
    """The dead letters of a key; an event of an earlier test may still come in beside them."""
    letters = json_lines(run("dead-letters", "--json"))
    return [letter for letter in letters if key in [each["key"] for each in letter["uploads"]]]


def fail_for_good(pipeline: Pipeline, stack: Stack, run: Run, key: str) -> UploadName:
    with locked_out(stack):
        sent = pipeline.put(key, b"a,b\n1,2\n3,4\n")
        eventually("the event in the failure queue", lambda: letters_about(run, key))
    return sent


def test_a_dead_letter_is_listed_replayed_and_gone(
    pipeline: Pipeline, stack: Stack, run: Run, empty_queue: str
) -> None:
    mails = len(pipeline.mail_subjects(FAILURES))
    key = "replay/dead [bold] + ä.csv"
    sent = fail_for_good(pipeline, stack, run, key)
    eventually("the queue's alarm", lambda: pipeline.alarm(FAILURES) == "ALARM")
    eventually("its mail", lambda: len(pipeline.mail_subjects(FAILURES)) > mails)

    table = run("dead-letters")
    assert (table.status, table.err) == (0, "")
    assert "replay/dead" in table.out  # the rest may be folded into the next line
    (letter,) = letters_about(run, key)
    assert [upload["version_id"] for upload in letter["uploads"]] == [sent.version_id]
    assert (letter["tries"], letter["trouble"]) == (3, None)
    assert "DATABASE_REFUSED" in letter["reason"]

    who_and_why = ("--by", "ada", "--reason", "the [database] is back")
    replay = ("replay", "--dead-letters", "--key", key, *who_and_why)
    dry = run(*replay, "--dry-run")
    assert (dry.status, dry.err) == (0, "")
    assert dry.out == f"would send  {key} (version {sent.version_id}, no row)\n"
    assert pipeline.rows(key) == []
    assert letters_about(run, key) == [letter]

    done = run(*replay)
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1] == f"SUCCESS  {key}: 2 data rows"
    assert letters_about(run, key) == []
    (found,) = pipeline.histories(key)
    (kept,) = found.replays
    assert (kept["requested_by"], kept["reason"], kept["source"], kept["previous"]) == (
        "ada",
        "the [database] is back",
        "dead-letters",
        None,
    )
    # Who, as the person says and as AWS knows the caller.
    who = f"by ada ({kept['identity']})\n  because: the [database] is back\n  before: no outcome\n"
    assert who in run("show", key).out
    assert kept["identity"] == f"arn:aws:iam::{ACCOUNT_ID}:root"

    sqs: SQSClient = stack.client("sqs")
    sqs.purge_queue(QueueUrl=empty_queue)
    assert run("dead-letters").out == "The failure queue is empty.\n"

    def recovered() -> bool:
        # Of the alarm's minute only the last seconds have passed, seen from its end.
        AlarmRecovery(stack.aws).run_once(datetime.now(UTC) + timedelta(seconds=56))
        return pipeline.alarm(FAILURES) == "OK"

    eventually("an alarm that has seen the empty queue", recovered)


def test_a_letter_that_cannot_be_read_is_listed_and_left(
    pipeline: Pipeline, stack: Stack, run: Run, empty_queue: str
) -> None:
    sqs: SQSClient = stack.client("sqs")
    for number in range(12):
        sqs.send_message(QueueUrl=empty_queue, MessageBody=f"no envelope {number}")
    for _ in range(2):
        letters = json_lines(run("dead-letters", "--json"))
        ours = [each for each in letters if "no record of" in (each["trouble"] or "")]
        assert len(ours) == 12
        done = run("replay", "--dead-letters", "--reason", "try", "--json")
        skipped = [line["dead_letter"] for line in json_lines(done) if line["action"] == "skip"]
        assert {each["id"] for each in ours} <= set(skipped)


def test_a_queue_whose_letters_others_hold_is_not_called_empty(
    stack: Stack, run: Run, empty_queue: str
) -> None:
    sqs: SQSClient = stack.client("sqs")
    sqs.send_message(QueueUrl=empty_queue, MessageBody="held by somebody else")
    sqs.receive_message(QueueUrl=empty_queue, VisibilityTimeout=300, WaitTimeSeconds=1)
    for command in (["dead-letters"], ["replay", "--dead-letters", "--reason", "try"]):
        done = run(*command)
        assert (done.status, done.out) == (0, "")
        assert "about 1 in it are held" in done.err


def test_a_rejected_upload_is_replayed_and_its_first_outcome_stays(
    pipeline: Pipeline, run: Run
) -> None:
    first = pipeline.take("replay/rejected.csv", b'a\n"open')
    eventually("the first mail", lambda: pipeline.mail_bodies(first.version_id))
    done = run("replay", "--key", first.filename, "--reason", "look again", "--json")
    assert (done.status, done.err) == (1, "")  # it is as bad as it was
    sent, outcome = json_lines(done)
    assert (sent["action"], sent["uploads"][0]["status"]) == ("send", "FAILED")
    assert (outcome["action"], outcome["ledger"]["attempt"]) == ("outcome", 2)
    eventually("a second mail", lambda: len(pipeline.mail_bodies(first.version_id)) == 2)
    (row,) = pipeline.rows(first.filename)
    assert (row.id, row.status, row.backup_key) == (first.id, "FAILED", first.backup_key)
    text = run("show", first.filename).out
    assert "attempt 1: FAILED" in text
    assert "attempt 2: FAILED" in text
    assert "look again\n  before: FAILED UNTERMINATED_QUOTE of attempt 1\n" in text


def test_an_outcome_whose_version_is_gone_is_left_as_it_is(
    pipeline: Pipeline, stack: Stack, run: Run
) -> None:
    record = pipeline.take("replay/gone.csv", b"a\n1\n")
    s3: S3Client = stack.client("s3")
    s3.delete_object(Bucket=record.bucket, Key=record.filename, VersionId=record.version_id)
    replay = ("replay", "--key", record.filename, "--reason", "count again")
    what = f"{record.filename} (version {record.version_id}, SUCCESS): its version is gone\n"
    dry = run(*replay, "--dry-run")
    assert (dry.status, dry.out, dry.err) == (0, f"would leave  {what}", "")
    done = run(*replay)
    assert (done.status, done.out, done.err) == (0, f"left  {what}", "")
    (found,) = pipeline.histories(record.filename)
    assert (found.row.status, found.row.attempt, found.replays) == ("SUCCESS", 1, [])


def test_rows_are_chosen_by_prefix_status_and_time(pipeline: Pipeline, run: Run) -> None:
    for name in ("a", "b"):
        pipeline.take(f"replay/chosen/{name}.csv", b"a\n1\n")
    selectors = ("--prefix", "replay/chosen/", "--status", "SUCCESS", "--since", "10m")
    dry = ("--reason", "count again", "--dry-run", "--json")
    planned = json_lines(run("replay", *selectors, *dry))
    assert [line["uploads"][0]["key"] for line in planned] == [
        "replay/chosen/a.csv",
        "replay/chosen/b.csv",
    ]
    none = run("replay", *selectors, "--until", "10m", *dry)
    assert (none.status, none.out, none.err) == (1, "", "No upload is selected.\n")
    done = run("replay", *selectors, "--reason", "count again", "--limit", "1", "--no-follow")
    assert done.status == 0
    assert done.out.startswith("sent  replay/chosen/a.csv (version ")
    assert done.err == "the limit of 1 is reached; there may be more\n"
