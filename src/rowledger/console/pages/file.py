"""The page of one file: all that is known of an upload, its downloads, and running it again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from rowledger.console.pipeline import Connection, OpenPipeline
from rowledger.console.rendering import Renderer
from rowledger.console.security import Admission, form_of
from rowledger.errors import CommandError
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.file_pages import FilePage
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger import InProgress, LedgerRow
from rowledger.functions.domain.ledger_requests import ListFiles, ShowUpload
from rowledger.functions.domain.replay import ReplayRequest, ReplaySource
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.values import MAX_INTEGER
from rowledger.operations.domain.differences import differences
from rowledger.operations.services.context import Surroundings, around_rejection
from rowledger.operations.services.fetching import Kept
from rowledger.operations.services.replay import Done, Pace

_VERSIONS = 20
_MAX_REASON = 500


@dataclass(slots=True)
class _Kept:
    """What the archive has of an upload. problem: why it could not be asked; None where it was."""

    receipt: dict[str, Any] | None = None
    backup_bytes: int | None = None
    differences: list[str] = field(default_factory=list)
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FilePages:
    """by: who works here."""

    connection: Connection
    show: Renderer
    admission: Admission
    by: str

    def routes(self) -> list[Route]:
        return [
            Route("/files/{id:int}", self.shown),
            Route("/files/{id:int}/download/{kept}", self.download),
            Route("/files/{id:int}/again", self.asked_again),
            Route("/files/{id:int}/again", self.run_again, methods=["POST"]),
        ]

    def shown(self, request: Request) -> Response:
        pipeline = self.connection.get()
        history = _history(pipeline, request)
        row = history.row
        around, around_problem = None, None
        if "place" in request.query_params:
            try:
                around = around_rejection(pipeline.objects, row)
            except FaultError as fault:
                around_problem = str(fault)
        versions = pipeline.ledger.list_files(
            ListFiles(selection=Selection(key=row.filename), limit=_VERSIONS)
        )
        return self._page(pipeline, history, versions, around, around_problem)

    def _page(
        self,
        pipeline: OpenPipeline,
        history: UploadHistory,
        versions: FilePage,
        around: Surroundings | None,
        around_problem: str | None,
    ) -> Response:
        return self.show.page(
            "file.html",
            row=history.row,
            history=history,
            names=pipeline.names,
            kept=_kept(pipeline, history.row),
            versions=versions,
            all_versions=urlencode({"key": history.row.filename}),
            around=around,
            around_problem=around_problem,
            may_act=pipeline.may_act(),
        )

    def download(self, request: Request) -> Response:
        """Lead to the object itself, by a link that is good for a minute."""
        try:
            kept = Kept(request.path_params["kept"])
        except ValueError:
            raise HTTPException(404) from None
        pipeline = self.connection.get()
        row = _history(pipeline, request).row
        try:
            where = pipeline.fetching.location(row, kept)
        except CommandError as error:
            raise HTTPException(404, f"{error}.") from error
        link = pipeline.links.link(
            where.bucket, where.key, where.version_id, name=_file_name(row, kept)
        )
        return RedirectResponse(link, 303)

    def asked_again(self, request: Request) -> Response:
        """Show what running it again would do; nothing is done."""
        pipeline = self.connection.get()
        row = _history(pipeline, request).row
        return self._asked(pipeline, row, None)

    def _asked(self, pipeline: OpenPipeline, row: LedgerRow, mistake: str | None) -> Response:
        with pipeline.replay.planned(
            Selection(file_id=row.id), ReplaySource.LEDGER, limit=1
        ) as steps:
            (planned,) = pipeline.replay.preview(steps)
        return self.show.page(
            "again.html",
            status=400 if mistake else 200,
            row=row,
            skipped=_skipped(planned),
            may_act=pipeline.may_act(),
            by=self.by,
            max_reason=_MAX_REASON,
            mistake=mistake,
        )

    async def run_again(self, request: Request) -> Response:
        form = await form_of(request, self.admission)
        return await run_in_threadpool(self._run_again, request, form.get("reason", "").strip())

    def _run_again(self, request: Request, reason: str) -> Response:
        pipeline = self.connection.get()
        row = _history(pipeline, request).row
        if not reason or len(reason) > _MAX_REASON:
            return self._asked(pipeline, row, "Say why, in at most 500 letters.")
        wanted = ReplayRequest(self.by, reason, ReplaySource.LEDGER, pipeline.identity())
        with pipeline.replay.planned(
            Selection(file_id=row.id), ReplaySource.LEDGER, limit=1
        ) as steps:
            (done,) = pipeline.replay.run(steps, wanted, Pace(1, time.monotonic, time.sleep))
        if skipped := _skipped(done):
            return self._asked(pipeline, row, f"Nothing was sent: {skipped}.")
        return RedirectResponse(f"/files/{row.id}", 303)


def _history(pipeline: OpenPipeline, request: Request) -> UploadHistory:
    """The upload that the address names; raise HTTPException where the ledger has none."""
    file_id: int = request.path_params["id"]
    found = None
    if 1 <= file_id <= MAX_INTEGER:
        found = pipeline.ledger.show_upload(ShowUpload(file_id=file_id))
    if found is None:
        raise HTTPException(404, f"The ledger has no file with the id {file_id}.")
    return found


@contextmanager
def _noted(kept: _Kept) -> Iterator[None]:
    """What cannot be asked is said in its place: the rest of the page is as true without it."""
    try:
        yield
    except (FaultError, CommandError) as error:
        kept.problem = str(error)


def _kept(pipeline: OpenPipeline, row: LedgerRow) -> _Kept:
    kept = _Kept()
    with _noted(kept):
        kept.receipt = pipeline.archive.receipt(row.receipt_key)
        kept.backup_bytes = pipeline.archive.backup_size(row.backup_key, row.backup_version_id)
        kept.differences = differences(row, kept.receipt, kept.backup_bytes)
    return kept


def _skipped(done: Done) -> str | None:
    """Why a step is not taken, in words."""
    if isinstance(done.skipped, InProgress):
        return "an attempt is at work on it; wait for its outcome"
    return done.skipped


def _file_name(row: LedgerRow, kept: Kept) -> str:
    """A name that is safe in a header and on a disk: of the key's last part, what is ASCII."""
    last = row.filename.rpartition("/")[2]
    plain = quote(last, safe="").replace("%", "_")[-100:].lstrip(".") or "file"
    return f"{row.id}-{kept}.json" if kept is Kept.RECEIPT else f"{row.id}-{kept}-{plain}"
