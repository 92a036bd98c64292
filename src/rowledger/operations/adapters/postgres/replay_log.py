"""The record of replays in PostgreSQL, as the operator's role writes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rowledger.functions.adapters.postgres.database import Database
from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.upload import Upload
from rowledger.operations.adapters.postgres.queries import QUERIES
from rowledger.operations.domain.replay import ReplayRequest


@dataclass(frozen=True, slots=True)
class PostgresReplayLog:
    database: Database

    def reopen(self, uploads: Sequence[Upload], request: ReplayRequest) -> InProgress | None:
        # In order, so that two replays of the same uploads cannot wait for each other in a circle.
        chosen = [
            {"bucket": bucket, "key": key, "version_id": version_id}
            for bucket, key, version_id in sorted(
                {(upload.bucket, upload.key, upload.version_id) for upload in uploads}
            )
        ]
        with self.database.transaction() as connection:
            for identity in chosen:
                for (held_until,) in connection.run(QUERIES["lock"], **identity):
                    if held_until is not None:
                        return InProgress(held_until)
            for identity in chosen:
                connection.run(
                    QUERIES["record_replay"],
                    **identity,
                    by=request.by,
                    reason=request.reason,
                    source=request.source.value,
                )
                if request.reopens:
                    connection.run(QUERIES["reopen"], **identity)
        return None
