"""Has the emulator ask for the right that IAM knows, where it asks for another.

IAM has no action of its own for a batch: ChangeMessageVisibilityBatch needs ChangeMessageVisibility
(Amazon SQS developer guide, "Amazon SQS API permissions"). And a request for one alias of a
function is no request for the list of them.
"""

import re
from typing import Any

import ministack.core.iam_actions

_BATCHES = frozenset(
    f"sqs:{action}Batch" for action in ("ChangeMessageVisibility", "DeleteMessage", "SendMessage")
)
_ONE_ALIAS = re.compile(r"/aliases/[^/]+$")
_OF_ONE_ALIAS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}


def apply_patch() -> None:
    """Name each request's action as IAM does, from now on in this process."""
    original = ministack.core.iam_actions.extract_iam_action

    def named_as_iam_does(
        service: str,
        method: str,
        path: str,
        *others: Any,  # noqa: ANN401 -- the emulator's
        **named: Any,  # noqa: ANN401 -- the emulator's
    ) -> str | None:
        return action_of(original(service, method, path, *others, **named), method, path)

    # The emulator looks it up at every request.
    ministack.core.iam_actions.extract_iam_action = named_as_iam_does


def action_of(requested: str | None, method: str, path: str) -> str | None:
    """The action that IAM knows for a request, which the emulator calls `requested`."""
    if requested in _BATCHES:
        return requested.removesuffix("Batch")
    if requested == "lambda:ListAliases" and _ONE_ALIAS.search(path):
        return f"lambda:{_OF_ONE_ALIAS.get(method, 'ListAliases')}"
    return requested
