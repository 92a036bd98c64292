"""make workflow-lint finds what it is there for: each rule is broken once in a copy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.files import GITHUB, make

PLAN, DEPLOY = "workflows/plan.yml", "workflows/deploy.yml"
PULL, RELEASE, ROLLBACK = (f"workflows/{n}.yml" for n in ("pull-request", "release", "rollback"))
CHECKS = "workflows/checks.yml"
CHECKOUT = "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
PERSIST = "          persist-credentials: false\n"
TEST = "        run: make test\n"
INJECTION = '        run: make test TITLE="${{ github.event.pull_request.title }}"\n'
CONCURRENCY = "concurrency:\n  group: release-${{ github.ref_name }}\n  cancel-in-progress: false\n"
WRITE = "      contents: write # to create the release\n"


@pytest.fixture
def lint(tmp_path: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    """What make workflow-lint does, done to a copy of .github."""
    shutil.copytree(GITHUB, tmp_path / ".github")
    tools = f"BIN={Path(sys.executable).parent}"
    recipe = make("-n", "-o", "setup", "workflow-lint", tools, environment=os.environ)
    assert recipe.returncode == 0, recipe.stderr

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-ec", recipe.stdout],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_workflows_pass(lint: Callable[[], subprocess.CompletedProcess[str]]) -> None:
    done = lint()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        (PLAN, CHECKOUT, "@v7", "unpinned-uses"),
        (PLAN, PERSIST, "          fetch-depth: 1\n", "artipacked"),
        (DEPLOY, "permissions: {}\n", "", "excessive-permissions"),
        (DEPLOY, "permissions: {}\n", "permissions: write-all\n", "excessive-permissions"),
        (CHECKS, TEST, INJECTION, "template-injection"),
        (PULL, "  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        (RELEASE, CONCURRENCY, "", "concurrency-limits"),
        (RELEASE, WRITE, "      contents: write\n", "undocumented-permissions"),
        (ROLLBACK, "    timeout-minutes: 30\n", "", "timeout-minutes"),
        (ROLLBACK, "    runs-on:", "    run-on:", "rollback.yml"),
        (ROLLBACK, "type: choice", "type: chioce", "rollback.yml"),
        ("actions/setup/action.yml", "  using: composite\n", "", "action.yml"),
        ("dependabot.yml", "      default-days: 7", "      default-days: 1", "dependabot-cooldown"),
        ("dependabot.yml", "interval: weekly", "interval: sometimes", "dependabot.yml"),
    ],
)
def test_what_is_wrong_is_found(
    tmp_path: Path,
    lint: Callable[[], subprocess.CompletedProcess[str]],
    file: str,
    old: str,
    new: str,
    found: str,
) -> None:
    path = tmp_path / ".github" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = lint()
    assert done.returncode != 0
    assert found in done.stdout + done.stderr
