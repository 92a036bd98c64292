"""Files through the whole pipeline: bucket, function under its own role, database, topic, mail."""

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from pg8000.native import identifier, literal

from rowledger.functions import contract
from rowledger.functions.domain.upload import UploadName
from rowledger.local.samples import SAMPLES, Sample
from rowledger.local.stack import Stack
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually
from tests.function_logins import end_connections, login_in_force

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

VALIDATOR = Draft202012Validator(contract.load("result.schema.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.shows)
def test_a_sample_reaches_its_outcome_everywhere(pipeline: Pipeline, sample: Sample) -> None:
    record = pipeline.take(f"samples/{sample.name}", sample.content)
    assert (record.status, record.rows_count) == (sample.status, sample.rows)
    assert (record.error or {}).get("code") == sample.error
    receipt = pipeline.receipt(record)
    VALIDATOR.validate(receipt)
    assert (receipt["status"], receipt["rows_count"]) == (sample.status, sample.rows)
    assert receipt["version_id"] == record.version_id
    assert receipt["backup"]["key"] == record.backup_key
    assert pipeline.backup(record) == sample.content
    (body,) = eventually("a mail", lambda: pipeline.mail_bodies(record.version_id))
    assert f"Status:    {sample.status}" in body
    assert record.backup_key in body


def test_an_overwritten_file_is_an_upload_of_its_own(pipeline: Pipeline) -> None:
    first = pipeline.take("overwritten.csv", b"a\n1\n")
    second = pipeline.take("overwritten.csv", b"a\n1\n2\n")
    assert (first.rows_count, second.rows_count) == (1, 2)
    assert len({first.receipt_key, second.receipt_key}) == 2
    assert pipeline.backup(first) == b"a\n1\n"
    assert len(pipeline.rows("overwritten.csv")) == 2


def test_the_same_event_again_leaves_one_row_and_one_mail(pipeline: Pipeline) -> None:
    sent = pipeline.put("again.csv", b"a\n1\n")
    record = pipeline.outcome(sent)
    for _ in range(3):
        pipeline.send_event(pipeline.upload_of(sent))
    later = pipeline.take("after-again.csv", b"a\n1\n")
    # In no order: two copies of the function send them.
    for each in (sent, later):
        eventually("a mail", partial(pipeline.mail_bodies, each.version_id))
    assert [(row.id, row.attempt) for row in pipeline.rows("again.csv")] == [(record.id, 1)]
    assert len(pipeline.mail_bodies(sent.version_id)) == 1


def test_a_name_the_pipeline_does_not_take_leaves_no_row(pipeline: Pipeline) -> None:
    pipeline.put("notes.txt", b"not ours")
    pipeline.take("after-notes.csv", b"a\n1\n")
    assert pipeline.rows("notes.txt") == []


def test_one_record_failing_hides_no_other(pipeline: Pipeline) -> None:
    sent = pipeline.put("beside-a-strange-one.csv", b"a\n1\n")
    upload = pipeline.upload_of(sent)
    pipeline.send_event(replace(upload, bucket="another-bucket"), upload)
    assert pipeline.outcome(sent).status == "SUCCESS"


def test_a_version_deleted_before_it_was_read_is_recorded_as_such(pipeline: Pipeline) -> None:
    sent = UploadName(PIPELINE["buckets"]["input"], "deleted.csv", "never-was")
    pipeline.send_event(pipeline.upload_of(sent))
    record = pipeline.outcome(sent)
    assert record.error is not None
    assert (record.status, record.error["code"]) == ("FAILED", "OBJECT_DELETED")
    VALIDATOR.validate(pipeline.receipt(record))
    (subject,) = eventually("a mail", lambda: pipeline.mail_subjects("deleted.csv"))
    assert subject == "FAILED: deleted.csv (OBJECT_DELETED)"


def test_a_connection_that_died_while_warm_is_rebuilt(pipeline: Pipeline, stack: Stack) -> None:
    pipeline.take("warm.csv", b"a\n1\n")
    end_connections(stack)
    record = pipeline.take("after-the-connection-died.csv", b"a\n1\n")
    assert (record.status, record.attempt) == ("SUCCESS", 1)


def test_a_password_rotated_while_warm_is_read_again(pipeline: Pipeline, stack: Stack) -> None:
    pipeline.take("before-the-rotation.csv", b"a\n1\n")
    function = login_in_force(stack)
    set_password(stack, "rotated-" + function.password)
    try:
        record = pipeline.take("after-the-rotation.csv", b"a\n1\n")
    finally:
        set_password(stack, function.password)
    assert (record.status, record.attempt) == ("SUCCESS", 1)


def set_password(stack: Stack, password: str) -> None:
    """Rotate as Secrets Manager does: in the database, then in the secret, old sessions ended."""
    function = login_in_force(stack)
    superuser = stack.database.superuser.connect()
    superuser.run(f"ALTER ROLE {identifier(function.username)} PASSWORD {literal(password)}")
    superuser.close()
    end_connections(stack)
    secrets: SecretsManagerClient = stack.client("secretsmanager")
    secret = {
        "connection_string": function.connection_string,
        "username": function.username,
        "password": password,
    }
    secrets.put_secret_value(SecretId=PIPELINE["secret"], SecretString=json.dumps(secret))
