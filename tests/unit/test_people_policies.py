"""What people may do: no more than is explained, and no function but the version in service."""

import json
from pathlib import Path
from typing import Any

import pytest

from rowledger.functions import contract
from rowledger.local.provisioning.ledger_access import people_arns, people_policy

FOLDER = Path(contract.__file__).parent / "policies" / "people"
PAGE = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")
EXPLAINED = PAGE.partition("## People")[2]
STATEMENTS: list[tuple[str, dict[str, Any]]] = [
    (path.stem, statement)
    for path in sorted(FOLDER.glob("*.json"))
    for statement in json.loads(path.read_text(encoding="utf-8"))["Statement"]
]


# AWS knows no narrower resource of these: a policy cannot name a subscription (service
# authorization reference, Amazon SNS).
UNLIMITED = [
    ["cloudwatch:DescribeAlarms"],
    ["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"],
]


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


@pytest.mark.parametrize(("part", "statement"), STATEMENTS)
def test_every_right_is_named_and_explained(part: str, statement: dict[str, Any]) -> None:
    for action in actions(statement):
        assert "*" not in action
        assert f"`{action}`" in EXPLAINED, action
    if statement["Resource"] == "*":
        assert actions(statement) in UNLIMITED


@pytest.mark.parametrize(
    ("who", "invoked"),
    [
        ("reader", {"csv-ledger-reader"}),
        (
            "operator",
            {"csv-ledger-reader", "csv-ledger-operator", "csv-reconciler", "csv-processor"},
        ),
    ],
)
def test_a_function_is_invoked_by_its_alias_alone(who: str, invoked: set[str]) -> None:
    statements = people_policy(who, people_arns("live"))["Statement"]
    resources = {
        each["Resource"] for each in statements if actions(each) == ["lambda:InvokeFunction"]
    }
    assert {arn.split(":function:")[1] for arn in resources} == {f"{name}:live" for name in invoked}


def test_a_reader_changes_nothing() -> None:
    statements = people_policy("reader", people_arns("live"))["Statement"]
    may = {action for each in statements for action in actions(each)}
    writes = ("Put", "Delete", "Update", "Create", "Purge", "Send", "Abort")
    assert [each for each in may if each.split(":")[1].startswith(writes)] == []
