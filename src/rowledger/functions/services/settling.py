"""What a run of reconciliation does about one upload, within its limits, and notes of it."""

import math
from dataclasses import dataclass, field

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.reconciliation import Entry, Finding, Offender, Totals, Verdict
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.reconciliation import Identity
from rowledger.functions.services.healing import Healer, Healing

# S3 lists no more at once (Amazon S3 API reference, ListObjectVersions).
MAX_PAGE = 1000
# Offenders that are kept with their names; beyond that they are only counted.
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may do. seconds: until it ends by itself; pages and heals: at most so many.

    heal_seconds: for one upload; it must end before the lease of its claim does.
    """

    seconds: float = math.inf
    pages: float = math.inf
    heals: float = math.inf
    heal_seconds: float = math.inf
    page_size: int = MAX_PAGE


@dataclass(slots=True)
class Settling:
    """healer: None where nothing may be changed. deadline: the run's. totals: the pass's.

    heals: how many uploads it healed or tried to.
    unhealed: those it could not, by printable key and version id: no more than heals, where there
        is a healer.
    """

    healer: Healer | None
    limits: Limits
    deadline: Deadline
    totals: Totals
    heals: int = 0
    unhealed: set[Identity] = field(default_factory=set)

    def settle(
        self, upload: Upload, entry: Entry | None, finding: Finding, *, is_first: bool
    ) -> Verdict | None:
        """Heal as asked for and note what came of it; None where the run's limits are met.

        is_first: whether the run has not come past any upload yet.
        """
        if not finding.heals:
            return finding.verdict
        healing = (
            self._heal(upload, entry, finding, self.healer, is_first=is_first)
            if self.healer
            else Healing(finding.verdict, troubles=[heal.wrong for heal in finding.heals])
        )
        if healing is None:
            return None
        for heal in finding.heals:
            self.totals.needed[heal] += 1
        for heal in healing.healed:
            self.totals.healed[heal] += 1
        if healing.troubles:
            self.unhealed.add((printable(upload.key), upload.version_id))
            self.offends(upload, "; ".join(healing.troubles))
        return healing.verdict

    def offends(self, upload: Upload, what: str) -> None:
        self.totals.offender_count += 1
        if len(self.totals.offenders) < MAX_LISTED:
            self.totals.offenders.append(
                Offender(printable(upload.key), upload.version_id, printable(what))
            )

    def failed(self, upload: Upload) -> bool:
        """Whether this upload could not be healed, as far as this run or the list knows."""
        identity = (printable(upload.key), upload.version_id)
        return identity in self.unhealed or any(
            identity == (each.key, each.version_id) for each in self.totals.offenders
        )

    def _heal(
        self,
        upload: Upload,
        entry: Entry | None,
        finding: Finding,
        healer: Healer,
        *,
        is_first: bool,
    ) -> Healing | None:
        seconds = min(self.limits.heal_seconds, self.deadline.left())
        if self.heals >= self.limits.heals or seconds <= 0:
            return None
        self.heals += 1
        try:
            return healer.heal(upload, entry, finding, seconds=seconds)
        except FaultError as fault:
            if fault.code is not FaultCode.TIME_UP:
                raise
            # The next run has more time for it, unless it had all that a run can give: it would
            # then be met again for ever, and nothing behind it be seen.
            if seconds < self.limits.heal_seconds and not is_first:
                return None
            return Healing(finding.verdict, troubles=[f"{finding.heals[0].wrong}: {fault}"])
