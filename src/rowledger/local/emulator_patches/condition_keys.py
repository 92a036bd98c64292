"""Gives the emulator condition keys of IAM's and SNS's actions, which it evaluates and never sets.

AWS's service authorization reference says which action has which key. Without them, a policy that
allows a role to be created only with a permissions boundary would allow none, and one that allows
addresses alone to be subscribed would allow no address.
"""

from collections.abc import Callable, Mapping
from typing import Any

import ministack.core.iam_actions
import ministack.services.iam

# The boundary that the request names, or that the role it is about has.
_NAMED = ("iam:CreateRole", "iam:PutRolePermissionsBoundary")
_OF_ROLE = (
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
)
_POLICY = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")

Parameters = Mapping[str, Any]


def apply_patch() -> None:
    """Give each request its keys, from now on in this process."""
    original = ministack.core.iam_actions.request_tag_context

    def with_keys(service: str, action: str, body: bytes, parameters: Parameters) -> dict[str, Any]:
        return dict(original(service, action, body, parameters)) | keys(
            action, parameters, _boundary_of
        )

    # The emulator looks it up at every request.
    ministack.core.iam_actions.request_tag_context = with_keys


def keys(action: str, parameters: Parameters, boundary_of: Callable[[str], str]) -> dict[str, str]:
    """The condition keys of one request that have a value.

    boundary_of: gives the permissions boundary of the role of that name; "" where it has none.
    """

    def named(parameter: str) -> str:
        return str(ministack.core.iam_actions._query_param(parameters, parameter))  # noqa: SLF001 -- as its own callers do

    found = {}
    if action in _NAMED:
        found["iam:PermissionsBoundary"] = named("PermissionsBoundary")
    if action in _OF_ROLE:
        found["iam:PermissionsBoundary"] = boundary_of(named("RoleName"))
    if action in _POLICY:
        found["iam:PolicyARN"] = named("PolicyArn")
    if action == "sns:Subscribe":
        found |= {"sns:Protocol": named("Protocol"), "sns:Endpoint": named("Endpoint")}
    return {key: value for key, value in found.items() if value}


def _boundary_of(role_name: str) -> str:
    role = ministack.services.iam._roles.get(role_name) or {}  # noqa: SLF001 -- its only way
    return role.get("PermissionsBoundary") or ""
