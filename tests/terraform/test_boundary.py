"""The boundary that the bootstrap makes: every role carries it, and it lets them do their work."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rowledger.functions import contract
from rowledger.local.emulator_clients import ACCOUNT_ID, REGION
from tests.terraform.iam import BOUNDARY, KEY, ROLES, Policies, requests

DOCUMENTS = sorted(
    path
    for path in (Path(contract.__file__).parent / "policies").glob("*.json")
    if not path.stem.endswith("-trust")
)
# What AWS's AmazonRDSEnhancedMonitoringRole grants, on its two kinds of resources.
ENHANCED_MONITORING = [
    (action, f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:RDSOSMetrics{rest}")
    for actions, rest in (
        (("CreateLogGroup", "PutRetentionPolicy"), ""),
        (
            ("CreateLogStream", "PutLogEvents", "DescribeLogStreams", "GetLogEvents"),
            ":log-stream:db-ABC",
        ),
    )
    for action in (f"logs:{each}" for each in actions)
]
# What AWS has a role of flow logs hold ("IAM role for publishing flow logs to CloudWatch Logs").
FLOW_LOGS = {
    f"logs:{action}"
    for action in (
        "CreateLogGroup",
        "CreateLogStream",
        "DescribeLogGroups",
        "DescribeLogStreams",
        "PutLogEvents",
    )
}
# Characters of a managed policy, blanks apart (IAM and AWS STS quotas).
MAX_POLICY = 6144


@pytest.fixture(scope="module")
def boundary(bootstrap: dict[str, Any]) -> Policies:
    return Policies([bootstrap["aws_iam_policy.boundary"]["policy"]])


def test_every_role_of_the_pipeline_carries_the_boundary(bounded: list[dict[str, Any]]) -> None:
    roles = {
        each["change"]["after"]["name"]: each["change"]["after"].get("permissions_boundary")
        for each in bounded
        if each["type"] == "aws_iam_role"
    }
    assert len(roles) == 10
    assert set(roles.values()) == {BOUNDARY}


def test_it_carries_none_where_none_is_named(plan: Any) -> None:  # noqa: ANN401 -- JSON
    roles = [each for each in plan["resource_changes"] if each["type"] == "aws_iam_role"]
    assert {each["change"]["after"].get("permissions_boundary") for each in roles} == {None}


def test_iam_takes_its_length(boundary: Policies) -> None:
    (document,) = boundary.documents
    assert len(re.sub(r"\s", "", document)) <= MAX_POLICY


FUNCTIONS = contract.load("pipeline.json")["functions"]


def test_a_function_reads_its_own_settings_when_lambdas_grant_is_gone(
    boundary: Policies, bounded: list[dict[str, Any]]
) -> None:
    """A role that was made anew has another id than the one in the grant on the key."""
    holders = {
        each["change"]["after"]["role"]
        for each in bounded
        if each["type"] == "aws_iam_role_policy" and each["change"]["after"]["name"] == "data-key"
    }
    assert holders == {each["role"] for each in FUNCTIONS.values()}
    (data_key,) = (path for path in DOCUMENTS if path.stem == "data-key")
    role = Policies([rendered(data_key.read_text(encoding="utf-8"))])
    through = {"kms__ViaService": f"lambda.{REGION}.amazonaws.com"}
    for policies in (role, boundary):
        assert policies.allow("kms:Decrypt", KEY, **through)
        assert not policies.allow("kms:GenerateDataKey", KEY, **through)


def rendered(text: str) -> str:
    """A document of the contract with values like those of a deployment."""
    pipeline = contract.load("pipeline.json")
    arn = f"{{}}:{REGION}:{ACCOUNT_ID}"
    logs, secret, function = (
        arn.format(f"arn:aws:{service}") for service in ("logs", "secretsmanager", "lambda")
    )
    values = {
        "region": REGION,
        "network_arn": f"{arn.format('arn:aws:ec2')}:*/*",
        "database_secret_arn": f"{secret}:secret:{pipeline['secret']}-??????",
        "reader_secret_arn": f"{secret}:secret:{pipeline['reader_secret']}-??????",
        "operator_secret_arn": f"{secret}:secret:{pipeline['operator_secret']}-??????",
        "master_secret_arn": f"{secret}:secret:rds!db-0a1b-??????",
        "topic_arn": f"{arn.format('arn:aws:sns')}:{pipeline['topic']}",
        "events_topic_arn": f"{arn.format('arn:aws:sns')}:{pipeline['events_topic']}",
        "failure_queue_arn": f"{arn.format('arn:aws:sqs')}:{pipeline['failure_queue']['name']}",
        "processor_arn": f"{function}:function:{pipeline['functions']['processor']['name']}:live",
        "reconciler_arn": f"{function}:function:{pipeline['functions']['reconciler']['name']}:live",
        "function_arn": f"{function}:function:{pipeline['functions']['processor']['name']}",
        "data_key_arn": KEY,
        "notification_key_arn": KEY,
        **{
            f"{use}_bucket_arn": f"arn:aws:s3:::{name}" for use, name in pipeline["buckets"].items()
        },
        **{
            f"{use}_log_group_arn": f"{logs}:log-group:{each['log_group']}"
            for use, each in pipeline["functions"].items()
        },
    }
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_boundary_covers_what_the_contract_grants(document: Path, boundary: Policies) -> None:
    grants = list(requests(json.loads(rendered(document.read_text(encoding="utf-8")))))
    assert grants
    for action, resource, context in grants:
        assert boundary.allow(action, resource, **context), (action, resource, context)


def test_the_boundary_covers_flow_logs_and_monitoring(
    boundary: Policies, bounded: list[dict[str, Any]]
) -> None:
    (flow_logs,) = (
        each["change"]["after"]["policy"]
        for each in bounded
        if each["address"] == "module.network.aws_iam_role_policy.flow_logs"
    )
    grants = [(action, resource) for action, resource, _ in requests(json.loads(flow_logs))]
    assert {action for action, _ in grants} == FLOW_LOGS
    for action, resource in (*grants, *ENHANCED_MONITORING):
        assert boundary.allow(action, resource), (action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateRole", f"{ROLES}/csv-processor"),
        ("iam:PassRole", f"{ROLES}/csv-processor"),
        ("sts:AssumeRole", f"{ROLES}/rowledger-apply"),
        ("s3:DeleteObject", "arn:aws:s3:::candidate-test-input/orders.csv"),
        ("s3:DeleteObjectVersion", "arn:aws:s3:::candidate-test-input/orders.csv"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::candidate-test-input"),
        ("s3:GetObject", "arn:aws:s3:::candidate-test-logs/x"),
        ("s3:GetObject", f"arn:aws:s3:::rowledger-state-{ACCOUNT_ID}/parity/terraform.tfstate"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:x"),
        ("secretsmanager:DeleteSecret", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:x"),
        (
            "lambda:UpdateFunctionCode",
            f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:csv-processor",
        ),
        ("kms:ScheduleKeyDeletion", KEY),
        ("kms:Decrypt", KEY),  # through no service
    ],
)
def test_the_boundary_is_a_ceiling(boundary: Policies, action: str, resource: str) -> None:
    assert not boundary.allow(action, resource)
