"""Reads a selection of the ledger, page by page."""

from collections.abc import Iterator

from rowledger.functions.domain.file_pages import MAX_PAGE_ROWS, FileOrder, FilePage
from rowledger.functions.domain.ledger_requests import ListFiles
from rowledger.functions.domain.selection import Selection
from rowledger.functions.ports.ledger_queries import LedgerQueries


def pages(
    ledger: LedgerQueries,
    selection: Selection,
    order: FileOrder,
    *,
    limit: int | None,
    after: str | None = None,
) -> Iterator[FilePage]:
    """Yield the pages of a selection until its end or the limit of rows; raise FaultError."""
    left = limit
    while left is None or left > 0:
        wanted = MAX_PAGE_ROWS if left is None else min(MAX_PAGE_ROWS, left)
        page = ledger.list_files(
            ListFiles(selection=selection, order=order, limit=wanted, after=after)
        )
        yield page
        after = page.after
        left = None if left is None else left - len(page.rows)
        if after is None:
            return
