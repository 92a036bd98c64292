"""What an upload's claim says of sources, and what is recorded of the one that judged it.

The rest is loaded only for a file that has one: see choosing.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.sources.earlier_files import EarlierUpload


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source in force whose prefix a key has. document: as it was applied."""

    name: str
    version: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """What is recorded of the source beside an outcome.

    replay: whether the file had an outcome before, perhaps by another version.
    supersedes: the upload of the same key before this one.
    """

    source: str
    version: int
    replay: bool = False
    supersedes: EarlierUpload | None = None

    def facts(self) -> dict[str, Any]:
        """As receipt and event have it."""
        facts: dict[str, Any] = {
            "source": {"name": self.source, "version": self.version, "replay": self.replay}
        }
        if self.supersedes:
            facts["supersedes"] = {
                "ledger_id": self.supersedes.file_id,
                "version_id": self.supersedes.version_id,
                "status": self.supersedes.status.value,
            }
        return facts

    def lines(self, status: Status) -> list[str]:
        """As a mail has it."""
        replay = "; a replay, judged by the sources of now" if self.replay else ""
        lines = [f"Source:    {self.source} (version {self.version:,} of the sources{replay})"]
        if before := self.supersedes:
            corrects = status is Status.SUCCESS and before.status is Status.FAILED
            verb = "Corrects:  " if corrects else "Replaces:  "
            what = "which was rejected" if before.status is Status.FAILED else "which was good"
            lines.append(f"{verb}version {before.version_id}, {what} (ledger id {before.file_id})")
        return lines
