"""The local stack and the plan say the same: what runs on a laptop is what is deployed.

The stack is asked what it has, the plan what it would make. Where they differ on purpose, the
difference stands here with its reason.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.functions import contract
from rowledger.local.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

PIPELINE = contract.load("pipeline.json")
FUNCTIONS = PIPELINE["functions"]
EMULATED = [name for name, alarm in PIPELINE["alarms"].items() if alarm.get("emulated", True)]
RETRIED = [use for use, each in FUNCTIONS.items() if "retries" in each]
SCHEDULES = [
    each[name]
    for each in FUNCTIONS.values()
    for name in ("schedule", "expectations_schedule")
    if name in each
]
ROLES = [
    *(each["role"] for each in FUNCTIONS.values()),
    *(schedule["role"] for schedule in SCHEDULES),
]
USERS = {each["name"]: each["used_by"] for each in contract.load("settings.json")["settings"]}
# A policy names what the plan knows the name of, and a secret's ARN ends in characters that only
# Secrets Manager knows.
SAME_THING = ((re.compile(r"(:secret:[\w/-]+)-\w{6}\b"), r"\1-??????"),)
# setting: what it is in the local stack, and in the plan.
DIFFERENT_SETTINGS = {
    # The database on loopback speaks no TLS; RDS is checked against its CA.
    "ROWLEDGER_DATABASE_TLS": ("local", "verify-full"),
    "ROWLEDGER_DATABASE_CA_FILE": (None, "/var/task/rowledger/functions/contract/rds-ca.pem"),
    # Whoever tries things out on a laptop waits for each mail.
    "ROWLEDGER_MAILS_A_MINUTE": ("240", "30"),
    # And for what becomes of a window.
    "ROWLEDGER_WINDOW_SETTLE_SECONDS": ("5", "120"),
}

Planned = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def planned(plan: Any) -> Planned:  # noqa: ANN401 -- JSON
    """The one planned resource of an address, or of a type with certain values."""
    resources = list(_resources(plan["planned_values"]["root_module"]))

    def find(type_or_address: str, **values: object) -> dict[str, Any]:
        found = [
            resource["values"]
            for resource in resources
            if type_or_address in (resource["type"], resource["address"])
            and values.items() <= resource["values"].items()
        ]
        assert len(found) == 1, f"{len(found)} planned: {type_or_address} {values}"
        return dict(found[0])

    return find


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


@pytest.mark.parametrize("use", FUNCTIONS)
def test_functions_are_configured_alike(stack: Stack, planned: Planned, use: str) -> None:
    client: LambdaClient = stack.client("lambda")
    local = client.get_function_configuration(FunctionName=FUNCTIONS[use]["name"])
    there = planned("aws_lambda_function", function_name=FUNCTIONS[use]["name"])
    assert {
        "handler": there["handler"],
        "runtime": there["runtime"],
        "memory": there["memory_size"],
        "timeout": there["timeout"],
        "log group": there["logging_config"][0]["log_group"],
    } == {
        "handler": local["Handler"],
        "runtime": local["Runtime"],
        "memory": local["MemorySize"],
        "timeout": local["Timeout"],
        "log group": local["LoggingConfig"]["LogGroup"],
    }
    # The package is pure Python; the laptop runs it on whatever it is.
    assert there["architectures"] == [FUNCTIONS[use]["architecture"]]


@pytest.mark.parametrize("use", FUNCTIONS)
def test_functions_have_the_same_settings(stack: Stack, planned: Planned, use: str) -> None:
    client: LambdaClient = stack.client("lambda")
    answer = client.get_function_configuration(FunctionName=FUNCTIONS[use]["name"])
    local: dict[str, str | None] = dict(answer["Environment"]["Variables"])
    there = planned("aws_lambda_function", function_name=FUNCTIONS[use]["name"])
    for name, (here, on_aws) in DIFFERENT_SETTINGS.items():
        if use in USERS[name]:
            assert local.get(name) == here
            local[name] = on_aws
    assert there["environment"][0]["variables"] == {
        name: _as_planned(name, value) for name, value in local.items()
    }


SECRETS = {PIPELINE[name] for name in ("secret", "reader_secret", "operator_secret")}


def _as_planned(name: str, value: str | None) -> str | None:
    match name, value:
        case (
            "ROWLEDGER_DATABASE_SECRET_ID"
            | "ROWLEDGER_READER_SECRET_ID"
            | "ROWLEDGER_OPERATOR_SECRET_ID",
            str(arn),
        ):
            # By name, which is the same wherever it is; the local stack gives the ARN.
            (secret,) = (each for each in SECRETS if re.search(f":secret:{each}-\\w{{6}}$", arn))
            return str(secret)
        case "ROWLEDGER_DATABASE_ADDRESS", str(address):
            assert re.fullmatch(r"127\.0\.0\.1:\d+/\w+", address)
            return "database.test:5432/" + address.split("/")[1]
        case "ROWLEDGER_MASTER_SECRET_ID", str(arn):
            return _same_thing(arn)
    return value


def _same_thing(text: str) -> str:
    for here, on_aws in SAME_THING:
        text = here.sub(on_aws, text)
    return text


@pytest.mark.parametrize("use", RETRIED)
def test_failed_events_are_retried_alike(stack: Stack, planned: Planned, use: str) -> None:
    client: LambdaClient = stack.client("lambda")
    for qualifier in ("live", "$LATEST"):
        local = client.get_function_event_invoke_config(
            FunctionName=FUNCTIONS[use]["name"], Qualifier=qualifier
        )
        there = planned(f'module.{use}.aws_lambda_function_event_invoke_config.this["{qualifier}"]')
        assert there["maximum_retry_attempts"] == local["MaximumRetryAttempts"]
        assert there["maximum_event_age_in_seconds"] == local["MaximumEventAgeInSeconds"]
        kept = bool(local.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        assert bool(there["destination_config"]) == kept


@pytest.mark.parametrize("role", ROLES)
def test_roles_may_do_the_same(stack: Stack, planned: Planned, role: str) -> None:
    iam: IAMClient = stack.client("iam")
    local = iam.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"]
    there = planned("aws_iam_role_policy", name=role, role=role)
    assert json.loads(there["policy"]) == json.loads(_same_thing(json.dumps(local)))


@pytest.mark.parametrize("role", ROLES)
def test_roles_are_taken_by_the_same(stack: Stack, planned: Planned, role: str) -> None:
    iam: IAMClient = stack.client("iam")
    there = planned("aws_iam_role", name=role)
    local = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    assert json.loads(there["assume_role_policy"]) == local


def test_every_alarm_is_planned_and_watches_what_there_is(planned: Planned) -> None:
    names = {
        "FunctionName": {each["name"] for each in FUNCTIONS.values()},
        "QueueName": {PIPELINE["failure_queue"]["name"]},
        "DBInstanceIdentifier": {planned("aws_db_instance")["identifier"]},
        "service": {each["name"] for each in FUNCTIONS.values()},
    }
    for name, alarm in PIPELINE["alarms"].items():
        there = planned("aws_cloudwatch_metric_alarm", alarm_name=name)
        assert there["alarm_description"] == (
            f"{alarm['description']} What to do: {PIPELINE['runbook']}#{name}"
        )
        ((dimension, value),) = there["dimensions"].items()
        assert value in names[dimension]


def test_the_local_stack_has_no_alarm_whose_metric_it_lacks(stack: Stack) -> None:
    client: CloudWatchClient = stack.client("cloudwatch")
    local = {each["AlarmName"] for each in client.describe_alarms()["MetricAlarms"]}
    assert local == set(EMULATED)


@pytest.mark.parametrize("name", EMULATED)
def test_alarms_watch_alike(stack: Stack, planned: Planned, name: str) -> None:
    client: CloudWatchClient = stack.client("cloudwatch")
    local = client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
    there = planned("aws_cloudwatch_metric_alarm", alarm_name=name)
    assert {
        "AlarmDescription": there["alarm_description"],
        "Namespace": there["namespace"],
        "MetricName": there["metric_name"],
        "Dimensions": [{"Name": k, "Value": v} for k, v in there["dimensions"].items()],
        "Statistic": there["statistic"],
        "ComparisonOperator": there["comparison_operator"],
        "Threshold": float(there["threshold"]),
        "Period": there["period"],
        "EvaluationPeriods": there["evaluation_periods"],
        "TreatMissingData": there["treat_missing_data"],
    }.items() <= local.items()
    assert len(local["AlarmActions"]) == 1


def test_the_same_events_come_from_the_bucket(stack: Stack, planned: Planned) -> None:
    client: S3Client = stack.client("s3")
    bucket = PIPELINE["buckets"]["input"]
    (local,) = client.get_bucket_notification_configuration(Bucket=bucket)[
        "LambdaFunctionConfigurations"
    ]
    (there,) = planned("aws_s3_bucket_notification")["lambda_function"]
    assert there["events"] == local["Events"]
    assert there["id"] == local["Id"]
    assert "Filter" not in local
    assert not there["filter_prefix"]
    assert not there["filter_suffix"]


@pytest.mark.parametrize("use", PIPELINE["buckets"])
def test_buckets_are_versioned_alike(stack: Stack, planned: Planned, use: str) -> None:
    client: S3Client = stack.client("s3")
    name = PIPELINE["buckets"][use]
    there = planned(f"module.{use}_bucket.aws_s3_bucket_versioning.this")
    local = client.get_bucket_versioning(Bucket=name)["Status"]
    assert there["versioning_configuration"][0]["status"] == local
    assert planned(f"module.{use}_bucket.aws_s3_bucket.this")["bucket"] == name


def test_failed_events_are_kept_as_long(stack: Stack, planned: Planned) -> None:
    client: SQSClient = stack.client("sqs")
    there = planned("aws_sqs_queue")
    url = client.get_queue_url(QueueName=there["name"])["QueueUrl"]
    local = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert str(there["message_retention_seconds"]) == local["MessageRetentionPeriod"]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda each: each["name"])
def test_schedules_invoke_the_same_as_often(
    stack: Stack, planned: Planned, schedule: dict[str, Any]
) -> None:
    local = stack.client("scheduler").get_schedule(Name=schedule["name"])
    there = planned("aws_scheduler_schedule", name=schedule["name"])
    assert there["schedule_expression"] == schedule["expression"]
    assert there["schedule_expression"] == local["ScheduleExpression"]
    assert there["flexible_time_window"][0]["mode"] == local["FlexibleTimeWindow"]["Mode"]
    assert there["target"][0]["input"] == local["Target"]["Input"]


@pytest.mark.parametrize("use", FUNCTIONS)
def test_logs_are_kept_as_long(stack: Stack, planned: Planned, use: str) -> None:
    client: CloudWatchLogsClient = stack.client("logs")
    name = FUNCTIONS[use]["log_group"]
    local = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    assert (
        planned("aws_cloudwatch_log_group", name=name)["retention_in_days"]
        == (local["retentionInDays"])
    )


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("ROWLEDGER_TOPIC_ARN", PIPELINE["topic"]),
        ("ROWLEDGER_EVENTS_TOPIC_ARN", PIPELINE["events_topic"]),
    ],
)
def test_the_topics_have_the_same_names(
    stack: Stack, planned: Planned, setting: str, name: str
) -> None:
    local = stack.settings[setting]
    assert local.endswith(f":{planned('aws_sns_topic', name=name)['name']}")
