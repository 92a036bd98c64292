"""What the pages are made of: the ports and services of one pipeline, opened when needed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from rowledger.functions.domain.window_requests import ChangeIncident, IncidentChanged
from rowledger.functions.ports.ledger_queries import LedgerQueries
from rowledger.functions.ports.schedules import Schedules
from rowledger.operations.domain.service_state import ServiceState
from rowledger.operations.ports.archive import Archive
from rowledger.operations.ports.environment import PipelineNames
from rowledger.operations.ports.links import Links
from rowledger.operations.ports.objects import Objects
from rowledger.operations.ports.uploader import Uploader
from rowledger.operations.services.fetching import Fetching
from rowledger.operations.services.replay import Replay


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPipeline:
    """may_act, service_state, identity: as Rights, ask_service_state and Environment have them.

    change_incident: of LedgerActions.
    """

    names: PipelineNames
    ledger: LedgerQueries
    archive: Archive
    objects: Objects
    fetching: Fetching
    links: Links
    may_act: Callable[[], bool]
    replay: Replay
    uploader: Uploader
    schedules: Schedules
    change_incident: Callable[[ChangeIncident], IncidentChanged]
    service_state: Callable[[], ServiceState]
    identity: Callable[[], str]


class Connection:
    """The pipeline, opened at first need and again after it has failed.

    It may be used by several threads at once.
    """

    def __init__(self, open_pipeline: Callable[[], OpenPipeline]) -> None:
        self._open = open_pipeline
        self._opened: OpenPipeline | None = None
        self._lock = threading.Lock()

    def get(self) -> OpenPipeline:
        """Return the pipeline; raise CommandError or FaultError where it is away."""
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def failed(self) -> None:
        """Open it anew at the next need."""
        with self._lock:
            self._opened = None
