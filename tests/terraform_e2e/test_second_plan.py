"""Terraform finds what it made as it made it, but for what the emulator forgets or hides."""

import json
from typing import Any

import pytest

from rowledger import contract
from rowledger.local.stack import Stack
from rowledger.local.terraform import Workspace
from rowledger.local.terraform_stack import VALUES
from tests.figures import FIGURES

# It reads an alarm back with threshold, metric and comparison alone.
ALARM = {
    "actions_enabled",
    "alarm_actions",
    "alarm_description",
    "dimensions",
    "period",
    "statistic",
    "treat_missing_data",
}
FLOW_LOG = {
    "arn",
    "deliver_cross_account_role",
    "iam_role_arn",
    "id",
    "log_format",
    "log_group_name",
    "max_aggregation_interval",
    "tags",
    "tags_all",
}
ENDPOINT = {"policy", "private_dns_enabled", "security_group_ids"}
FORGOTTEN: dict[str, set[str]] = {
    **{
        f'module.alarms.aws_cloudwatch_metric_alarm.this["{name}"]': ALARM
        for name in contract.load("pipeline.json")["alarms"]
    },
    "module.database.aws_db_instance.this": {
        "backup_window",
        "enabled_cloudwatch_logs_exports",
        "performance_insights_kms_key_id",
    },
    # Role and interval cannot be changed in a flow log: it would be made anew.
    'module.network.aws_flow_log.this["database"]': FLOW_LOG,
    'module.network.aws_flow_log.this["lambda"]': FLOW_LOG,
    "module.network.aws_vpc_endpoint.s3": {"policy"},
    "module.network.aws_vpc_endpoint.secretsmanager": ENDPOINT,
    "module.network.aws_vpc_endpoint.sns": ENDPOINT,
}


def test_it_would_change_only_what_the_emulator_forgot(
    workspace: Workspace, pytestconfig: pytest.Config
) -> None:
    plan = workspace.plan(VALUES)
    managed = [each for each in plan["resource_changes"] if each["mode"] == "managed"]
    changes = {
        each["address"]: _changed(each["change"])
        for each in managed
        if each["change"]["actions"] != ["no-op"]
    }
    assert changes == FORGOTTEN
    pytestconfig.stash[FIGURES].append(
        f"resources: {len(managed)}, of which a second plan would change {len(changes)}"
    )


def _changed(change: Any) -> set[str]:  # noqa: ANN401 -- JSON
    before, after = change["before"] or {}, change["after"] or {}
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_neither_state_nor_plan_holds_a_password(stack: Stack, workspace: Workspace) -> None:
    plan = json.dumps(workspace.plan(VALUES))
    state = workspace.checked("state", "pull")
    assert f'"username": "{stack.database.master.username}"' in state
    for login in (stack.database.master, stack.database.function):
        assert login.password not in plan
        assert login.password not in state
