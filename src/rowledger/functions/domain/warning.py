"""What the owner of an accepted file should know about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


@dataclass(frozen=True, slots=True)
class FileWarning:
    """A warning about a file, and where in it.

    message: one sentence for a person; it never quotes the file's content.
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

    def document(self) -> dict[str, Any]:
        """As JSON, with every field."""
        return {
            "code": self.code.value,
            "message": self.message,
            "count": self.count,
            "line": self.line,
            "byte_offset": self.byte_offset,
        }
