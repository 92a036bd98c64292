"""Where a receipt or a backup is not what the ledger recorded."""

from collections.abc import Mapping
from typing import Any

from rowledger.functions.domain.ledger import LedgerRow


def differences(
    row: LedgerRow, receipt: Mapping[str, Any] | None, backup_size: int | None
) -> list[str]:
    """Say in a sentence each what differs; nothing of what is missing or still to come.

    Args:
        row: of the ledger.
        receipt: the upload's; None where there is none.
        backup_size: in bytes, of the version that was recorded; None where there is none.
    """
    found = []
    if row.is_final and receipt is not None:
        recorded = {
            "version_id": row.version_id,
            "status": row.status.value,
            "rows_count": row.rows_count,
            "sha256": row.sha256,
        }
        found += [
            f"the receipt says {name} {receipt.get(name)!r}, the ledger {value!r}"
            for name, value in recorded.items()
            if receipt.get(name) != value
        ]
    if row.was_read and backup_size is not None and backup_size != row.file_size_bytes:
        found.append(
            f"the backup has {backup_size:,} bytes, and the ledger recorded {row.file_size_bytes:,}"
        )
    return found
