"""A replay: somebody sends uploads through csv-processor again, for a reason that is kept."""

from dataclasses import dataclass
from enum import StrEnum


class ReplaySource(StrEnum):
    """Where the uploads of a replay were chosen from."""

    LEDGER = "ledger"
    DEAD_LETTERS = "dead-letters"


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """Who wants the replay and why, in words for whoever asks later.

    identity: the ARN that AWS knows the caller by, as the caller says; None where nobody said.
        What proves it is CloudTrail's record of the call.
    """

    by: str
    reason: str
    source: ReplaySource
    identity: str | None = None

    @property
    def reopens(self) -> bool:
        """Whether a final outcome makes way for a new one.

        A dead letter's upload may have been accounted for since; sending the event again then only
        sends what is unsent.
        """
        return self.source is ReplaySource.LEDGER
