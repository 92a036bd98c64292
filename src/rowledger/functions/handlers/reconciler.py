"""What the reconciler does when its schedule invokes it: one run, logged and measured.

Asked with {"action": "account", "key": …, "version_id": …} it only answers what there is of that
upload, and changes nothing.

Offenders are logged and measured, not raised: the alarms watch the metrics. What is raised is a run
that could not go on; the next one continues from what it saved.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from rowledger.functions.config import ReconcilerConfig
from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.reconciliation import Pass, Verdict
from rowledger.functions.handlers.logging import logger_of
from rowledger.functions.handlers.processor import NAMESPACE
from rowledger.functions.services.reconciliation import Reconcile
from rowledger.functions.services.settling import Limits
from rowledger.functions.wiring import RESERVE_SECONDS

Answer = dict[str, Any]
Handler = Callable[[Any, LambdaContext], Answer | None]

SERVICE = "csv-reconciler"


def build_handler(reconcile: Reconcile, config: ReconcilerConfig) -> Handler:
    """The Lambda handler over reconciliation; an event without an action means a run."""
    logger = logger_of(SERVICE, config.log_level)
    metrics = Metrics(namespace=NAMESPACE, service=SERVICE)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Any, context: LambdaContext) -> Answer | None:  # noqa: ANN401 -- whatever the schedule sends
        match event:
            case {"action": "account", "key": str(key), "version_id": str(version_id)}:
                return _account(reconcile, key, version_id, _seconds(context))
            case {"action": "account"}:
                raise FaultError(
                    FaultCode.MALFORMED_EVENT, "an account is of a key and a version_id"
                )
            case {"action": _}:
                raise FaultError(FaultCode.MALFORMED_EVENT, "the one action known is account")
            case _:
                run(event, context)
                return None

    @metrics.log_metrics
    def run(_event: Any, context: LambdaContext) -> None:  # noqa: ANN401 -- as above
        limits = Limits(
            seconds=_seconds(context),
            heals=config.reconcile_max_heals,
            heal_seconds=config.lease_seconds - RESERVE_SECONDS,
        )
        current = reconcile.run(context.aws_request_id, limits)
        _log(logger, current)
        _measure(metrics, current)
        through = reconcile.reconciliation.complete_through()
        if through is not None:
            _measure_age(metrics, reconcile.intake.now(), through)

    return handler


def _seconds(context: LambdaContext) -> float:
    """How long an invocation may go on until what is kept back for its end."""
    return float(context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)


def _account(reconcile: Reconcile, key: str, version_id: str, seconds: float) -> Answer:
    """What there is of an upload, as JSON; receipt and backup of a final row alone."""
    monotonic = reconcile.intake.monotonic
    account = reconcile.account((key, version_id), Deadline(monotonic() + seconds, monotonic))
    return {
        "key": key,
        "version_id": version_id,
        "row": {
            "status": account.entry.status,
            "rows_count": account.entry.rows_count,
            "attempts": account.entry.attempt,
        }
        if account
        else None,
        "receipt": account is not None and account.receipt_there,
        "backup": account is not None and account.backup_there,
        "announced": account is not None and account.entry.announced,
    }


def _log(logger: Logger, current: Pass) -> None:
    for offender in current.totals.offenders:
        logger.warning("offender", **asdict(offender))
    totals = asdict(current.totals)
    del totals["offenders"]
    logger.info(
        "reconciled",
        reconciliation=current.id,
        run=current.run,
        finished=current.ended_at is not None,
        balanced=current.totals.balanced,
        complete_through=current.complete_through,
        **totals,
    )


def _measure(metrics: Metrics, current: Pass) -> None:
    totals = current.totals
    for name, value in (
        ("UploadsReceived", totals.received),
        ("UploadsMissing", totals.verdicts[Verdict.MISSING]),
        ("UploadsInFlight", totals.verdicts[Verdict.IN_FLIGHT]),
        ("Offenders", totals.offender_count),
    ):
        metrics.add_metric(name, MetricUnit.Count, value)


def _measure_age(metrics: Metrics, now: datetime, through: datetime) -> None:
    metrics.add_metric(
        "CompleteThroughAgeSeconds", MetricUnit.Seconds, (now - through).total_seconds()
    )
