"""What docs/operations.md promises of restoring, done as it says."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.upload import UploadName
from rowledger.local.stack import Stack
from tests.e2e.cli import Result
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

INPUT, OUTPUT, BACKUP = (PIPELINE["buckets"][use] for use in ("input", "output", "backup"))
CONTENT = b"a,b\n1,2\n3,4\n"

Run = Callable[..., Result]


def forget(stack: Stack, record: LedgerRow) -> None:
    """The database as it was before the upload."""
    superuser = replace(stack.database.superuser, database=stack.database.owner.database)
    connection = superuser.connect()
    # What no role may remove: the triggers are left out for this connection.
    connection.run("SET session_replication_role = replica")
    connection.run("DELETE FROM notification WHERE file_id = :id", id=record.id)
    connection.run("DELETE FROM file_attempt WHERE file_id = :id", id=record.id)
    connection.run("DELETE FROM file_metadata WHERE id = :id", id=record.id)
    connection.close()


def test_an_upload_after_the_restored_moment_is_processed_and_mailed_again(
    pipeline: Pipeline, run: Run, stack: Stack
) -> None:
    before = pipeline.take("restore/later.csv", CONTENT)
    eventually("its mail", lambda: pipeline.mail_bodies(before.version_id))
    forget(stack, before)
    assert pipeline.rows(before.filename) == []
    run("reconcile", "--grace", "0")
    (after,) = pipeline.rows(before.filename)
    assert (after.version_id, after.status, after.rows_count) == (before.version_id, "SUCCESS", 2)
    eventually("a second mail", lambda: len(pipeline.mail_bodies(before.version_id)) == 2)
    s3: S3Client = stack.client("s3")
    receipts = s3.list_object_versions(Bucket=OUTPUT, Prefix=before.receipt_key)["Versions"]
    assert len(receipts) == 2
    assert pipeline.backup(after) == CONTENT


def test_a_file_under_a_delete_marker_comes_back_unannounced(
    pipeline: Pipeline, stack: Stack
) -> None:
    record = pipeline.take("restore/deleted.csv", CONTENT)
    s3: S3Client = stack.client("s3")
    marker = s3.delete_object(Bucket=INPUT, Key=record.filename)["VersionId"]
    s3.delete_object(Bucket=INPUT, Key=record.filename, VersionId=marker)
    assert s3.get_object(Bucket=INPUT, Key=record.filename)["Body"].read() == CONTENT
    assert len(pipeline.rows(record.filename)) == 1


def test_a_backup_that_is_put_back_is_an_upload_of_its_own(
    pipeline: Pipeline, stack: Stack
) -> None:
    first = pipeline.take("restore/backed-up.csv", CONTENT)
    receipt = pipeline.receipt(first)
    s3: S3Client = stack.client("s3")
    version = s3.copy_object(
        Bucket=INPUT,
        Key=first.filename,
        CopySource={"Bucket": BACKUP, "Key": receipt["backup"]["key"]},
    )["VersionId"]
    second = pipeline.outcome(UploadName(PIPELINE["buckets"]["input"], first.filename, version))
    assert (second.status, second.sha256) == ("SUCCESS", receipt["sha256"])
    assert second.backup_key != first.backup_key
    assert len(pipeline.rows(first.filename)) == 2
