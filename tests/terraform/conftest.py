"""Terraform with its provider, or a reason why these checks cannot be made here.

`make test` says the reason in its summary and goes on; `make terraform-check` fails.
"""

from pathlib import Path
from typing import Any, NoReturn

import pytest

from rowledger.local import StackError
from rowledger.local.aws import ACCOUNT_ID, REGION
from rowledger.local.terraform import LOCAL_STATE, OFFLINE, Workspace, find_terraform

# What a plan cannot know before AWS answers, so that it shows everything that hangs on it.
ANSWERS = f"""
locals {{
  master_secret_arn = "arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:rowledger/master-??????"
  database_address  = "database.test:5432"
}}
"""
# Stands in for the functions' package, whose bytes a plan does not look at.
PACKAGE = "tests/packages/whole.zip"


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
def workspace(without: Without, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The configuration as it stands, for commands that ask no account."""
    return _workspace(without, tmp_path_factory.mktemp("terraform"), {"state": LOCAL_STATE})


@pytest.fixture(scope="session")
def planning(without: Without, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The configuration with a provider that asks no account, for plans."""
    overrides = {"state": LOCAL_STATE, "provider": OFFLINE, "answers": ANSWERS}
    return _workspace(without, tmp_path_factory.mktemp("planning"), overrides)


@pytest.fixture(scope="session")
def plan(planning: Workspace) -> Any:  # noqa: ANN401 -- JSON
    """The plan of a first deployment to the account that the local stack plays."""
    return planning.plan(
        f"-var=account_id={ACCOUNT_ID}",
        f"-var=aws_region={REGION}",
        "-var=environment=parity",
        "-var=bucket_suffix=",
        '-var=notification_emails=["ops@example.com"]',
        f"-var=package={PACKAGE}",
    )


def _workspace(without: Without, folder: Path, overrides: dict[str, str]) -> Workspace:
    try:
        workspace = Workspace(find_terraform(), folder, overrides)
        workspace.create()
    except StackError as error:
        without(str(error))
    return workspace
