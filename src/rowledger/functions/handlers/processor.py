"""What csv-processor does with an event: takes each upload in it, logs, measures, and raises.

The event of its schedule, exactly, has it send the mails that wait for the budget.

A fault in one record leaves the others to be processed; once all were tried the event is raised, so
that Lambda's retry, its Errors metric and its failure destination see it.
"""

from collections.abc import Callable
from typing import Any, assert_never

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from rowledger.functions.config import ProcessorConfig
from rowledger.functions.domain.event import read_event
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.outcome import (
    Counted,
    Deleted,
    Outcome,
    Rejected,
    Unreadable,
    record_of,
)
from rowledger.functions.domain.upload import Upload
from rowledger.functions.handlers.log_lines import NAMESPACE, logger_of
from rowledger.functions.handlers.waiting_mails import SCHEDULED, WaitingMails
from rowledger.functions.services.intake import Intake, IntakeResult

Handler = Callable[[Any, LambdaContext], None]

SERVICE = "csv-processor"


def build_handler(
    intake: Intake,
    mails: WaitingMails,
    config: ProcessorConfig,
    *,
    reserve_seconds: float,
) -> Handler:
    """Build the Lambda handler over the intake.

    Args:
        intake: what is done with one upload.
        mails: what sends those that wait.
        config: the function's settings.
        reserve_seconds: kept back of an invocation's time, for the last call and its clean-up.
    """
    logger = logger_of(SERVICE, config.log_level)
    metrics = Metrics(namespace=NAMESPACE, service=SERVICE)

    def seconds_left(context: LambdaContext) -> float:
        """What an attempt may take: it ends before the invocation does, and before its lease."""
        left = context.get_remaining_time_in_millis() / 1000
        return float(min(left, config.lease_seconds) - reserve_seconds)

    @logger.inject_lambda_context(clear_state=True)
    @metrics.log_metrics
    def handler(event: Any, context: LambdaContext) -> None:  # noqa: ANN401 -- somebody else's JSON
        if event == SCHEDULED:
            mails.send(
                context.aws_request_id,
                seconds=seconds_left(context),
                logger=logger,
                metrics=metrics,
            )
            return
        reading = read_event(event, bucket=config.input_bucket, suffixes=config.suffixes)
        logger.info("received", uploads=len(reading.uploads))
        _count(metrics, "RecordsIgnored", len(reading.ignored))
        for ignored in reading.ignored:
            logger.info("ignored", what=ignored.what, reason=ignored.reason)
        faults: list[Exception] = list(reading.faults)
        for fault in faults:
            logger.error("fault", error=str(fault))
        for upload in reading.uploads:
            with logger.append_context_keys(upload=_identity(upload)):
                try:
                    result = intake.take(
                        upload, context.aws_request_id, seconds=seconds_left(context)
                    )
                except Exception as error:  # each record has its own fate; all are raised below
                    logger.exception("fault", fault=getattr(error, "code", FaultCode.INTERNAL))
                    faults.append(error)
                else:
                    _log(logger, result)
                    _measure(metrics, result)
        if faults:
            _count(metrics, "FilesFaulted", len(faults))
            raise _combined(faults)

    return handler


def _identity(upload: Upload) -> dict[str, str | int]:
    return {
        "bucket": upload.bucket,
        "key": upload.key,
        "version_id": upload.version_id,
        "size_bytes": upload.size_bytes,
    }


def _log(logger: Logger, result: IntakeResult) -> None:
    details: dict[str, Any] = {"ledger_id": result.file_id, "duration_ms": result.duration_ms}
    if result.impossible_time is not None:
        logger.warning(
            "an event's time that cannot be: recorded as received now",
            stated=result.impossible_time.isoformat(),
        )
    if result.outcome is None:
        logger.info("already accounted for", status=result.status, **details)
        return
    details |= {"attempt": result.attempt, "rows": record_of(result.outcome).rows_count}
    if not isinstance(result.outcome, Counted):
        details["rejection"] = result.outcome.rejection.code
    logger.info("accounted for", status=result.status, **details)


def _measure(metrics: Metrics, result: IntakeResult) -> None:
    if result.outcome is None:
        _count(metrics, "FilesRepeated", 1)
        return
    record = record_of(result.outcome)
    _count(metrics, _counted_as(result.outcome), 1)
    _count(metrics, "RowsCounted", record.rows_count or 0)
    metrics.add_metric("BytesRead", MetricUnit.Bytes, record.file_size_bytes)
    metrics.add_metric("FileDuration", MetricUnit.Milliseconds, result.duration_ms)


def _counted_as(outcome: Outcome) -> str:
    """The metric that counts files of such an outcome."""
    match outcome:
        case Counted():
            return "FilesSucceeded"
        case Rejected() | Deleted() | Unreadable():
            return "FilesRejected"
        case _:
            assert_never(outcome)


def _count(metrics: Metrics, name: str, value: int) -> None:
    metrics.add_metric(name, MetricUnit.Count, value)


def _combined(faults: list[Exception]) -> Exception:
    if len(faults) == 1:
        return faults[0]
    listed = "; ".join(str(fault) for fault in faults)
    combined = FaultError(FaultCode.SEVERAL, f"{len(faults)} records failed: {listed}")
    combined.__cause__ = ExceptionGroup("the records' faults", faults)
    return combined
