"""The first page: what came lately and what became of it; and how the pipeline is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rowledger.console.charts import box_width, stacked
from rowledger.console.pipeline import Connection
from rowledger.console.rendering import Renderer
from rowledger.functions.domain.ledger_requests import (
    ListFiles,
    ListPasses,
    Summarise,
    SummaryBy,
    SummaryLine,
)
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.selection import Selection
from rowledger.functions.domain.window_requests import ListIncidents

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# What each choice shows: bars of an hour or a day, and how many.
_SPANS: dict[str, tuple[SummaryBy, int]] = {
    "24h": (SummaryBy.HOUR, 24),
    "7d": (SummaryBy.DAY, 7),
    "30d": (SummaryBy.DAY, 30),
    "90d": (SummaryBy.DAY, 90),
}
SPAN_NAMES = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days"}
_LISTED = 5
_PASSES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """An hour or a day. query: of the page of files, for those behind it."""

    name: str
    line: SummaryLine
    query: str

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The worst at the bottom, where the eye begins."""
        line = self.line
        return [
            ("failed", line.rejected),
            ("warned", line.warned),
            ("processing", line.processing),
            ("success", line.succeeded - line.warned),
        ]


@dataclass(frozen=True, slots=True)
class TodayPages:
    """now: the time, in the zone that times are shown in."""

    connection: Connection
    show: Renderer
    now: Callable[[], datetime]

    def routes(self) -> list[Route]:
        return [Route("/today", self.today), Route("/state", self.state)]

    def today(self, request: Request) -> Response:
        wanted = request.query_params.get("span", "24h")
        span = wanted if wanted in _SPANS else "24h"
        ledger = self.connection.get().ledger
        starts, step = bar_starts(self.now(), *_SPANS[span])
        since = starts[0]
        selection = Selection(since=since)
        offset = since.utcoffset() or timedelta()
        found = ledger.summarise(
            Summarise(
                selection=selection,
                by=_SPANS[span][0],
                utc_offset_minutes=int(offset.total_seconds() // 60),
            )
        )
        bars = bars_of(found.lines, starts, step)
        passes = ledger.list_passes(ListPasses(limit=_PASSES))
        failed = replace(selection, status=Status.FAILED)
        warned = replace(selection, warned=True)
        return self.show.page(
            "today.html",
            span=span,
            spans=SPAN_NAMES,
            bars=bars,
            shares=stacked([bar.parts for bar in bars]),
            width=box_width(len(bars)),
            total=total_of([bar.line for bar in bars]),
            since=urlencode({"since": since.isoformat()}),
            failed=ledger.list_files(ListFiles(selection=failed, limit=_LISTED)).rows,
            warned=ledger.list_files(ListFiles(selection=warned, limit=_LISTED)).rows,
            incidents=ledger.list_incidents(ListIncidents(limit=_LISTED)),
            complete_through=next(
                (each.complete_through for each in passes if each.ended_at), None
            ),
        )

    def state(self, _request: Request) -> Response:
        """How the pipeline is: asked of AWS, which takes longer than the ledger does."""
        return self.show.page("state.html", state=self.connection.get().service_state())


def bar_starts(now: datetime, by: SummaryBy, bars: int) -> tuple[list[datetime], timedelta]:
    """The beginnings of the bars, all with the offset of now, as the ledger counts them."""
    # A fixed offset: adding a day must not move by the hour that a zone's change takes.
    fixed = now.astimezone(timezone(now.utcoffset() or timedelta()))
    step = _HOUR if by is SummaryBy.HOUR else _DAY
    last = fixed.replace(minute=0, second=0, microsecond=0)
    if by is not SummaryBy.HOUR:
        last = last.replace(hour=0)
    return [last - step * each for each in reversed(range(bars))], step


def bars_of(lines: Sequence[SummaryLine], starts: Sequence[datetime], step: timedelta) -> list[Bar]:
    """A bar each, an empty one where nothing came."""
    known = {line.group: line for line in lines}
    form = "%Y-%m-%d %H:00" if step == _HOUR else "%Y-%m-%d"
    bars = []
    for start in starts:
        name = f"{start:{form}}"
        line = known.get(name, SummaryLine(name, 0, 0, 0, 0, 0, 0))
        times = {"since": start.isoformat(), "until": (start + step).isoformat()}
        bars.append(Bar(name, line, urlencode(times)))
    return bars


def total_of(lines: Sequence[SummaryLine]) -> SummaryLine:
    """The sum of lines."""
    return SummaryLine(
        "",
        sum(line.files for line in lines),
        sum(line.succeeded for line in lines),
        sum(line.rejected for line in lines),
        sum(line.processing for line in lines),
        sum(line.rows for line in lines),
        sum(line.bytes for line in lines),
        sum(line.warned for line in lines),
    )
