"""The port to the record of replays, which only the operator's database role may write."""

from collections.abc import Sequence
from typing import Protocol

from rowledger.functions.domain.ledger import InProgress
from rowledger.functions.domain.upload import Upload
from rowledger.operations.domain.replay import ReplayRequest


class ReplayLog(Protocol):
    """It raises FaultError (DATABASE_UNAVAILABLE, DATABASE_REFUSED or DATABASE)."""

    def reopen(self, uploads: Sequence[Upload], request: ReplayRequest) -> InProgress | None:
        """Record a replay of each upload and, where the request reopens, free it for an attempt.

        All of them or none: where an attempt has one of them nothing is changed, and InProgress
        says until when. An upload may have no row yet.
        """
