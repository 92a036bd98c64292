"""How an earlier upload is read of its id, key, version id and status."""

from collections.abc import Sequence
from typing import Any

from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.earlier_files import EarlierUpload


def earlier_upload(found: Sequence[Any] | None) -> EarlierUpload | None:
    """Make it of these four; None of none."""
    if found is None:
        return None
    file_id, key, version_id, status = found
    return EarlierUpload(file_id, key, version_id, Status(status))
