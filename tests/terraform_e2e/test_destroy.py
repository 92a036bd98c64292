"""Destroying the infrastructure leaves nothing of it: this comes last."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.deployment.terraform import Workspace
from rowledger.functions import contract
from rowledger.local.mail import relay
from rowledger.local.provisioning.terraform_stack import VALUES
from rowledger.local.stack import Stack
from tests.figures import FIGURES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Each call that lists something, the member of its answer that does, and its arguments.
LISTS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("s3", "list_buckets", "Buckets", {}),
    ("lambda", "list_functions", "Functions", {}),
    ("iam", "list_roles", "Roles", {}),
    ("iam", "list_policies", "Policies", {"Scope": "Local"}),
    ("secretsmanager", "list_secrets", "SecretList", {}),
    ("sns", "list_topics", "Topics", {}),
    ("sns", "list_subscriptions", "Subscriptions", {}),
    ("sqs", "list_queues", "QueueUrls", {}),
    ("logs", "describe_log_groups", "logGroups", {}),
    ("kms", "list_aliases", "Aliases", {}),
    ("kms", "list_keys", "Keys", {}),
    ("cloudwatch", "describe_alarms", "MetricAlarms", {}),
    ("cloudwatch", "list_dashboards", "DashboardEntries", {}),
    ("scheduler", "list_schedules", "Schedules", {}),
    ("rds", "describe_db_instances", "DBInstances", {}),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups", {}),
    ("rds", "describe_db_parameter_groups", "DBParameterGroups", {}),
    ("ec2", "describe_vpcs", "Vpcs", {}),
    ("ec2", "describe_subnets", "Subnets", {}),
    ("ec2", "describe_route_tables", "RouteTables", {}),
    ("ec2", "describe_security_groups", "SecurityGroups", {}),
    ("ec2", "describe_internet_gateways", "InternetGateways", {}),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", {}),
    ("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections", {}),
    ("ec2", "describe_flow_logs", "FlowLogs", {}),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", {}),
)

# Of these the configuration makes none itself; a function's might be left, for one.
NONE_MADE = ("Policies", "NetworkInterfaces")


@pytest.fixture
def emptied_of_what_cannot_be_destroyed(stack: Stack) -> None:
    """Without the objects whose names the emulator lists as they are.

    Terraform asks for them encoded and decodes what it gets, so that it would try for ever to
    delete an object of another name.
    """
    s3: S3Client = stack.client("s3")
    for bucket in contract.load("pipeline.json")["buckets"].values():
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for each in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if {"+", "%"} & set(each["Key"]):
                    s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])


@pytest.mark.usefixtures("emptied_of_what_cannot_be_destroyed")
def test_it_leaves_nothing(stack: Stack, workspace: Workspace, pytestconfig: pytest.Config) -> None:
    assert len({member for member, _ in _left(stack)}) == len(LISTS) - len(NONE_MADE)
    begun = time.monotonic()
    workspace.follow(lambda _message: None, "destroy", VALUES)
    seconds = time.monotonic() - begun
    pytestconfig.stash[FIGURES].append(f"destroy: {seconds:.0f} s")
    assert list(_left(stack)) == []
    assert workspace.checked("state", "list") == ""


def _left(stack: Stack) -> Iterator[tuple[str, Any]]:
    for service, call, member, arguments in LISTS:
        for each in getattr(stack.client(service), call)(**arguments).get(member, []):
            if not _may_stay(stack, member, each):
                yield member, each


def _may_stay(stack: Stack, member: str, each: Any) -> bool:  # noqa: ANN401 -- an API's answer
    match member:
        case "QueueUrls":  # the local stack's own
            return str(each).endswith(f"/{relay.QUEUE}")
        case "Keys":  # AWS keeps a key for a while, so that a mistake can be taken back
            key = stack.client("kms").describe_key(KeyId=each["KeyId"])["KeyMetadata"]
            return bool(key["KeyState"] == "PendingDeletion")
        case "VpcPeeringConnections":  # seen for a while after it is gone, on AWS too
            return bool(each["Status"]["Code"] == "deleted")
        case "Vpcs" | "Subnets" | "RouteTables" | "SecurityGroups" | "InternetGateways":
            return _of_default_vpc(stack, each)
        case _:
            return False


def _of_default_vpc(stack: Stack, each: Any) -> bool:  # noqa: ANN401 -- an API's answer
    """Whether it came with the account, as every account's default VPC does."""
    vpcs = stack.client("ec2").describe_vpcs()["Vpcs"]
    default = {vpc["VpcId"] for vpc in vpcs if vpc["IsDefault"]}
    attached = {attachment["VpcId"] for attachment in each.get("Attachments", ())}
    return bool({each.get("VpcId"), *attached} & default)
