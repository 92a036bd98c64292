"""The port to what reconciliation reads of the ledger, and to its own record of passes.

Beside the Ledger port and not in it: intake needs none of this, and this changes no upload's row
but for the version of a backup that was copied again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.domain.sources.chosen import JudgedBy


@dataclass(frozen=True, slots=True)
class RecordedJudgement:
    """document: the source, as the version that judged had it."""

    document: Mapping[str, Any]
    judged_by: JudgedBy


# (key, version id), within one bucket.
Identity = tuple[str, str]


class ReconciliationStore(Protocol):
    """Every method raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED or DATABASE)."""

    def lookup(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, LedgerRow]:
        """Return the rows of these uploads, asked for in one query."""

    def attempt_version(self, file_id: int, attempt: int) -> str | None:
        """Return which version of which function made an attempt; None where it is not known."""

    def contradictions(self, bucket: str, identities: Iterable[Identity]) -> dict[Identity, str]:
        """Return what does not agree, in words, of those that have an outcome, in one query.

        A row with an outcome, its latest attempt and its notification are written together, and say
        the same; where they do not, somebody has changed one of them since.
        """

    def judgement(self, file_id: int) -> RecordedJudgement | None:
        """Return by what a row was judged; None where it has no source."""

    def stranded(self, bucket: str, *, after: int, limit: int) -> list[LedgerRow]:
        """Return rows that nobody is at work on, by id, with an id above `after`.

        Their lease ended without an outcome, or their notification waits. They are found whether or
        not the bucket still has their version.
        """

    def oldest_unfinished(self, bucket: str) -> datetime | None:
        """Return the earliest received time of a row without a final status, if there is one."""

    def record_backup(self, file_id: int, backup_version_id: str | None) -> None:
        """Record the version of a backup that was copied again; the outcome stays as it is."""

    def open_pass(self, request_id: int | None = None) -> Pass:
        """Return the pass that is not finished, from now on this run's, or a new one.

        request_id: the request on record that it is for; the pass keeps it.
        """

    def save_pass(self, current: Pass) -> None:
        """Keep how far a pass has come, its totals, and its end where it has one.

        Raise FaultError (LEASE_LOST) where another run works on the pass by now.
        """

    def previous_pass_began(self, pass_id: int) -> datetime | None:
        """Return when the pass before this one began; None where there is none, as before id 0."""

    def request(self, request_id: int) -> ReconciliationRequest | None:
        """Return what an operator asked for; None where no such request is recorded."""

    def complete_through(self) -> datetime | None:
        """Return what the latest finished pass claims; None where none has finished.

        A claim that cannot be, as it is later than its pass began, is none.
        """
