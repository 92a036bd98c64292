"""Wires what operators do: each service over the environment that it works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rowledger.functions.adapters.aws.inventory import S3Inventory
from rowledger.functions.adapters.aws.notifier import SnsNotifier
from rowledger.functions.adapters.aws.storage import S3Storage
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.reconciliation import PostgresReconciliationStore
from rowledger.functions.services.reconciliation import Reconciliation
from rowledger.functions.wiring.reconciler import reconciler_over
from rowledger.functions.wiring.shared import RESERVE_SECONDS
from rowledger.operations.adapters.aws.archive import S3Archive
from rowledger.operations.adapters.aws.dispatcher import LambdaDispatcher
from rowledger.operations.adapters.aws.failure_queue import SqsFailureQueue
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.operations.adapters.aws.input_bucket import S3InputBucket
from rowledger.operations.adapters.aws.uploader import S3Uploader
from rowledger.operations.adapters.postgres.ledger_queries import PostgresLedgerQueries
from rowledger.operations.adapters.postgres.replay_log import PostgresReplayLog
from rowledger.operations.ports.archive import Archive
from rowledger.operations.ports.environment import DatabaseRole, Environment
from rowledger.operations.ports.function_logs import FunctionLogs
from rowledger.operations.ports.uploader import Uploader
from rowledger.operations.services.replay import Replay
from rowledger.wiring.ledger import opened_database


def uploader(environment: Environment) -> Uploader:
    return S3Uploader(environment.client("s3"), environment.names.input_bucket)


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
    with opened_database(environment.config, credentials) as database:
        yield Replay(
            ledger=PostgresLedgerQueries(database),
            log=PostgresReplayLog(database),
            failure_queue=SqsFailureQueue.named(environment.client("sqs"), names.failure_queue),
            dispatcher=LambdaDispatcher(environment.client("lambda"), names.processor),
            input_bucket=S3InputBucket(environment.client("s3")),
            bucket=names.input_bucket,
            suffixes=names.suffixes,
        )


@contextmanager
def reconciliation_service(
    environment: Environment, *, grace_seconds: int | None
) -> Iterator[tuple[Reconciliation, float]]:
    """Reconciliation, as the function, and the seconds that it may take for one upload.

    grace_seconds: None takes the reconciler's own setting.
    """
    config = environment.config
    if grace_seconds is not None:
        config = replace(config, reconcile_grace_seconds=grace_seconds)
    credentials = environment.credentials(DatabaseRole.FUNCTION)
    s3, names = environment.client("s3"), environment.names
    buckets = (names.output_bucket, names.backup_bucket)
    with opened_database(config, credentials) as database:
        reconciler = reconciler_over(
            config,
            ledger=PostgresLedger(database, config.lease_seconds),
            store=PostgresReconciliationStore(database),
            storage=S3Storage(s3, *buckets),
            inventory=S3Inventory(s3, *buckets),
            notifier=SnsNotifier(environment.client("sns"), config.topic_arn),
        )
        yield reconciler.reconciliation, config.lease_seconds - RESERVE_SECONDS
