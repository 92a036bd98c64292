"""Checkov finds nothing in a production deployment, and each check that is skipped says why."""

import json
import os
import subprocess
from collections import Counter
from typing import Any

import pytest

from rowledger.deployment.checkout import ROOT
from tests.figures import FIGURES
from tests.terraform.conftest import CONFIGURATIONS, Without

CHECKOV = ROOT / ".checkov" / "bin" / "checkov"
# Fewer would mean that it read less than the whole configuration.
MINIMUM_PASSED = {"terraform": 200, "bootstrap": 30}


@pytest.fixture(scope="module", params=CONFIGURATIONS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def report(name: str, without: Without, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 -- JSON
    if not CHECKOV.exists():
        without("Checkov is not installed: run make terraform-check")
    done = subprocess.run(
        [
            *(str(CHECKOV), "--directory", str(ROOT / name), "--framework", "terraform"),
            *("--var-file", str(ROOT / name / "env" / "prod.tfvars")),
            # Terraform's own tests, which it takes for configuration.
            *("--skip-path", "tftest.hcl"),
            *("--skip-download", "--output", "json"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path_factory.mktemp("checkov"),  # it reads a settings file where it finds one
        env=os.environ | {"LOG_LEVEL": "ERROR"},
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_nothing_is_found(name: str, report: Any) -> None:  # noqa: ANN401 -- JSON
    failed = [
        f"{check['check_id']} {check['resource']}: {check['check_name']}"
        for check in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > MINIMUM_PASSED[name]


def test_the_examples_are_looked_at_too(name: str, report: Any) -> None:  # noqa: ANN401 -- JSON
    examples = {path.name for path in (ROOT / name).glob("examples/*")}
    seen = {
        check["file_path"].split("/")[2]
        for check in report["results"]["passed_checks"]
        if check["file_path"].startswith("/examples/")
    }
    assert seen == examples


def test_each_skip_says_why(name: str, report: Any, pytestconfig: pytest.Config) -> None:  # noqa: ANN401 -- JSON
    skipped = report["results"]["skipped_checks"]
    unexplained = [
        f"{check['check_id']} {check['resource']}"
        for check in skipped
        if len(check["check_result"].get("suppress_comment", "").split()) < 5
    ]
    assert unexplained == []
    counts = Counter(check["check_id"] for check in skipped)
    listed = ", ".join(f"{name} x{count}" for name, count in sorted(counts.items()))
    passed, failed = report["summary"]["passed"], report["summary"]["failed"]
    pytestconfig.stash[FIGURES].append(
        f"Checkov, {name}: {passed} passed, {failed} failed, skipped: {listed}"
    )


def test_nothing_is_skipped_but_beside_its_reason() -> None:
    """No settings file takes a check away from the whole project."""
    names = (".checkov.yaml", ".checkov.yml")
    folders = (ROOT, *(ROOT / name for name in CONFIGURATIONS))
    assert not [folder / name for folder in folders for name in names if (folder / name).exists()]
