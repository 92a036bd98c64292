"""When an upload that cannot be read ends as an outcome, and when it is left to the next attempt.

What S3 says of the object itself ends it at once. All else may be the pipeline's own trouble, and
ends it only once all of this is true: as many attempts as the settings say failed in the same way,
over as long a time, and an upload that came after the last of them was read. Where the pipeline
lost its rights, its database or its time, no such upload is read, and nothing is rejected.

A replay of an upload that ended so tries it once, in full. If that fails in the same way it ends
again: what stood before the replay stands again. If it fails in another way, it is counted anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.rejection import Rejection, RejectionCode

# A full try has this much time at least; less says nothing about the file.
FULL_TRY_SECONDS = 180

# They are about one object whatever the pipeline's rights are.
_AT_ONCE = {
    FaultCode.OBJECT_ARCHIVED: Rejection(
        RejectionCode.OBJECT_ARCHIVED,
        "The object is archived: S3 gives its bytes to nobody before it is restored.",
    ),
    FaultCode.OBJECT_ENCRYPTED: Rejection(
        RejectionCode.OBJECT_ENCRYPTED,
        "The object is encrypted with a key that the sender alone has (SSE-C).",
    ),
}
# What ends an upload after several attempts alike: none of them read it.
GIVEN_UP = (RejectionCode.OBJECT_ACCESS_DENIED, RejectionCode.UNREADABLE)
# Every other code is about the whole pipeline or another attempt, and is never the upload's own.
_IN_TIME = frozenset(
    {
        FaultCode.OBJECT_ACCESS_DENIED,
        FaultCode.STORAGE,
        FaultCode.BACKUP_DIFFERS,
        FaultCode.TIME_UP,
        FaultCode.INTERNAL,
    }
)


@dataclass(frozen=True, slots=True)
class EarlierAttempt:
    """result: a status or a fault's code; None where it never ended (its process was killed)."""

    started_at: datetime
    result: str | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the ledger knows of an upload before the present attempt.

    attempts: the latest first, without those that gave the upload up (GIVEN_UP).
    at: now, on the ledger's clock.
    others_read: whether an upload that came after the latest of them began was read since.
    replayed: whether the present attempt is the first since the upload had an outcome.
    """

    attempts: Sequence[EarlierAttempt]
    at: datetime
    others_read: bool
    replayed: bool


@dataclass(frozen=True, slots=True)
class Patience:
    """How often, and over how long, an upload may fail in the same way before it is given up."""

    attempts: int
    period: timedelta

    def has_ended(self, earlier: Earlier | None, result: str | None) -> bool:
        """Say whether the attempts just before failed like this, often and long enough.

        result: a fault's code; None for attempts whose process was killed.
        """
        if earlier is None or not earlier.others_read:
            return False
        alike = []
        for attempt in earlier.attempts:
            if attempt.result != result:
                break
            alike.append(attempt)
        return len(alike) >= self.attempts and earlier.at - alike[-1].started_at >= self.period

    def is_last_try(self, earlier: Earlier | None) -> bool:
        """Say whether a try that has too little time once more ends the upload.

        The first try of a replay may take all its time, as more may be enough now.
        """
        return self.has_ended(earlier, FaultCode.TIME_UP) and not _is_replayed(earlier)

    def killed(self, earlier: Earlier | None) -> Rejection | None:
        """Return why an upload ends without another try: each would be killed like those before."""
        if _is_replayed(earlier) or not self.has_ended(earlier, None):
            return None
        return Rejection(
            RejectionCode.UNREADABLE,
            "Its attempts were killed before they could say why, the last ones all alike.",
        )

    def rejection(
        self, error: Exception, earlier: Earlier | None, *, seconds: float
    ) -> Rejection | None:
        """Return the rejection that an attempt's error ends the upload with; None: it is a fault.

        seconds: the time that the try had.
        """
        if isinstance(error, FaultError):
            code, said = error.code, str(error)
        else:
            code, said = FaultCode.INTERNAL, f"{FaultCode.INTERNAL}: {type(error).__name__}"
        if code in _AT_ONCE:
            return _AT_ONCE[code]
        if code not in _IN_TIME or not self.has_ended(earlier, code.value):
            return None
        if code is FaultCode.TIME_UP and seconds < FULL_TRY_SECONDS:
            return None
        if code is FaultCode.OBJECT_ACCESS_DENIED:
            return Rejection(
                RejectionCode.OBJECT_ACCESS_DENIED,
                f"The pipeline is denied this object and not others: {said}",
            )
        return Rejection(
            RejectionCode.UNREADABLE,
            f"Every attempt failed in the same way, while other files were read; the last: {said}",
        )


def _is_replayed(earlier: Earlier | None) -> bool:
    return earlier is not None and earlier.replayed
