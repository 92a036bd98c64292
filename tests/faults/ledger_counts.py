"""How far the uploads under a prefix have come, counted in the ledger's tables."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from pg8000.native import Connection


class LedgerCounts(ABC):
    @abstractmethod
    def superuser(self) -> AbstractContextManager[Connection]:
        """The ledger as nobody else may touch it."""

    def finished(self, prefix: str) -> int:
        """How many uploads have their outcome."""
        with self.superuser() as connection:
            ((count,),) = connection.run(
                "SELECT count(*) FROM file_metadata"
                " WHERE starts_with(filename, :prefix) AND status <> 'PROCESSING'",
                prefix=prefix,
            )
        return int(count)

    def unfinished(self, prefix: str) -> int:
        """How many uploads have no outcome yet."""
        with self.superuser() as connection:
            ((count,),) = connection.run(
                "SELECT count(*) FROM file_metadata"
                " WHERE starts_with(filename, :prefix) AND status = 'PROCESSING'",
                prefix=prefix,
            )
        return int(count)

    def waiting(self, prefix: str) -> int:
        """How many mails wait for a digest."""
        with self.superuser() as connection:
            ((count,),) = connection.run(
                "SELECT count(*) FROM notification n JOIN file_metadata f ON f.id = n.file_id"
                " WHERE starts_with(f.filename, :prefix) AND n.waits_since IS NOT NULL",
                prefix=prefix,
            )
        return int(count)

    def open_uploads(self, prefix: str) -> int:
        """How many uploads have no outcome yet, or one that is not announced."""
        with self.superuser() as connection:
            ((count,),) = connection.run(
                "SELECT count(*) FROM file_metadata f LEFT JOIN notification n"
                " ON n.file_id = f.id AND n.sent_at IS NULL"
                " WHERE starts_with(f.filename, :prefix)"
                " AND (f.status = 'PROCESSING' OR n.file_id IS NOT NULL)",
                prefix=prefix,
            )
        return int(count)

    def cut_short(self, prefix: str) -> int:
        """How many attempts ended without a word."""
        with self.superuser() as connection:
            ((count,),) = connection.run(
                "SELECT count(*) FROM file_attempt a JOIN file_metadata f ON f.id = a.file_id"
                " WHERE starts_with(f.filename, :prefix) AND a.ended_at IS NULL",
                prefix=prefix,
            )
        return int(count)
