"""The canary: a small file that a rollout uploads to prove that the new versions work.

The pipeline treats it like any upload. csv-reconciler then gives an account of it, from which the
verdict follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

CANARY_PREFIX = "rowledger-canary/"
CANARY_ROWS = 3
CANARY_CONTENT = b"row,note\n1,canary\n2,canary\n3,canary\n"


@dataclass(frozen=True, slots=True)
class SentCanary:
    """A canary in the input bucket."""

    key: str
    version_id: str


@dataclass(frozen=True, slots=True)
class CanaryVerdict:
    """Whether a canary passed.

    Args:
        passed: None while that is open.
        reason: What was found, or what is missing.
    """

    passed: bool | None
    reason: str


def canary_key(moment: datetime, version: str) -> str:
    """Return a key such as rowledger-canary/20261122T091500.250Z-7.csv."""
    utc = moment.astimezone(UTC)
    return f"{CANARY_PREFIX}{utc:%Y%m%dT%H%M%S}.{utc.microsecond // 1000:03d}Z-{version}.csv"


def account_request(canary: SentCanary) -> dict[str, str]:
    """Return the event that asks csv-reconciler for an account of the canary."""
    return {"action": "account", "key": canary.key, "version_id": canary.version_id}


def judge(account: Any) -> CanaryVerdict:  # noqa: ANN401 -- the answer of a function of any version
    """Return the verdict on the canary of which csv-reconciler gave this account."""
    match account:
        case {"row": None}:
            return CanaryVerdict(None, "it has no ledger row")
        case {"row": {"status": "PROCESSING", "attempts": attempts}}:
            return CanaryVerdict(None, f"it has no outcome, in attempt {attempts}")
        case {"row": {"status": "SUCCESS", "rows_count": rows}} if rows == CANARY_ROWS:
            return _judge_traces(account)
        case {"row": {"status": status, "rows_count": rows}}:
            return CanaryVerdict(
                passed=False,
                reason=f"its row says {status} with {rows} rows, not SUCCESS with {CANARY_ROWS}",
            )
    return CanaryVerdict(passed=False, reason="csv-reconciler gave no account of it")


def _judge_traces(account: Mapping[str, Any]) -> CanaryVerdict:
    missing = [
        text
        for text, found in (
            ("its receipt is not there", account.get("receipt")),
            ("its backup is not there", account.get("backup")),
            ("its notification was not sent", account.get("announced")),
        )
        if found is not True
    ]
    if missing:
        return CanaryVerdict(None, ", ".join(missing))
    attempts = account["row"].get("attempts")
    again = "" if attempts == 1 else f", in attempt {attempts}"
    return CanaryVerdict(
        passed=True, reason=f"it is recorded, receipted, backed up and announced{again}"
    )
