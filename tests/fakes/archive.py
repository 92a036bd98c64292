"""The fake of Archive: receipts and backups in memory."""

from dataclasses import dataclass, field
from typing import Any

from rowledger.functions.domain.faults import FaultError


@dataclass(slots=True)
class FakeArchive:
    """fault: raised by each call, where there is one."""

    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    backups: dict[str, bytes] = field(default_factory=dict)
    fault: FaultError | None = None

    def receipt(self, key: str) -> dict[str, Any] | None:
        if self.fault:
            raise self.fault
        return self.receipts.get(key)

    def backup(self, key: str) -> bytes | None:
        if self.fault:
            raise self.fault
        return self.backups.get(key)

    def backup_size(self, key: str, version_id: str | None) -> int | None:
        found = self.backup(key)
        return None if found is None else len(found)
