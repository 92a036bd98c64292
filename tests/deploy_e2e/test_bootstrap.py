"""`make bootstrap` on an empty account, and what jobs can do with the roles that it makes.

The emulator holds every request to policies, boundaries and conditions. Four things it does not
look at, which bootstrap/tests and tests/terraform/test_roles.py show on the policies themselves: a
token's signature; iam:PassRole; what a service does with KMS on somebody's behalf; and that moving
an alias is not the same as listing aliases.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from rowledger.functions import contract
from rowledger.local.emulator_clients import ACCOUNT_ID, EmulatorClients
from tests.deploy_e2e.account import Account
from tests.deploy_e2e.attempts import (
    A_PLAN_MAY_NOT,
    ADMINISTRATOR,
    AN_APPLY_MAY_NOT,
    ANYBODY,
    EVERYTHING,
    OUTPUT,
    PROCESSOR,
    STATE,
    Attempt,
    put,
    role,
)
from tests.deploy_e2e.jobs import BOUNDARY, ENVIRONMENT, PULL_REQUEST, job, session

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

PIPELINE = contract.load("pipeline.json")
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}


@pytest.fixture
def root(account: Account) -> EmulatorClients:
    return account.root


def test_its_state_is_in_the_bucket_that_it_made(account: Account, root: EmulatorClients) -> None:
    assert "0 changed, 0 destroyed" in account.said["bootstrap"].out
    s3: S3Client = root.client("s3")
    stored = s3.get_object(Bucket=STATE, Key="bootstrap/terraform.tfstate")
    assert stored["VersionId"]
    assert json.loads(stored["Body"].read())["resources"]
    left = {path.name for path in (account.first.folder / "bootstrap").iterdir()}
    assert not {name for name in left if "tfstate" in name or "override" in name}


def test_a_second_time_changes_nothing(account: Account, root: EmulatorClients) -> None:
    # On a machine that never saw the first time, too.
    for checkout in (account.first, account.new_checkout("bootstrap-again")):
        again = checkout.must_make(root, "bootstrap", ENV="local")
        assert "No changes. Your infrastructure matches the configuration." in again.out
        assert "0 added, 0 changed, 0 destroyed" in again.out


@pytest.mark.parametrize(
    ("role", "claims"),
    [
        ("rowledger-apply", {"sub": PULL_REQUEST}),
        ("rowledger-apply", {"sub": "repo:example/rowledger:ref:refs/heads/main"}),
        ("rowledger-apply", {"sub": "repo:example/rowledger:environment:local2"}),
        ("rowledger-apply", {"sub": "repo:example/fork:environment:local"}),
        ("rowledger-apply", {"sub": ENVIRONMENT, "aud": "https://github.com/example"}),
        ("rowledger-apply", {"sub": ENVIRONMENT, "iss": "https://example.com"}),
        ("rowledger-plan", {"sub": "repo:example/fork:pull_request"}),
        ("rowledger-plan", {"sub": "repo:Example/rowledger:pull_request"}),
    ],
)
def test_another_job_does_not_get_the_role(
    root: EmulatorClients, role: str, claims: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as refused:
        job(root.endpoint_url, role, **claims)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


@pytest.fixture
def plan_job(account: Account) -> EmulatorClients:
    return account.planner


@pytest.fixture
def apply_job(account: Account) -> EmulatorClients:
    return account.deployer


def test_a_deployment_applies_what_a_pull_request_planned(root: EmulatorClients) -> None:
    client: LambdaClient = root.client("lambda")
    assert client.get_alias(FunctionName=PROCESSOR, Name="live")["FunctionVersion"]
    iam: IAMClient = root.client("iam")
    boundaries = {
        role["RoleName"]: iam.get_role(RoleName=role["RoleName"])["Role"]
        .get("PermissionsBoundary", {})
        .get("PermissionsBoundaryArn")
        for role in iam.list_roles()["Roles"]
    }
    assert {name for name, boundary in boundaries.items() if boundary != BOUNDARY} == {
        "rowledger-plan",
        "rowledger-apply",
    }
    assert len(boundaries) == 12


def test_a_pull_request_plans_on_what_was_deployed(
    account: Account, plan_job: EmulatorClients
) -> None:
    checkout = account.new_checkout("pull-request")
    done = checkout.must_make(plan_job, "package", "plan", ENV="local", RDS_CA="none")
    # Everything was found; what it would change, the emulator forgot: see
    # tests/terraform_e2e/test_second_plan.py.
    assert "will be created" not in done.out


@pytest.mark.parametrize("attempt", A_PLAN_MAY_NOT)
def test_a_pull_request_may_not(plan_job: EmulatorClients, attempt: str) -> None:
    _refused(A_PLAN_MAY_NOT[attempt], plan_job)


@pytest.mark.parametrize("attempt", AN_APPLY_MAY_NOT)
def test_a_deployment_may_not(apply_job: EmulatorClients, attempt: str) -> None:
    _refused(AN_APPLY_MAY_NOT[attempt], apply_job)


def _refused(attempt: Attempt, who: EmulatorClients) -> None:
    with pytest.raises(ClientError) as refused:
        attempt(who)
    assert refused.value.response["Error"]["Code"] in DENIED


@pytest.fixture
def missing_role(root: EmulatorClients) -> Iterator[str]:
    """A role of the pipeline's that is not there, and afterwards is as it was."""
    iam: IAMClient = root.client("iam")
    name = PIPELINE["functions"]["reconciler"]["schedule"]["role"]
    was = iam.get_role(RoleName=name)["Role"]
    policy = iam.get_role_policy(RoleName=name, PolicyName=name)["PolicyDocument"]

    def remove() -> None:
        for each in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=each)
        iam.delete_role(RoleName=name)

    remove()
    yield name
    remove()
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(was["AssumeRolePolicyDocument"]),
        PermissionsBoundary=BOUNDARY,
        Tags=was["Tags"],
    )
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy))


def test_a_role_of_the_pipeline_is_made_with_the_boundary_alone(
    missing_role: str, root: EmulatorClients, apply_job: EmulatorClients
) -> None:
    make = {"AssumeRolePolicyDocument": ANYBODY}
    _refused(role("create_role", missing_role, **make), apply_job)
    _refused(
        role("create_role", missing_role, **make, PermissionsBoundary=ADMINISTRATOR), apply_job
    )
    role("create_role", missing_role, **make, PermissionsBoundary=BOUNDARY)(apply_job)
    # Whatever it is given, …
    role("put_role_policy", missing_role, PolicyName="all", PolicyDocument=EVERYTHING)(apply_job)
    rogue = _in_role(root, missing_role)
    # … it may do what the boundary lets any of them do, …
    put(OUTPUT, "receipts/x/result.json")(rogue)
    # … and nothing else.
    for attempt in ("make a role", "delete an upload", "change the boundary", "write the state"):
        _refused(A_PLAN_MAY_NOT[attempt], rogue)


def _in_role(who: EmulatorClients, name: str) -> EmulatorClients:
    """Somebody in a role that everybody may take."""
    answer = who.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/{name}", RoleSessionName="rogue"
    )
    return session(who.endpoint_url, answer["Credentials"])
