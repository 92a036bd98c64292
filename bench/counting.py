"""The counter's speed beside its peers', in one run, by processor time of one thread.

MB a second of each file's bytes, as they are stored, read from the page cache. Each measurement
runs in a process of its own; what is slow is given the beginning of the file. A peer that finds
another number of rows is marked *, one that gives up -. Prints Markdown.
Run: PYTHONPATH=src:. .peers/bin/python -m bench.counting [--mb 200] [--shape plain]
"""

import argparse
import csv
import gzip
import importlib
import os
import re
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.markdown import row, table
from bench.shapes import SHAPES, is_gzip, write
from rowledger.functions.adapters.kernel.library import load_kernel
from rowledger.functions.domain.counting import kernel
from rowledger.functions.domain.counting.counter import Counter

CHUNK_SIZE = 1 << 20
MB = 1_000_000


@dataclass(frozen=True)
class Measured:
    """Rows, MB a second, and by how many bytes the peak of memory grew."""

    rows: int
    speed: float
    growth: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=int, default=200, help="size of each file, before compression")
    parser.add_argument("--shape", choices=SHAPES, action="append", help="only this one")
    given = parser.parse_args()
    os.environ["POLARS_MAX_THREADS"] = "1"
    print(f"{datetime.now(UTC):%Y-%m-%d}, MB a second of one thread's processor time\n")
    print(table("shape", *READERS, "kernel : DuckDB", "memory grew, MB"))
    with tempfile.TemporaryDirectory(prefix="rowledger-bench-") as folder:
        for shape in given.shape or SHAPES:
            small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
            write(small, min(given.mb, 20) * MB, shape)
            write(large, given.mb * MB, shape)
            if is_gzip(shape):
                small, large = (path.rename(f"{path}.gz") for path in (small, large))
            print(row_of(shape, small, large), flush=True)
            small.unlink()
            large.unlink()


def row_of(shape: str, small: Path, large: Path) -> str:
    """Measure each reader on files of one shape; the row of it in Markdown."""
    found = {
        name: measured(reader, small if name in SLOW else large) for name, reader in READERS.items()
    }
    cells = []
    for name, each in found.items():
        ours = found["Python alone" if name in SLOW else "kernel"]
        if each is None or ours is None:
            cells.append("-")
        else:
            cells.append(f"{each.speed:,.0f}{'*' if each.rows != ours.rows else ''}")
    ours, duckdb = found["kernel"], found["DuckDB"]
    ratio = f"{ours.speed / duckdb.speed:.1f}" if ours and duckdb else "-"
    growth = f"{ours.growth / MB:.1f}" if ours else "-"
    return row(shape, *cells, ratio, growth)


def measured(count: Callable[[Path], int], path: Path) -> Measured | None:
    """Measure in a new process; None where the reader gives up, or is not there."""
    with get_context("spawn").Pool(1) as pool:
        try:
            return pool.apply(measure, (count, path))
        except Exception:  # noqa: BLE001 -- whatever a peer raises
            return None


def measure(count: Callable[[Path], int], path: Path) -> Measured:
    with path.open("rb", buffering=0) as file:  # into the page cache
        while file.read(CHUNK_SIZE):
            pass
    importlib.invalidate_caches()
    prepare(count)
    memory, start = peak_memory(), time.process_time()
    rows = count(path)
    seconds = time.process_time() - start
    return Measured(rows, path.stat().st_size / seconds / MB, peak_memory() - memory)


def prepare(count: Callable[[Path], int]) -> None:
    """Import what the reader needs, which is not measured."""
    for name in LIBRARIES.get(count.__name__, ()):
        importlib.import_module(name)


def peak_memory() -> int:
    """Return the process's peak resident memory in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage() here starts with the parent's peak
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        return int(peak) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def by_kernel(path: Path) -> int:
    loaded = load_kernel()
    if loaded is None:
        raise LookupError("no kernel: make kernel")
    kernel.use(loaded)
    return counted(path)


def by_python(path: Path) -> int:
    kernel.use(None)
    return counted(path)


def counted(path: Path) -> int:
    counter = Counter()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK_SIZE):
            counter.feed(chunk)
    return counter.finish().rows


def by_csv(path: Path) -> int:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return sum(1 for row in csv.reader(file) if row) - 1


def by_duckdb(path: Path) -> int:
    duckdb: Any = importlib.import_module("duckdb")
    connection = duckdb.connect(config={"threads": 1})
    relation = connection.read_csv(str(path), header=True, all_varchar=True)
    ((rows,),) = relation.aggregate("count(*)").fetchall()
    return int(rows)


def by_polars(path: Path) -> int:
    polars: Any = importlib.import_module("polars")
    return int(polars.scan_csv(path, infer_schema=False).select(polars.len()).collect().item())


READERS: dict[str, Callable[[Path], int]] = {
    "kernel": by_kernel,
    "Python alone": by_python,
    "csv module": by_csv,
    "DuckDB": by_duckdb,
    "polars": by_polars,
}
# These are given the small file.
SLOW = ("Python alone", "csv module")
LIBRARIES = {"by_duckdb": ("duckdb",), "by_polars": ("polars",)}

if __name__ == "__main__":
    main()
