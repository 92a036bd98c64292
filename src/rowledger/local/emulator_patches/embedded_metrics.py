"""Puts the metrics that functions log in the embedded metric format, as the emulator does not.

The format is that of the Amazon CloudWatch user guide, "Specification: Embedded metric format".
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_MARK = '"_aws"'
# Metrics put in one call; AWS takes a thousand.
_BATCH = 500


@dataclass(frozen=True)
class Embedded:
    """One metric of one log line, as put_metric_data takes it."""

    namespace: str
    datum: dict[str, Any]


def find(lines: Iterable[str]) -> tuple[Embedded, ...]:
    """The metrics in a function's log lines; a line in another format has none."""
    return tuple(metric for line in lines if _MARK in line for metric in _metrics(line))


def put(cloudwatch: "CloudWatchClient", metrics: Iterable[Embedded]) -> None:
    """Put metrics, each namespace by itself; raise botocore's errors."""
    by_namespace: dict[str, list[Any]] = {}
    for metric in metrics:
        by_namespace.setdefault(metric.namespace, []).append(metric.datum)
    for namespace, data in by_namespace.items():
        for start in range(0, len(data), _BATCH):
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=data[start : start + _BATCH])


def _metrics(line: str) -> list[Embedded]:
    try:
        document = json.loads(line)
        return [
            Embedded(directive["Namespace"], _datum(document, metric, names, value))
            for directive in document["_aws"]["CloudWatchMetrics"]
            for metric in directive["Metrics"]
            for names in directive["Dimensions"]
            for value in _values(document[metric["Name"]])
        ]
    except (ValueError, KeyError, TypeError):
        return []


def _values(member: float | list[float]) -> list[float]:
    return member if isinstance(member, list) else [member]


def _datum(
    document: dict[str, Any], metric: dict[str, Any], names: list[str], value: float
) -> dict[str, Any]:
    return {
        "MetricName": metric["Name"],
        "Dimensions": [{"Name": name, "Value": str(document[name])} for name in names],
        "Unit": metric.get("Unit", "None"),
        "Value": float(value),
        "Timestamp": document["_aws"]["Timestamp"] / 1000,
    }
