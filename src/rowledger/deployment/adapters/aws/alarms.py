"""The alarms in CloudWatch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowledger.functions.adapters.aws.clients import translated
from rowledger.functions.domain.faults import FaultCode, FaultError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient


@dataclass(frozen=True, slots=True)
class CloudWatchAlarms:
    client: "CloudWatchClient"

    def in_alarm(self, name: str) -> bool:
        with translated(FaultCode.ALARM, f"looking at the alarm {name}"):
            found = self.client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        if not found:
            raise FaultError(FaultCode.ALARM, f"there is no alarm {name}")
        return found[0]["StateValue"] == "ALARM"

    def which_are_on(self, names: Sequence[str]) -> list[str]:
        # More than a hundred names are no call (Amazon CloudWatch API reference, DescribeAlarms).
        with translated(FaultCode.ALARM, "looking at the alarms"):
            found = self.client.describe_alarms(AlarmNames=list(names), StateValue="ALARM")
        on = {each["AlarmName"] for each in found["MetricAlarms"]}
        return [name for name in names if name in on]
