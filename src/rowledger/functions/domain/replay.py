"""A replay: somebody sends uploads through csv-processor again, for a reason that is kept."""

from dataclasses import dataclass
from enum import StrEnum

from rowledger.functions.domain.values import check_filled


class ReplaySource(StrEnum):
    """Where the uploads of a replay were chosen from."""

    LEDGER = "ledger"
    DEAD_LETTERS = "dead-letters"


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """Who wants the replay and why, in words for whoever asks later.

    identity: the ARN that AWS knows the caller by, as the caller says; None in old records only.
        What proves it is CloudTrail's record of the call.
    """

    by: str
    reason: str
    source: ReplaySource
    identity: str | None = None

    def check(self, where: str) -> None:
        """Raise ValueError where it names nobody or gives no reason."""
        for name in ("by", "reason", "identity"):
            check_filled(f"{where}.{name}", getattr(self, name))

    @property
    def reopens(self) -> bool:
        """Whether a final outcome makes way for a new one.

        A dead letter's upload may have been accounted for since; sending the event again then only
        sends what is unsent.
        """
        return self.source is ReplaySource.LEDGER
