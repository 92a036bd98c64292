"""Why a file is bad or unreadable: a normal outcome, recorded and announced, never retried."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class RejectionCode(StrEnum):
    """The stable codes; users filter and count by them, so none is ever renamed."""

    EMPTY_FILE = "EMPTY_FILE"
    NOT_CSV = "NOT_CSV"
    UNDECODABLE = "UNDECODABLE"
    UNTERMINATED_QUOTE = "UNTERMINATED_QUOTE"
    CORRUPT_COMPRESSION = "CORRUPT_COMPRESSION"
    TOO_LARGE = "TOO_LARGE"
    OBJECT_DELETED = "OBJECT_DELETED"
    OBJECT_ARCHIVED = "OBJECT_ARCHIVED"
    OBJECT_ENCRYPTED = "OBJECT_ENCRYPTED"
    OBJECT_ACCESS_DENIED = "OBJECT_ACCESS_DENIED"
    UNREADABLE = "UNREADABLE"
    UNRECORDABLE = "UNRECORDABLE"
    # What a source tells of its files, and one contradicts: see domain/sources/.
    DIALECT_DIFFERS = "DIALECT_DIFFERS"
    NAME_FORBIDDEN = "NAME_FORBIDDEN"
    # A warning that the pipeline or a source is told to reject: each of domain/warning.py, under
    # its own name.
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
    SOURCE_UNREADABLE = "SOURCE_UNREADABLE"

    @property
    def remedy(self) -> str | None:
        """What to do about it, in one sentence; None where the message says all there is."""
        return _REMEDIES.get(self)


_REMEDIES = {
    RejectionCode.OBJECT_ARCHIVED: (
        "Restore this version in S3, then run rowledger replay; or upload the file again in a"
        " storage class that is not archived."
    ),
    RejectionCode.OBJECT_ENCRYPTED: (
        "Ask the sender to upload the file again without a key of their own (SSE-C); a replay"
        " cannot read this version."
    ),
    RejectionCode.OBJECT_ACCESS_DENIED: (
        "Allow the functions' roles to read this object and to use its KMS key, then run rowledger"
        " replay; or upload the file again with the bucket's own encryption."
    ),
    RejectionCode.UNREADABLE: (
        "Remove the cause that the last error names, as the runbook says, then run rowledger"
        " replay; or upload the file again."
    ),
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """What is wrong with a file, and where.

    message: one sentence for a person; it never quotes the file's content.
    line: 1-based physical line of the decoded, decompressed text; None where it has no meaning.
    byte_offset: 0-based offset into the file as it is stored (for a gzip file: into the
        decompressed bytes, unless the compression itself is what is wrong); None where it has no
        meaning.
    """

    code: RejectionCode
    message: str
    line: int | None = None
    byte_offset: int | None = None

    def document(self) -> dict[str, Any]:
        """As JSON; line and byte_offset only where they apply."""
        document: dict[str, Any] = {"code": self.code.value, "message": self.message}
        if self.line is not None:
            document["line"] = self.line
        if self.byte_offset is not None:
            document["byte_offset"] = self.byte_offset
        return document


class RejectedError(Exception):
    """Raised inside the counter to end at once; the service turns it into an outcome."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.message)
        self.rejection = rejection
