"""Every permission is needed, granted and explained: the policies, the table and the code agree."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rowledger.functions import contract
from tests.unit.aws_calls import Source, all_calls, calls_of

TABLE = Path(__file__).parents[2] / "docs" / "permissions.md"
POLICIES = Path(contract.__file__).parent / "policies"
# Of each function: the handler's module, and its policy.
ROLES = {
    "processor": "csv-processor",
    "reconciler": "csv-reconciler",
    "administrator": "csv-administrator",
    "ledger_reader": "csv-ledger-reader",
    "ledger_operator": "csv-ledger-operator",
}
SERVICES = {"EventBridge Scheduler", "Lambda", "S3", "SNS"}
# AWS's service authorization reference. s3.copy is the transfer manager: parts, and their end.
ACTIONS = {
    "s3.copy": {"s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload"},
    "s3.copy_object": {"s3:GetObjectVersion", "s3:PutObject"},
    "s3.get_object": {"s3:GetObject"},
    "s3.get_object(VersionId)": {"s3:GetObjectVersion"},
    "s3.head_object": {"s3:GetObject"},
    "s3.head_object(VersionId)": {"s3:GetObjectVersion"},
    "s3.list_object_versions": {"s3:ListBucketVersions"},
    "s3.put_object": {"s3:PutObject"},
    "secretsmanager.describe_secret": {"secretsmanager:DescribeSecret"},
    "secretsmanager.get_secret_value": {"secretsmanager:GetSecretValue"},
    "secretsmanager.put_secret_value": {"secretsmanager:PutSecretValue"},
    "secretsmanager.update_secret_version_stage": {"secretsmanager:UpdateSecretVersionStage"},
    "sns.publish": {"sns:Publish"},
}
# Made by rowledger's commands, with the rights of whoever runs them.
COMMANDS_ONLY = {
    "cloudwatch.describe_alarms",
    "lambda.get_alias",
    "lambda.get_function_configuration",
    "lambda.get_paginator",
    "lambda.get_waiter",
    "lambda.invoke",
    "lambda.update_alias",
    "logs.get_log_events",
    "logs.get_paginator",
    "s3.abort_multipart_upload",
    "s3.complete_multipart_upload",
    "s3.create_multipart_upload",
    "s3.generate_presigned_url",
    "s3.upload_part",
    "sns.get_paginator",
    "sns.get_subscription_attributes",
    "sns.set_subscription_attributes",
    "sns.subscribe",
    "sns.unsubscribe",
    "sqs.change_message_visibility_batch",
    "sqs.delete_message",
    "sqs.get_queue_attributes",
    "sqs.receive_message",
}


class Permission(NamedTuple):
    policy: str
    action: str
    resource: str


class Row(NamedTuple):
    permission: Permission
    needed_by: str
    why: str

    @property
    def calls(self) -> set[str]:
        return set(re.findall(r"`([^`]+)`", self.needed_by))


@pytest.fixture(scope="module")
def source() -> Source:
    return Source.read()


def table() -> list[Row]:
    rows = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"\w+:\w+", cells[1] if len(cells) > 1 else ""):
            policy, action, resource, needed_by, why = cells
            rows.append(Row(Permission(policy, action, resource.strip("`")), needed_by, why))
    return rows


def granted() -> list[Permission]:
    return [
        Permission(policy, action, resource)
        for policy, statement in statements("Allow")
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]


def statements(effect: str) -> list[tuple[str, dict[str, Any]]]:
    """Each statement of that effect with its policy's name."""
    return [
        (path.stem, statement)
        for path in sorted(POLICIES.glob("*.json"))
        if not path.stem.endswith("-trust")
        for statement in json.loads(path.read_text(encoding="utf-8"))["Statement"]
        if statement["Effect"] == effect
    ]


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def needed(calls: set[str]) -> set[tuple[str, str]]:
    """Each action with each call that needs it."""
    return {(action, call) for call in calls for action in ACTIONS[call]}


def explained(policy: str) -> set[tuple[str, str]]:
    return {
        (row.permission.action, call)
        for row in table()
        if row.permission.policy == policy
        for call in row.calls
    }


def test_every_permission_is_explained_once_and_everything_explained_is_granted() -> None:
    assert sorted(row.permission for row in table()) == sorted(granted())


def test_every_permission_has_a_user_and_a_reason() -> None:
    for row in table():
        assert row.why, row
        assert row.calls or row.needed_by in SERVICES, row


@pytest.mark.parametrize("entrypoint", ROLES)
def test_what_the_code_calls_is_granted_and_what_is_granted_is_called(
    entrypoint: str, source: Source
) -> None:
    assert explained(ROLES[entrypoint]) == needed(calls_of(entrypoint, source))


def test_every_function_and_its_role_is_looked_at(source: Source) -> None:
    functions = contract.load("pipeline.json")["functions"]
    assert source.entrypoints.keys() == ROLES.keys()
    assert {use: each["role"] for use, each in functions.items()} == ROLES


def test_every_call_of_every_adapter_belongs_to_a_function_or_to_the_commands(
    source: Source,
) -> None:
    of_functions = set().union(*(calls_of(entrypoint, source) for entrypoint in ROLES))
    assert of_functions.isdisjoint(COMMANDS_ONLY)
    assert all_calls(source) == of_functions | COMMANDS_ONLY


def test_no_action_has_a_wildcard_and_nothing_is_granted_on_all_of_aws() -> None:
    for permission in granted():
        assert "*" not in permission.action, permission
        if permission.resource == "*":
            assert permission.policy in ("network-interfaces", "tracing"), permission


def test_what_lambda_needs_for_the_network_is_denied_to_the_functions_own_code() -> None:
    (denied,) = statements("Deny")
    policy, statement = denied
    assert policy == "network-interfaces"
    assert statement["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": "${function_arn}"}}
    assert set(statement["Action"]) == {
        permission.action for permission in granted() if permission.policy == policy
    }


def test_only_the_administrator_may_read_the_masters_secret() -> None:
    readers = {each.policy for each in granted() if "master_secret" in each.resource}
    assert readers == {"csv-administrator"}
