"""What is recorded of a file by its source, put back onto what is read of the file again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Counted, Rejected
from rowledger.functions.domain.rejection import Rejection, RejectionCode
from rowledger.functions.domain.warning import FileWarning, WarningCode


def as_recorded(row: LedgerRow, outcome: Counted | Rejected) -> Counted | Rejected:
    """Return the outcome with the warnings, and by a source's rejection, that the row has.

    outcome: what reading the row's version again gives.
    """
    if row.warnings is None:
        # As it was recorded before there were any.
        return outcome
    warnings = tuple(map(_warning, row.warnings))
    if row.error and row.source:
        dialect = outcome.count.dialect if isinstance(outcome, Counted) else outcome.dialect
        return Rejected(_rejection(row.error), dialect, outcome.content, warnings)
    if isinstance(outcome, Counted):
        return replace(outcome, count=replace(outcome.count, warnings=warnings))
    return replace(outcome, warnings=warnings)


def _warning(document: Mapping[str, Any]) -> FileWarning:
    return FileWarning(**{**document, "code": WarningCode(document["code"])})


def _rejection(document: Mapping[str, Any]) -> Rejection:
    return Rejection(**{**document, "code": RejectionCode(document["code"])})
