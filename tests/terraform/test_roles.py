"""What the bootstrap lets a plan and an apply do is enough, and not more than they need.

Both configurations are planned by the real provider: these are the policies as they will be.
"""

import json
import re
from typing import Any

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.local.emulator_clients import ACCOUNT_ID, REGION
from tests.terraform.iam import BOUNDARY, KEY, ROLES, Policies

TABLES = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "bootstrap" / "permissions").glob("*.json"))
}


@pytest.fixture(scope="module")
def plan_role(bootstrap: dict[str, Any]) -> Policies:
    return _role(bootstrap, "plan", ["plan_state"])


@pytest.fixture(scope="module")
def apply_role(bootstrap: dict[str, Any]) -> Policies:
    return _role(bootstrap, "apply", ["apply_state", "deploy"])


def _role(bootstrap: dict[str, Any], role: str, own: list[str]) -> Policies:
    """The documents that are attached to the role, and its own."""
    attached = re.compile(rf'aws_iam_role_policy_attachment\.{role}\["(.+)"\]')
    names = [found[1] for address in bootstrap if (found := attached.fullmatch(address))]
    assert names
    return Policies(
        [bootstrap[f'aws_iam_policy.this["{name}"]']["policy"] for name in names]
        + [bootstrap[f"aws_iam_role_policy.{name}"]["policy"] for name in own]
    )


# --- The tables


def test_each_type_of_resource_has_its_permissions(bounded: list[dict[str, Any]]) -> None:
    known = {kind for table in TABLES.values() for kind in table}
    planned = {each["type"] for each in bounded}
    written = set(
        re.findall(
            r'^resource "(\w+)"',
            "\n".join(
                path.read_text(encoding="utf-8") for path in (ROOT / "terraform").rglob("*.tf")
            ),
            re.MULTILINE,
        )
    )
    assert planned <= written
    # With those that only a variable brings, and none that is gone.
    assert known == written


@pytest.mark.parametrize(
    ("group", "kind"), [(group, kind) for group, table in TABLES.items() for kind in table]
)
def test_each_type_can_be_read_and_written(
    group: str, kind: str, plan_role: Policies, apply_role: Policies
) -> None:
    rows = TABLES[group][kind]
    reads = {action for row in rows for action in row.get("read", ())}
    writes = {action for row in rows for action in row.get("write", ())}
    assert reads
    assert writes
    if kind == "aws_secretsmanager_secret_version":
        # Of the emulator alone (platform.managed_master_secret).
        assert not reads & (plan_role.actions | apply_role.actions)
        return
    assert reads <= plan_role.actions
    assert reads | writes <= apply_role.actions


# --- The plan role


def test_a_plan_only_looks(plan_role: Policies) -> None:
    looking = re.compile(r"(\w|-)+:(Get|List|Describe)\w+")
    beyond = {action for action in plan_role.actions if not looking.fullmatch(action)}
    # Functions' settings, which hold no secret, through Lambda.
    assert beyond == {"kms:Decrypt"}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::candidate-test-input/orders.csv"),
        ("s3:GetObjectVersion", "arn:aws:s3:::candidate-test-backup/backup/orders.csv"),
        ("s3:PutObject", f"arn:aws:s3:::rowledger-state-{ACCOUNT_ID}/parity/terraform.tfstate"),
        (
            "s3:DeleteObject",
            f"arn:aws:s3:::rowledger-state-{ACCOUNT_ID}/parity/terraform.tfstate.tflock",
        ),
        ("s3:GetObject", f"arn:aws:s3:::rowledger-state-{ACCOUNT_ID}/bootstrap/terraform.tfstate"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:x"),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:csv-processor-failures"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:csv-processor"),
        ("kms:Decrypt", KEY),
    ],
)
def test_a_plan_sees_no_content_and_changes_nothing(
    plan_role: Policies, action: str, resource: str
) -> None:
    assert not plan_role.allow(action, resource)
    assert not plan_role.allow(action, resource, kms__ViaService=f"s3.{REGION}.amazonaws.com")


# --- The apply role

PROCESSOR = f"{ROLES}/csv-processor"
BOUNDED = {"iam__PermissionsBoundary": BOUNDARY}
MONITORING = f"{ROLES}/rowledger-database-monitoring"
ENHANCED = {
    "iam__PolicyARN": "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
ADMINISTRATOR = {"iam__PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", PROCESSOR, BOUNDED),
        ("iam:PutRolePolicy", PROCESSOR, BOUNDED),
        ("iam:PutRolePermissionsBoundary", PROCESSOR, BOUNDED),
        ("iam:AttachRolePolicy", MONITORING, BOUNDED | ENHANCED),
        ("iam:PassRole", PROCESSOR, {"iam__PassedToService": "lambda.amazonaws.com"}),
        ("kms:CreateGrant", KEY, {"kms__GrantIsForAWSResource": "true"}),
        ("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z0123456789", {}),
        ("s3:PutObject", "arn:aws:s3:::candidate-test-input/rowledger-canary/x.csv", {}),
        ("kms:GenerateDataKey", KEY, {"kms__ViaService": f"s3.{REGION}.amazonaws.com"}),
        *(
            (f"lambda:{action}", f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}", {})
            for name in ("csv-processor", "csv-reconciler:7", "csv-administrator:live")
            for action in (
                "InvokeFunction",
                "GetAlias",
                "UpdateAlias",
                "ListVersionsByFunction",
                "GetFunctionConfiguration",
            )
        ),
        ("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:*", {}),
    ],
)
def test_an_apply_and_a_deployment_may(
    apply_role: Policies, action: str, resource: str, context: dict[str, str]
) -> None:
    assert apply_role.allow(action, resource, **context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", PROCESSOR, {}),
        ("iam:CreateRole", PROCESSOR, {"iam__PermissionsBoundary": BOUNDARY + "-wider"}),
        ("iam:CreateRole", f"{ROLES}/another", BOUNDED),
        ("iam:PutRolePolicy", PROCESSOR, {}),
        ("iam:PutRolePolicy", f"{ROLES}/rowledger-apply", BOUNDED),
        ("iam:UpdateAssumeRolePolicy", f"{ROLES}/rowledger-plan", {}),
        ("iam:AttachRolePolicy", f"{ROLES}/rowledger-apply", ADMINISTRATOR),
        ("iam:AttachRolePolicy", PROCESSOR, BOUNDED | ENHANCED),
        ("iam:AttachRolePolicy", MONITORING, BOUNDED | ADMINISTRATOR),
        ("iam:AttachRolePolicy", MONITORING, ENHANCED),
        ("iam:DeleteRolePermissionsBoundary", PROCESSOR, BOUNDED),
        ("iam:CreatePolicyVersion", BOUNDARY, {}),
        ("iam:PassRole", PROCESSOR, {"iam__PassedToService": "ec2.amazonaws.com"}),
        (
            "iam:PassRole",
            f"{ROLES}/rowledger-apply",
            {"iam__PassedToService": "lambda.amazonaws.com"},
        ),
        ("sts:AssumeRole", PROCESSOR, {}),
        ("kms:CreateGrant", KEY, {}),
        ("kms:Decrypt", KEY, {"kms__ViaService": f"s3.{REGION}.amazonaws.com"}),
        ("s3:PutObject", "arn:aws:s3:::candidate-test-input/orders.csv", {}),
        ("s3:GetObject", "arn:aws:s3:::candidate-test-input/rowledger-canary/x.csv", {}),
        (
            "s3:PutObject",
            f"arn:aws:s3:::rowledger-state-{ACCOUNT_ID}/bootstrap/terraform.tfstate",
            {},
        ),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::rowledger-state-{ACCOUNT_ID}", {}),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:another", {}),
    ],
)
def test_an_apply_may_not(
    apply_role: Policies, action: str, resource: str, context: dict[str, str]
) -> None:
    assert not apply_role.allow(action, resource, **context)
