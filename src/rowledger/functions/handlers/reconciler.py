"""What csv-reconciler does when its schedule invokes it: one run, logged and measured.

Only the event of the schedule, exactly, means such a run; that of the schedule of the expectations
means a check of their windows, see handlers/windows.py.

Asked with {"action": "account", "key": …, "version_id": …} it only answers what exists of that
upload, and changes nothing. A person's command has it do a pass in parts, see
domain/reconciliation_requests.py. Anything else is refused.

Problems are logged and measured, not raised: the alarms watch the metrics. What is raised is a run
that could not go on; the next one continues from what it saved.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from rowledger.functions import contract
from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.envelope import answer_document
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.reconciliation import Verdict
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.reconciliation_requests import (
    PreviewPart,
    ReconcilerRequest,
    read_reconciler_request,
)
from rowledger.functions.handlers.log_lines import NAMESPACE, logger_of
from rowledger.functions.handlers.windows import EXPECTATIONS_SCHEDULED, check_windows
from rowledger.functions.services.facts import FactGatherer
from rowledger.functions.services.reconciliation import Limits, Reconciliation
from rowledger.functions.services.reconciliation_parts import ReconciliationParts
from rowledger.functions.services.windows import WindowCheck

Answer = dict[str, Any]
Handler = Callable[[Any, LambdaContext], Answer | None]

SERVICE = "csv-reconciler"
# What the schedule sends. It has no action, as earlier packages run at any event without one.
SCHEDULED: dict[str, Any] = contract.load("pipeline.json")["functions"]["reconciler"]["schedule"][
    "input"
]


def build_handler(
    reconciliation: Reconciliation,
    facts: FactGatherer,
    parts: ReconciliationParts,
    windows: WindowCheck,
    config: ReconcilerConfig,
    *,
    reserve_seconds: float,
    monotonic: Callable[[], float],
) -> Handler:
    """Build the Lambda handler over reconciliation.

    Args:
        reconciliation: what a run does.
        facts: what gathers the account of an upload.
        parts: what does a pass in parts.
        windows: what evaluates the windows of expectations.
        config: the function's settings.
        reserve_seconds: kept back of an invocation's time, for the last call and its clean-up.
        monotonic: seconds.
    """
    logger = logger_of(SERVICE, config.log_level)
    metrics = Metrics(namespace=NAMESPACE, service=SERVICE)

    def seconds_left(context: LambdaContext) -> float:
        return float(context.get_remaining_time_in_millis() / 1000 - reserve_seconds)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Any, context: LambdaContext) -> Answer | None:  # noqa: ANN401 -- whatever the schedule sends
        match event:
            case {"action": "account"}:
                key, version_id = _account_of(event)
                deadline = Deadline(monotonic() + seconds_left(context), monotonic)
                return facts.account(key, version_id, deadline).document()
            case {"action": _}:
                request = _request(event)
                if isinstance(request, PreviewPart):
                    return answer_document(parts.preview(request, limits(context)))
                part = partial(parts.run, request, context.aws_request_id, limits(context))
                return answer_document(run(part, context))
            case _ if event == SCHEDULED:
                run(
                    lambda: reconciliation.run(
                        context.aws_request_id,
                        replace(limits(context), repairs=config.reconcile_max_heals),
                    ),
                    context,
                )
                return None
            case _ if event == EXPECTATIONS_SCHEDULED:
                deadline = Deadline(monotonic() + seconds_left(context), monotonic)
                check_windows(windows, context.aws_request_id, deadline, logger, metrics)
                return None
            case _:
                raise FaultError(
                    FaultCode.MALFORMED_EVENT,
                    "an event is that of a schedule, or an object with an action",
                )

    def limits(context: LambdaContext) -> Limits:
        return Limits(
            seconds=seconds_left(context), repair_seconds=config.lease_seconds - reserve_seconds
        )

    @metrics.log_metrics
    def run(reconcile: Callable[[], Pass], _context: LambdaContext) -> Pass:
        current = reconcile()
        _log(logger, current)
        _measure(metrics, current)
        _measure_age(metrics, reconciliation.complete_through_age())
        return current

    return handler


def _account_of(event: dict[str, Any]) -> tuple[str, str]:
    match event:
        case {"action": _, "key": str(key), "version_id": str(version_id), **others} if not others:
            return key, version_id
        case _:
            raise FaultError(
                FaultCode.MALFORMED_EVENT,
                "an account is of a key and a version_id, and of nothing else",
            )


def _request(event: dict[str, Any]) -> ReconcilerRequest:
    try:
        return read_reconciler_request(event)
    except ValueError as error:
        raise FaultError(FaultCode.MALFORMED_EVENT, str(error)) from error


def _log(logger: Logger, current: Pass) -> None:
    totals = current.totals
    for problem in totals.problems:
        logger.warning("offender", **asdict(problem))
    logger.info(
        "reconciled",
        reconciliation=current.id,
        run=current.run,
        finished=current.ended_at is not None,
        balanced=totals.balanced,
        complete_through=current.complete_through,
        received=totals.received,
        ignored=totals.ignored,
        verdicts=totals.verdicts,
        needed=totals.needed,
        healed=totals.repaired,
        offender_count=totals.problem_count,
        oldest_open=totals.oldest_open,
    )


def _measure(metrics: Metrics, current: Pass) -> None:
    totals = current.totals
    for name, value in (
        ("UploadsReceived", totals.received),
        ("UploadsMissing", totals.verdicts[Verdict.MISSING]),
        ("UploadsInFlight", totals.verdicts[Verdict.IN_FLIGHT]),
        ("Offenders", totals.problem_count),
    ):
        metrics.add_metric(name, MetricUnit.Count, value)


def _measure_age(metrics: Metrics, age: timedelta | None) -> None:
    if age is not None:
        metrics.add_metric("CompleteThroughAgeSeconds", MetricUnit.Seconds, age.total_seconds())
