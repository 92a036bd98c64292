"""The formats that ledger rows are exported in."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from importlib import import_module
from typing import IO, Any, Protocol

from rowledger.cli.output import as_json
from rowledger.errors import CommandError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.operations.domain.rows import csv_lines, flat_document, row_document


class ExportFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class ExportWriter(Protocol):
    def write(self, rows: Sequence[LedgerRow]) -> None:
        """Add rows."""

    def close(self) -> None:
        """Write what is still to be written."""


class CsvWriter:
    """RFC 4180, with a header."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._header = True

    def write(self, rows: Sequence[LedgerRow]) -> None:
        text = csv_lines(map(flat_document, rows), header=self._header)
        self._stream.write(text.encode())
        self._header = self._header and not rows

    def close(self) -> None:
        self._stream.flush()


class JsonLinesWriter:
    """One JSON object a line."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, rows: Sequence[LedgerRow]) -> None:
        for row in rows:
            self._stream.write(as_json(row_document(row)).encode() + b"\n")

    def close(self) -> None:
        self._stream.flush()


class ParquetWriter:
    """With the columns of CSV, typed."""

    def __init__(self, stream: IO[bytes]) -> None:
        try:
            pa = import_module("pyarrow")
            pq = import_module("pyarrow.parquet")
        except ImportError as error:
            raise CommandError(
                "Parquet needs a library: pip install 'rowledger[parquet]'"
            ) from error
        self._arrow = pa
        moment, whole = pa.timestamp("us", tz="UTC"), pa.int64()
        kinds = {
            **dict.fromkeys(_TIMES, moment),
            **dict.fromkeys(_NUMBERS, whole),
        }
        self._schema = pa.schema([(name, kinds.get(name, pa.string())) for name in _COLUMNS])
        self._writer: Any = pq.ParquetWriter(stream, self._schema)

    def write(self, rows: Sequence[LedgerRow]) -> None:
        documents = [flat_document(row) for row in rows]
        self._writer.write_table(self._arrow.Table.from_pylist(documents, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


_TIMES = ("timestamp", "received_at", "notified_at")
_NUMBERS = (
    "id",
    "digest",
    "rows_count",
    "attempt",
    "file_size_bytes",
    "columns_count",
    "duration_ms",
    "error_line",
)
_COLUMNS = (
    *(
        each
        for each in LedgerRow.__dataclass_fields__
        if each not in ("error", "held_until", "unsent", "mail_waits")
    ),
    "error_code",
    "error_message",
    "error_line",
)

FORMATS: Mapping[ExportFormat, Callable[[IO[bytes]], ExportWriter]] = {
    ExportFormat.CSV: CsvWriter,
    ExportFormat.JSONL: JsonLinesWriter,
    ExportFormat.PARQUET: ParquetWriter,
}
