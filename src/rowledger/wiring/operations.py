"""Wires what operators do: each service over the environment that it works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.services.reconciliation import Reconcile
from rowledger.functions.wiring import (
    RESERVE_SECONDS,
    bootstrap,
    bootstrap_reconciliation,
    open_reconciliation,
)
from rowledger.operations.adapters.aws.archive import S3Archive
from rowledger.operations.adapters.aws.dead_letters import SqsDeadLetters
from rowledger.operations.adapters.aws.dispatcher import LambdaDispatcher
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.operations.adapters.aws.input_bucket import S3InputBucket
from rowledger.operations.ports.archive import Archive
from rowledger.operations.ports.dead_letters import DeadLetters
from rowledger.operations.ports.environment import DatabaseRole, Environment
from rowledger.operations.ports.function_logs import FunctionLogs
from rowledger.operations.ports.input_bucket import InputBucket
from rowledger.operations.services.replay import Replay
from rowledger.wiring.ledger import opened_ledger


def input_bucket(environment: Environment) -> InputBucket:
    return S3InputBucket(environment.client("s3"), environment.names.input_bucket)


def archive(environment: Environment) -> Archive:
    names = environment.names
    return S3Archive(environment.client("s3"), names.output_bucket, names.backup_bucket)


def processor_logs(environment: Environment) -> FunctionLogs:
    return CloudWatchFunctionLogs(environment.client("logs"), environment.names.processor_log_group)


@contextmanager
def replay_service(environment: Environment) -> Iterator[Replay]:
    """Replays, as the operator, who may reopen ledger rows."""
    names = environment.names
    credentials = environment.credentials(DatabaseRole.OPERATOR)
    with opened_ledger(environment.config, credentials) as ledger:
        yield Replay(
            ledger=ledger,
            dead_letters=_dead_letters(environment),
            dispatcher=LambdaDispatcher(environment.client("lambda"), names.processor),
            storage=_storage(environment),
            bucket=names.input_bucket,
            suffixes=names.suffixes,
        )


@contextmanager
def reconciliation_service(
    environment: Environment, *, grace_seconds: int | None
) -> Iterator[tuple[Reconcile, float]]:
    """Reconciliation, as the function, and the seconds that it may take for one upload.

    grace_seconds: None takes the reconciler's own setting.
    """
    config = environment.config
    if grace_seconds is not None:
        config = replace(config, reconcile_grace_seconds=grace_seconds)
    credentials = environment.credentials(DatabaseRole.FUNCTION)
    with opened_ledger(config, credentials) as ledger:
        app = bootstrap(
            config,
            ledger=ledger,
            storage=_storage(environment),
            notifier=SnsNotifier(environment.client("sns"), config.topic_arn),
        )
        yield (
            bootstrap_reconciliation(app, open_reconciliation(ledger), config),
            config.lease_seconds - RESERVE_SECONDS,
        )


def _dead_letters(environment: Environment) -> DeadLetters:
    client = environment.client("sqs")
    url = client.get_queue_url(QueueName=environment.names.failure_queue)["QueueUrl"]
    return SqsDeadLetters(client, url)


def _storage(environment: Environment) -> S3Storage:
    names = environment.names
    return S3Storage(environment.client("s3"), names.output_bucket, names.backup_bucket)
