"""Starts the local stack with what it needs of the deployment."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rowledger.deployment.adapters.aws.function_versions import LambdaFunctionVersions
from rowledger.deployment.domain.rollout import read_outputs
from rowledger.deployment.services.aliases import AliasMoves
from rowledger.local import OnProgress
from rowledger.local.layout import Layout, layout_to_start
from rowledger.local.stack import Stack, open_stack
from rowledger.local.starting import ANSWER_SECONDS, start
from rowledger.wiring.environments import environment_store

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def start_local_stack(
    on_progress: OnProgress,
    layout: Layout | None = None,
    *,
    terraform: bool = False,
    answer_seconds: float = ANSWER_SECONDS,
) -> Stack:
    """Start what is not running and bring everything up to date; see local/starting.py.

    layout: None takes the state folder of layout_to_start().
    """
    layout = layout or layout_to_start()
    start(
        on_progress,
        layout,
        terraform=terraform,
        move_aliases=_move_aliases,
        answer_seconds=answer_seconds,
    )
    environment_store().note_local_stack(layout.root)
    return open_stack(layout)


def _move_aliases(client: "LambdaClient", outputs: Mapping[str, Any]) -> None:
    release = read_outputs(outputs)
    AliasMoves(LambdaFunctionVersions(client, client), release.alias).move_all(release)
