"""Reconciliation: every upload in the input bucket held against ledger, receipts and backups.

A pass walks all versions of the bucket in pages. A run is as much of a pass as its limits allow:
it saves where it stands after each page, and the next run goes on from there. Healing uses the same
fenced claims as an event does, so a run may go on beside the function and beside another run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.event import ignored_key
from rowledger.functions.domain.reconciliation import (
    Account,
    Cursor,
    Entry,
    Facts,
    Pass,
    Totals,
    Verdict,
    complete_through,
    decide,
)
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.reconciliation import Identity, Reconciliation
from rowledger.functions.ports.storage import Page
from rowledger.functions.services.healing import Healer
from rowledger.functions.services.intake import Intake
from rowledger.functions.services.settling import Limits, Settling

# Uploads whose receipts and backups are looked for before the first of them is judged. The deadline
# may end a run in between; so many take less time than a run has, though each answer of S3 took
# all that its time-outs allow, so that every run gets on.
LOOKED_FOR_AT_ONCE = 50

Told = Callable[[Totals], None]


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
        while run.page() or run.sweep():
            self.reconciliation.save_pass(current)
            if told:
                told(current.totals)
        if run.finished:
            self._finish(current)
        current.mended = run.settling.heals
        self.reconciliation.save_pass(current)
        return current

    def rehearse(self, limits: Limits, *, told: Told | None = None) -> Pass:
        """Walk the whole bucket, change nothing and save nothing; what needs healing offends."""
        current = Pass(0, self.intake.now())
        run = _Run(self, None, limits, current)
        while run.page() or run.sweep():
            if told:
                told(current.totals)
        self._finish(current)
        return current

    def account(self, identity: Identity, deadline: Deadline) -> Account | None:
        """What there is of an upload, a (key, version id); None where it has no row."""
        entries = self.reconciliation.lookup(self.bucket, [identity])
        return self.accounts(entries, deadline).get(identity)

    def accounts(
        self, entries: Mapping[Identity, Entry], deadline: Deadline
    ) -> dict[Identity, Account]:
        """Rows, and whether what they name is there; raise FaultError (TIME_UP)."""
        final = [entry for entry in entries.values() if entry.is_final]
        storage = self.intake.storage
        receipts = storage.receipts_there([entry.receipt_key for entry in final], deadline)
        backups = storage.backups_there(
            [entry.backup_key for entry in final if entry.has_backup], deadline
        )
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
        self.finished = False
        self._reconcile = reconcile
        self._storage = reconcile.intake.storage
        self._limits = limits
        self._current = current
        self._totals = current.totals
        self._began_at = (current.cursor, current.swept)
        monotonic = reconcile.intake.monotonic
        self._deadline = Deadline(monotonic() + limits.seconds, monotonic)
        self.settling = Settling(healer, limits, self._deadline, current.totals)
        self._pages = 0

    def page(self) -> bool:
        """Walk past one page; False where the run or the walk is at its end."""
        is_walking = self._current.swept is None and self._pages < self._limits.pages
        if not is_walking or self._deadline.left() <= 0:
            return False
        self._pages += 1
        page = self._storage.versions(
            self._reconcile.bucket, self._current.cursor, limit=self._limits.page_size
        )
        walked = self._walk(page)
        self._receive(page, walked=walked)
        if not walked:
            return False
        if page.after is None:
            self._current.swept = 0
        else:
            self._current.cursor = page.after
        return True

    def sweep(self) -> bool:
        """Heal a page of rows that nobody is at work on; False where run or sweep is at its end.

        It comes after the walk, which has healed those that the bucket has the version of, or tried
        to: few or none are left. It goes on by their ids, so that none hides another for ever.
        """
        swept = self._current.swept
        if swept is None or self._deadline.left() <= 0:
            return False
        entries = self._reconcile.reconciliation.stranded(
            self._reconcile.bucket, after=swept, limit=self._limits.page_size
        )
        for entry in entries:
            if not self._sweep_up(entry):
                return False
            self._current.swept = entry.file_id
        self.finished = not entries
        return not self.finished

    def _sweep_up(self, entry: Entry) -> bool:
        """False where the run's limits are met."""
        if self.settling.failed(entry.upload):
            return True
        return self._settle(entry.upload, Facts(self._age(entry.upload), entry)) is not None

    def _walk(self, page: Page) -> bool:
        """False where it had to stop in the middle; the cursor then stands there."""
        try:
            self._deadline.check("the rows of a page were looked up")
            entries = self._reconcile.reconciliation.lookup(
                self._reconcile.bucket,
                [(each.key, each.version_id) for each in page.uploads if not self._ignores(each)],
            )
            return all(
                self._walk_some(page.uploads[start : start + LOOKED_FOR_AT_ONCE], entries)
                for start in range(0, len(page.uploads), LOOKED_FOR_AT_ONCE)
            )
        except FaultError as fault:
            if fault.code is not FaultCode.TIME_UP:
                raise
            return False

    def _receive(self, page: Page, *, walked: bool) -> None:
        """Count what the listing gave, as far as the cursor has come; walked: to its end.

        This is apart from the judging, so that what was passed over or judged twice shows.
        """
        versions = [Cursor(each.key, each.version_id) for each in page.uploads]
        if walked:
            passed = len(versions)
        else:
            cursor = self._current.cursor
            passed = versions.index(cursor) + 1 if cursor in versions else 0
        ignored = sum(map(self._ignores, page.uploads[:passed]))
        self._totals.ignored += ignored
        self._totals.received += passed - ignored

    def _walk_some(self, uploads: Sequence[Upload], entries: Mapping[Identity, Entry]) -> bool:
        """The same for a part of a page, or TIME_UP. entries: the rows of all of it."""
        identities = {(each.key, each.version_id) for each in uploads}
        accounts = self._reconcile.accounts(
            {identity: entries[identity] for identity in identities & entries.keys()},
            self._deadline,
        )
        for upload in uploads:
            if not self._ignores(upload):
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
            self._current.cursor = Cursor(upload.key, upload.version_id)
        return True

    def _judge(self, upload: Upload, facts: Facts) -> bool:
        """Count one upload, healed where that is needed; False where the run's limits are met."""
        if upload.version_id == "null":
            self.settling.offends(
                upload, "it has no version: versioning was not enabled when it came"
            )
            verdict = Verdict.MISSING
        else:
            settled = self._settle(upload, facts)
            if settled is None:
                return False
            verdict = settled
        self._totals.verdicts[verdict] += 1
        if verdict in (Verdict.MISSING, Verdict.IN_FLIGHT):
            recorded = facts.entry.upload if facts.entry else upload
            self._totals.open_since(recorded.received_at)
        return True

    def _settle(self, upload: Upload, facts: Facts) -> Verdict | None:
        """None where the run's limits are met."""
        is_first = (self._current.cursor, self._current.swept) == self._began_at
        finding = decide(facts, self._reconcile.grace)
        return self.settling.settle(upload, facts.entry, finding, is_first=is_first)

    def _ignores(self, upload: Upload) -> bool:
        return ignored_key(upload.key, self._reconcile.suffixes) is not None

    def _age(self, upload: Upload) -> timedelta:
        now: datetime = self._reconcile.intake.now()
        return now - upload.received_at
