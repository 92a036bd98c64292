"""The page of incidents: what is missing, who sees to it; and acknowledging and closing one."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from rowledger.console.pipeline import Connection, OpenPipeline
from rowledger.console.rendering import Renderer
from rowledger.console.security import Admission, form_of
from rowledger.functions.domain.window_requests import (
    MAX_INCIDENTS,
    ChangeIncident,
    IncidentChange,
    IncidentLine,
    ListIncidents,
)

_LISTED = 100
_MAX_REASON = 500
# What the address calls each change, as the commands do.
_CHANGES: Mapping[str, IncidentChange] = {
    "ack": IncidentChange.ACKNOWLEDGE,
    "close": IncidentChange.CLOSE,
}


@dataclass(frozen=True, slots=True)
class IncidentPages:
    """by: who works here."""

    connection: Connection
    show: Renderer
    admission: Admission
    by: str

    def routes(self) -> list[Route]:
        change = "/incidents/{id:int}/{change}"
        return [
            Route("/incidents", self.listed),
            Route(change, self.asked),
            Route(change, self.change, methods=["POST"]),
        ]

    def listed(self, request: Request) -> Response:
        closed = "all" in request.query_params
        source = request.query_params.get("source", "").strip() or None
        if source is not None and "\0" in source:
            raise HTTPException(400, "The source's name holds a character that no name has.")
        pipeline = self.connection.get()
        # One more than is listed: whether there are more is then known.
        found = pipeline.ledger.list_incidents(
            ListIncidents(closed=closed, source=source, limit=_LISTED + 1)
        )
        chosen = {"source": source} if source else {}
        return self.show.page(
            "incidents.html",
            incidents=found[:_LISTED],
            more=len(found) > _LISTED,
            closed=closed,
            source=source,
            only_open=f"/incidents?{urlencode(chosen)}",
            with_closed=f"/incidents?{urlencode({'all': '1', **chosen})}",
            may_act=pipeline.may_act(),
        )

    def asked(self, request: Request) -> Response:
        """Show what the change would do; nothing is done."""
        change = _change(request)
        pipeline = self.connection.get()
        return self._asked(pipeline, _incident(pipeline, request), change, None, 200)

    def _asked(
        self,
        pipeline: OpenPipeline,
        incident: IncidentLine,
        change: IncidentChange,
        mistake: str | None,
        status: int,
    ) -> Response:
        return self.show.page(
            "incident.html",
            status=status,
            incident=incident,
            closes=change is IncidentChange.CLOSE,
            already=_already(incident, change),
            may_act=pipeline.may_act(),
            by=self.by,
            max_reason=_MAX_REASON,
            mistake=mistake,
        )

    async def change(self, request: Request) -> Response:
        form = await form_of(request, self.admission)
        return await run_in_threadpool(self._changed, request, form.get("reason", "").strip())

    def _changed(self, request: Request, reason: str) -> Response:
        change = _change(request)
        pipeline = self.connection.get()
        incident = _incident(pipeline, request)
        if not reason or len(reason) > _MAX_REASON:
            said = f"Say why, in at most {_MAX_REASON} letters."
            return self._asked(pipeline, incident, change, said, 400)
        done = pipeline.change_incident(
            ChangeIncident(
                id=incident.id,
                change=change,
                by=self.by,
                why=reason,
                identity=pipeline.identity(),
            )
        )
        if not done.changed:
            # Somebody else was first, since the page was shown: it says who.
            return self._asked(pipeline, done.incident or incident, change, None, 409)
        return RedirectResponse("/incidents?all=1", 303)


def _change(request: Request) -> IncidentChange:
    try:
        return _CHANGES[request.path_params["change"]]
    except KeyError:
        raise HTTPException(404) from None


def _incident(pipeline: OpenPipeline, request: Request) -> IncidentLine:
    """The incident that the address names; raise HTTPException where it is none of the latest."""
    incident_id: int = request.path_params["id"]
    latest = pipeline.ledger.list_incidents(ListIncidents(closed=True, limit=MAX_INCIDENTS))
    for each in latest:
        if each.id == incident_id:
            return each
    raise HTTPException(
        404,
        f"None of the latest {MAX_INCIDENTS:,} incidents has the id {incident_id}."
        " Choose one on the page of incidents.",
    )


def _already(incident: IncidentLine, change: IncidentChange) -> str | None:
    """Why the change would do nothing, in words; None where it would do something."""
    if incident.closed_at:
        return f"it is closed already, by {incident.closed_by}"
    if change is IncidentChange.ACKNOWLEDGE and incident.acknowledged_at:
        return f"it is acknowledged already, by {incident.acknowledged_by}"
    return None
