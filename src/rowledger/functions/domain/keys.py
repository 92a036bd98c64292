"""Where an upload's receipt and backup lie: fixed by its identity, so that a retry writes the same.

An S3 key holds at most 1,024 bytes of UTF-8 (Amazon S3 user guide, "Naming Amazon S3 objects").
"""

import hashlib
from datetime import UTC, datetime

from rowledger.functions.domain.upload import Upload

MAX_KEY_BYTES = 1024
# What a rollout uploads to prove a new version; no source judges it.
CANARY_PREFIX = "rowledger-canary/"


def receipt_key(upload: Upload) -> str:
    """receipts/<key>/<version id>/result.json; no two uploads share one, as versions are unique."""
    return _fitting("receipts/", upload.key, f"/{upload.version_id}/result.json")


def backup_key(upload: Upload) -> str:
    """backup/<event time>_<key>, such as backup/20261122T091500.250Z_orders.csv."""
    return _fitting(f"backup/{_timestamp(upload.received_at)}_", upload.key)


def alternative_backup_key(upload: Upload) -> str:
    """The key for a second version of the same object in the same millisecond."""
    version = _digest(upload.version_id)
    return _fitting(f"backup/{_timestamp(upload.received_at)}~{version}_", upload.key)


def _timestamp(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc:%Y%m%dT%H%M%S}.{utc.microsecond // 1000:03d}Z"


def _fitting(before: str, key: str, after: str = "") -> str:
    whole = f"{before}{key}{after}"
    if len(whole.encode()) <= MAX_KEY_BYTES:
        return whole
    mark = f"~{_digest(key)}"
    room = MAX_KEY_BYTES - len(f"{before}{mark}{after}".encode())
    return f"{before}{key.encode()[:room].decode(errors='ignore')}{mark}{after}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
