"""What an operator changes in PostgreSQL's ledger, as the operator's role."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rowledger.functions.adapters.postgres import window_access
from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.adapters.postgres.ledger_queries import QUERIES
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.reconciliation_requests import ReconciliationRequest
from rowledger.functions.domain.replay import ReplayRequest
from rowledger.functions.domain.sources.versions import SourcesChange
from rowledger.functions.domain.sources_requests import SourcesApplied
from rowledger.functions.domain.upload import UploadName
from rowledger.functions.domain.window_requests import ChangeIncident, IncidentChanged


def _unknown(name: dict[str, str]) -> str:
    return "the ledger has no upload {key!r} of {bucket!r} in version {version_id!r}".format(**name)


@dataclass(frozen=True, slots=True)
class PostgresLedgerActions:
    database: Database

    def reopen(self, uploads: Sequence[UploadName], request: ReplayRequest) -> InProgress | None:
        # In order, so that two replays of the same uploads cannot wait for each other in a circle.
        chosen = [asdict(upload) for upload in sorted(set(uploads))]
        with self.database.transaction() as connection:
            for name in chosen:
                locked = connection.run(QUERIES["lock"], **name)
                if not locked and request.reopens:
                    raise FaultError(FaultCode.MALFORMED_EVENT, _unknown(name))
                for (held_until,) in locked:
                    if held_until is not None:
                        return InProgress(held_until)
            for name in chosen:
                connection.run(
                    QUERIES["record_replay"],
                    **name,
                    by=request.by,
                    identity=request.identity,
                    reason=request.reason,
                    source=request.source.value,
                )
                if request.reopens:
                    connection.run(QUERIES["reopen"], **name)
        return None

    def request_reconciliation(self, request: ReconciliationRequest) -> int:
        with self.database.session() as connection:
            ((request_id,),) = connection.run(QUERIES["request_reconciliation"], **asdict(request))
        return int(request_id)

    def apply_sources(self, change: SourcesChange) -> SourcesApplied:
        with self.database.session() as connection:
            ((version, changed),) = connection.run(
                QUERIES["apply_sources"],
                by=change.by,
                identity=change.identity,
                reason=change.reason,
                sha256=change.sha256,
                document=json.dumps(change.document),
            )
        return SourcesApplied(version, changed)

    def change_incident(self, request: ChangeIncident) -> IncidentChanged:
        return window_access.change_incident(self.database, request)
