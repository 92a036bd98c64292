"""Each configuration by itself: formatted, true to its own tests, and without warnings."""

import json
import re
from pathlib import Path

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.terraform import PROVIDER_VERSION, Workspace
from tests.terraform.conftest import CONFIGURATIONS, PACKAGE, Planning

# What an environment's file leaves to the command.
REST = {"terraform": [f"-var=package={PACKAGE}"], "bootstrap": []}


def test_it_is_formatted(workspace: Workspace) -> None:
    done = workspace.run("fmt", "-check", "-recursive", "-no-color")
    assert done.returncode == 0, f"run terraform fmt on:\n{done.stdout}{done.stderr}"


def test_its_own_tests_pass(workspace: Workspace) -> None:
    done = workspace.run("test", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    passed = set(re.findall(r"^tests/(\S+)\.\.\. pass$", done.stdout, re.MULTILINE))
    suites = {path.name for path in (ROOT / workspace.name / "tests").glob("*.tftest.hcl")}
    assert passed == suites
    assert not re.search(r"Success! 0 passed", done.stdout)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_rule_about_a_variable_has_its_failing_case(name: str) -> None:
    rules = _names(r'^variable "(\w+)"(?:(?!^\}).)*?validation \{', ROOT / name, "variables*.tf")
    cases = _names(r"\bvar\.(\w+)[,\]]", ROOT / name / "tests", "validation.tftest.hcl")
    assert rules == cases
    assert rules


def _names(pattern: str, folder: Path, files: str) -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob(files)))
    return set(re.findall(pattern, text, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_lock_names_the_provider_that_is_tested(name: str) -> None:
    lock = (ROOT / name / ".terraform.lock.hcl").read_text(encoding="utf-8")
    assert f'version     = "{PROVIDER_VERSION}"' in lock


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_an_environments_values_give_a_plan(
    planning: Planning, name: str, environment: str
) -> None:
    values = f"-var-file=env/{environment}.tfvars"
    lines = planning(name).checked("plan", "-json", values, *REST[name]).splitlines()
    messages = [json.loads(line) for line in lines]
    assert {each["change"]["action"] for each in messages if "change" in each} == {"create"}
    warnings = [each for each in messages if each["@level"] == "warn"]
    assert not warnings, "something is deprecated"


# A function that was made: what makes Terraform look at the package where it destroys.
MADE = {
    "version": 4,
    "serial": 1,
    "lineage": "a-test",
    "outputs": {},
    "resources": [
        {
            "module": "module.processor",
            "mode": "managed",
            "type": "aws_lambda_function",
            "name": "this",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": {"id": "f", "function_name": "f"}}],
        }
    ],
}


def test_what_is_destroyed_as_documented_needs_no_package(
    planning: Planning, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "infrastructure.md").read_text(encoding="utf-8")
    (values,) = re.findall(r"^terraform -chdir=terraform destroy (.+)$", page, re.MULTILINE)
    state = tmp_path / "terraform.tfstate"
    state.write_text(json.dumps(MADE), encoding="utf-8")
    plan = ("plan", "-destroy", "-refresh=false", "-no-color", f"-state={state}")
    workspace = planning("terraform")
    done = workspace.run(*plan, *values.split())
    assert done.returncode == 0, done.stderr
    assert "1 to destroy" in done.stdout
    # The stand-in is needed: Terraform looks at the package before it looks at what there is.
    without = [each for each in values.split() if not each.startswith("-var=package=")]
    done = workspace.run("plan", "-destroy", "-no-color", f"-state={state}", *without)
    assert "package names no file" in done.stderr
