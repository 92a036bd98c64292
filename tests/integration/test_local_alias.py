"""In the local stack too a function is invoked by its alias, and may be by nothing else."""

import json
from typing import TYPE_CHECKING, Any

from rowledger.functions import contract
from rowledger.local.stack import Stack
from rowledger.wiring.local_stack import start_local_stack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

PIPELINE = contract.load("pipeline.json")
ALIAS = PIPELINE["alias"]
PROCESSOR, RECONCILER = (PIPELINE["functions"][use] for use in ("processor", "reconciler"))


def allowed(client: "LambdaClient") -> list[dict[str, Any]]:
    policy = json.loads(client.get_policy(FunctionName=PROCESSOR["name"])["Policy"])
    statements: list[dict[str, Any]] = policy["Statement"]
    return statements


def test_s3_invokes_the_alias_and_may_invoke_nothing_else(stack: Stack) -> None:
    (statement,) = allowed(stack.client("lambda"))
    s3: S3Client = stack.client("s3")
    notified = s3.get_bucket_notification_configuration(Bucket=PIPELINE["buckets"]["input"])
    (invoked,) = notified["LambdaFunctionConfigurations"]
    assert invoked["LambdaFunctionArn"] == statement["Resource"]
    assert statement["Resource"].endswith(f":{PROCESSOR['name']}:{ALIAS}")


def test_the_schedule_invokes_the_alias_and_its_role_may_invoke_nothing_else(stack: Stack) -> None:
    schedule = RECONCILER["schedule"]
    target = stack.client("scheduler").get_schedule(Name=schedule["name"])["Target"]
    role = stack.client("iam").get_role_policy(
        RoleName=schedule["role"], PolicyName=schedule["role"]
    )
    (statement,) = role["PolicyDocument"]["Statement"]
    assert statement["Resource"] == target["Arn"]
    assert target["Arn"].endswith(f":{RECONCILER['name']}:{ALIAS}")


def test_an_up_takes_back_what_an_earlier_version_allowed(stack: Stack) -> None:
    client: LambdaClient = stack.client("lambda")
    (statement,) = allowed(client)
    which = {"FunctionName": PROCESSOR["name"], "StatementId": statement["Sid"]}
    client.remove_permission(**which, Qualifier=ALIAS)
    client.add_permission(**which, Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
    start_local_stack(lambda _: None, stack.layout)
    assert [each["Resource"] for each in allowed(client)] == [statement["Resource"]]
