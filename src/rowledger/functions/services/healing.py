"""Mends what reconciliation finds wrong with one upload, with the means of intake and outbox."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.errors import FaultCode, FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.outcome import Outcome, deleted
from rowledger.functions.domain.receipt import BackupPlace, render_receipt
from rowledger.functions.domain.reconciliation import Entry, Finding, Heal, Verdict, verdict_of
from rowledger.functions.domain.upload import Upload
from rowledger.functions.ports.reconciliation import Reconciliation
from rowledger.functions.services.intake import Intake

# What no other upload would be spared either: it ends the run and is no upload's fault. TIME_UP is
# for the run to judge: the upload may be too large, or the run may only be near its end.
_ENDS_THE_RUN = frozenset(
    {
        FaultCode.DATABASE_UNAVAILABLE,
        FaultCode.DATABASE_REFUSED,
        FaultCode.CREDENTIALS,
        FaultCode.CONFIGURATION,
        FaultCode.TIME_UP,
    }
)


@dataclass(slots=True)
class Healing:
    """What came of it. troubles: one sentence for each heal that failed."""

    verdict: Verdict
    healed: list[Heal] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Healer:
    """request_id: names this run at the ledger, as an invocation's does."""

    intake: Intake
    reconciliation: Reconciliation
    request_id: str

    def heal(
        self, upload: Upload, entry: Entry | None, finding: Finding, *, seconds: float
    ) -> Healing:
        """Do what the finding asks for, each heal whether or not another fails.

        seconds: how long it may take. Raise FaultError where that hinders every upload alike
        (database, credentials), and TIME_UP.
        """
        healing = Healing(finding.verdict)
        recorded = entry.upload if entry else upload
        deadline = Deadline(self.intake.monotonic() + seconds, self.intake.monotonic)
        for heal in finding.heals:
            if heal in (Heal.PROCESS, Heal.TAKE_OVER):
                self._attempt(heal, healing, lambda: self._take(recorded, healing, seconds))
            elif entry and heal is Heal.ANNOUNCE:
                self._attempt(heal, healing, lambda: self._announce(entry, deadline))
            elif entry and heal is Heal.RECEIPT:
                self._attempt(heal, healing, lambda: self._write_receipt(entry, deadline))
            elif entry and heal is Heal.BACKUP:
                self._attempt(heal, healing, lambda: self._back_up(entry, deadline))
        return healing

    def _attempt(self, heal: Heal, healing: Healing, action: Callable[[], None]) -> None:
        try:
            action()
        except FaultError as fault:
            if fault.code in _ENDS_THE_RUN:
                raise
            if fault.code is not FaultCode.UPLOAD_IN_PROGRESS:
                healing.troubles.append(f"{heal.wrong}: {fault}")
            elif healing.verdict is Verdict.MISSING:
                # Its event came after all, or another run: somebody is at work on it.
                healing.verdict = Verdict.IN_FLIGHT
        except Exception as error:  # noqa: BLE001 -- one upload stops no other; this one is reported
            healing.troubles.append(f"{heal.wrong}: {FaultCode.INTERNAL}: {type(error).__name__}")
        else:
            healing.healed.append(heal)

    def _take(self, upload: Upload, healing: Healing, seconds: float) -> None:
        report = self.intake.take(upload, self.request_id, seconds=seconds)
        healing.verdict = verdict_of(report.status)

    def _announce(self, entry: Entry, deadline: Deadline) -> None:
        self.intake.outbox.send_unsent(entry.file_id, self.request_id, deadline)

    def _write_receipt(self, entry: Entry, deadline: Deadline) -> None:
        outcome = self._outcome(entry, deadline)
        backup = BackupPlace(self.intake.backup_bucket, entry.backup_key)
        deadline.check("the receipt was written")
        self.intake.storage.write_receipt(
            receipt_key(entry.upload),
            render_receipt(
                entry.upload,
                outcome,
                backup if outcome.was_read else None,
                entry.recorded_at,
                entry.duration_ms or 0,
            ),
        )

    def _back_up(self, entry: Entry, deadline: Deadline) -> None:
        outcome = self._outcome(entry, deadline)
        version_id = self.intake.storage.back_up(
            entry.upload, entry.backup_key, outcome, deadline, retry=False
        )
        self.reconciliation.record_backup(entry.file_id, version_id)

    def _outcome(self, entry: Entry, deadline: Deadline) -> Outcome:
        """The outcome of the pinned version, which must be the one that the ledger holds."""
        if entry.sha256 is None:
            return deleted(entry.upload.size_bytes)
        outcome = self.intake.examine(entry.upload, deadline)
        if not outcome.was_read:
            raise FaultError(FaultCode.OBJECT_MISSING, "its version is gone from the input bucket")
        if not entry.agrees_with(outcome):
            raise FaultError(
                FaultCode.OUTCOME_DIFFERS,
                "reading its version again gives another result than the ledger holds",
            )
        return outcome
