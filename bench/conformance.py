"""The counter's score on record counts that public CSV test suites assert.

CORE is every file whose count follows from RFC 4180 and the stated dialect; HARD is the part of
CORE where counting line feeds is wrong. Run: python -m bench.conformance [DIRECTORY]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rowledger.functions.domain.counting.counter import Counter
from rowledger.functions.domain.rejection import RejectedError

DEFAULT_DIRECTORY = Path(__file__).resolve().parents[2] / "shared" / "csv-conformance"
CORE_TIERS = ("rfc4180", "dialect")
REQUIRED_CORE = 0.97


@dataclass(frozen=True)
class Result:
    """One file of the corpus: what its suite asserts, and what the counter found."""

    path: str
    tier: str
    expected: int
    found: int | None
    error: str | None
    line_feeds_suffice: bool

    @property
    def right(self) -> bool:
        return self.found == self.expected

    @property
    def core(self) -> bool:
        return self.tier in CORE_TIERS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", type=Path, default=DEFAULT_DIRECTORY)
    directory: Path = parser.parse_args().directory
    if not (directory / "manifest.jsonl").is_file():
        sys.exit(f"conformance: no manifest.jsonl in {directory}; name the corpus's directory")
    results = list(measure(directory))
    core = [result for result in results if result.core]
    report("CORE", core)
    report("HARD", [result for result in core if not result.line_feeds_suffice])
    for tier in dict.fromkeys(result.tier for result in results):
        report(f"tier {tier}", [result for result in results if result.tier == tier])
    report("ALL", results)
    for result in results:
        if not result.right:
            found = result.error or result.found
            print(f"miss  {result.tier:11}{result.path}: expected {result.expected}, got {found}")
    if not core or share(core) < REQUIRED_CORE:
        sys.exit(f"conformance: CORE is below {REQUIRED_CORE:.0%}")


def measure(directory: Path) -> Iterator[Result]:
    for line in (directory / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        data = (directory / entry["path"]).read_bytes()
        found, error = count_records(data)
        unfinished_line = bool(data) and not data.endswith(b"\n")
        expected = entry["expected_records"]
        yield Result(
            path=entry["path"],
            tier=entry["tier"],
            expected=expected,
            found=found,
            error=error,
            line_feeds_suffice=data.count(b"\n") + unfinished_line == expected,
        )


def count_records(data: bytes) -> tuple[int | None, str | None]:
    counter = Counter(header=False)
    try:
        counter.feed(data)
        return counter.finish().rows, None
    except RejectedError as error:
        return None, error.rejection.code


def share(results: list[Result]) -> float:
    return sum(result.right for result in results) / len(results)


def report(name: str, results: list[Result]) -> None:
    if results:
        right = sum(result.right for result in results)
        print(f"{name:18}{right:4} of {len(results):4}{share(results):8.1%}")


if __name__ == "__main__":
    main()
