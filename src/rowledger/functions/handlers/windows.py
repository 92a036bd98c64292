"""What csv-reconciler does when the schedule of the expectations invokes it: checks the windows."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from rowledger.functions import contract
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.services.windows import WindowCheck

# What the schedule of the expectations sends; earlier packages refuse it, and no harm is done.
EXPECTATIONS_SCHEDULED: dict[str, Any] = contract.load("pipeline.json")["functions"]["reconciler"][
    "expectations_schedule"
]["input"]


def check_windows(
    windows: WindowCheck, request_id: str, deadline: Deadline, logger: Logger, metrics: Metrics
) -> None:
    """Do a check, log and measure it: the alarm of what is missing reads WindowsMissing."""
    result = windows.run(request_id, deadline)
    for name, reason in result.unreadable.items():
        logger.error("an expectation cannot be read", expectation=name, reason=reason)
    for fault in result.untold:
        logger.error("an evaluation could not be told yet", fault=fault)
    logger.info(
        "checked the windows",
        finished=result.finished,
        windows={state.value: number for state, number in result.windows.items()},
        completed=result.completed,
        incidents_closed=result.closed,
        missing=result.missing,
    )
    for metric, value in (
        ("WindowsMissing", result.missing),
        ("WindowsEvaluated", sum(result.windows.values())),
        ("ExpectationsUnreadable", len(result.unreadable)),
    ):
        metrics.add_metric(metric, MetricUnit.Count, value)
    metrics.flush_metrics()
