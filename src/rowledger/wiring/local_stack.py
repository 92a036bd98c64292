"""Starts the local stack with what it needs of the deployment."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowledger.deployment.adapters.aws.function_versions import LambdaFunctionVersions
from rowledger.deployment.domain.rollout import read_outputs
from rowledger.deployment.services.aliases import AliasMoves
from rowledger.local import OnProgress, stack
from rowledger.local.layout import Layout, find_layout
from rowledger.local.stack import Stack
from rowledger.local.starting import ANSWER_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def start_local_stack(
    on_progress: OnProgress,
    layout: Layout | None = None,
    *,
    terraform: bool = False,
    answer_seconds: float = ANSWER_SECONDS,
) -> Stack:
    """Start what is not running and bring everything up to date; see local.stack.start.

    layout: None takes the state folder that is found from here.
    """
    return stack.start(
        on_progress,
        layout or find_layout(),
        terraform=terraform,
        move_aliases=_move_aliases,
        answer_seconds=answer_seconds,
    )


def _move_aliases(client: "LambdaClient", outputs: Mapping[str, Any]) -> None:
    release = read_outputs(outputs)
    AliasMoves(LambdaFunctionVersions(client, client), release.alias).move_all(release)
