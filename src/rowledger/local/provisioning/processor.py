"""The processor in the local emulator: the package under its own role, and what invokes it."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rowledger.functions import contract
from rowledger.local.emulator_clients import ACCOUNT_ID, EmulatorClients
from rowledger.local.provisioning.functions import ALIAS, put_function, put_retries, put_role
from rowledger.local.provisioning.schedules import put_schedule

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

_ALLOW_S3 = "input-bucket"
_NOTIFICATION_ID = "uploads"


def deploy(
    aws: EmulatorClients, package: bytes, environment: dict[str, str], arns: dict[str, str]
) -> None:
    """Create the function and its event source or bring them up to date.

    arns: a value for every placeholder of its policy document.
    """
    pipeline = contract.load("pipeline.json")
    role = put_role(aws.client("iam"), pipeline["functions"]["processor"]["role"], arns)
    client: LambdaClient = aws.client("lambda")
    invoked = put_function(client, pipeline["functions"]["processor"], role, environment, package)
    name = pipeline["functions"]["processor"]["name"]
    put_retries(
        client, name, pipeline["functions"]["processor"]["retries"], arns["failure_queue_arn"]
    )
    _allow_bucket(client, name, arns["input_bucket_arn"])
    _notify(aws.client("s3"), invoked, pipeline)
    put_schedule(
        aws, pipeline["functions"]["processor"]["schedule"], invoked, {"processor_arn": invoked}
    )


def _allow_bucket(client: "LambdaClient", name: str, bucket_arn: str) -> None:
    try:
        policy = json.loads(client.get_policy(FunctionName=name, Qualifier=ALIAS)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        policy = {"Statement": []}
    if any(statement["Sid"] == _ALLOW_S3 for statement in policy["Statement"]):
        return
    _forbid_bare_name(client, name)
    client.add_permission(
        FunctionName=name,
        Qualifier=ALIAS,
        StatementId=_ALLOW_S3,
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=bucket_arn,
        SourceAccount=ACCOUNT_ID,
    )


def _forbid_bare_name(client: "LambdaClient", name: str) -> None:
    """Take back what an earlier version allowed: S3 invoked the function without an alias."""
    with suppress(client.exceptions.ResourceNotFoundException):
        client.remove_permission(FunctionName=name, StatementId=_ALLOW_S3)


def _notify(s3: "S3Client", invoked_arn: str, pipeline: dict[str, Any]) -> None:
    bucket = pipeline["buckets"]["input"]
    wanted: Any = {
        "Id": _NOTIFICATION_ID,
        "LambdaFunctionArn": invoked_arn,
        # No suffix filter: it would be case-sensitive, so the function itself ignores other names.
        "Events": pipeline["event_filter"]["events"],
    }
    known = s3.get_bucket_notification_configuration(Bucket=bucket)
    if known.get("LambdaFunctionConfigurations") != [wanted]:
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [wanted]}
        )
