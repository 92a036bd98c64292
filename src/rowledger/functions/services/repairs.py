"""Applies a plan of reconciliation to one upload, with the means of intake and outbox."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from rowledger.functions.domain.deadline import Deadline
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Counted, Outcome, Rejected, unread_outcome
from rowledger.functions.domain.receipt import BackupLocation, render_receipt
from rowledger.functions.domain.reconciliation import (
    Announce,
    BackUp,
    Process,
    Repair,
    RepairPlan,
    RepairResult,
    TakeOver,
    Verdict,
    WriteReceipt,
    verdict_of,
)
from rowledger.functions.domain.rejection import RejectionCode
from rowledger.functions.domain.sources.recorded import as_recorded
from rowledger.functions.ports.reconciliation import ReconciliationStore, RecordedJudgement
from rowledger.functions.ports.storage import Storage
from rowledger.functions.services.intake import Intake
from rowledger.functions.services.outbox import Outbox

# What every other upload would meet too: it ends the run and is no upload's fault. TIME_UP is for
# the run to judge: the upload may be too large, or the run may only be near its end.
_ENDS_THE_RUN = frozenset(
    {
        FaultCode.DATABASE_UNAVAILABLE,
        FaultCode.DATABASE_REFUSED,
        FaultCode.CREDENTIALS,
        FaultCode.CONFIGURATION,
        FaultCode.TIME_UP,
    }
)


@dataclass(frozen=True, slots=True)
class Repairer:
    """monotonic: seconds."""

    intake: Intake
    outbox: Outbox
    storage: Storage
    store: ReconciliationStore
    backup_bucket: str
    monotonic: Callable[[], float]

    def apply(self, plan: RepairPlan, request_id: str, *, seconds: float) -> RepairResult:
        """Do each repair of a plan, whether or not another fails.

        Args:
            plan: what to do.
            request_id: names this run in the ledger.
            seconds: how long it may take.

        Raises:
            FaultError: what every upload would meet (database, credentials), and TIME_UP.
        """
        deadline = Deadline(self.monotonic() + seconds, self.monotonic)
        result = RepairResult(plan.verdict)
        for repair in plan.repairs:
            try:
                result.verdict = self._do(repair, request_id, deadline) or result.verdict
            except FaultError as fault:
                if fault.code in _ENDS_THE_RUN:
                    raise
                if fault.code is not FaultCode.UPLOAD_IN_PROGRESS:
                    result.problems.append(f"{repair.kind.problem}: {fault}")
                elif result.verdict is Verdict.MISSING:
                    # Its event came after all, or another run: somebody is at work on it.
                    result.verdict = Verdict.IN_FLIGHT
            except Exception as error:  # noqa: BLE001 -- one upload stops no other; it is reported
                code, name = FaultCode.INTERNAL, type(error).__name__
                result.problems.append(f"{repair.kind.problem}: {code}: {name}")
            else:
                result.repaired.append(repair.kind)
        return result

    def _do(self, repair: Repair, request_id: str, deadline: Deadline) -> Verdict | None:
        """Return the upload's new verdict where the repair gave it one."""
        match repair:
            case Process(upload) | TakeOver(upload):
                result = self.intake.take(upload, request_id, seconds=deadline.left())
                return verdict_of(result.status)
            case Announce(row):
                self.outbox.send_unsent(row.id, request_id, deadline)
            case WriteReceipt(row):
                self._write_receipt(row, deadline)
            case BackUp(row):
                self._back_up(row, deadline)
            case _:
                assert_never(repair)
        return None

    def _write_receipt(self, row: LedgerRow, deadline: Deadline) -> None:
        upload = row.upload
        judgement = self.store.judgement(row.id) if row.source else None
        outcome: Outcome = (
            self._outcome(row, judgement, deadline)
            if row.was_read or row.error is None
            else unread_outcome(upload.size_bytes, row.error)
        )
        backup = BackupLocation(self.backup_bucket, row.backup_key) if row.was_read else None
        deadline.check(before="writing the receipt")
        self.storage.write_receipt(
            receipt_key(upload),
            render_receipt(
                upload,
                outcome,
                backup,
                row.timestamp,
                row.duration_ms or 0,
                judgement.judged_by if judgement else None,
            ),
        )

    def _back_up(self, row: LedgerRow, deadline: Deadline) -> None:
        judgement = self.store.judgement(row.id) if row.source else None
        outcome = self._outcome(row, judgement, deadline)
        version_id = self.storage.back_up(row.upload, row.backup_key, outcome.content, deadline)
        self.store.record_backup(row.id, version_id)

    def _outcome(
        self, row: LedgerRow, judgement: RecordedJudgement | None, deadline: Deadline
    ) -> Counted | Rejected:
        """Read the row's version again; it must give the outcome that the ledger has.

        What its source said of it stands as it is recorded: the files before it are others by now.
        """
        source = None
        if judgement:
            from rowledger.functions.domain.sources.source import (  # noqa: PLC0415 -- few have one
                Source,
            )

            source = Source.read(judgement.document)
        examination = self.intake.examination
        outcome = examination.examine(row.upload, deadline, source=source).outcome
        if not isinstance(outcome, Counted | Rejected):
            raise FaultError(FaultCode.OBJECT_MISSING, "its version is gone from the input bucket")
        if row.error and row.error["code"] == RejectionCode.UNRECORDABLE:
            # The ledger refused the rest of it, whatever it was.
            outcome = Rejected.unrecordable(outcome.content)
        outcome = as_recorded(row, outcome)
        if not row.agrees_with(outcome):
            raise FaultError(
                FaultCode.OUTCOME_DIFFERS,
                "reading its version again gives another result than the ledger has",
            )
        return outcome
