"""The whole function on a local stack, side by side in one run with a plain handler.

The plain handler (baselines/plain.py) does the same job badly. It starts a stack of its own in a
temporary folder, and leaves nothing. Times are seconds of the clock on a machine that does other
things too: the ratios count, each of medians that were measured in turns. Prints Markdown. Run:
python -m bench.function [--mb 10 500 2000] [--get-mb 500] [--files 500] [--pairs 30]
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.burst import burst
from bench.copies import end_copies, peaks
from bench.costs import PRICES_OF, Use, cost_table, use_of_plain_handler, use_of_processor
from bench.files import MB, write_csv
from bench.markdown import row, seconds, table
from bench.sides import PROCESSOR, Side, deploy_beside
from bench.stage import Stage, Taken
from rowledger.local.layout import Layout
from rowledger.local.stack import reset
from rowledger.operations.adapters.environment_files import CONFIG_DIR_VARIABLE
from rowledger.wiring.local_stack import start_local_stack

LIMIT_MB = 100
SMALL_BYTES = 1000
# How often a file is put whose seconds are counted: a large one takes long enough.
WARM_FILES = 5
ENOUGH_MB = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, nargs="+", default=[10, 500, 2000], help="for the memory")
    parser.add_argument("--get-mb", type=int, default=500, help="beside a bare GET")
    parser.add_argument("--cost-mb", type=int, nargs=2, default=[1, 1000], help="for the costs")
    parser.add_argument("--files", type=int, default=500, help="at once")
    parser.add_argument("--pairs", type=int, default=30, help="of warm files")
    parser.add_argument("--rounds", type=int, default=5, help="of cold starts and of large files")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rowledger-bench-") as folder:
        # Whoever has a stack of their own finds it as before.
        os.environ[CONFIG_DIR_VARIABLE] = folder
        layout = Layout(Path(folder) / "state")
        try:
            stack = start_local_stack(lambda _: None, layout)
            stage = Stage(stack, deploy_beside(stack))
            bench = Bench(stage, Path(folder))
            print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors\n")
            print(table("", "the least possible", "plain handler", PROCESSOR["name"], "ratio"))
            for line in bench.rows(given):
                print(line, flush=True)
            print(f"\nUSD by the list prices of {PRICES_OF}:\n")
            print(cost_table(bench.uses(given.cost_mb)))
        finally:
            reset(lambda _: None, layout)
    if bench.most_mb > LIMIT_MB:
        raise SystemExit(f"{PROCESSOR['name']} took more than {LIMIT_MB} MB")


class Bench:
    """What is measured, a method each. folder: for the files that are put."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._sides = (stage.sides.plain, stage.sides.processor)
        self._small, self._large = folder / "small.csv", folder / "large.csv"
        write_csv(self._small, SMALL_BYTES)
        self._number = 0
        self.most_mb = 0.0

    def rows(self, given: argparse.Namespace) -> Iterator[str]:
        yield from self._beside_a_get(given.get_mb, given.rounds)
        yield self._to_backup("cold start, PUT to backup", given.rounds, cold=True)
        yield self._to_backup("warm, PUT to backup", given.pairs, cold=False)
        for size in given.mb:
            yield self._memory(size)
        yield from burst(self._stage, self._small, given.files)

    def _beside_a_get(self, size: int, rounds: int) -> Iterator[str]:
        """What a function adds to reading a large file and doing nothing with it."""
        write_csv(self._large, size * MB)
        self._warm_up()
        gets, backups, outcomes = [], [], []
        for _ in range(rounds):
            taken = [self._put(side, self._large) for side in self._sides]
            gets.append(self._stage.get(taken[-1].sent))
            backups.append([each.to_backup for each in taken])
            outcomes.append([each.to_outcome for each in taken])
            self._stage.clear()
        for what, measured in (("backup", backups), ("outcome", outcomes)):
            plain, ours = (statistics.median(each) for each in zip(*measured, strict=True))
            to_get = [
                statistics.median(one / get for one, get in zip(each, gets, strict=True))
                for each in zip(*measured, strict=True)
            ]
            yield row(
                f"{size} MB, PUT to {what}",
                f"{seconds(statistics.median(gets))} (a bare GET)",
                f"{seconds(plain)}, {to_get[0]:.2f} x the GET",
                f"{seconds(ours)}, {to_get[1]:.2f} x the GET",
                f"{ours / plain:.2f}",
            )

    def _to_backup(self, what: str, pairs: int, *, cold: bool) -> str:
        """What a small file takes."""
        self._warm_up()
        measured = [
            [self._put(side, self._small, cold=cold).to_backup for side in self._sides]
            for _ in range(pairs)
        ]
        plain, ours = (statistics.median(each) for each in zip(*measured, strict=True))
        ratio = statistics.median(mine / theirs for theirs, mine in measured)
        return row(f"{what}, median of {pairs}", "", seconds(plain), seconds(ours), f"{ratio:.2f}")

    def _memory(self, size: int) -> str:
        """The peak of a copy that deals with nothing but this file."""
        write_csv(self._large, size * MB)
        plain, ours = (self._peak(side) for side in self._sides)
        self.most_mb = max(self.most_mb, ours)
        return row(
            f"peak memory, {size:,} MB",
            "",
            f"{plain:,.0f} MB",
            f"{ours:,.0f} MB",
            f"{ours / plain:.2f}",
        )

    def _peak(self, side: Side) -> float:
        self._put(side, self._large, cold=True)
        peak = max(peaks(self._stage.stack, side.function))
        # It keeps what it has taken.
        end_copies(self._stage.stack, side.function)
        self._stage.clear()
        return peak

    def uses(self, sizes: list[int]) -> Iterator[Use]:
        """What a file of each size, in MB, uses of AWS."""
        for size in sizes:
            write_csv(self._large, size * MB)
            for side in self._sides:
                end_copies(self._stage.stack, side.function)
            self._warm_up()
            files = max(1, min(WARM_FILES, ENOUGH_MB // size))
            plain, ours = (self._duration(side, files) for side in self._sides)
            peak = max(peaks(self._stage.stack, self._sides[0].function))
            yield use_of_plain_handler(size * MB, plain, peak)
            yield use_of_processor(size * MB, ours)

    def _duration(self, side: Side, files: int) -> float:
        """Seconds that the function runs for the file, the median of some."""
        found = []
        for _ in range(files):
            found.append(self._put(side, self._large).duration)
            self._stage.clear()
        return statistics.median(found)

    def _warm_up(self) -> None:
        for side in self._sides:
            self._put(side, self._small)
        self._stage.clear()

    def _put(self, side: Side, file: Path, *, cold: bool = False) -> Taken:
        """Put a file, and wait until it is dealt with."""
        if cold:
            end_copies(self._stage.stack, side.function)
        self._number += 1
        key = f"{side.function}-{self._number:05}.csv"
        return self._stage.finish(self._stage.put(side, file, key))


if __name__ == "__main__":
    main()
