"""The files that are due on a day, and what became of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowledger.console.pipeline import Connection
from rowledger.console.rendering import Renderer
from rowledger.errors import CommandError
from rowledger.functions.domain.sources.evaluation import WindowState
from rowledger.functions.domain.window_requests import ListWindows
from rowledger.operations.domain.window_views import Standing, WindowView, window_views

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueFile:
    """A window as the page shows it. mark: the class of its state. query: of its source's files."""

    view: WindowView
    mark: str
    query: str


@dataclass(frozen=True, slots=True)
class DuePages:
    """now: the time, in the zone that days and times are shown in."""

    connection: Connection
    show: Renderer
    now: Callable[[], datetime]

    def routes(self) -> list[Route]:
        return [Route("/due", self.shown)]

    def shown(self, request: Request) -> Response:
        today = self.now().date()
        day = _day(request.query_params.get("on"), today)
        since, until = _midnight(day), _midnight(day + _DAY)
        pipeline = self.connection.get()
        found = pipeline.ledger.list_windows(ListWindows(since=since, until=until))
        try:
            views = window_views(found, pipeline.schedules, since, until)
        except ValueError as error:
            raise CommandError(f"{error}: is this rowledger older than the pipeline?") from error
        # What is missing first, as who opens the page looks for it.
        views.sort(key=lambda view: not view.is_missing)
        return self.show.page(
            "due.html",
            day=day,
            today=today,
            before=day - _DAY,
            after=day + _DAY,
            files=[DueFile(view, mark_of(view), _query(view)) for view in views],
            missing=sum(view.is_missing for view in views),
            cut=found.cut,
        )


def mark_of(view: WindowView) -> str:
    """The class of a state: what is missing is as bad as a rejection, what is late a warning."""
    if view.is_missing:
        return "failed"
    if view.completed_late or view.state is WindowState.LATE:
        return "warned"
    return "success" if view.state in (WindowState.ON_TIME, Standing.READY) else "processing"


def _query(view: WindowView) -> str:
    return urlencode({"source": view.source, "since": view.opens_at.isoformat()})


def _day(text: str | None, today: date) -> date:
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
        _midnight(day - _DAY), _midnight(day + _DAY)
    except (ValueError, OverflowError):
        raise HTTPException(400, "The day must be one such as 2026-11-26.") from None
    return day


def _midnight(day: date) -> datetime:
    # Without an offset first: the day decides which one is in force, not today.
    return datetime.combine(day, time.min).astimezone()
