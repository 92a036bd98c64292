"""Other readers of CSV, each asked for the number of data rows of a file.

Each gets the bytes, finds the dialect by itself as far as it can, and may give up by raising.
"""

import csv
import importlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Peer = Callable[[bytes], int]
_SNIFFED = 64 * 1024


def peers() -> dict[str, Peer]:
    """Return the readers that are installed, by name."""
    found: dict[str, Peer] = {"csv": by_csv_module, "Sniffer": by_sniffer}
    for name, peer in (("duckdb", by_duckdb), ("polars", by_polars), ("clevercsv", by_clevercsv)):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        found[name] = peer
    return found


def by_csv_module(data: bytes) -> int:
    """Read with the module's defaults."""
    return _records(_text(data), csv.excel) - 1


def by_sniffer(data: bytes) -> int:
    """Read with the dialect that csv.Sniffer finds, or the defaults where it finds none."""
    text = _text(data)
    try:
        dialect = csv.Sniffer().sniff(text[:_SNIFFED])
    except csv.Error:
        dialect = csv.excel
    return _records(text, dialect) - 1


def by_clevercsv(data: bytes) -> int:
    """Read with the dialect that CleverCSV finds."""
    clevercsv: Any = importlib.import_module("clevercsv")
    text = _text(data)
    dialect = clevercsv.Sniffer().sniff(text[:_SNIFFED])
    rows = clevercsv.reader(io.StringIO(text, newline=""), dialect)
    return sum(1 for row in rows if row) - 1


def by_duckdb(data: bytes) -> int:
    """Count with DuckDB's sniffer; the first record is the header."""
    duckdb: Any = importlib.import_module("duckdb")
    with tempfile.TemporaryDirectory(prefix="rowledger-peer-") as folder:
        path = Path(folder) / ("file.csv.gz" if data.startswith(b"\x1f\x8b") else "file.csv")
        path.write_bytes(data)
        relation = duckdb.read_csv(str(path), header=True, all_varchar=True)
        ((rows,),) = relation.aggregate("count(*)").fetchall()
    return int(rows)


def by_polars(data: bytes) -> int:
    """Count with polars, which finds no delimiter by itself."""
    polars: Any = importlib.import_module("polars")
    return int(polars.read_csv(io.BytesIO(data), infer_schema=False).height)


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig")


def _records(text: str, dialect: type[csv.Dialect]) -> int:
    reader = csv.reader(io.StringIO(text, newline=""), dialect)
    return sum(1 for row in reader if row)
