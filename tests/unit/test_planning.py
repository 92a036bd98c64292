"""What is applied is what was planned: anything else is refused, and says why."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from rowledger.deployment.planning import PlanningError
from rowledger.deployment.planning.__main__ import check, main, record
from rowledger.deployment.planning.checksums import FILE_NAME

PLAN: Any = {
    "terraform_version": "1.11.4",
    "variables": {"package": {"value": "../build/csv-processor.zip"}},
}
PACKAGE = "build/csv-processor.zip"
MANIFEST = "build/csv-processor.json"
BUNDLE = Path("build/deploy")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose package was built and planned with, the plan not yet recorded."""
    (tmp_path / BUNDLE).mkdir(parents=True)
    for name in (PACKAGE, MANIFEST, "build/deploy/plan.bin"):
        (tmp_path / name).write_text(f"the {name}")
    return tmp_path


@pytest.fixture
def planned(checkout: Path) -> Path:
    record(PLAN, "dev", checkout)
    return checkout


def test_what_was_recorded_may_be_applied(planned: Path) -> None:
    check("dev", planned)


def test_what_was_recorded_may_be_carried_elsewhere(planned: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (planned / "build").rename(other / "build")
    check("dev", other)


def test_the_summary_stands_beside_the_plan(checkout: Path) -> None:
    summary = record(PLAN, "dev", checkout)
    assert summary.startswith("## Plan for dev\n")
    assert (checkout / BUNDLE / "summary.md").read_text() == summary


@pytest.mark.parametrize("name", [PACKAGE, MANIFEST, "build/deploy/plan.bin"])
def test_another_plan_package_or_manifest_is_refused(planned: Path, name: str) -> None:
    (planned / name).write_text("another")
    with pytest.raises(PlanningError, match=rf"{Path(name).name} is not what was planned with"):
        check("dev", planned)
    (planned / name).unlink()
    with pytest.raises(PlanningError, match=rf"{Path(name).name} is missing"):
        check("dev", planned)


def test_another_environment_is_refused(planned: Path) -> None:
    with pytest.raises(PlanningError, match="a plan for dev, not for prod"):
        check("prod", planned)


def test_nothing_planned_is_refused(checkout: Path) -> None:
    with pytest.raises(PlanningError, match="nothing was planned"):
        check("dev", checkout)


@pytest.mark.parametrize("lines", [0, 2])
def test_checksums_that_leave_something_out_are_refused(planned: Path, lines: int) -> None:
    sums = planned / BUNDLE / FILE_NAME
    sums.write_text("".join(sums.read_text().splitlines(keepends=True)[:lines]))
    with pytest.raises(PlanningError, match="is not that of a plan's files"):
        check("dev", planned)


def test_a_plan_about_another_package_is_not_recorded(checkout: Path) -> None:
    plan = PLAN | {"variables": {"package": {"value": "../build/other.zip"}}}
    with pytest.raises(PlanningError, match=r"other\.zip, not .*csv-processor\.zip"):
        record(plan, "dev", checkout)
    assert not (checkout / BUNDLE / FILE_NAME).exists()


def test_a_plan_with_unknown_actions_is_not_recorded(checkout: Path) -> None:
    change = {"address": "a.b", "change": {"actions": ["vanish"]}}
    with pytest.raises(PlanningError, match="vanish"):
        record(PLAN | {"resource_changes": [change]}, "dev", checkout)
    assert not (checkout / BUNDLE / FILE_NAME).exists()


def test_the_command_records_and_checks(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(checkout)
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(PLAN)))
    assert main(["record", "dev"]) == 0
    assert "No resource changes." in capsys.readouterr().out
    assert main(["check", "dev"]) == 0
    assert main(["check", "prod"]) == 1
    assert capsys.readouterr().err == "make apply: this is a plan for dev, not for prod\n"
