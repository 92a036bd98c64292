"""`make bootstrap` on an empty account, and what jobs can do with the roles that it makes.

The emulator holds every request to policies, boundaries and conditions. Four things it does not
look at, which bootstrap/tests and tests/terraform/test_roles.py show on the policies themselves: a
token's signature; iam:PassRole; what a service does with KMS on somebody's behalf; and that moving
an alias is not the same as listing aliases.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from rowledger import contract
from rowledger.local import emulator, function, processes
from rowledger.local.aws import ACCOUNT_ID, Aws
from rowledger.local.layout import Layout
from rowledger.local.parts import aws_at
from rowledger.local.state import Secrets
from rowledger.packaging import ROOT
from tests.deploy_e2e.attempts import (
    A_PLAN_MAY_NOT,
    ADMINISTRATOR,
    AN_APPLY_MAY_NOT,
    ANYBODY,
    BOUNDARY,
    EVERYTHING,
    INPUT,
    OUTPUT,
    PROCESSOR,
    STATE,
    Attempt,
    put,
    role,
)
from tests.deploy_e2e.machine import Machine, job

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client

PIPELINE = contract.load("pipeline.json")
# As bootstrap/env/local.tfvars names them.
PULL_REQUEST = "repo:example/rowledger:pull_request"
ENVIRONMENT = "repo:example/rowledger:environment:local"
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
TERRAFORM = ("terraform", "-chdir=terraform")
VALUES = "-var-file=env/local.tfvars"


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    layout = Layout(tmp_path_factory.mktemp("account") / "state")
    layout.create()
    return layout


@pytest.fixture(scope="module")
def root(layout: Layout) -> Iterator[Aws]:
    """An empty account's root."""
    credentials = Secrets.load_or_create(layout)
    part = emulator.start(layout, credentials, None)
    try:
        yield aws_at(part.port, credentials)
    finally:
        emulator.stop(layout, part)
        processes.stop(processes.leftovers(layout.root), grace_seconds=5)


@pytest.fixture(scope="module")
def machine(layout: Layout) -> Machine:
    """A machine on which nobody is asked."""
    function.build(layout)
    return Machine.at(
        layout.root,
        TF_DATA_DIR=str(layout.root / "terraform-data"),
        TF_CLI_ARGS_apply="-auto-approve -no-color",
        TF_CLI_ARGS_plan="-no-color",
        TF_VAR_package=str(layout.package),
        TF_VAR_permissions_boundary=BOUNDARY,
        # Nobody logs in to it here.
        TF_VAR_database_address="127.0.0.1:5432",
        TF_VAR_database_master_password="made-up",
        TF_VAR_settings=json.dumps({"ROWLEDGER_DATABASE_TLS": "local"}),
    )


@pytest.fixture(scope="module")
def bootstrapped(machine: Machine, root: Aws, layout: Layout) -> Machine:
    """The machine once the account was made ready."""
    done = machine.run(root, "make", "bootstrap", "ENV=local", TF_DATA_DIR=_data(layout))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 changed, 0 destroyed" in done.stdout
    return machine


def _data(layout: Layout) -> str:
    return str(layout.root / "bootstrap-data")


def test_its_state_is_in_the_bucket_that_it_made(bootstrapped: Machine, root: Aws) -> None:
    s3: S3Client = root.client("s3")
    stored = s3.get_object(Bucket=STATE, Key="bootstrap/terraform.tfstate")
    assert stored["VersionId"]
    assert json.loads(stored["Body"].read())["resources"]
    left = {path.name for path in (ROOT / "bootstrap").iterdir()}
    assert not {name for name in left if "tfstate" in name or "override" in name}


def test_a_second_time_changes_nothing(bootstrapped: Machine, root: Aws, layout: Layout) -> None:
    again = bootstrapped.run(root, "make", "bootstrap", "ENV=local", TF_DATA_DIR=_data(layout))
    assert again.returncode == 0, again.stderr
    assert "0 added, 0 changed, 0 destroyed" in again.stdout
    # On a machine that never saw the first time.
    elsewhere = str(layout.root / "elsewhere-data")
    again = bootstrapped.run(root, "make", "bootstrap", "ENV=local", TF_DATA_DIR=elsewhere)
    assert "0 added, 0 changed, 0 destroyed" in again.stdout
    plan = bootstrapped.run(
        root,
        *("terraform", "-chdir=bootstrap", "plan", "-detailed-exitcode", VALUES),
        TF_DATA_DIR=elsewhere,
    )
    assert plan.returncode == 0, plan.stdout + plan.stderr


@pytest.mark.usefixtures("bootstrapped")
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
def test_another_job_does_not_get_the_role(root: Aws, role: str, claims: dict[str, str]) -> None:
    with pytest.raises(ClientError) as refused:
        job(root.endpoint_url, role, **claims)
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


@pytest.fixture(scope="module")
def plan_job(bootstrapped: Machine, root: Aws) -> Aws:
    return job(root.endpoint_url, "rowledger-plan", sub=PULL_REQUEST)


@pytest.fixture(scope="module")
def apply_job(bootstrapped: Machine, root: Aws) -> Aws:
    return job(root.endpoint_url, "rowledger-apply", sub=ENVIRONMENT)


@pytest.fixture(scope="module")
def planned(bootstrapped: Machine, plan_job: Aws, layout: Layout) -> Path:
    """The plan of a first deployment, which a pull request made."""
    file = layout.root / "plan.bin"
    backend = "-backend-config=env/local.s3.tfbackend"
    init = bootstrapped.run(
        plan_job, *TERRAFORM, "init", "-input=false", "-lockfile=readonly", backend
    )
    assert init.returncode == 0, init.stderr
    done = bootstrapped.run(plan_job, *TERRAFORM, "plan", VALUES, f"-out={file}")
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def deployed(bootstrapped: Machine, apply_job: Aws, planned: Path) -> Machine:
    """The machine once a deployment applied that very plan."""
    done = bootstrapped.run(apply_job, *TERRAFORM, "apply", str(planned))
    assert done.returncode == 0, done.stderr
    return bootstrapped


def test_a_deployment_applies_what_a_pull_request_planned(deployed: Machine, root: Aws) -> None:
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
    assert len(boundaries) == 8


def test_a_pull_request_plans_on_what_was_deployed(deployed: Machine, plan_job: Aws) -> None:
    done = deployed.run(plan_job, *TERRAFORM, "plan", VALUES)
    assert done.returncode == 0, done.stderr
    # Everything was found; what it would change, the emulator forgot: see
    # tests/terraform_e2e/test_second_plan.py.
    assert "will be created" not in done.stdout


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("attempt", A_PLAN_MAY_NOT)
def test_a_pull_request_may_not(plan_job: Aws, attempt: str) -> None:
    _refused(A_PLAN_MAY_NOT[attempt], plan_job)


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("attempt", AN_APPLY_MAY_NOT)
def test_a_deployment_may_not(apply_job: Aws, attempt: str) -> None:
    _refused(AN_APPLY_MAY_NOT[attempt], apply_job)


def _refused(attempt: Attempt, who: Aws) -> None:
    with pytest.raises(ClientError) as refused:
        attempt(who)
    assert refused.value.response["Error"]["Code"] in DENIED


@pytest.fixture
def missing_role(deployed: Machine, root: Aws) -> Iterator[str]:
    """A role of the pipeline's that is not there, and afterwards is as it was."""
    iam: IAMClient = root.client("iam")
    name = PIPELINE["reconciler"]["schedule"]["role"]
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
    )
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy))


def test_a_role_of_the_pipeline_is_made_with_the_boundary_alone(
    missing_role: str, root: Aws, apply_job: Aws
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


def _in_role(who: Aws, name: str) -> Aws:
    """Somebody in a role that everybody may take."""
    keys = who.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/{name}", RoleSessionName="rogue"
    )["Credentials"]
    return Aws(
        who.endpoint_url,
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        session_token=keys["SessionToken"],
    )


def test_a_deployment_may_what_it_takes_to_deploy(deployed: Machine, apply_job: Aws) -> None:
    put(INPUT, "rowledger-canary/x.txt")(apply_job)  # not a name that the function takes
    client: LambdaClient = apply_job.client("lambda")
    for use in ("function", "reconciler", "administrator"):
        name = PIPELINE[use]["name"]
        live = client.get_alias(FunctionName=name, Name="live")
        assert client.list_versions_by_function(FunctionName=name)["Versions"]
        client.update_alias(FunctionName=name, Name="live", FunctionVersion=live["FunctionVersion"])
        # An action that it does not have: it runs and refuses.
        client.invoke(
            FunctionName=name, Qualifier=live["FunctionVersion"], Payload=b'{"action": "none"}'
        )
    assert apply_job.client("cloudwatch").describe_alarms(AlarmNames=[f"{PROCESSOR}-errors"])[
        "MetricAlarms"
    ]
