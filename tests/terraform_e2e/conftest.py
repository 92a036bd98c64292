"""What Terraform itself says of the stack that it provisioned. make terraform-e2e runs these tests,
and with them the whole pipeline's own on that stack; they take minutes.
"""

from pathlib import Path

import pytest

from rowledger.deployment.terraform import Workspace
from rowledger.local.provisioning import terraform_stack
from rowledger.local.stack import Stack


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return None if config.getoption("--terraform-stack") else True


@pytest.fixture(scope="session")
def workspace(stack: Stack) -> Workspace:
    """The workspace that `rowledger up --terraform` left."""
    return terraform_stack.workspace_of(stack.layout, stack.aws, stack.database.master)
