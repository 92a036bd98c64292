"""The port to the ledger for whoever looks into it."""

from typing import Protocol

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.operations.domain.history import UploadHistory
from rowledger.operations.domain.replay import Selection


class LedgerQueries(Protocol):
    """Every method raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED or DATABASE)."""

    def histories(
        self, *, limit: int, key: str | None = None, version_id: str | None = None
    ) -> list[UploadHistory]:
        """Return the latest uploads, newest first; only of one key or version where it is given."""

    def select(self, selection: Selection, *, limit: int) -> list[LedgerRow]:
        """Return the rows that are chosen, the longest received first."""
