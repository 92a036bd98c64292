"""What tests do with the running pipeline, and how long they wait for it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from rowledger.functions import contract
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.upload import Upload, UploadName
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.local.mail.inbox import mails
from rowledger.local.stack import Stack
from rowledger.operations.services.following import follow
from tests.integration.ledger_bench import histories
from tests.unit.builders import an_event, an_upload

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

PIPELINE = contract.load("pipeline.json")
PATIENCE_SECONDS = 45.0
# More than one mail takes of the local stack's budget of 240 a minute.
_MAIL_SECONDS = 0.35

T = TypeVar("T")


def eventually(what: str, look: Callable[[], T | None], seconds: float = PATIENCE_SECONDS) -> T:
    """What look finds, as soon as it finds anything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:g} s: {what}")


@contextmanager
def no_events(stack: Stack) -> Iterator[None]:
    """A bucket that tells nobody of its uploads."""
    s3: S3Client = stack.client("s3")
    bucket = PIPELINE["buckets"]["input"]
    known = s3.get_bucket_notification_configuration(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    try:
        yield
    finally:
        s3.put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={
                "LambdaFunctionConfigurations": known["LambdaFunctionConfigurations"]
            },
        )


@dataclass(frozen=True, slots=True)
class Pipeline:
    stack: Stack
    ledger: LedgerQueries

    def put(self, key: str, content: bytes) -> UploadName:
        s3: S3Client = self.stack.client("s3")
        bucket = PIPELINE["buckets"]["input"]
        answer = s3.put_object(Bucket=bucket, Key=key, Body=content)
        return UploadName(PIPELINE["buckets"]["input"], key, answer["VersionId"])

    def outcome(self, sent: UploadName) -> LedgerRow:
        return next(follow(self.ledger, [sent], timeout=PATIENCE_SECONDS))

    def history(self, sent: UploadName, *, timeout: float = PATIENCE_SECONDS) -> UploadHistory:
        """The upload's row, attempts and replays, once it has its outcome. timeout: seconds."""
        next(follow(self.ledger, [sent], timeout=timeout))
        (found,) = histories(self.ledger, limit=1, key=sent.key, version_id=sent.version_id)
        return found

    def take(self, key: str, content: bytes) -> LedgerRow:
        return self.outcome(self.put(key, content))

    def take_with_mail(self, key: str, content: bytes) -> LedgerRow:
        """The same so slowly that the budget has a mail for each of many."""
        record = self.take(key, content)
        time.sleep(_MAIL_SECONDS)
        return record

    def rows(self, key: str) -> list[LedgerRow]:
        return [each.row for each in self.histories(key)]

    def histories(self, key: str) -> list[UploadHistory]:
        return histories(self.ledger, limit=100, key=key)

    def receipt(self, record: LedgerRow) -> dict[str, Any]:
        s3: S3Client = self.stack.client("s3")
        bucket = PIPELINE["buckets"]["output"]
        body = s3.get_object(Bucket=bucket, Key=record.receipt_key)["Body"].read()
        document: dict[str, Any] = json.loads(body)
        return document

    def backup(self, record: LedgerRow) -> bytes:
        s3: S3Client = self.stack.client("s3")
        bucket = PIPELINE["buckets"]["backup"]
        return s3.get_object(Bucket=bucket, Key=record.backup_key)["Body"].read()

    def mail_bodies(self, containing: str) -> list[str]:
        bodies = [mail.content.get_content() for mail in mails(self.stack.inbox_dir)]
        return [body for body in bodies if containing in body]

    def mail_subjects(self, containing: str) -> list[str]:
        subjects = [str(mail.content["Subject"]) for mail in mails(self.stack.inbox_dir)]
        return [subject for subject in subjects if containing in subject]

    def upload_of(self, sent: UploadName) -> Upload:
        return an_upload(sent.key, sent.version_id, bucket=PIPELINE["buckets"]["input"])

    def send_event(self, *uploads: Upload) -> None:
        """Hand the function an event, as S3 does: asynchronously."""
        client: LambdaClient = self.stack.client("lambda")
        client.invoke(
            FunctionName=PIPELINE["functions"]["processor"]["name"],
            Qualifier=PIPELINE["alias"],
            InvocationType="Event",
            Payload=json.dumps(an_event(*uploads)),
        )

    def alarm(self, name: str) -> str:
        cloudwatch: CloudWatchClient = self.stack.client("cloudwatch")
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarm["StateValue"]

    def failed_events(self) -> list[dict[str, Any]]:
        """Take what lies in the failure queue."""
        sqs: SQSClient = self.stack.client("sqs")
        url = sqs.get_queue_url(QueueName=PIPELINE["failure_queue"]["name"])["QueueUrl"]
        found = []
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found
