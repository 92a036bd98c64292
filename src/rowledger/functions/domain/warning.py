"""What the owner of an accepted file should know about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rowledger.functions.domain.rejection import Rejection, RejectionCode


class WarningCode(StrEnum):
    """The stable codes; users filter and decide by them, so none is ever renamed."""

    RAGGED_RECORDS = "RAGGED_RECORDS"
    STRAY_QUOTES = "STRAY_QUOTES"
    UNDECIDED_DIALECT = "UNDECIDED_DIALECT"
    LATE_DIALECT = "LATE_DIALECT"
    NO_DELIMITER = "NO_DELIMITER"
    MIXED_NEWLINES = "MIXED_NEWLINES"
    BLANK_RECORDS = "BLANK_RECORDS"
    IGNORED_LINES = "IGNORED_LINES"
    PREAMBLE = "PREAMBLE"
    COMMENT_LINES = "COMMENT_LINES"
    CONTROL_CHARACTERS = "CONTROL_CHARACTERS"
    TRAILING_BYTES = "TRAILING_BYTES"
    # What a source expects of its files, and one does not have: see domain/sources/.
    COLUMNS_DIFFER = "COLUMNS_DIFFER"
    COLUMNS_CHANGED = "COLUMNS_CHANGED"
    ROWS_OUT_OF_RANGE = "ROWS_OUT_OF_RANGE"
    SIZE_OUT_OF_RANGE = "SIZE_OUT_OF_RANGE"
    ROWS_DIFFER = "ROWS_DIFFER"
    SIZE_DIFFERS = "SIZE_DIFFERS"
    DIGEST_DIFFERS = "DIGEST_DIFFERS"
    SENDER_WORD_MISSING = "SENDER_WORD_MISSING"
    SENDER_WORD_UNREADABLE = "SENDER_WORD_UNREADABLE"
    DUPLICATE_CONTENT = "DUPLICATE_CONTENT"
    ROWS_UNUSUAL = "ROWS_UNUSUAL"
    # The source itself cannot be read, whatever the file is.
    SOURCE_UNREADABLE = "SOURCE_UNREADABLE"


# The counter gives the others.
OF_SOURCES = frozenset(
    {
        WarningCode.COLUMNS_DIFFER,
        WarningCode.COLUMNS_CHANGED,
        WarningCode.ROWS_OUT_OF_RANGE,
        WarningCode.SIZE_OUT_OF_RANGE,
        WarningCode.ROWS_DIFFER,
        WarningCode.SIZE_DIFFERS,
        WarningCode.DIGEST_DIFFERS,
        WarningCode.SENDER_WORD_MISSING,
        WarningCode.SENDER_WORD_UNREADABLE,
        WarningCode.DUPLICATE_CONTENT,
        WarningCode.ROWS_UNUSUAL,
        WarningCode.SOURCE_UNREADABLE,
    }
)


@dataclass(frozen=True, slots=True)
class FileWarning:
    """A warning about a file, and where in it.

    message: one sentence for a person; it never quotes the file's content, but for the names of
        columns where those are kept.
    count: how often it occurs.
    line: 1-based physical line of the first, in the decoded, decompressed text; None where it has
        no meaning.
    byte_offset: 0-based, of the first, into the file as it is stored (for a gzip file: into the
        decompressed bytes); None where it has no meaning.
    """

    code: WarningCode
    message: str
    count: int
    line: int | None = None
    byte_offset: int | None = None

    def rejected_by(self, who: str) -> Rejection:
        """Return the same as the reason to reject the file, where who reads it is told to."""
        return Rejection(
            RejectionCode(self.code.value),
            f"{self.message} {who} rejects such files.",
            self.line,
            self.byte_offset,
        )

    @property
    def place(self) -> str:
        """Where the first is, to stand behind the message; empty where that has no meaning."""
        parts = (("line", self.line), ("byte", self.byte_offset))
        where = ", ".join(f"{name} {at:,}" for name, at in parts if at is not None)
        return f" ({where})" if where else ""

    def document(self) -> dict[str, Any]:
        """As JSON, with every field."""
        return {
            "code": self.code.value,
            "message": self.message,
            "count": self.count,
            "line": self.line,
            "byte_offset": self.byte_offset,
        }
