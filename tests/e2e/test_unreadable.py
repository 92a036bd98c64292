"""An upload that nobody can read on the whole stack: an outcome, then restored and replayed."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator

from rowledger.functions import contract
from rowledger.functions.domain.upload import UploadName
from rowledger.local.stack import Stack
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually, no_events

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

INPUT = PIPELINE["buckets"]["input"]
TWO_ROWS = b"a,b\n1,2\n3,4\n"
VALIDATOR = Draft202012Validator(contract.load("result.schema.json"))


def test_an_archived_upload_is_an_outcome_and_is_counted_once_restored(
    pipeline: Pipeline, stack: Stack, run: Callable[..., Result]
) -> None:
    s3: S3Client = stack.client("s3")
    key = "unreadable/cold.csv"
    with no_events(stack):
        answer = s3.put_object(Bucket=INPUT, Key=key, Body=TWO_ROWS, StorageClass="GLACIER")
    sent = UploadName(INPUT, key, answer["VersionId"])
    # Its event's time is days ago: a pass speaks of nothing of its own last minute.
    pipeline.send_event(pipeline.upload_of(sent))
    row = pipeline.outcome(sent)
    assert row.error is not None
    assert (row.status, row.error["code"], row.attempt) == ("FAILED", "OBJECT_ARCHIVED", 1)
    receipt = pipeline.receipt(row)
    VALIDATOR.validate(receipt)
    assert receipt["backup"] is None
    (subject,) = eventually("a mail", lambda: pipeline.mail_subjects(key))
    assert subject == f"FAILED: {key} (OBJECT_ARCHIVED)"
    shown = run("show", key).out
    assert "rowledger replay" in shown
    assert "it could not be read (OBJECT_ARCHIVED)" in shown
    refused = run("get", key, "--backup", "-o", "-")
    assert refused.status == 1
    assert "it could not be read (OBJECT_ARCHIVED)" in refused.err

    # Everything up to it is complete, and no backup of it is missed.
    done = run("reconcile", "--grace", "0", "--json")
    document = json.loads(done.out)
    assert key not in [each["key"] for each in document["offenders"]]
    assert document["complete_through"] > row.received_at.isoformat()

    # A replay that comes too early says so at once.
    replayed = run("replay", "--key", key, "--reason", "too early")
    assert (replayed.status, replayed.out.splitlines()[-1].split()[0]) == (1, "FAILED")
    row = pipeline.outcome(sent)
    assert row.error is not None
    assert (row.error["code"], row.attempt) == ("OBJECT_ARCHIVED", 2)

    s3.restore_object(Bucket=INPUT, Key=key, VersionId=sent.version_id, RestoreRequest={"Days": 1})
    eventually(
        "the restored object",
        lambda: (
            'ongoing-request="false"' in s3.head_object(Bucket=INPUT, Key=key).get("Restore", "")
        ),
    )
    replayed = run("replay", "--key", key, "--reason", "restored")
    assert replayed.out.splitlines()[-1] == f"SUCCESS  {key}: 2 data rows"
    after = pipeline.outcome(sent)
    assert pipeline.backup(after) == TWO_ROWS
