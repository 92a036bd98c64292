"""The reconciler in the local emulator: the same package under its own role, and its schedules."""

from typing import TYPE_CHECKING

from rowledger.functions import contract
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.provisioning.functions import put_function, put_retries, put_role
from rowledger.local.provisioning.schedules import put_schedule

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def deploy(
    aws: EmulatorClients, package: bytes, environment: dict[str, str], arns: dict[str, str]
) -> None:
    """Create the function and its schedules or bring them up to date.

    arns: a value for every placeholder of its policy document.
    """
    reconciler = contract.load("pipeline.json")["functions"]["reconciler"]
    role = put_role(aws.client("iam"), reconciler["role"], arns)
    client: LambdaClient = aws.client("lambda")
    invoked = put_function(client, reconciler, role, environment, package)
    put_retries(client, reconciler["name"], reconciler["retries"])
    for schedule in ("schedule", "expectations_schedule"):
        put_schedule(aws, reconciler[schedule], invoked, {"reconciler_arn": invoked})
