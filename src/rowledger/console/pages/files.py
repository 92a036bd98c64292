"""The page of files: filtered, sorted, page by page, and as a file to keep."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from rowledger.console.filters import read_filter
from rowledger.console.pipeline import Connection
from rowledger.console.rendering import Renderer
from rowledger.functions.domain.file_pages import FileOrder, FilePage
from rowledger.functions.domain.ledger_requests import ListFiles
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.rejection import RejectionCode
from rowledger.operations.domain.rows import csv_lines, flat_document, json_line, row_document
from rowledger.operations.services.listing import pages

_PAGE_ROWS = 50
_KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@dataclass(frozen=True, slots=True)
class FilesPages:
    connection: Connection
    show: Renderer

    def routes(self) -> list[Route]:
        return [
            Route("/files", self.listed),
            Route("/files.csv", self.exported),
            Route("/files.jsonl", self.exported),
        ]

    def listed(self, request: Request) -> Response:
        wanted = read_filter(request.query_params)
        page = FilePage((), None)
        if not wanted.mistakes:
            page = self.connection.get().ledger.list_files(
                ListFiles(
                    selection=wanted.selection,
                    order=wanted.order,
                    limit=_PAGE_ROWS,
                    after=wanted.after,
                )
            )
        return self.show.page(
            "files.html",
            status=400 if wanted.mistakes else 200,
            filter=wanted,
            page=page,
            statuses=list(Status),
            orders=list(FileOrder),
            codes=sorted(RejectionCode),
        )

    def exported(self, request: Request) -> Response:
        """Everything that the filter selects, in its order, from its first page on."""
        wanted = read_filter(request.query_params)
        if wanted.mistakes:
            return RedirectResponse(f"/files?{wanted.query()}", 303)
        ending = request.url.path.rpartition(".")[2]
        found = pages(
            self.connection.get().ledger, wanted.selection, wanted.order, limit=None, after=None
        )
        # The first before the answer begins: what is wrong is then said on a page. Later it ends
        # the answer in its middle, which a browser shows as a download that failed.
        first = next(found, FilePage((), None))
        lines = _csv(chain([first], found)) if ending == "csv" else _json(chain([first], found))
        return StreamingResponse(
            lines,
            media_type=_KINDS[ending],
            headers={"Content-Disposition": f'attachment; filename="files.{ending}"'},
        )


def _csv(found: Iterable[FilePage]) -> Iterator[str]:
    for number, page in zip(count(), found, strict=False):
        yield csv_lines(map(flat_document, page.rows), header=number == 0)


def _json(found: Iterable[FilePage]) -> Iterator[str]:
    for page in found:
        yield "".join(f"{json_line(row_document(row))}\n" for row in page.rows)
