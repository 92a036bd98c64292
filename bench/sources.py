"""What a source costs an upload in database time, with many sources and files in the ledger.

The statements of one upload, from the claim to the commit, are timed as the function makes them:
where no source was ever applied, where none of many is for the file, and where one is and has a
long history.
"""

import argparse
import statistics
import time
from dataclasses import dataclass
from typing import Any

from bench.filled import FilledLedger, filled_ledger, patient_database
from rowledger.functions.adapters.postgres.ledger import PostgresLedger
from rowledger.functions.adapters.postgres.ledger_actions import PostgresLedgerActions
from rowledger.functions.domain.ledger import Claim
from rowledger.functions.domain.notification import Notification
from rowledger.functions.domain.outcome import Counted, examine
from rowledger.functions.domain.sources.choosing import ChosenSource, choose
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.upload import Upload
from rowledger.local.provisioning.database_logins import Login
from tests.integration.many_rows import NEWEST, mark_sources

LIMIT_MS = 5.0
UPLOADS_TIMED = 600
_TURNS = 10
# As tests/integration/many_rows.py names the senders.
_SENDERS = ("acme", *(f"sender-{number}" for number in range(1, 40)))


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of each upload: of its claim, the query about earlier files, and its commit."""

    claim: list[float]
    earlier: list[float]
    commit: list[float]

    @property
    def whole(self) -> list[float]:
        return [sum(each) for each in zip(self.claim, self.earlier, self.commit, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--sources", type=int, default=10_000)
    given = parser.parse_args()
    with filled_ledger(given.files) as ledger:
        over = _compare(ledger, given.sources, given.files)
    raise SystemExit(1 if over else 0)


def _compare(filled: FilledLedger, number: int, files: int) -> bool:
    """Print the table; return whether a source costs too much."""
    database = patient_database(filled.function)
    ledger = PostgresLedger(database, lease_seconds=300)
    applied = _apply(filled.operator, number)
    mark_sources(filled.owner, files)
    none, other, one = Timed([], [], []), Timed([], [], []), Timed([], [], [])
    # In turns, so that other work of the machine falls on all alike.
    for turn in range(_TURNS):
        _apply(filled.operator, 0)
        _time(ledger, f"nobody/none-{turn}", none)
        _apply(filled.operator, number)
        _time(ledger, f"nobody/some-{turn}", other)
        _time(ledger, f"sender-7/2026-{turn}", one)
    database.close()
    measured = {
        "no source in force": none,
        f"{number:,} in force, none for the file": other,
        f"{number:,} in force, one for the file": one,
    }
    print(
        f"| {files:,} files; median (10th percentile), ms | claim | earlier files | commit | all |"
    )
    print("| --- | --- | --- | --- | --- |")
    for name, timed in measured.items():
        parts = (timed.claim, timed.earlier, timed.commit, timed.whole)
        print(f"| {name} | {' | '.join(map(_shown, parts))} |")
    print(f"\n{number:,} sources were applied in {applied:,.1f} s.")
    return statistics.median(one.whole) - statistics.median(none.whole) > LIMIT_MS


def _apply(operator: Login, number: int) -> float:
    """Put so many sources into force; return the seconds that took."""
    names = [*_SENDERS, *(f"other-{each}" for each in range(number))][:number]
    sources: list[dict[str, Any]] = [
        {
            "name": name,
            "prefix": f"{name}/",
            "owner": "data@example.com",
            "dialect": {"delimiter": "comma", "encoding": "utf-8"},
            "columns": {"fields": ["a", "b"]},
            "rows": {"minimum": 1},
        }
        for name in names
    ]
    database = patient_database(operator)
    started = time.perf_counter()
    PostgresLedgerActions(database).apply_sources(
        SourcesChange("bench", {"version": 1, "sources": sources})
    )
    seconds = time.perf_counter() - started
    database.close()
    return seconds


def _time(ledger: PostgresLedger, folder: str, timed: Timed) -> None:
    for number in range(UPLOADS_TIMED // _TURNS):
        content = b"a,b\n" + b"1,2\n" * (number + 1)
        outcome = examine([content], header=True)
        assert isinstance(outcome, Counted)
        key = f"{folder}/bench-{number}.csv"
        upload = Upload("input", key, f"v-{number}", "etag", len(content), NEWEST)
        started = time.perf_counter()
        claim = ledger.claim(upload, "bench")
        assert isinstance(claim, Claim)
        timed.claim.append(_since(started))
        chosen, judged_by = choose(key, claim.candidates), None
        started = time.perf_counter()
        if isinstance(chosen, ChosenSource):
            name = chosen.source.name
            earlier = ledger.earlier_files(claim, name, outcome.content.sha256)
            judged_by = JudgedBy(name, chosen.version, supersedes=earlier.same_key)
        timed.earlier.append(_since(started))
        message = Notification(f"{key}-{number}", "subject", "body", {"status": "SUCCESS"})
        started = time.perf_counter()
        ledger.commit(
            claim, outcome, message, backup_version_id="b", duration_ms=1, judged_by=judged_by
        )
        timed.commit.append(_since(started))


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _shown(milliseconds: list[float]) -> str:
    early, *_ = statistics.quantiles(milliseconds, n=10)
    return f"{statistics.median(milliseconds):.2f} ({early:.2f})"


if __name__ == "__main__":
    main()
