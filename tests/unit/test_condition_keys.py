"""The condition keys that the emulator is given for IAM's and SNS's actions."""

import pytest

from rowledger.local.emulator_patches.condition_keys import keys

BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"


def boundary_of(role: str) -> str:
    return BOUNDARY if role == "bounded" else ""


@pytest.mark.parametrize(
    ("action", "parameters", "expected"),
    [
        (
            "iam:CreateRole",
            {"PermissionsBoundary": BOUNDARY},
            {"iam:PermissionsBoundary": BOUNDARY},
        ),
        ("iam:CreateRole", {"RoleName": "bounded"}, {}),
        ("iam:PutRolePolicy", {"RoleName": "bounded"}, {"iam:PermissionsBoundary": BOUNDARY}),
        # What a request names counts where the request sets it, and nowhere else.
        ("iam:PutRolePolicy", {"RoleName": "free", "PermissionsBoundary": BOUNDARY}, {}),
        ("iam:DeleteRolePolicy", {"RoleName": "missing"}, {}),
        (
            "iam:AttachRolePolicy",
            {"RoleName": "bounded", "PolicyArn": POLICY},
            {"iam:PermissionsBoundary": BOUNDARY, "iam:PolicyARN": POLICY},
        ),
        (
            "iam:PutRolePermissionsBoundary",
            {"RoleName": "bounded", "PermissionsBoundary": POLICY},
            {"iam:PermissionsBoundary": POLICY},
        ),
        (
            "sns:Subscribe",
            {"Protocol": "email", "Endpoint": "ada@example.com"},
            {"sns:Protocol": "email", "sns:Endpoint": "ada@example.com"},
        ),
        ("sns:Publish", {"Protocol": "email"}, {}),
        ("iam:GetRole", {"RoleName": "bounded"}, {}),
        ("s3:PutObject", {"PermissionsBoundary": BOUNDARY}, {}),
    ],
)
def test_a_requests_keys(action: str, parameters: dict[str, str], expected: dict[str, str]) -> None:
    # As a request's parameters come: a list of values each.
    listed = {name: [value] for name, value in parameters.items()}
    assert keys(action, listed, boundary_of) == expected
