"""What zizmor and the schemas do not know: how this project's workflows are meant to be."""

import os
import re

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.functions import contract
from tests.workflows.files import ACTIONS, GITHUB, WORKFLOWS, Run, jobs, load, make, runs, sampled

TEXTS = {path: path.read_text(encoding="utf-8") for path in (*WORKFLOWS, *ACTIONS)}
RUNS = list(runs())
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Every target that a workflow may call, and where it is run for real.
SHOWN_BY = {
    "setup": ".ci/run",
    "lint": ".ci/run",
    "test": ".ci/run",
    "package": ".ci/run",
    "terraform-check": "README.md",
    "plan": "tests/deploy_e2e/account.py",
    "apply": "tests/deploy_e2e/account.py",
    "deploy": "tests/deploy_e2e/account.py",
    "rollback": "tests/deploy_e2e/test_deployments.py",
    "rds-ca": "tests/release/test_rds_ca.py",
    "release-assets": "tests/release/test_assets.py",
    "publish-release": "tests/release/test_publish.py",
    "terraform-version": "tests/workflows/test_targets.py",
    "plan-summary": "tests/workflows/test_targets.py",
}
# What no recipe names, since the program that it runs reads it by itself.
READ_BY_PROGRAMS = {"GH_TOKEN"}


def test_only_these_targets_are_run() -> None:
    assert {run.command for run in RUNS} == {f"make {target}" for target in SHOWN_BY}


@pytest.mark.parametrize("target", SHOWN_BY)
def test_each_is_run_for_real_somewhere(target: str) -> None:
    shown = (ROOT / SHOWN_BY[target]).read_text(encoding="utf-8")
    called = rf'make {target}\b|make\(\s*(?:[\w.]+,\s*)?(?:"[a-z-]+",\s*)*"{target}"'
    assert re.search(called, shown)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.where}: {run.command}")
def test_a_step_is_one_target_that_takes_what_it_is_given(run: Run) -> None:
    """The recipe is printed, not run: -n, and what it needs first is taken for done."""
    target = run.command.removeprefix("make ")
    assert re.fullmatch(r"[a-z-]+", target)
    given = {name: f"{name.lower()}-{sampled(value)}" for name, value in run.environment.items()}
    done = make("-n", "-o", "setup", "-o", "checkov", target, environment=os.environ | given)
    assert done.returncode == 0, done.stderr
    for name in given:
        taken = re.search(rf"\b{name}\b", done.stdout)
        assert taken or name in READ_BY_PROGRAMS, f"{name} is given to {target}, which drops it"


def test_whatever_others_run_is_named_by_its_commit_and_version() -> None:
    used: dict[str, set[str]] = {}
    for text in TEXTS.values():
        for line in re.findall(r"uses: (.+)", text):
            if not line.startswith("$/"):
                named = re.fullmatch(r"([\w.-]+/[\w.-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+", line)
                assert named, line
                used.setdefault(named[1], set()).add(line)
    assert used
    assert [name for name, lines in used.items() if len(lines) > 1] == []


def test_no_secret_is_kept() -> None:
    assert [path.name for path, text in TEXTS.items() if "secrets." in text] == []


def test_nothing_waits_or_runs_without_an_end() -> None:
    """Who deploys waits; who proposes a change is overtaken by the next one."""
    cancelled = {path.name: load(path).get("concurrency", {}) for path in WORKFLOWS}
    assert cancelled["pull-request.yml"]["cancel-in-progress"] is True
    assert cancelled["deploy.yml"] == {"group": "deploy", "cancel-in-progress": False}
    assert cancelled["release.yml"]["cancel-in-progress"] is False


def test_only_a_job_of_the_environment_changes_it_and_only_one_at_a_time() -> None:
    changing = {
        where: job
        for where, job in jobs()
        if any(step.get("run") in {"make apply", "make deploy", "make rollback"}
               for step in job.get("steps", ()))
    }  # fmt: skip
    assert set(changing) == {"deploy-environment.yml: apply", "rollback.yml: rollback"}
    for job in changing.values():
        assert job["environment"] == "${{ inputs.environment }}"
        assert job["concurrency"] == {
            "group": "environment-${{ inputs.environment }}",
            "cancel-in-progress": False,
        }


def test_who_plans_can_become_the_plan_role_alone() -> None:
    for _where, job in jobs():
        for step in job.get("steps", ()):
            role = step.get("with", {}).get("role-to-assume")
            if role is not None:
                bound = "environment" in job
                assert role == ("${{ vars.AWS_APPLY_ROLE }}" if bound else "${{ inputs.role }}")
    calls = [job["with"] for _, job in jobs() if job.get("uses") == "$/.github/workflows/plan.yml"]
    roles = {call["role"] for call in calls}
    assert len(calls) == 3
    assert roles == {
        "${{ vars.AWS_PLAN_ROLE_DEV }}",
        "${{ vars.AWS_PLAN_ROLE_PROD }}",
        "${{ inputs.plan-role }}",
    }


def test_who_applies_is_known_for_as_long_as_the_job_may_take() -> None:
    """Terraform whose credentials end meanwhile can write no state, nor give its lock back."""
    job = load(GITHUB / "workflows/deploy-environment.yml")["jobs"]["apply"]
    github = (ROOT / "bootstrap/github.tf").read_text(encoding="utf-8")
    allowed = re.findall(r"max_session_duration = (\d+)", github)
    known = [s["with"] for s in job["steps"] if "credentials" in s.get("uses", "")]
    assert [each.get("role-duration-seconds") for each in known] == [job["timeout-minutes"] * 60]
    assert [int(each) for each in allowed] == [job["timeout-minutes"] * 60]


def test_a_fork_is_asked_for_no_plan() -> None:
    identified = [
        job
        for where, job in jobs()
        if where.startswith("pull-request.yml") and "id-token" in job["permissions"]
    ]
    assert len(identified) == 2
    for job in identified:
        assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]


def test_the_plan_that_is_applied_is_the_one_of_this_run_with_its_package() -> None:
    planned = load(GITHUB / "workflows/plan.yml")["jobs"]["plan"]["steps"]
    kept = next(s["with"] for s in planned if "upload-artifact" in s.get("uses", ""))
    applied = load(GITHUB / "workflows/deploy-environment.yml")["jobs"]["apply"]["steps"]
    taken = next(s["with"] for s in applied if "download-artifact" in s.get("uses", ""))
    assert taken == {"name": kept["name"], "path": "build"}
    package = ["build/csv-processor.zip", "build/csv-processor.json"]
    assert kept["path"].split() == [*package, "build/deploy"]
    assert kept["retention-days"] <= 3
    built = load(GITHUB / "workflows/package.yml")["jobs"]["build"]["steps"]
    assert (
        next(s["with"] for s in built if "upload" in s.get("uses", ""))["path"].split() == package
    )
    # Neither builds one of its own.
    assert not [s for s in (*planned, *applied) if s.get("run") == "make package"]


def test_versions_are_stated_once() -> None:
    stated = (ROOT / ".terraform-version").read_text(encoding="ascii")
    assert re.fullmatch(r"1\.\d+\.\d+\n", stated)
    required = (ROOT / "terraform/terraform.tf").read_text(encoding="utf-8")
    least = re.search(r'required_version = ">= (\d+)\.(\d+)"', required)
    assert least
    assert tuple(map(int, stated.split(".")))[:2] >= (int(least[1]), int(least[2]))
    asked = [v for text in TEXTS.values() for v in re.findall(r"terraform_version: (.+)", text)]
    assert asked == ["${{ steps.versions.outputs.terraform }}"]
    python = load(ACTIONS[0])["inputs"]["python"]["default"]
    assert f"python{python}" == contract.load("pipeline.json")["functions"]["processor"]["runtime"]


def test_every_variable_is_explained() -> None:
    page = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
    used = {name for text in TEXTS.values() for name in re.findall(r"vars\.(\w+)", text)}
    table = page.partition("\n| variable |")[2].partition("\n\n")[0]
    explained = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert used == explained
