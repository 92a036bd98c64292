"""Schedules in the local emulator, each under a role that may invoke its function and no more."""

import json
from typing import Any

from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.provisioning.functions import put_role


def put_schedule(
    aws: EmulatorClients, schedule: dict[str, Any], invoked_arn: str, arns: dict[str, str]
) -> None:
    """Create a schedule of the contract, or bring it up to date.

    arns: a value for every placeholder of its role's policy document.
    """
    scheduler = aws.client("scheduler")
    role = put_role(aws.client("iam"), schedule["role"], arns)
    event = json.dumps(schedule["input"], separators=(",", ":"))
    wanted: dict[str, Any] = {
        "ScheduleExpression": schedule["expression"],
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": invoked_arn, "RoleArn": role, "Input": event},
    }
    try:
        known = scheduler.get_schedule(Name=schedule["name"])
    except scheduler.exceptions.ResourceNotFoundException:
        scheduler.create_schedule(Name=schedule["name"], **wanted)
        return
    if any(known.get(key) != value for key, value in wanted.items()):
        scheduler.update_schedule(Name=schedule["name"], **wanted)
