"""The bucket, the ledger and reconciliation over it, as tests of reconciliation share them."""

from datetime import timedelta

from rowledger.functions.domain.reconciliation import Heal, Pass, Verdict
from rowledger.functions.domain.upload import Upload
from rowledger.functions.services.reconciliation import Reconcile
from rowledger.functions.services.settling import Limits
from tests.fakes.reconciliation import MemoryReconciliation
from tests.unit.builders import BUCKET, SUFFIXES
from tests.unit.test_intake import World

DAY = 86_400


class Bench(World):
    """The world a day after its uploads came, with reconciliation over it."""

    def __init__(self) -> None:
        super().__init__()
        self.reconciliation = MemoryReconciliation(self.ledger)
        self.reconcile = Reconcile(
            self.intake, self.reconciliation, BUCKET, SUFFIXES, timedelta(minutes=20)
        )

    def taken(self, content: bytes = b"a,b\n1,2\n", key: str = "orders.csv") -> Upload:
        upload = self.put(content, key)
        self.take(upload, "event")
        return upload

    def run(self, **limits: float) -> Pass:
        self.pass_seconds(DAY)
        return self.reconcile.run("run", Limits(**limits))  # type: ignore[arg-type]

    def backup_of(self, key: str) -> str:
        return self.ledger.files(limit=1, key=key)[0].backup_key


def healed(found: Pass) -> dict[Heal, int]:
    return {heal: count for heal, count in found.totals.healed.items() if count}


def verdicts(found: Pass) -> dict[Verdict, int]:
    return {verdict: count for verdict, count in found.totals.verdicts.items() if count}
