"""Two topics, and a schedule that has the mails sent that wait."""

import json
from typing import Any

import pytest

from rowledger.functions import contract
from tests.terraform.test_costs import resources

PIPELINE = contract.load("pipeline.json")
SCHEDULE = PIPELINE["functions"]["processor"]["schedule"]


def test_the_schedule_asks_the_version_in_service(plan: Any) -> None:  # noqa: ANN401 -- JSON
    """The plan has no ARN of an alias before AWS answers: the configuration says whose it is."""
    calls = plan["configuration"]["root_module"]["module_calls"]
    expressions = calls["mail_schedule"]["expressions"]
    assert "module.processor.alias_arn" in expressions["function_arn"]["references"]
    (planned,) = (
        each["values"]
        for each in resources(plan)
        if each["address"] == "module.mail_schedule.aws_scheduler_schedule.this"
    )
    assert planned["name"] == SCHEDULE["name"]
    assert planned["schedule_expression"] == "rate(1 minute)"
    assert planned["state"] == "ENABLED"
    (target,) = planned["target"]
    assert json.loads(target["input"]) == SCHEDULE["input"]


@pytest.mark.parametrize(
    ("topic", "policy"),
    [
        ("module.notifications.aws_sns_topic.this", None),
        ("aws_sns_topic.events", "aws_sns_topic_policy.events[0]"),
    ],
)
def test_each_topic_is_encrypted_with_the_key_for_topics(
    plan: Any,  # noqa: ANN401 -- JSON
    topic: str,
    policy: str | None,
) -> None:
    """A key that is still to be made is unknown in the plan, where no key at all is null."""
    changes = {each["address"]: each["change"] for each in plan["resource_changes"]}
    assert changes[topic]["after_unknown"]["kms_master_key_id"] is True
    if policy:
        (statement,) = json.loads(changes[policy]["after"]["policy"])["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_there_are_two_topics_and_people_subscribe_to_one(plan: Any) -> None:  # noqa: ANN401 -- JSON
    topics = {each["values"]["name"] for each in resources(plan) if each["type"] == "aws_sns_topic"}
    assert topics == {PIPELINE["topic"], PIPELINE["events_topic"]}
    subscriptions = [
        each["address"] for each in resources(plan) if each["type"] == "aws_sns_topic_subscription"
    ]
    assert subscriptions == [
        'module.notifications.aws_sns_topic_subscription.email["ops@example.com"]'
    ]
