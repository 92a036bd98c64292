"""Returns alarms to OK when nothing in their period is breaching any more.

The emulator looks at an alarm only when metric data arrive, and leaves it as it is where its period
is empty. CloudWatch looks again and again: an alarm that treats missing data as not breaching
recovers in an empty period, one that ignores them at the first period whose data are good.
"""

import operator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rowledger.local.emulator_clients import EmulatorClients

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

_COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


class AlarmRecovery:
    """Evaluates the alarms that are not OK."""

    def __init__(self, aws: EmulatorClients) -> None:
        self._cloudwatch: CloudWatchClient = aws.client("cloudwatch")

    def run_once(self, now: datetime | None = None) -> None:
        """Set alarms to OK that have no breaching datapoint in their last periods.

        Raise botocore's errors.
        """
        now = now or datetime.now(UTC)
        for alarm in self._cloudwatch.describe_alarms()["MetricAlarms"]:
            if alarm["StateValue"] != "OK" and self._has_recovered(alarm, now):
                self._cloudwatch.set_alarm_state(
                    AlarmName=alarm["AlarmName"],
                    StateValue="OK",
                    StateReason="No datapoint of the last period was breaching.",
                )

    def _has_recovered(self, alarm: "MetricAlarmTypeDef", now: datetime) -> bool:
        match alarm.get("TreatMissingData"):
            case "notBreaching":
                return not any(self._breaching(alarm, now))
            case "ignore":
                found = self._breaching(alarm, now)
                return bool(found) and not any(found)
            case _:
                return False

    def _breaching(self, alarm: "MetricAlarmTypeDef", now: datetime) -> list[bool]:
        """Of each datapoint of the last periods, whether it is breaching."""
        span = alarm["Period"] * alarm["EvaluationPeriods"]
        statistic = alarm["Statistic"]
        found = self._cloudwatch.get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm["Dimensions"],
            StartTime=now - timedelta(seconds=span),
            EndTime=now,
            Period=alarm["Period"],
            Statistics=[statistic],
        )
        beyond = _COMPARISONS[alarm["ComparisonOperator"]]
        return [beyond(point[statistic], alarm["Threshold"]) for point in found["Datapoints"]]
