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
from rowledger.deployment.domain.rollout import Release
from rowledger.deployment.services.rollout import Rollout
from rowledger.functions import contract
from rowledger.functions.adapters.aws.clients import client_config, translated
from rowledger.functions.domain.faults import FaultCode

# Beyond a function's own timeout, for the network.
_MARGIN_SECONDS = 10


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
                session.client("lambda", config=client_config(read_timeout=_longest_run())),
            ),
            canary=S3Canary(session.client("s3", config=config), release.input_bucket),
            alarms=CloudWatchAlarms(session.client("cloudwatch", config=config)),
            alarm=f"{release.processor.function}-errors",
            now=lambda: datetime.now(UTC),
            monotonic=time.monotonic,
            sleep=time.sleep,
            on_progress=on_progress,
            interruptible=interruptible,
        )


def _longest_run() -> int:
    """Return the seconds after which every function has answered."""
    functions = contract.load("pipeline.json")["functions"].values()
    longest: int = max(each["timeout_seconds"] for each in functions)
    return longest + _MARGIN_SECONDS
