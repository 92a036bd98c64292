"""The canary: a small file that a rollout uploads to prove that the new versions work.

The pipeline treats it like any upload. csv-reconciler then gives an account of it, from which the
verdict follows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rowledger.functions.domain.account import Account, AccountedRow, read_account
from rowledger.functions.domain.keys import CANARY_PREFIX
from rowledger.functions.domain.outcome import Status

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
        by_other: Whether another version than the one to be proved did the work, so that the canary
            says nothing of that one.
    """

    passed: bool | None
    reason: str
    by_other: bool = False


def canary_key(moment: datetime, version: str) -> str:
    """Return a key such as rowledger-canary/20261122T091500.250Z-7.csv."""
    utc = moment.astimezone(UTC)
    return f"{CANARY_PREFIX}{utc:%Y%m%dT%H%M%S}.{utc.microsecond // 1000:03d}Z-{version}.csv"


def judge(answer: Any, proved: str) -> CanaryVerdict:  # noqa: ANN401 -- the answer of a function of any version
    """Return the verdict on the canary of which csv-reconciler gave this account.

    Args:
        proved: The version that the canary is to prove, such as csv-processor:7.
    """
    try:
        account = read_account(answer)
    except ValueError:
        return CanaryVerdict(passed=False, reason="csv-reconciler gave no account of it")
    row = account.row
    if row is None:
        return CanaryVerdict(None, "it has no ledger row")
    if row.status == Status.PROCESSING:
        return CanaryVerdict(None, f"it has no outcome, in attempt {row.attempts}")
    wrong = _wrong(row, proved)
    if wrong:
        return wrong
    missing = _missing(account)
    if missing:
        return CanaryVerdict(None, ", ".join(missing))
    again = "" if row.attempts == 1 else f", in attempt {row.attempts}"
    by = (
        f", by {proved}"
        if row.says_version
        else "; by which version is not known: this csv-reconciler is older than that record"
    )
    return CanaryVerdict(
        passed=True, reason=f"it is recorded, receipted, backed up and announced{again}{by}"
    )


def _wrong(row: AccountedRow, proved: str) -> CanaryVerdict | None:
    """The verdict on a final row that proves nothing, or the contrary; None on a good one."""
    if row.says_version and row.function_version != proved:
        by = row.function_version or "a version that the ledger does not name"
        return CanaryVerdict(passed=False, reason=f"{by} counted it, not {proved}", by_other=True)
    if (row.status, row.rows_count) != (Status.SUCCESS, CANARY_ROWS):
        found = f"{row.status} with {row.rows_count} rows"
        return CanaryVerdict(
            passed=False, reason=f"its row says {found}, not SUCCESS with {CANARY_ROWS}"
        )
    return None


def _missing(account: Account) -> list[str]:
    """What must still come of a canary that was counted, in words."""
    return [
        text
        for text, found in (
            ("its receipt is not there", account.receipt),
            ("its backup is not there", account.backup),
            ("its notification was not sent", account.announced),
        )
        if not found
    ]
