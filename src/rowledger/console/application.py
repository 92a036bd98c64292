"""The console as a web application."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from rowledger.console.pages.due import DuePages
from rowledger.console.pages.file import FilePages
from rowledger.console.pages.files import FilesPages
from rowledger.console.pages.incidents import IncidentPages
from rowledger.console.pages.today import TodayPages
from rowledger.console.pages.upload import UploadPages
from rowledger.console.pipeline import Connection
from rowledger.console.rendering import FOLDER, Renderer
from rowledger.console.security import OPENING, Admission, Guard
from rowledger.errors import CommandError
from rowledger.functions.domain.faults import FaultCode, FaultError

_log = logging.getLogger(__name__)
# What a fault is to a browser; any other is something behind the console that does not answer.
_STATUSES: Mapping[FaultCode, int] = {
    FaultCode.MALFORMED_EVENT: 400,
    FaultCode.OBJECT_MISSING: 404,
}
_AWAY = 503


def refused_page(show: Renderer, refusal: HTTPException) -> Response:
    """What is said where a request is refused, or asks for what there is not."""
    unknown = refusal.status_code == HTTPStatus.NOT_FOUND and refusal.detail == "Not Found"
    said = "There is no such page." if unknown else refusal.detail
    return show.page("refused.html", status=refusal.status_code, message=said)


def application(
    connection: Connection, admission: Admission, *, environment: str, location: str, by: str
) -> ASGIApp:
    """Make it.

    Args:
        environment: what people call the pipeline.
        location: where it is.
        by: who works here, for the record of what is changed.
    """
    show = Renderer.of(environment, location, admission.csrf)
    pages = (
        TodayPages(connection, show, lambda: datetime.now(UTC).astimezone()),
        DuePages(connection, show, lambda: datetime.now(UTC).astimezone()),
        FilesPages(connection, show),
        FilePages(connection, show, admission, by),
        IncidentPages(connection, show, admission, by),
        UploadPages(connection, show, admission),
    )

    def opened(request: Request) -> Response:
        return admission.admit(request.query_params.get("token", ""))

    def first(_request: Request) -> Response:
        return RedirectResponse("/today", 303)

    def away(_request: Request, error: Exception) -> Response:
        connection.failed()
        status = _STATUSES.get(error.code, _AWAY) if isinstance(error, FaultError) else _AWAY
        return show.page("away.html", status=status, message=str(error))

    def refused(_request: Request, error: Exception) -> Response:
        return refused_page(show, cast("HTTPException", error))

    def broken(request: Request, error: Exception) -> Response:
        _log.error("%s failed", request.url.path, exc_info=error)
        return show.page("broken.html", status=500, message=type(error).__name__)

    handlers: dict[Any, Any] = {
        CommandError: away,
        FaultError: away,
        HTTPException: refused,
        Exception: broken,
    }
    app = Starlette(
        routes=[
            Route(OPENING, opened),
            Route("/", first),
            *(route for each in pages for route in each.routes()),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        exception_handlers=handlers,
    )
    return Guard(app, admission, lambda refusal: refused_page(show, refusal))
