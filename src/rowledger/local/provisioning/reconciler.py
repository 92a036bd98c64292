"""The reconciler in the local emulator: the same package under its own role, and its schedule."""

import json
from typing import TYPE_CHECKING, Any

from rowledger.functions import contract
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.provisioning.functions import put_function, put_retries, put_role

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def deploy(
    aws: EmulatorClients, package: bytes, environment: dict[str, str], arns: dict[str, str]
) -> None:
    """Create the function and its schedule or bring them up to date.

    arns: a value for every placeholder of its policy document.
    """
    reconciler = contract.load("pipeline.json")["functions"]["reconciler"]
    role = put_role(aws.client("iam"), reconciler["role"], arns)
    client: LambdaClient = aws.client("lambda")
    invoked = put_function(client, reconciler, role, environment, package)
    put_retries(client, reconciler["name"], reconciler["retries"])
    _schedule(aws, reconciler["schedule"], invoked)


def _schedule(aws: EmulatorClients, schedule: dict[str, Any], invoked_arn: str) -> None:
    scheduler = aws.client("scheduler")
    role = put_role(aws.client("iam"), schedule["role"], {"reconciler_arn": invoked_arn})
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
