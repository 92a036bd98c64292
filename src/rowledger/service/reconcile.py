"""Reconciliation: every upload in the input bucket held against ledger, receipts and backups.

A pass walks all versions of the bucket in pages. A run is as much of a pass as its limits allow:
it saves where it stands after each page, and the next run goes on from there. Healing uses the same
fenced claims as an event does, so a run may go on beside the function and beside another run.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rowledger.adapters.reconciliation import Identity, Reconciliation
from rowledger.adapters.storage import Page
from rowledger.domain.deadline import Deadline
from rowledger.domain.event import ignored_key
from rowledger.domain.reconciliation import (
    Account,
    Cursor,
    Entry,
    Facts,
    Finding,
    Offender,
    Pass,
    Totals,
    Verdict,
    complete_through,
    decide,
)
from rowledger.domain.text import printable
from rowledger.domain.upload import Upload
from rowledger.errors import FaultCode, FaultError
from rowledger.service.healing import Healer, Healing
from rowledger.service.intake import Intake

# S3 lists no more at once (Amazon S3 API reference, ListObjectVersions).
MAX_PAGE = 1000
# Offenders that are kept with their names; beyond that they are only counted.
MAX_LISTED = 200

Told = Callable[[Totals], None]


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


@dataclass(frozen=True, slots=True)
class Reconcile:
    """bucket: the input bucket. suffixes: the endings of names that the pipeline takes.

    grace: how long an upload without an outcome is left to its event and that one's retries.
    """

    intake: Intake
    reconciliation: Reconciliation
    bucket: str
    suffixes: tuple[str, ...]
    grace: timedelta

    def run(self, request_id: str, limits: Limits, *, told: Told | None = None) -> Pass:
        """Go on with the pass that stands open, or begin one; return it as it then stands.

        told: is given the totals after each page. Raise FaultError where the run cannot go on; what
        it saved stays.
        """
        current = self.reconciliation.open_pass()
        run = _Run(self, Healer(self.intake, self.reconciliation, request_id), limits, current)
        while run.page():
            self.reconciliation.save_pass(current)
            if told:
                told(current.totals)
        if run.walked_all:
            run.sweep()
            self._finish(current)
        current.mended = run.heals
        self.reconciliation.save_pass(current)
        return current

    def rehearse(self, limits: Limits, *, told: Told | None = None) -> Pass:
        """Walk the whole bucket, change nothing and save nothing; what needs healing offends."""
        current = Pass(0, self.intake.now())
        run = _Run(self, None, limits, current)
        while run.page():
            if told:
                told(current.totals)
        run.sweep()
        self._finish(current)
        return current

    def accounts(self, identities: Iterable[Identity]) -> dict[Identity, Account]:
        """What there is of these uploads, by (key, version id); nothing of one without a row."""
        entries = self.reconciliation.lookup(self.bucket, identities)
        final = [entry for entry in entries.values() if entry.is_final]
        storage = self.intake.storage
        receipts = storage.receipts_there([entry.receipt_key for entry in final])
        backups = storage.backups_there([entry.backup_key for entry in final if entry.has_backup])
        return {
            identity: Account(entry, entry.receipt_key in receipts, entry.backup_key in backups)
            for identity, entry in entries.items()
        }

    def _finish(self, current: Pass) -> None:
        current.ended_at = self.intake.now()
        current.complete_through = complete_through(
            current, self.reconciliation.oldest_unfinished(self.bucket)
        )


class _Run:
    """One run over one pass. healer: None where nothing may be changed."""

    def __init__(
        self, reconcile: Reconcile, healer: Healer | None, limits: Limits, current: Pass
    ) -> None:
        self.walked_all = False
        self.heals = 0
        self._reconcile = reconcile
        self._storage = reconcile.intake.storage
        self._healer = healer
        self._limits = limits
        self._current = current
        self._totals = current.totals
        self._began_at = current.cursor
        self._offended = {(each.key, each.version_id) for each in current.totals.offenders}
        monotonic = reconcile.intake.monotonic
        self._deadline = Deadline(monotonic() + limits.seconds, monotonic)
        self._pages = 0

    def page(self) -> bool:
        """Walk past one page; False where the run or the walk is at its end."""
        if self._pages >= self._limits.pages or self._time_left() <= 0:
            return False
        self._pages += 1
        page = self._storage.versions(
            self._reconcile.bucket, self._current.cursor, limit=self._limits.page_size
        )
        if not self._walk(page):
            return False
        self.walked_all = page.after is None
        self._current.cursor = page.after or Cursor()
        return not self.walked_all

    def sweep(self) -> None:
        """Heal rows whose version the bucket has no more, as far as the run's limits allow.

        Those that the walk could heal are healed by now, so that few or none are left. What is left
        is an offender, moves T back and is found again by the next pass.
        """
        for entry in self._reconcile.reconciliation.stranded(
            self._reconcile.bucket, limit=MAX_PAGE
        ):
            upload = entry.upload
            finding = decide(Facts(self._age(upload), entry), self._reconcile.grace)
            known = (printable(upload.key), upload.version_id) in self._offended
            if known or not finding.heals:
                continue
            if self._settle(upload, entry, finding) is None:
                self._offends(upload, f"{finding.heals[0].wrong}: left to the next pass")

    def _walk(self, page: Page) -> bool:
        """False where it had to stop in the middle; the cursor then stands there."""
        accounts = self._reconcile.accounts(
            (each.key, each.version_id) for each in page.uploads if not self._ignores(each)
        )
        for upload in page.uploads:
            if self._ignores(upload):
                self._totals.ignored += 1
            else:
                account = accounts.get((upload.key, upload.version_id))
                facts = (
                    Facts(
                        self._age(account.entry.upload),
                        account.entry,
                        receipt_there=account.receipt_there,
                        backup_there=account.backup_there,
                    )
                    if account
                    else Facts(self._age(upload), None)
                )
                if not self._judge(upload, facts):
                    return False
                self._totals.received += 1
            self._current.cursor = Cursor(upload.key, upload.version_id)
        return True

    def _judge(self, upload: Upload, facts: Facts) -> bool:
        """Count one upload, healed where that is needed; False where the run's limits are met."""
        if upload.version_id == "null":
            self._offends(upload, "it has no version: versioning was not enabled when it came")
            verdict = Verdict.MISSING
        else:
            finding = decide(facts, self._reconcile.grace)
            settled = self._settle(upload, facts.entry, finding)
            if settled is None:
                return False
            verdict = settled
        self._totals.verdicts[verdict] += 1
        if verdict in (Verdict.MISSING, Verdict.IN_FLIGHT):
            recorded = facts.entry.upload if facts.entry else upload
            self._totals.open_since(recorded.received_at)
        return True

    def _settle(self, upload: Upload, entry: Entry | None, finding: Finding) -> Verdict | None:
        """Heal as asked for and note what came of it; None where the run's limits are met."""
        if not finding.heals:
            return finding.verdict
        healing = (
            self._heal(upload, entry, finding, self._healer)
            if self._healer
            else Healing(finding.verdict, troubles=[heal.wrong for heal in finding.heals])
        )
        if healing is None:
            return None
        for heal in finding.heals:
            self._totals.needed[heal] += 1
        for heal in healing.healed:
            self._totals.healed[heal] += 1
        if healing.troubles:
            self._offends(upload, "; ".join(healing.troubles))
        return healing.verdict

    def _heal(
        self, upload: Upload, entry: Entry | None, finding: Finding, healer: Healer
    ) -> Healing | None:
        seconds = min(self._limits.heal_seconds, self._time_left())
        if self.heals >= self._limits.heals or seconds <= 0:
            return None
        self.heals += 1
        try:
            return healer.heal(upload, entry, finding, seconds=seconds)
        except FaultError as fault:
            if fault.code is not FaultCode.TIME_UP:
                raise
            # The next run has more time for it, unless it had all that a run can give: it would
            # then be met again for ever, and nothing behind it be seen.
            if seconds < self._limits.heal_seconds and self._current.cursor != self._began_at:
                return None
            return Healing(finding.verdict, troubles=[f"{finding.heals[0].wrong}: {fault}"])

    def _offends(self, upload: Upload, what: str) -> None:
        self._totals.offender_count += 1
        self._offended.add((printable(upload.key), upload.version_id))
        if len(self._totals.offenders) < MAX_LISTED:
            self._totals.offenders.append(
                Offender(printable(upload.key), upload.version_id, printable(what))
            )

    def _ignores(self, upload: Upload) -> bool:
        return ignored_key(upload.key, self._reconcile.suffixes) is not None

    def _age(self, upload: Upload) -> timedelta:
        now: datetime = self._reconcile.intake.now()
        return now - upload.received_at

    def _time_left(self) -> float:
        return self._deadline.at - self._deadline.monotonic()
