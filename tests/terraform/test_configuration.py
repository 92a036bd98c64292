"""The configuration by itself: formatted, valid, and true to its own tests."""

import re
from pathlib import Path

import pytest

from rowledger.local.terraform import PROVIDER_VERSION, Workspace
from rowledger.packaging import ROOT
from tests.terraform.conftest import PACKAGE

TERRAFORM = ROOT / "terraform"
SUITES = sorted(path.name for path in (TERRAFORM / "tests").glob("*.tftest.hcl"))


def test_it_is_formatted(workspace: Workspace) -> None:
    done = workspace.run("fmt", "-check", "-recursive", "-no-color")
    assert done.returncode == 0, f"run terraform fmt on:\n{done.stdout}{done.stderr}"


def test_it_is_valid(workspace: Workspace) -> None:
    done = workspace.run("validate", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr, "something is deprecated"


@pytest.mark.parametrize("suite", SUITES)
def test_its_own_tests_pass(workspace: Workspace, suite: str) -> None:
    done = workspace.run("test", "-no-color", f"-filter=tests/{suite}")
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"Success! (\d+) passed, 0 failed", done.stdout)
    assert passed, done.stdout
    assert int(passed[1]) > 0


def test_every_rule_about_a_variable_has_its_failing_case() -> None:
    rules = _names(r'^variable "(\w+)"(?:(?!^\}).)*?validation \{', TERRAFORM, "variables*.tf")
    cases = _names(r"\bvar\.(\w+)[,\]]", TERRAFORM / "tests", "validation.tftest.hcl")
    assert rules == cases
    assert rules


def _names(pattern: str, folder: Path, files: str) -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob(files)))
    return set(re.findall(pattern, text, re.MULTILINE | re.DOTALL))


def test_the_lock_names_the_provider_that_is_tested() -> None:
    lock = (TERRAFORM / ".terraform.lock.hcl").read_text(encoding="utf-8")
    assert f'version     = "{PROVIDER_VERSION}"' in lock


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_an_environments_values_give_a_plan(planning: Workspace, environment: str) -> None:
    plan = planning.plan(f"-var-file=env/{environment}.tfvars", f"-var=package={PACKAGE}")
    actions = {tuple(each["change"]["actions"]) for each in plan["resource_changes"]}
    assert actions == {("create",)}
