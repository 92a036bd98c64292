"""The bucket, the ledger and reconciliation over it, as tests of reconciliation share them."""

from datetime import timedelta

from rowledger.functions.domain.reconciliation import RepairKind, Verdict
from rowledger.functions.domain.reconciliation_pass import Pass
from rowledger.functions.domain.upload import Upload
from rowledger.functions.services.facts import FactGatherer
from rowledger.functions.services.reconciliation import Limits, Reconciliation
from rowledger.functions.services.repairs import Repairer
from tests.fakes.reconciliation import FakeReconciliationStore
from tests.unit.builders import BUCKET, SUFFIXES
from tests.unit.test_intake import World

DAY = 86_400
OLD_AFTER = timedelta(days=7)


class Bench(World):
    """The world a day after its uploads came, with reconciliation over it."""

    def __init__(self) -> None:
        super().__init__()
        self.store = FakeReconciliationStore(self.ledger)
        self.facts = FactGatherer(self.store, self.storage, BUCKET, lambda: self.time, OLD_AFTER)
        self.reconciliation = self.over(self.facts)

    def over(self, facts: FactGatherer) -> Reconciliation:
        """Reconciliation that decides by these facts."""
        return Reconciliation(
            store=self.store,
            inventory=self.storage,
            facts=facts,
            repairer=Repairer(
                intake=self.intake,
                outbox=self.intake.outbox,
                storage=self.storage,
                store=self.store,
                backup_bucket="back",
                monotonic=self.seconds,
            ),
            bucket=BUCKET,
            suffixes=SUFFIXES,
            grace=timedelta(minutes=20),
            now=lambda: self.time,
            monotonic=self.seconds,
        )

    def taken(self, content: bytes = b"a,b\n1,2\n", key: str = "orders.csv") -> Upload:
        upload = self.put(content, key)
        self.take(upload, "event")
        return upload

    def run(self, **limits: float) -> Pass:
        self.pass_seconds(DAY)
        return self.reconciliation.run("run", Limits(**limits))  # type: ignore[arg-type]

    def backup_of(self, key: str) -> str:
        return self.ledger.histories(limit=1, key=key)[0].row.backup_key


def repaired(found: Pass) -> dict[RepairKind, int]:
    return {kind: count for kind, count in found.totals.repaired.items() if count}


def verdicts(found: Pass) -> dict[Verdict, int]:
    return {verdict: count for verdict, count in found.totals.verdicts.items() if count}
