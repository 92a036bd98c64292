"""scripts/terraform.sh: what it asks of Terraform, and what it never comes to ask.

A stand-in for Terraform writes down how it was called; tests/deploy_e2e has the real one.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TERRAFORM = r"""#!/usr/bin/env bash
echo "$*" >> "$CALLS"
case "$*" in
  *" plan "*)
    [[ -z ${PLAN_FAILS-} ]] || exit 1
    for each; do [[ $each != -out=* ]] || echo planned > "${each#-out=}"; done ;;
  *"show -json"*) echo "$PLAN" ;;
  *"output -json"*) echo '{"alias": {"value": "live"}}' ;;
esac
"""
PLAN = {
    "terraform_version": "1.11.4",
    "variables": {"package": {"value": "../build/csv-processor.zip"}},
}
INIT = (
    "-chdir=terraform init -input=false -no-color -reconfigure -lockfile=readonly"
    " -backend-config=env/dev.s3.tfbackend"
)


@dataclass(frozen=True)
class Checkout:
    folder: Path

    @property
    def bundle(self) -> Path:
        return self.folder / "build/deploy"

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(self.folder / "calls"),
            "PLAN": json.dumps(PLAN),
            **variables,
        }
        return subprocess.run(
            [str(self.folder / "scripts/terraform.sh"), *arguments],
            cwd=self.folder / "bin",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        """How Terraform was called since this was asked last."""
        file = self.folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout whose package is built, with the stand-in for Terraform."""
    for folder in ("bin", "scripts", "build", ".venv/bin", "terraform/env"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts/terraform.sh", tmp_path / "scripts")
    (tmp_path / "bin/terraform").write_text(TERRAFORM)
    (tmp_path / "bin/terraform").chmod(0o755)
    python = tmp_path / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    for name in ("dev", "prod"):
        for suffix in ("tfvars", "s3.tfbackend"):
            (tmp_path / f"terraform/env/{name}.{suffix}").touch()
    for name in ("csv-processor.zip", "csv-processor.json"):
        (tmp_path / "build" / name).write_text(name)
    return Checkout(tmp_path)


def test_a_plan_is_recorded_and_then_applied(checkout: Checkout) -> None:
    done = checkout.run("plan", "dev", "-var=nat_gateway=true", "-refresh=false")
    assert done.returncode == 0, done.stderr
    plan_file = checkout.bundle / "plan.bin"
    init, plan, *_ = checkout.calls()
    assert init == INIT
    assert plan == (
        "-chdir=terraform plan -input=false -no-color -lock=false -var-file=env/dev.tfvars"
        f" -out={plan_file} -var=nat_gateway=true -refresh=false"
    )
    assert sorted(file.name for file in checkout.bundle.iterdir()) == [
        "SHA256SUMS",
        "environment",
        "plan.bin",
        "plan.txt",
        "summary.md",
    ]
    assert plan_file.stat().st_mode & 0o077 == 0
    done = checkout.run("apply", "dev")
    assert done.returncode == 0, done.stderr
    assert checkout.calls() == [
        INIT,
        f"-chdir=terraform apply -input=false -no-color {plan_file}",
        "-chdir=terraform output -json",
    ]
    assert (checkout.bundle / "outputs.json").read_text() == '{"alias": {"value": "live"}}\n'


@pytest.mark.parametrize(
    "name", ["csv-processor.zip", "csv-processor.json", "deploy/plan.bin", "deploy/SHA256SUMS"]
)
def test_another_file_is_refused_before_terraform_is_asked(checkout: Checkout, name: str) -> None:
    assert checkout.run("plan", "dev").returncode == 0
    checkout.calls()
    (checkout.folder / "build" / name).write_text("another")
    done = checkout.run("apply", "dev")
    assert done.returncode == 1
    assert done.stderr.startswith("make apply: ")
    assert checkout.calls() == []


def test_another_environments_plan_is_refused(checkout: Checkout) -> None:
    assert checkout.run("plan", "dev").returncode == 0
    checkout.calls()
    done = checkout.run("apply", "prod")
    assert (done.returncode, done.stderr) == (
        1,
        "make apply: this is a plan for dev, not for prod\n",
    )
    assert checkout.calls() == []


def test_a_plan_that_fails_leaves_no_earlier_one_to_apply(checkout: Checkout) -> None:
    assert checkout.run("plan", "dev").returncode == 0
    assert checkout.run("plan", "dev", PLAN_FAILS="1").returncode == 1
    done = checkout.run("apply", "dev")
    assert done.returncode == 1
    assert "nothing was planned" in done.stderr


@pytest.mark.parametrize("environment", ["", "staging"])
def test_an_unknown_environment_is_refused(checkout: Checkout, environment: str) -> None:
    done = checkout.run("plan", environment)
    assert done.returncode == 1
    assert f"there is no terraform/env/{environment}.tfvars" in done.stderr
    assert checkout.calls() == []


def test_a_path_is_no_environment(checkout: Checkout) -> None:
    done = checkout.run("plan", "../env/dev")
    assert done.returncode == 1
    assert "not a path" in done.stderr
    assert checkout.calls() == []
