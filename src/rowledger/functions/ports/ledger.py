"""The port to the ledger as an attempt uses it: one row an upload, one notification an outcome."""

from typing import Protocol

from rowledger.functions.domain.faults import FaultCode
from rowledger.functions.domain.ledger import Claim, ClaimResult, InProgress
from rowledger.functions.domain.notification import Notification, PendingNotification
from rowledger.functions.domain.outcome import Outcome
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.sources.earlier_files import EarlierFiles
from rowledger.functions.domain.unreadable import Earlier
from rowledger.functions.domain.upload import Upload


class Ledger(Protocol):
    """Every method raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED or DATABASE)."""

    def claim(self, upload: Upload, request_id: str) -> ClaimResult:
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
        judged_by: JudgedBy | None = None,
    ) -> PendingNotification:
        """Record the outcome, its source and its pending notification together.

        Raises:
            FaultError: LEASE_LOST where the claim is no longer this attempt's, VALUE_REFUSED where
                the ledger cannot store what was found in the file. Nothing is recorded then.
        """

    def release(self, claim: Claim, code: FaultCode) -> None:
        """End an attempt that failed, so that the next need not wait for the lease."""

    def earlier_attempts(self, claim: Claim, *, limit: int) -> Earlier:
        """Say how the attempts before this one ended, and whether other uploads are read.

        limit: how many at most, the latest first; those that gave the upload up are left out.
        """

    def earlier_files(self, claim: Claim, source: str, sha256: str) -> EarlierFiles:
        """Say what the ledger has of a source before the upload of a claim.

        sha256: of the upload, as stored.
        """

    def pending_notification(
        self, file_id: int, request_id: str
    ) -> PendingNotification | InProgress | None:
        """Take the right to publish the oldest notification of a row that nobody else has.

        The right lasts a minute, and twice as long after each try that ended without a word. It is
        not given of what waits for a digest or is in one, unless a digest is long overdue.
        InProgress where others have all that are unsent; None where nothing is.
        """

    def mark_event_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        """Record that its event was sent; where no mail is wanted, that is all there is to send."""

    def mark_sent(self, pending: PendingNotification, topic_message_id: str) -> None:
        """Record that its mail was sent; where that is recorded already, it stays."""

    def release_notification(self, pending: PendingNotification) -> None:
        """Give up the right to publish, so that the next attempt need not wait for it.

        It changes nothing where the right has passed to another request meanwhile.
        """
