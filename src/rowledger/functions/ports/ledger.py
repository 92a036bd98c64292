"""The port to the ledger: one row an upload, one notification an outcome."""

from collections.abc import Sequence
from typing import Protocol

from rowledger.functions.domain.errors import FaultCode
from rowledger.functions.domain.ledger import Claim, FileRecord, InProgress, Standing
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome
from rowledger.functions.domain.upload import Upload
from rowledger.operations.domain.replay import Candidate, Request, Selection


class Ledger(Protocol):
    """Every method raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED or DATABASE)."""

    def claim(self, upload: Upload, request_id: str) -> Standing:
        """Begin an attempt, or say why there is nothing to begin.

        An upload that is PROCESSING is taken over once its lease has ended, and at once by the
        same request: Lambda runs an invocation again only after the earlier try has ended. Should
        it not have, the fence at commit decides.
        """

    def commit(
        self,
        claim: Claim,
        outcome: Outcome,
        notification: Notification,
        *,
        backup_version_id: str | None,
        duration_ms: int,
    ) -> PendingNotification:
        """Record the outcome and its pending notification together.

        Raise FaultError (LEASE_LOST) where the claim is no longer this attempt's.
        """

    def release(self, claim: Claim, code: FaultCode) -> None:
        """End an attempt that failed, so that the next need not wait for the lease."""

    def pending_notification(
        self, file_id: int, request_id: str
    ) -> PendingNotification | InProgress | None:
        """Take the right to publish the oldest unsent message that nobody else holds.

        InProgress where others hold all that are unsent; None where nothing is unsent.
        """

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        """Record that a notification went out; where that is on record, it stays as it is."""

    def release_notification(self, pending: PendingNotification) -> None:
        """Give up the right to publish, so that the next attempt need not wait for it.

        It changes nothing where the right has passed to another request meanwhile.
        """

    def files(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[FileRecord]:
        """The latest rows, newest first; only those of one key or version where it is given."""

    def select(self, selection: Selection, *, limit: int) -> list[Candidate]:
        """The rows that are chosen, the longest received first."""

    def reopen(self, uploads: Sequence[Upload], request: Request) -> InProgress | None:
        """Record a replay of each upload and, where the request reopens, free it for an attempt.

        All of them or none: where an attempt holds one of them nothing is changed, and InProgress
        says until when. An upload may have no row yet. Only the operator's role may do this.
        """
