"""Pages of the ledger: in which order, and where the next one begins."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.values import (
    MAX_BIGINT,
    MAX_INTEGER,
    check_moment,
    check_number,
    check_texts,
)

# A page of so many rows fits into a function's answer as a rule; where it does not, it is cut.
MAX_PAGE_ROWS = 1000

SortValue = str | int | datetime


class FileOrder(StrEnum):
    """How uploads are listed; those that are equal in it, by ledger id in the same direction."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    SIZE = "size"
    ROWS = "rows"

    def value_of(self, row: LedgerRow) -> SortValue:
        """What a row is sorted by."""
        match self:
            case FileOrder.NEWEST | FileOrder.OLDEST:
                return row.received_at
            case FileOrder.NAME:
                return row.filename
            case FileOrder.SIZE:
                return row.file_size_bytes
            case FileOrder.ROWS:
                # A file that has no count comes behind those that have one.
                return -1 if row.rows_count is None else row.rows_count


@dataclass(frozen=True, slots=True)
class FilePage:
    """Some uploads, in order. after: where the next page begins; None behind the last."""

    rows: tuple[LedgerRow, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The last row of a page: by what it was sorted, and its ledger id."""

    value: SortValue
    file_id: int


def cursor_of(order: FileOrder, row: LedgerRow) -> str:
    """Name the place behind a row, in letters that a shell leaves alone."""
    value = order.value_of(row)
    text = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([order, text, row.id]).encode()).decode()


def read_cursor(order: FileOrder, cursor: str) -> PagePosition:
    """Read what cursor_of made; raise ValueError where it is none, or of another order."""
    try:
        known_order, value, file_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        made_of = FileOrder(known_order)
        position = PagePosition(_sort_value(made_of, value), _number(file_id, 1, MAX_INTEGER))
    # RecursionError: of lists within lists.
    except (ValueError, TypeError, RecursionError):
        raise ValueError(f"{cursor!r} is no cursor that a page ended with") from None
    if made_of is not order:
        raise ValueError(f"the cursor is of a list that was sorted by {made_of}, not {order}")
    return position


def _sort_value(order: FileOrder, value: object) -> SortValue:
    """Read what rows are sorted by; raise ValueError or TypeError where none can have it."""
    if order in (FileOrder.SIZE, FileOrder.ROWS):
        return _number(value, -1, MAX_BIGINT)
    if not isinstance(value, str):
        raise TypeError("no text")
    check_texts("the cursor", value)
    if order is FileOrder.NAME:
        return value
    moment = datetime.fromisoformat(value)
    check_moment("the cursor", moment)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment


def _number(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("no whole number")
    check_number("the cursor", value, least, most)
    return value
