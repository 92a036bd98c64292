"""An upload's history: its ledger row, its attempts, its replays, and its key's other versions."""

from dataclasses import dataclass, field
from typing import Any

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.typed_json import NEW


@dataclass(frozen=True, slots=True)
class UploadHistory:
    """What the ledger has of one upload.

    attempts: the first one first, each with attempt, request_id, started_at, ended_at, result and
        function_version: such as csv-processor:7, None where it was not recorded.
    header: the names of its columns, of the outcome that stands; None where they are not kept.
    replays: the oldest first, each with requested_at, requested_by, identity, reason, source and
        previous: the outcome that was recorded before, None where there was none.
    chain: the uploads of its key, the oldest first, each with id, version_id, received_at, status,
        rows_count, code, source and supersedes; the latest of them where there are many, and None
        where it is the only one.
    """

    row: LedgerRow
    attempts: list[dict[str, Any]]
    replays: list[dict[str, Any]]
    header: list[str] | None = field(default=None, metadata=NEW)
    chain: list[dict[str, Any]] | None = field(default=None, metadata=NEW)
