"""The backups of old uploads are looked for once a day: most are archived, where a look is dear."""

import pytest

from rowledger.functions.domain.reconciliation import RepairKind
from rowledger.functions.services.reconciliation import Limits
from tests.unit.reconciling import DAY, OLD_AFTER, Bench

HOUR = 3_600


@pytest.fixture
def bench() -> Bench:
    return Bench()


def lose_backup(bench: Bench, key: str) -> None:
    del bench.storage.backups[bench.backup_of(key)]


def repaired_in(bench: Bench) -> int:
    found = bench.reconciliation.run("run", Limits())
    assert found.ended_at is not None
    return found.totals.repaired[RepairKind.BACKUP]


def test_a_lost_old_backup_is_found_by_the_first_pass_of_a_day_only(bench: Bench) -> None:
    bench.taken()
    bench.pass_seconds((OLD_AFTER.days + 1) * DAY)
    assert repaired_in(bench) == 0
    lose_backup(bench, "orders.csv")
    bench.pass_seconds(HOUR)
    assert repaired_in(bench) == 0
    bench.pass_seconds(DAY)
    assert repaired_in(bench) == 1


def test_a_lost_young_backup_is_found_by_every_pass(bench: Bench) -> None:
    bench.taken()
    bench.pass_seconds(HOUR)
    assert repaired_in(bench) == 0
    lose_backup(bench, "orders.csv")
    bench.pass_seconds(HOUR)
    assert repaired_in(bench) == 1


def test_a_dry_run_looks_for_every_backup(bench: Bench) -> None:
    bench.taken()
    bench.pass_seconds((OLD_AFTER.days + 1) * DAY)
    repaired_in(bench)
    lose_backup(bench, "orders.csv")
    bench.pass_seconds(HOUR)
    assert bench.reconciliation.preview(Limits()).totals.needed[RepairKind.BACKUP] == 1
