"""Uploading from the page: files are put into the input bucket, and followed to their outcome."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rowledger.console.pipeline import Connection
from rowledger.console.rendering import Renderer
from rowledger.console.security import CSRF_HEADER, Admission
from rowledger.errors import CommandError
from rowledger.functions.domain.event import ignored_key
from rowledger.functions.domain.faults import FaultError
from rowledger.functions.domain.keys import MAX_KEY_BYTES
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import FindRows, ListFiles
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.upload import UploadName
from rowledger.operations.domain.row_texts import reason_text
from rowledger.operations.services.following import send

# What this machine's disk keeps free, whatever is uploaded.
SPARE_BYTES = 1 << 28
_AWAY = 503


@dataclass(frozen=True, slots=True)
class UploadPages:
    """What a file takes on its way: this console, S3, csv-processor."""

    connection: Connection
    show: Renderer
    admission: Admission

    def routes(self) -> list[Route]:
        return [
            Route("/upload", self.asked),
            Route("/upload/plan", self.planned),
            Route("/upload/file", self.sent, methods=["POST"]),
            Route("/upload/outcome", self.outcome),
        ]

    def asked(self, _request: Request) -> Response:
        pipeline = self.connection.get()
        names = pipeline.names
        return self.show.page(
            "upload.html",
            bucket=names.input_bucket,
            suffixes=names.suffixes,
            may_act=pipeline.may_act(),
        )

    def planned(self, request: Request) -> Response:
        """Say what a key would be: one that is ignored, or one that has an upload already."""
        pipeline = self.connection.get()
        key = _key(request, pipeline.names.suffixes)
        chosen = ListFiles(selection=Selection(key=key), limit=1)
        earlier = pipeline.ledger.list_files(chosen).rows
        replaces = f"takes the place of {earlier[0].id}" if earlier else ""
        return JSONResponse({"key": key, "replaces": replaces})

    async def sent(self, request: Request) -> Response:
        """Take the body, put it into the bucket, and answer with where its outcome is found.

        The body is kept in a file of this machine until S3 has it, and never whole in memory.
        """
        self.admission.check_csrf(request.headers.get(CSRF_HEADER, ""))
        pipeline = await run_in_threadpool(self.connection.get)
        key = _key(request, pipeline.names.suffixes)
        expected = _length(request)
        with tempfile.TemporaryDirectory(prefix="rowledger-upload-") as folder:
            path = Path(folder) / "file"
            _check_space(folder, expected)
            received = await _received(request, path)
            if received != expected:
                raise HTTPException(400, "The file did not arrive whole: nothing was uploaded.")
            try:
                name = await run_in_threadpool(
                    send, pipeline.uploader, path, pipeline.names.input_bucket, key, _unseen
                )
            except CommandError as error:
                return JSONResponse({"problem": str(error)}, _AWAY)
        return JSONResponse({"key": name.key, "outcome": _outcome_path(name)})

    def outcome(self, request: Request) -> Response:
        """Say how far an upload is: no row yet, an attempt at work, or its outcome."""
        pipeline = self.connection.get()
        asked = request.query_params
        name = UploadName(
            pipeline.names.input_bucket, asked.get("key", ""), asked.get("version", "")
        )
        try:
            rows = pipeline.ledger.find_rows(FindRows(uploads=(name,)))
        except FaultError as fault:
            return JSONResponse({"problem": str(fault)}, _AWAY)
        return JSONResponse(_how_far(rows[0] if rows else None))


def _outcome_path(name: UploadName) -> str:
    return f"/upload/outcome?{urlencode({'key': name.key, 'version': name.version_id})}"


def _how_far(row: LedgerRow | None) -> dict[str, object]:
    if row is None:
        return {"step": "in S3, waiting for csv-processor", "done": False}
    found: dict[str, object] = {"id": row.id, "status": row.status.value}
    if row.status is Status.PROCESSING:
        return found | {"step": f"attempt {row.attempt} is at work", "done": False}
    if row.rows_count is not None:
        said = _counted(row.rows_count, "data row")
        if row.warnings:
            said += f", {_counted(len(row.warnings), 'warning')}"
    else:
        said = printable(reason_text(row))
    told = "" if row.is_announced else "; its mail is to come"
    return found | {"step": f"{said}{told}", "done": row.is_announced}


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _key(request: Request, suffixes: tuple[str, ...]) -> str:
    """Read the key; raise HTTPException where the pipeline would not take it."""
    key = request.query_params.get("key", "")
    if not key or len(key.encode(errors="replace")) > MAX_KEY_BYTES:
        raise HTTPException(400, f"A key has 1 to {MAX_KEY_BYTES:,} bytes.")
    if ignored := ignored_key(key, suffixes):
        raise HTTPException(400, f"The pipeline ignores this file: {ignored.reason}.")
    return key


def _length(request: Request) -> int:
    text = request.headers.get("content-length", "")
    if not text.isascii() or not text.isdecimal():
        raise HTTPException(411, "The length of the file is not told.")
    return int(text)


def _check_space(folder: str, needed: int) -> None:
    if shutil.disk_usage(folder).free - SPARE_BYTES < needed:
        raise HTTPException(
            413, "There is no room for this file on this machine: use rowledger upload."
        )


async def _received(request: Request, path: Path) -> int:
    received = 0
    with path.open("wb") as file:
        try:
            async for chunk in request.stream():
                received += len(chunk)
                await run_in_threadpool(file.write, chunk)
        except ClientDisconnect:
            return -1
    return received


def _unseen(_sent_bytes: int) -> None:
    """Show no progress: the page shows that of the way to this console."""
