"""Replays on the local stack: its ledger, its failure queue, its function and its buckets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rowledger.functions import contract
from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.config import Config
from rowledger.local.stack import Stack
from rowledger.operations.adapters.aws.dispatcher import LambdaDispatcher
from rowledger.operations.adapters.aws.failure_queue import SqsFailureQueue
from rowledger.operations.adapters.aws.input_bucket import S3InputBucket
from rowledger.operations.adapters.postgres.ledger_queries import PostgresLedgerQueries
from rowledger.operations.adapters.postgres.replay_log import PostgresReplayLog
from rowledger.operations.services.replay import Replay
from rowledger.wiring.ledger import database_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@contextmanager
def replay_of(stack: Stack) -> Iterator[Replay]:
    with database_of(stack, stack.database.operator) as database:
        yield _replay(stack, database)


def _replay(stack: Stack, database: Database) -> Replay:
    pipeline = contract.load("pipeline.json")
    config = Config.from_environment(stack.settings)
    sqs: SQSClient = stack.client("sqs")
    queue = sqs.get_queue_url(QueueName=pipeline["failure_queue"]["name"])["QueueUrl"]
    return Replay(
        ledger=PostgresLedgerQueries(database),
        log=PostgresReplayLog(database),
        failure_queue=SqsFailureQueue(sqs, queue),
        dispatcher=LambdaDispatcher(stack.client("lambda"), pipeline["function"]["name"]),
        input_bucket=S3InputBucket(stack.client("s3")),
        bucket=config.input_bucket,
        suffixes=config.suffixes,
    )
