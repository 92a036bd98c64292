"""The health of the local stack, by asking each part itself."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from rowledger.functions import contract
from rowledger.local.layout import Layout
from rowledger.local.mail import inbox
from rowledger.local.processes import companion, emulator, postgres_server, tcp_ports
from rowledger.local.processes.parts import PART_NAMES
from rowledger.local.stack import Stack, last_stack
from rowledger.local.state import State
from rowledger.operations.ports.environment import Health, PartHealth

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


def check(layout: Layout) -> Health:
    """Ask every part. One that does not run or does not answer is reported, not raised."""
    stack = last_stack(layout)
    if stack is None:
        absent = [
            PartHealth(name, None, healthy=False, detail="not started") for name in PART_NAMES
        ]
        return Health(absent, {}, None)
    parts = [_part(stack, name) for name in PART_NAMES]
    if not parts[PART_NAMES.index(emulator.NAME)].healthy:
        return Health(parts, {}, None)
    return Health(parts, _alarms(stack), failed_events(stack))


def failed_events(stack: Stack) -> int:
    """How many events wait in the failure queue."""
    sqs: SQSClient = stack.client("sqs")
    queue = contract.load("pipeline.json")["failure_queue"]["name"]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def _part(stack: Stack, name: str) -> PartHealth:
    addresses: dict[str, tuple[str, Callable[[Stack], str | None], str]] = {
        postgres_server.NAME: (
            stack.database.reader.connection_string,
            _database_problem,
            "answers",
        ),
        emulator.NAME: (stack.endpoint_url, _emulator_problem, "buckets and function present"),
        companion.NAME: (f"smtp://{tcp_ports.HOST}:{stack.inbox_port}", _inbox_problem, ""),
    }
    address, ask, fine = addresses[name]
    if not State.load(stack.layout).parts[name].alive():
        return PartHealth(name, address, healthy=False, detail="stopped")
    problem = ask(stack)
    fine = fine or f"{len(inbox.mails(stack.inbox_dir))} mails"
    return PartHealth(name, address, healthy=problem is None, detail=problem or fine)


def _database_problem(stack: Stack) -> str | None:
    return None if stack.database.reader.answers() else "does not answer"


def _emulator_problem(stack: Stack) -> str | None:
    if not emulator.answers(State.load(stack.layout).parts[emulator.NAME].port):
        return "does not answer"
    pipeline = contract.load("pipeline.json")
    s3: S3Client = stack.client("s3")
    function: LambdaClient = stack.client("lambda")
    try:
        for bucket in pipeline["buckets"].values():
            s3.head_bucket(Bucket=bucket)
        function.get_function_configuration(FunctionName=pipeline["functions"]["processor"]["name"])
    except (BotoCoreError, ClientError) as error:
        return str(error)
    return None


def _inbox_problem(stack: Stack) -> str | None:
    if not inbox.greets(tcp_ports.HOST, stack.inbox_port):
        return "does not greet"
    sns: SNSClient = stack.client("sns")
    topic = stack.settings["ROWLEDGER_TOPIC_ARN"]
    try:
        found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        emails = [each["SubscriptionArn"] for each in found if each["Protocol"] == "email"]
        # A source's recipients have a filter, and get no alarms.
        if not all(_has_filter(sns, arn) for arn in emails):
            return None
    except (BotoCoreError, ClientError):
        return None  # the emulator is away: its own line says so
    return "nobody is subscribed: too many mails came in a second; rowledger up subscribes again"


def _has_filter(sns: "SNSClient", arn: str) -> bool:
    return "FilterPolicy" in sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]


def _alarms(stack: Stack) -> dict[str, str]:
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    names = list(contract.load("pipeline.json")["alarms"])
    alarms = cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
