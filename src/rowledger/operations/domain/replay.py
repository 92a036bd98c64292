"""Replays: uploads that somebody sends through the function again, for a reason that is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.upload import Upload


class ReplaySource(StrEnum):
    """Where the uploads of a replay were chosen from."""

    LEDGER = "ledger"
    DEAD_LETTERS = "dead-letters"


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """Who wants the replay and why, in words for whoever asks later."""

    by: str
    reason: str
    source: ReplaySource

    @property
    def reopens(self) -> bool:
        """Whether a final outcome makes way for a new one.

        A dead letter's upload may have been accounted for since; sending the event again then only
        sends what is unsent.
        """
        return self.source is ReplaySource.LEDGER


@dataclass(frozen=True, slots=True)
class Selection:
    """Which uploads; what is None does not narrow.

    since, until: of the time the upload was received; since is included, until is not.
    """

    key: str | None = None
    version_id: str | None = None
    prefix: str | None = None
    status: Status | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, upload: Upload, status: Status | None = None) -> bool:
        """Say whether an upload is chosen; status: what its row says."""
        return (
            self.key in (None, upload.key)
            and self.version_id in (None, upload.version_id)
            and upload.key.startswith(self.prefix or "")
            and self.status in (None, status)
            and (self.since is None or self.since <= upload.received_at)
            and (self.until is None or upload.received_at < self.until)
        )
