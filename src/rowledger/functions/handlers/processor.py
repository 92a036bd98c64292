"""What the function does with an event: takes each upload in it, logs, measures, and raises.

A fault in one record leaves the others to be processed; once all were tried the event is raised, so
that Lambda's retry, its Errors metric and its failure destination see it.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.event import read_event
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.upload import Upload
from rowledger.functions.handlers.logging import logger_of
from rowledger.functions.services.intake import Report
from rowledger.functions.wiring import RESERVE_SECONDS, App

Handler = Callable[[Any, LambdaContext], None]

SERVICE = "csv-processor"
NAMESPACE = "Rowledger"


def build_handler(app: App) -> Handler:
    """The Lambda handler over an application."""
    logger = logger_of(SERVICE, app.config.log_level)
    metrics = Metrics(namespace=NAMESPACE, service=SERVICE)

    @logger.inject_lambda_context(clear_state=True)
    @metrics.log_metrics
    def handler(event: Any, context: LambdaContext) -> None:  # noqa: ANN401 -- somebody else's JSON
        reading = read_event(event, bucket=app.config.input_bucket, suffixes=app.config.suffixes)
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
                    report = app.intake.take(
                        upload, context.aws_request_id, seconds=_seconds_left(context, app)
                    )
                except Exception as error:  # each record has its own fate; all are raised below
                    logger.exception("fault", fault=getattr(error, "code", FaultCode.INTERNAL))
                    faults.append(error)
                else:
                    _log(logger, report)
                    _measure(metrics, report)
        if faults:
            _count(metrics, "FilesFaulted", len(faults))
            raise _combined(faults)

    return handler


def _seconds_left(context: LambdaContext, app: App) -> float:
    """What an attempt may take: it ends before the invocation does, and before its lease."""
    left = context.get_remaining_time_in_millis() / 1000
    return min(left, app.config.lease_seconds) - RESERVE_SECONDS


def _identity(upload: Upload) -> dict[str, str | int]:
    return {
        "bucket": upload.bucket,
        "key": upload.key,
        "version_id": upload.version_id,
        "size_bytes": upload.size_bytes,
    }


def _log(logger: Logger, report: Report) -> None:
    details: dict[str, Any] = {"ledger_id": report.file_id, "duration_ms": report.duration_ms}
    if report.outcome is None:
        logger.info("already accounted for", status=report.status, **details)
        return
    details |= {"attempt": report.attempt, "rows": report.outcome.rows}
    if report.outcome.rejection:
        details["rejection"] = report.outcome.rejection.code
    logger.info("accounted for", status=report.status, **details)


def _measure(metrics: Metrics, report: Report) -> None:
    if report.outcome is None:
        _count(metrics, "FilesRepeated", 1)
        return
    rejected = report.status is Status.FAILED
    _count(metrics, "FilesRejected" if rejected else "FilesSucceeded", 1)
    _count(metrics, "RowsCounted", report.outcome.rows or 0)
    metrics.add_metric("BytesRead", MetricUnit.Bytes, report.outcome.size_bytes)
    metrics.add_metric("FileDuration", MetricUnit.Milliseconds, report.duration_ms)


def _count(metrics: Metrics, name: str, value: int) -> None:
    metrics.add_metric(name, MetricUnit.Count, value)


def _combined(faults: list[Exception]) -> Exception:
    if len(faults) == 1:
        return faults[0]
    listed = "; ".join(str(fault) for fault in faults)
    combined = FaultError(FaultCode.SEVERAL, f"{len(faults)} records failed: {listed}")
    combined.__cause__ = ExceptionGroup("the records' faults", faults)
    return combined
