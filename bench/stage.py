"""A local stack on which functions are measured: puts files, and sees when they were dealt with.

Every moment is one of this machine's clock, in seconds since the epoch. Nothing asks the emulator
while it is being measured, more than now and then.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_plus

from bench.sides import Side, Sides
from rowledger.local.emulator_patches.invocation_metrics import parse
from rowledger.local.stack import Stack
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.operations.adapters.aws.uploader import S3Uploader

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_Found = TypeVar("_Found")

# An attempt of csv-processor has less.
PATIENCE_SECONDS = 300.0
_ARRIVALS = "bench-arrivals"
_SENDERS = 16
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Sent:
    """A file that was put. began, answered: when its PUT was begun, and when the answer came."""

    side: Side
    key: str
    began: float
    answered: float


@dataclass(frozen=True)
class Taken:
    """What a file took, in seconds.

    Args:
        sent: The file.
        to_backup: From its PUT's answer until it was in the backup bucket.
        to_outcome: From its PUT's answer until its outcome was recorded.
        duration: Of the invocation.
    """

    sent: Sent
    to_backup: float
    to_outcome: float
    duration: float


class Stage:
    """stack: runs, with the sides deployed on it."""

    def __init__(self, stack: Stack, sides: Sides) -> None:
        self.stack = stack
        self.sides = sides
        self._s3: S3Client = stack.client("s3")
        self._sqs: SQSClient = stack.client("sqs")
        self._queue = self._sqs.create_queue(QueueName=_ARRIVALS)["QueueUrl"]
        self._arrived: dict[str, float] = {}
        for side in (sides.processor, sides.plain):
            self._announce(side.backup_bucket)

    def put(self, side: Side, path: Path, key: str) -> Sent:
        """Put a file into a side's bucket. key: unlike the end of any other."""
        uploader = S3Uploader(self._s3, side.input_bucket, "")
        began = time.time()
        uploader.put(path, key, lambda _: None)
        return Sent(side, key, began, time.time())

    def put_at_once(self, side: Side, path: Path, keys: list[str]) -> float:
        """Put one file under many keys at once; return when that began."""
        began = time.time()
        with ThreadPoolExecutor(_SENDERS) as senders:
            list(senders.map(lambda key: self.put(side, path, key), keys))
        return began

    def outcomes(self, side: Side, since: float, files: int, pause: float = 0.02) -> list[float]:
        """When each of so many files got its outcome."""

        def found() -> list[float] | None:
            moments = side.outcomes(since)
            return moments if len(moments) >= files else None

        return _wait(found, f"{files} files have no outcome from {side.name}", pause)

    def finish(self, sent: Sent) -> Taken:
        """Wait until the file is dealt with and the copy that did so is free."""
        (outcome,) = self.outcomes(sent.side, sent.began, 1)
        duration = self._duration(sent)
        return Taken(
            sent,
            to_backup=self._backed_up(sent) - sent.answered,
            to_outcome=outcome - sent.answered,
            duration=duration,
        )

    def get(self, sent: Sent) -> float:
        """Seconds to read the file and do nothing with it."""
        started = time.perf_counter()
        answer = self._s3.get_object(Bucket=sent.side.input_bucket, Key=sent.key)
        with closing(answer["Body"]) as body:
            for _ in body.iter_chunks(_CHUNK_BYTES):
                pass
        return time.perf_counter() - started

    def failed(self, side: Side) -> int:
        """How many events of a side failed for good."""
        url = self._sqs.get_queue_url(QueueName=side.failure_queue)["QueueUrl"]
        name: Any = "ApproximateNumberOfMessages"
        found = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(found["Attributes"][name])

    def clear(self) -> None:
        """Delete every file and copy: the emulator keeps them in memory."""
        for side in (self.sides.processor, self.sides.plain):
            for bucket in (side.input_bucket, side.backup_bucket):
                for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
                    for each in page.get("Versions", []):
                        self._s3.delete_object(
                            Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"]
                        )

    def _backed_up(self, sent: Sent) -> float:
        """When the file came into the backup bucket, as S3's own event about it says."""

        def found() -> float | None:
            self._read_arrivals()
            return next((at for key, at in self._arrived.items() if key.endswith(sent.key)), None)

        return _wait(found, f"no backup of {sent.key}", 0.1)

    def _duration(self, sent: Sent) -> float:
        """Seconds that Lambda says the invocation took, once it is over."""
        logs = CloudWatchFunctionLogs(self.stack.client("logs"), sent.side.log_group, None)

        def found() -> float | None:
            lines = list(logs.read(round(sent.began * 1000)))
            streams = {line.stream for line in lines if sent.key in line.message}
            ended = parse(line for line in lines if line.stream in streams)
            return ended[0].duration_ms / 1000 if ended else None

        return _wait(found, f"the log of {sent.side.name} does not name {sent.key}", 0.2)

    def _announce(self, bucket: str) -> None:
        """Have S3 send an event of each object that comes into a bucket."""
        arn: Any = self._sqs.get_queue_attributes(
            QueueUrl=self._queue, AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "s3.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn,
                }
            ],
        }
        self._sqs.set_queue_attributes(
            QueueUrl=self._queue, Attributes={"Policy": json.dumps(policy)}
        )
        events: Any = [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
        self._s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": events}
        )

    def _read_arrivals(self) -> None:
        """Read every event that waits."""
        asked: Any = {"QueueUrl": self._queue, "MaxNumberOfMessages": 10}
        while messages := self._sqs.receive_message(**asked).get("Messages"):
            for message in messages:
                # S3 sends a test message, which has no records.
                for record in json.loads(message["Body"]).get("Records", []):
                    key = unquote_plus(record["s3"]["object"]["key"])
                    at = datetime.fromisoformat(record["eventTime"]).timestamp()
                    self._arrived.setdefault(key, at)
                self._sqs.delete_message(
                    QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"]
                )


def _wait(ask: Callable[[], _Found | None], missing: str, pause: float) -> _Found:
    """Ask until there is an answer; end the program where none comes. pause: seconds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        if (found := ask()) is not None:
            return found
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: {missing} after {PATIENCE_SECONDS:.0f} s")
        time.sleep(pause)
