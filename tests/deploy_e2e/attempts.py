"""What a job in one of the bootstrap's roles tries, and must be refused."""

import json
from collections.abc import Callable
from typing import Any

from rowledger.functions import contract
from rowledger.local.emulator_clients import ACCOUNT_ID, EmulatorClients
from tests.deploy_e2e.jobs import BOUNDARY

PIPELINE = contract.load("pipeline.json")
INPUT = PIPELINE["buckets"]["input"]
OUTPUT = PIPELINE["buckets"]["output"]
PROCESSOR = PIPELINE["functions"]["processor"]["name"]
PROCESSOR_ROLE = PIPELINE["functions"]["processor"]["role"]
STATE = f"rowledger-state-{ACCOUNT_ID}"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)
ANYBODY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}},
    }
)

Attempt = Callable[[EmulatorClients], Any]


def call(service: str, operation: str, **arguments: object) -> Attempt:
    return lambda aws: getattr(aws.client(service), operation)(**arguments)


def put(bucket: str, key: str) -> Attempt:
    return call("s3", "put_object", Bucket=bucket, Key=key, Body=b"a\n1\n")


def get(bucket: str, key: str) -> Attempt:
    return call("s3", "get_object", Bucket=bucket, Key=key)


def role(operation: str, name: str = PROCESSOR_ROLE, **arguments: object) -> Attempt:
    return call("iam", operation, RoleName=name, **arguments)


NOBODY_MAY: dict[str, Attempt] = {
    "make a role": role("create_role", "rogue", AssumeRolePolicyDocument=ANYBODY),
    "read an upload": get(INPUT, "orders.csv"),
    "upload a file": put(INPUT, "orders.csv"),
    "delete an upload": call("s3", "delete_object", Bucket=INPUT, Key="orders.csv"),
    "remove a bucket": call("s3", "delete_bucket", Bucket=INPUT),
    "write the bootstrap's state": put(STATE, "bootstrap/terraform.tfstate"),
    "read the bootstrap's state": get(STATE, "bootstrap/terraform.tfstate"),
    "remove the state": call("s3", "delete_object", Bucket=STATE, Key="local/terraform.tfstate"),
    "open the state bucket": call("s3", "put_bucket_policy", Bucket=STATE, Policy=EVERYTHING),
    "read the functions' login": call(
        "secretsmanager", "get_secret_value", SecretId=PIPELINE["secret"]
    ),
    "remove the database": call("rds", "delete_db_instance", DBInstanceIdentifier="rowledger"),
    "change the boundary": call(
        "iam",
        "create_policy_version",
        PolicyArn=BOUNDARY,
        PolicyDocument=EVERYTHING,
        SetAsDefault=True,
    ),
    "take the boundary off": role("delete_role_permissions_boundary"),
    "be an administrator": role("attach_role_policy", "rowledger-apply", PolicyArn=ADMINISTRATOR),
    "make a function one": role("attach_role_policy", PolicyArn=ADMINISTRATOR),
    "give itself more": role(
        "put_role_policy", "rowledger-apply", PolicyName="more", PolicyDocument=EVERYTHING
    ),
    "let somebody else in": role(
        "update_assume_role_policy", "rowledger-apply", PolicyDocument=ANYBODY
    ),
    "make a user": call("iam", "create_user", UserName="rogue"),
    "take a function's role": call(
        "sts",
        "assume_role",
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/{PROCESSOR_ROLE}",
        RoleSessionName="rogue",
    ),
}
A_PLAN_MAY_NOT: dict[str, Attempt] = NOBODY_MAY | {
    "write the state": put(STATE, "local/terraform.tfstate"),
    "upload a canary": put(INPUT, "rowledger-canary/x.csv"),
    "give a function more": role(
        "put_role_policy", PolicyName=PROCESSOR_ROLE, PolicyDocument=EVERYTHING
    ),
    "invoke a function": call("lambda", "invoke", FunctionName=PROCESSOR, Payload=b"{}"),
    "change a function": call(
        "lambda", "update_function_configuration", FunctionName=PROCESSOR, MemorySize=512
    ),
    "make a bucket": call("s3", "create_bucket", Bucket="candidate-test-input"),
    "make a network": call("ec2", "create_vpc", CidrBlock="10.9.0.0/16"),
    "silence an alarm": call("cloudwatch", "delete_alarms", AlarmNames=["csv-processor-errors"]),
}
AN_APPLY_MAY_NOT: dict[str, Attempt] = NOBODY_MAY | {
    "make one of its roles without the boundary": role(
        "create_role", "csv-rogue", AssumeRolePolicyDocument=ANYBODY
    ),
    "make a role of another name": role(
        "create_role", "rogue", AssumeRolePolicyDocument=ANYBODY, PermissionsBoundary=BOUNDARY
    ),
    "exchange the boundary": role(
        "put_role_permissions_boundary", PermissionsBoundary=ADMINISTRATOR
    ),
    "read a canary": get(INPUT, "rowledger-canary/x.csv"),
    "invoke another function": call("lambda", "invoke", FunctionName="another", Payload=b"{}"),
}
