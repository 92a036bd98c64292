"""What AWS itself says of a pipeline: versions in service, alarms, the failure queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rowledger.functions.domain.faults import FaultCode
from rowledger.operations.adapters.aws.denials import explained
from rowledger.operations.domain.service_state import FunctionInService

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

# What one call takes (Amazon CloudWatch API reference, DescribeAlarms).
_ALARMS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class AwsServiceState:
    functions_client: "LambdaClient"
    cloudwatch: "CloudWatchClient"
    sqs: "SQSClient"
    policy: str

    def in_service(self, function: str, alias: str) -> FunctionInService:
        """Which version an invocation runs, and since when that code is there."""
        with explained(FaultCode.FUNCTION, f"looking at {function}", self.policy):
            found = self.functions_client.get_alias(FunctionName=function, Name=alias)
            weights = dict(found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
            configuration = self.functions_client.get_function_configuration(
                FunctionName=function, Qualifier=found["FunctionVersion"]
            )
        return FunctionInService(
            function,
            alias,
            configuration["Version"],
            weights,
            datetime.fromisoformat(configuration["LastModified"]),
        )

    def alarms(self, names: Sequence[str]) -> Mapping[str, str]:
        """The state of each alarm that exists."""
        states: dict[str, str] = {}
        with explained(FaultCode.ALARM, "asking for the alarms", self.policy):
            for start in range(0, len(names), _ALARMS_AT_ONCE):
                part = list(names[start : start + _ALARMS_AT_ONCE])
                answer = self.cloudwatch.describe_alarms(AlarmNames=part)
                states |= {each["AlarmName"]: each["StateValue"] for each in answer["MetricAlarms"]}
        return states

    def failed_events(self, queue: str) -> tuple[int, int]:
        """About how many events wait in the failure queue, and how many a command holds."""
        with explained(FaultCode.FAILURE_QUEUE, "asking the failure queue", self.policy):
            url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            found = self.sqs.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                ],
            )["Attributes"]
        return (
            int(found["ApproximateNumberOfMessages"]),
            int(found["ApproximateNumberOfMessagesNotVisible"]),
        )
