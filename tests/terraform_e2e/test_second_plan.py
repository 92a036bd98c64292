"""Terraform finds what it made as it made it, but for what the emulator forgets or hides."""

import json
from typing import Any

import pytest

from rowledger.deployment.terraform import Workspace
from rowledger.local.provisioning.terraform_stack import VALUES
from rowledger.local.stack import Stack
from tests.figures import FIGURES
from tests.function_logins import login_in_force
from tests.terraform_e2e.forgotten import FORGOTTEN


def test_it_would_change_only_what_the_emulator_forgot(
    workspace: Workspace, pytestconfig: pytest.Config
) -> None:
    plan = workspace.plan(VALUES)
    managed = [each for each in plan["resource_changes"] if each["mode"] == "managed"]
    changes = {
        each["address"]: _changed(each["change"])
        for each in managed
        if each["change"]["actions"] != ["no-op"]
    }
    assert changes == FORGOTTEN
    pytestconfig.stash[FIGURES].append(
        f"resources: {len(managed)}, of which a second plan would change {len(changes)}"
    )


def _changed(change: Any) -> set[str]:  # noqa: ANN401 -- JSON
    before, after = change["before"] or {}, change["after"] or {}
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_neither_state_nor_plan_holds_a_password(stack: Stack, workspace: Workspace) -> None:
    plan = json.dumps(workspace.plan(VALUES))
    state = workspace.checked("state", "pull")
    assert f'"username": "{stack.database.master.username}"' in state
    for login in (stack.database.master, login_in_force(stack)):
        assert login.password not in plan
        assert login.password not in state
