"""Wires rollouts to AWS, or to what AWS's environment variables point at."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

import boto3

from rowledger.deployment.adapters.aws.alarms import CloudWatchAlarms
from rowledger.deployment.adapters.aws.canary import S3Canary
from rowledger.deployment.adapters.aws.function_versions import LambdaFunctionVersions
from rowledger.deployment.domain.rollout import Release, Target
from rowledger.deployment.services.rollout import Rollout
from rowledger.errors import CommandError
from rowledger.functions import contract
from rowledger.functions.adapters.aws.clients import client_config, translated
from rowledger.functions.adapters.aws.long_calls import LONG_CALL, kept_alive
from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.environment import AwsEnvironment
from rowledger.operations.domain.environments import LOCAL
from rowledger.wiring.environments import aws_environment, environment_store


def build_rollout(
    release: Release,
    *,
    on_progress: Callable[[str], None],
    interruptible: Callable[[], AbstractContextManager[None]] = nullcontext,
    session: Any = boto3,  # noqa: ANN401 -- boto3 itself, or a session of it
) -> Rollout:
    """Build a rollout; raise FaultError where AWS's settings or credentials are missing."""
    with translated(FaultCode.CONFIGURATION, "reading AWS's settings and credentials"):
        config = client_config(read_timeout=10)
        return Rollout(
            functions=LambdaFunctionVersions(
                session.client("lambda", config=config),
                kept_alive(session.client("lambda", config=config.merge(LONG_CALL))),
            ),
            canary=S3Canary(session.client("s3", config=config), release.input_bucket),
            alarms=CloudWatchAlarms(session.client("cloudwatch", config=config)),
            alarm=f"{release.processor.function}-errors",
            now=lambda: datetime.now(UTC),
            monotonic=time.monotonic,
            sleep=time.sleep,
            on_progress=on_progress,
            interruptible=interruptible,
            alarms_at_end=tuple(contract.load("pipeline.json")["alarms"]),
        )


def session_of(environment_name: str | None) -> Any:  # noqa: ANN401 -- boto3 itself, or a session of it
    """The session of an environment, with credentials of its account; None for boto3 itself."""
    return boto3 if environment_name is None else _environment(environment_name).session()


def location_of(environment_name: str) -> str:
    """Where an environment is, in words."""
    return _environment(environment_name).location


def environment_in_use() -> str:
    """The name of the environment in use."""
    return environment_store().load().current


def release_of(environment_name: str) -> Release:
    """The functions of an environment, for a rollback: in no version yet."""
    names = _environment(environment_name).names
    return Release(
        alias=names.alias,
        input_bucket=names.input_bucket,
        administrator=Target(names.administrator, ""),
        reconciler=Target(names.reconciler, ""),
        processor=Target(names.processor, ""),
        ledger_reader=Target(names.ledger_reader, ""),
        ledger_operator=Target(names.ledger_operator, ""),
    )


def _environment(name: str) -> AwsEnvironment:
    if name == LOCAL:
        raise CommandError(f"{LOCAL} has no versions: a rollout is of a pipeline on AWS")
    return aws_environment(name, environment_store().load().get(name))
