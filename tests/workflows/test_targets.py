"""The small targets that speak to GitHub: a person sees the same."""

import os
from pathlib import Path

import pytest

from rowledger.deployment.checkout import ROOT
from tests.workflows.files import make

VERSION = f"terraform={(ROOT / '.terraform-version').read_text(encoding='ascii').strip()}\n"


def test_terraforms_version_is_handed_to_the_next_step(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    outputs.write_text("earlier=1\n", encoding="ascii")
    done = make("terraform-version", environment=os.environ | {"GITHUB_OUTPUT": str(outputs)})
    assert done.returncode == 0, done.stderr
    assert outputs.read_text(encoding="ascii") == "earlier=1\n" + VERSION


def test_a_person_is_shown() -> None:
    done = make("terraform-version", environment=_without("GITHUB_OUTPUT"))
    assert (done.returncode, done.stdout) == (0, VERSION)


@pytest.fixture
def planned(tmp_path: Path) -> str:
    summary = tmp_path / "build/deploy/summary.md"
    summary.parent.mkdir(parents=True)
    summary.write_text("## Plan of dev\n\n1 to change\n", encoding="utf-8")
    return summary.read_text(encoding="utf-8")


def test_a_plans_summary_is_added_to_the_runs(tmp_path: Path, planned: str) -> None:
    summary = tmp_path / "summary"
    summary.write_text("before\n", encoding="utf-8")
    environment = os.environ | {"GITHUB_STEP_SUMMARY": str(summary)}
    done = make("plan-summary", cwd=tmp_path, environment=environment)
    assert done.returncode == 0, done.stderr
    assert summary.read_text(encoding="utf-8") == "before\n" + planned


def test_a_person_sees_it(tmp_path: Path, planned: str) -> None:
    environment = _without("GITHUB_STEP_SUMMARY")
    done = make("plan-summary", cwd=tmp_path, environment=environment)
    assert (done.returncode, done.stdout) == (0, planned)


def test_without_a_plan_there_is_none_to_show(tmp_path: Path) -> None:
    done = make("plan-summary", cwd=tmp_path, environment=os.environ)
    assert done.returncode != 0
    assert "summary.md" in done.stderr


def _without(variable: str) -> dict[str, str]:
    """The environment of somebody who is not GitHub."""
    return {name: value for name, value in os.environ.items() if name != variable}
