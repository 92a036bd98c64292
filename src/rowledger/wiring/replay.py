"""Replays on the local stack: its ledger, its failure queue, its function and its buckets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rowledger.functions import contract
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.ports.ledger import Ledger
from rowledger.local.stack import Stack
from rowledger.operations.adapters.aws.dead_letters import SqsDeadLetters
from rowledger.operations.adapters.aws.dispatcher import LambdaDispatcher
from rowledger.operations.services.replay import Replay
from rowledger.wiring.ledger import operators_ledger_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@contextmanager
def replay_of(stack: Stack) -> Iterator[Replay]:
    with operators_ledger_of(stack) as ledger:
        yield _replay(stack, ledger)


def _replay(stack: Stack, ledger: Ledger) -> Replay:
    pipeline = contract.load("pipeline.json")
    config = ProcessorConfig.from_environment(stack.settings)
    sqs: SQSClient = stack.client("sqs")
    queue = sqs.get_queue_url(QueueName=pipeline["failure_queue"]["name"])["QueueUrl"]
    return Replay(
        ledger=ledger,
        dead_letters=SqsDeadLetters(sqs, queue),
        dispatcher=LambdaDispatcher(
            stack.client("lambda"), pipeline["functions"]["processor"]["name"]
        ),
        storage=S3Storage(stack.client("s3"), config.output_bucket, config.backup_bucket),
        bucket=config.input_bucket,
        suffixes=config.suffixes,
    )
