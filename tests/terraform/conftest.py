"""Terraform's configurations with their provider, or a reason why these checks cannot be made here.

`make test` says the reason in its summary and goes on; `make terraform-check` fails.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NoReturn

import pytest

from rowledger.deployment.terraform import (
    LOCAL_STATE,
    OFFLINE,
    Terraform,
    TerraformError,
    Workspace,
    find_terraform,
)
from rowledger.local.emulator_clients import ACCOUNT_ID, REGION
from tests.terraform.iam import BOUNDARY
from tests.terraform.provider import running

# What a plan cannot know before AWS answers, so that it shows everything that hangs on it.
ANSWERS = f"""
locals {{
  master_secret_arn = "arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:rowledger/master-??????"
  database_address  = "database.test:5432"
}}
"""
# The pipeline's infrastructure, and what a pipeline needs to build it.
CONFIGURATIONS = ("terraform", "bootstrap")
# Stands in for the functions' package, whose bytes a plan does not look at.
PACKAGE = "tests/packages/whole.zip"
DEPLOYMENT = (
    f"-var=account_id={ACCOUNT_ID}",
    f"-var=aws_region={REGION}",
    "-var=environment=parity",
    "-var=bucket_suffix=",
    '-var=notification_emails=["ops@example.com"]',
    f"-var=package={PACKAGE}",
)
FIRST = {
    "terraform": DEPLOYMENT,
    "bootstrap": (
        f"-var=account_id={ACCOUNT_ID}",
        f"-var=aws_region={REGION}",
        "-var=environment=parity",
        "-var=bucket_suffix=",
        '-var=plan_subjects=["repo:acme/rowledger:pull_request"]',
        '-var=apply_subjects=["repo:acme/rowledger:environment:parity"]',
    ),
}

# Terraform's processes are short: they run a quarter faster where Go collects its garbage rarely.
SPEED = {"GOGC": "400"}

Planning = Callable[[str], Workspace]


@pytest.fixture(scope="session")
def without(request: pytest.FixtureRequest) -> "Without":
    return Without(required=bool(request.config.getoption("--terraform")))


class Without:
    """What becomes of a check whose tool cannot be had."""

    def __init__(self, *, required: bool) -> None:
        self._required = required

    def __call__(self, reason: str) -> NoReturn:
        if self._required:
            pytest.fail(reason, pytrace=False)
        pytest.skip(f"Terraform was not checked: {reason}")


@pytest.fixture(scope="session")
def speed(without: "Without", tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What Terraform's commands need to share one process of the provider."""
    folder = tmp_path_factory.mktemp("provider")
    overrides = {"state": LOCAL_STATE}
    installed = Workspace(
        available_terraform(without), folder, overrides, SPEED, name=CONFIGURATIONS[-1]
    )
    socket = tmp_path_factory.mktemp("socket")
    with running(created(without, installed), socket, os.environ | SPEED) as address:
        yield SPEED | {"TF_REATTACH_PROVIDERS": address}


@pytest.fixture(scope="session", params=CONFIGURATIONS)
def workspace(
    request: pytest.FixtureRequest,
    without: Without,
    speed: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Workspace:
    """A configuration as it stands, for commands that ask no account."""
    folder = tmp_path_factory.mktemp("terraform")
    workspace = Workspace(
        available_terraform(without), folder, {"state": LOCAL_STATE}, speed, name=request.param
    )
    return created(without, workspace)


@pytest.fixture(scope="session")
def planning(
    without: Without, speed: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Planning:
    """Each configuration with a provider that asks no account, for plans."""
    answers = {"terraform": {"answers": ANSWERS}, "bootstrap": {}}

    @cache
    def planned(name: str) -> Workspace:
        folder = tmp_path_factory.mktemp("planning")
        overrides = {"state": LOCAL_STATE, "provider": OFFLINE, **answers[name]}
        return created(
            without, Workspace(available_terraform(without), folder, overrides, speed, name=name)
        )

    return planned


@pytest.fixture(scope="session")
def first_plan(planning: Planning) -> Callable[[str], Any]:
    """The plan of each configuration for the account that the local stack plays, made once."""
    return cache(lambda name: planning(name).plan(*FIRST[name]))


@pytest.fixture(scope="session")
def plan(first_plan: Callable[[str], Any]) -> Any:  # noqa: ANN401 -- JSON
    """The plan of a first deployment."""
    return first_plan("terraform")


@pytest.fixture(scope="session")
def bootstrap(first_plan: Callable[[str], Any]) -> dict[str, dict[str, Any]]:
    """The planned resources of the bootstrap, by address."""
    resources = first_plan("bootstrap")["planned_values"]["root_module"]["resources"]
    return {each["address"]: each["values"] for each in resources}


@pytest.fixture(scope="session")
def bounded(planning: Planning) -> list[dict[str, Any]]:
    """The resources of the pipeline as it is deployed under the boundary."""
    plan = planning("terraform").plan(*DEPLOYMENT, f"-var=permissions_boundary={BOUNDARY}")
    return [each for each in plan["resource_changes"] if each["mode"] == "managed"]


def available_terraform(without: Without) -> Terraform:
    try:
        return find_terraform()
    except TerraformError as error:
        without(str(error))


def created(without: Without, workspace: Workspace) -> Workspace:
    try:
        workspace.create()
    except TerraformError as error:
        without(str(error))
    return workspace
