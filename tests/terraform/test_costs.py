"""The page on costs counts what is planned, and adds it up."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from rowledger.deployment.checkout import ROOT

PAGE = (ROOT / "docs" / "infrastructure.md").read_text(encoding="utf-8")
_ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| (?P<how>[^|]*) \| (?P<dev>[\d.]+) \| (?P<prod>[\d.]+) \|$"
)
_SUM = re.compile(
    r"^\| \*\*standing cost\*\* \| \| \*\*([\d.]+)\*\* \| \*\*([\d.]+)\*\* \|$", re.MULTILINE
)
ROWS = {row["what"]: row for row in map(_ROW.match, PAGE.splitlines()) if row}
PRICE = re.compile(r"(\d+\.\d\d) each")


@pytest.mark.parametrize(
    ("what", "type_"),
    [
        ("secrets", "aws_secretsmanager_secret"),
        ("alarms", "aws_cloudwatch_metric_alarm"),
        ("keys", "aws_kms_key"),
    ],
)
def test_each_is_counted(plan: Any, what: str, type_: str) -> None:  # noqa: ANN401 -- JSON
    planned = sum(each["type"] == type_ for each in resources(plan))
    # RDS makes one itself, the master's.
    planned += what == "secrets"
    price = PRICE.search(ROWS[what]["how"])
    assert price is not None
    for environment in ("dev", "prod"):
        assert float(ROWS[what][environment]) == pytest.approx(planned * float(price[1]))


def test_each_invocation_of_the_mails_schedule_is_counted(plan: Any) -> None:  # noqa: ANN401 -- JSON
    (expression,) = (
        each["values"]["schedule_expression"]
        for each in resources(plan)
        if each["address"] == "module.mail_schedule.aws_scheduler_schedule.this"
    )
    minutes = re.fullmatch(r"rate\((\d+) minutes?\)", expression)
    assert minutes
    how = ROWS["schedule of the mails"]["how"]
    assert f"{730 * 60 // int(minutes[1]):,} invocations" in how
    parts = [float(each) for each in re.findall(r"\b\d\.\d\d\b", how)]
    assert sum(parts) == pytest.approx(float(ROWS["schedule of the mails"]["prod"]))


def test_the_rows_add_up() -> None:
    found = _SUM.search(PAGE)
    assert found is not None
    for environment, said in zip(("dev", "prod"), found.groups(), strict=True):
        total = sum(float(row[environment]) for row in ROWS.values())
        assert float(said) == pytest.approx(total)


def resources(plan: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- JSON
    folders = [plan["planned_values"]["root_module"]]
    while folders:
        folder = folders.pop()
        yield from folder.get("resources", [])
        folders += folder.get("child_modules", [])
