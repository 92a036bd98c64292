"""A row of a ledger in memory as it begins."""

from datetime import datetime

from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.upload import Upload


def new_row(file_id: int, upload: Upload, key: str, now: datetime) -> LedgerRow:
    """key: of its backup."""
    return LedgerRow(
        id=file_id,
        filename=upload.key,
        status=Status.PROCESSING,
        timestamp=now,
        rows_count=None,
        bucket=upload.bucket,
        version_id=upload.version_id,
        etag=upload.etag,
        received_at=upload.received_at,
        attempt=1,
        file_size_bytes=upload.size_bytes,
        columns_count=None,
        sha256=None,
        dialect=None,
        error=None,
        duration_ms=None,
        receipt_key=receipt_key(upload),
        backup_key=key,
        backup_version_id=None,
        notified_at=None,
        held_until=None,
        unsent=False,
    )
