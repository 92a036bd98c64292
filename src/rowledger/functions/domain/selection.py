"""A selection of uploads, by what the ledger knows of them."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.typed_json import NEW
from rowledger.functions.domain.upload import Upload
from rowledger.functions.domain.values import check_moment, check_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which uploads; what is None does not narrow.

    file_id: of the ledger row.
    prefix: what keys begin with.
    name: a pattern for the last part of the key, behind its last slash: * and ? stand for any
        characters and for one, and nothing else is special.
    code: of a rejection.
    source: the name of the source that it was judged by.
    warned: only accepted files that have warnings.
    since, until: of the time the upload was received; since is included, until is not.
    """

    file_id: int | None = None
    key: str | None = None
    version_id: str | None = None
    prefix: str | None = None
    name: str | None = None
    status: Status | None = None
    code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = field(default=None, metadata=NEW)
    warned: bool = field(default=False, metadata=NEW)

    def check(self, where: str) -> None:
        """Raise ValueError for a value that no row has."""
        check_number(f"{where}.file_id", self.file_id, 1)
        check_moment(f"{where}.since", self.since)
        check_moment(f"{where}.until", self.until)

    def takes(self, upload: Upload) -> bool:
        """Say whether an upload is chosen; only for selections that no ledger row is needed for."""
        return (
            self.key in (None, upload.key)
            and self.version_id in (None, upload.version_id)
            and upload.key.startswith(self.prefix or "")
            and (self.name is None or name_matches(self.name, upload.key.rpartition("/")[2]))
            and (self.since is None or self.since <= upload.received_at)
            and (self.until is None or upload.received_at < self.until)
        )


def name_matches(pattern: str, name: str) -> bool:
    """Say whether a name fits a pattern, as the ledger's LIKE does: brackets are plain letters."""
    special = {"*": ".*", "?": "."}
    expression = "".join(special.get(each) or re.escape(each) for each in pattern)
    return re.fullmatch(expression, name, re.DOTALL) is not None
