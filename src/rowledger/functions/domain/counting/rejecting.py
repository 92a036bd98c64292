"""The rejections that the counter raises."""

from typing import NoReturn

from rowledger.functions.domain.counting.encoding import Decoder
from rowledger.functions.domain.counting.text_errors import UndecodableError
from rowledger.functions.domain.rejection import RejectedError, Rejection, RejectionCode


def reject(
    code: RejectionCode, message: str, *, line: int | None = None, byte_offset: int | None = None
) -> NoReturn:
    """Raise RejectedError."""
    raise RejectedError(Rejection(code, message, line, byte_offset))


def reject_nul(byte_offset: int) -> NoReturn:
    """Raise RejectedError for a NUL."""
    reject(
        RejectionCode.NOT_CSV,
        f"The file is binary: there is a NUL at byte {byte_offset:,}.",
        byte_offset=byte_offset,
    )


def reject_undecodable(error: UndecodableError, decoder: Decoder, line: int) -> NoReturn:
    """Raise RejectedError for bytes that are not in the file's encoding."""
    reject(
        RejectionCode.UNDECODABLE,
        f"The file is {decoder.name} by its beginning,"
        f" but the byte at {error.offset:,} in line {line:,} is not {decoder.name}.",
        line=line,
        byte_offset=error.offset,
    )


def reject_unterminated(line: int | None, byte_offset: int | None) -> NoReturn:
    """Raise RejectedError for a quote that is never closed."""
    reject(
        RejectionCode.UNTERMINATED_QUOTE,
        f"A quote opened in line {line:,} is never closed: all text after it would be one field.",
        line=line,
        byte_offset=byte_offset,
    )
