"""The counter's speed and memory, beside the csv module's, on four kinds of files.

Each measurement runs in a process of its own, on a file in the page cache.
Run: python -m bench.counting [--mb 500]
"""

import argparse
import csv
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from rowledger.functions.domain.counting.counter import Counter

CHUNK_SIZE = 1 << 20
MB = 1_000_000
SAMPLE_ROWS = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=500, help="size of each file")
    size = parser.parse_args().mb * MB
    print(f"{'':34}{'rows':>12}{'counter':>10}{'csv':>8}{'ratio':>7}{'memory grows by':>17}")
    print(f"{'':46}{'MB/s':>10}{'MB/s':>8}{'':7}{'MB':>17}")
    with tempfile.TemporaryDirectory(prefix="rowledger-bench-") as folder:
        for name, row in KINDS.items():
            path = Path(folder) / "bench.csv"
            write(path, size, row)
            compare(name, path)


def compare(name: str, path: Path) -> None:
    size = path.stat().st_size
    read(path)
    rows, seconds, growth = measured(count_with_counter, path)
    csv_rows, csv_seconds, _ = measured(count_with_csv, path)
    if rows != csv_rows:
        sys.exit(f"counting: {name}: {rows} rows by the counter, {csv_rows} by the csv module")
    speed, csv_speed = size / seconds / MB, size / csv_seconds / MB
    print(
        f"{name:34}{rows:12,}{speed:10,.0f}{csv_speed:8,.0f}{speed / csv_speed:6.1f}x"
        f"{growth / MB:17.1f}",
        flush=True,
    )


def read(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(CHUNK_SIZE):
            pass


def measured(count: Callable[[Path], int], path: Path) -> tuple[int, float, int]:
    """Return rows, seconds and growth of peak memory in bytes, from a new process."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (count, path))


def measure(count: Callable[[Path], int], path: Path) -> tuple[int, float, int]:
    memory = peak_memory()
    start = time.perf_counter()
    rows = count(path)
    return rows, time.perf_counter() - start, peak_memory() - memory


def peak_memory() -> int:
    """Return the process's peak resident memory in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage() here starts with the parent's peak
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        return int(peak) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def count_with_counter(path: Path) -> int:
    counter = Counter()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK_SIZE):
            counter.feed(chunk)
    return counter.finish().rows


def count_with_csv(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def write(path: Path, size: int, row: Callable[[random.Random], str]) -> None:
    source = random.Random(4180)  # noqa: S311 -- the same file each time
    sample = "".join(row(source) for _ in range(SAMPLE_ROWS)).encode()
    with path.open("wb") as file:
        file.write(b"id,name,city,date,amount,note\n")
        for _ in range(max(1, size // len(sample))):
            file.write(sample)


def words(source: random.Random, least: int, most: int) -> str:
    return "".join(source.choices("abcdefghijklmnop qrstuvwxyz ", k=source.randint(least, most)))


def fields(source: random.Random) -> list[str]:
    return [
        str(source.randrange(10**7)),
        words(source, 8, 24),
        words(source, 5, 15),
        f"2026-{source.randint(1, 12):02}-{source.randint(1, 28):02}",
        f"{source.randrange(10**6) / 100:.2f}",
        words(source, 20, 80),
    ]


def plain(source: random.Random) -> str:
    return ",".join(fields(source)) + "\n"


def some_quotes(source: random.Random) -> str:
    """One row in five has a note that needs quotes."""
    row = fields(source)
    if source.random() < 0.2:
        row[-1] = f'"{row[-1]}, {words(source, 5, 20)}"'
    return ",".join(row) + "\n"


def all_quoted(source: random.Random) -> str:
    row = fields(source)
    row[-1] = f"{row[-1]}\n{words(source, 20, 80)}"
    return ",".join(f'"{field}"' for field in row) + "\n"


def made_to_be_slow(_source: random.Random) -> str:
    """The most quotes that break the rules, in the fewest bytes."""
    return '"a\n"a\n'


KINDS = {
    "plain": plain,
    "some quotes": some_quotes,
    "all quoted, embedded newlines": all_quoted,
    "made to be slow": made_to_be_slow,
}

if __name__ == "__main__":
    main()
