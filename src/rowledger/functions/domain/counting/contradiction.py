"""Whether a file contradicts what is told of its dialect.

Who tells a dialect does so where detection might err, so a likelier reading is no evidence: a file
contradicts only what does not fit it, while something else does.
"""

import codecs

from rowledger.functions.domain.counting.detection import Hypothesis, weigh
from rowledger.functions.domain.counting.encoding import ByteText, Decoder, detect
from rowledger.functions.domain.counting.evidence import RAGGED, UNDECIDED, cost_of_reading
from rowledger.functions.domain.counting.reading import ReadingRules, shown
from rowledger.functions.domain.counting.records import LONG_RECORD
from rowledger.functions.domain.counting.told import Told
from rowledger.functions.domain.rejection import Rejection, RejectionCode

# Another delimiter refutes the told one if it makes such a table, and the told one clearly less.
_A_TABLE = 0.5
_CLEARLY_LESS = 0.7
# Another quoting refutes the told one if that has anomalies on such a share of the records, or
# fields of other numbers, as where the header has one and every other record another.
_ANOMALOUS = 0.2
_LESS = 0.9
_LINE_ENDS = (b"\n", b"\r")


def differing_reading(
    told: Told, used: ReadingRules, head: bytes, *, complete: bool
) -> Rejection | None:
    """Compare what is told of a reading with the beginning of the text.

    Args:
        told: what is told.
        used: the reading by which the text was counted.
        head: the beginning of the text.
        complete: there is no more of it.
    """
    sample = head[:LONG_RECORD]
    if told.delimiter:
        free = Told(comment=told.comment)
        current, best = weigh(used, sample, free, complete=complete)
        if _delimits_better(best, current):
            return _differs(_delimiter(told.delimiter), _delimiter(best.reading.delimiter))
    if told.quote is None and told.escapes is None:
        return None
    same_delimiter = Told(delimiter=used.delimiter or b"", comment=told.comment)
    current, best = weigh(used, sample, same_delimiter, complete=complete)
    if _quotes_better(best, current):
        if told.quote is not None and best.reading.quote != used.quote:
            return _differs(_quote(told.quote), _quote(best.reading.quote))
        if told.escapes is not None and best.reading.escapes != used.escapes:
            return _differs(_escapes(told.escapes), _escapes(best.reading.escapes))
    return None


def _delimits_better(best: Hypothesis, current: Hypothesis) -> bool:
    uniform = best.evidence.uniform
    return (
        best.reading.delimiter not in {current.reading.delimiter, None}
        and uniform >= _A_TABLE
        and current.evidence.uniform < _CLEARLY_LESS * uniform
    )


def _quotes_better(best: Hypothesis, current: Hypothesis) -> bool:
    cost = _anomalies(current)
    return cost - _anomalies(best) >= UNDECIDED and (
        cost >= _ANOMALOUS * RAGGED * max(current.records, 1)
        or current.evidence.uniform < _LESS * best.evidence.uniform
    )


def _anomalies(hypothesis: Hypothesis) -> float:
    return hypothesis.evidence.cost - cost_of_reading(hypothesis.reading)


def differing_encoding(told: str, used: Decoder, start: bytes) -> Rejection | None:
    """Compare an encoding that is told with a file's beginning, as it is after decompression.

    Only what the file declares, or cannot be, is a contradiction: one byte a character fits all.
    """
    found, mark = detect(start)
    if mark or found.encoding.startswith(("utf-16", "utf-32")):
        if _family(found.encoding) != _family(used.encoding):
            return _differs(f"the encoding {told}", found.encoding)
    elif _family(used.encoding).startswith(("utf-16", "utf-32")) and _is_text_of_bytes(start):
        return _differs(f"the encoding {told}", ByteText(declared=False).encoding)
    return None


def undecodable(told: str, rejection: Rejection) -> Rejection:
    """Say that the encoding that is told was refuted by bytes, where UNDECODABLE was found."""
    return Rejection(
        RejectionCode.DIALECT_DIFFERS,
        f"The file is told to have the encoding {told}, but the byte at"
        f" {rejection.byte_offset or 0:,} in line {rejection.line or 1:,} is not of it.",
        rejection.line,
        rejection.byte_offset,
    )


def _delimiter(characters: bytes | None) -> str:
    return f"the delimiter {shown(characters)!r}" if characters else "one column"


def _quote(characters: bytes | None) -> str:
    return f"the quote {shown(characters)!r}" if characters else "no quotes"


def _escapes(escapes: bool) -> str:  # noqa: FBT001 -- a value to be named
    return "backslash escapes" if escapes else "no backslash escapes"


def _differs(told: str, found: str) -> Rejection:
    return Rejection(
        RejectionCode.DIALECT_DIFFERS,
        f"The file is told to have {told}, but its beginning shows {found}.",
    )


def _family(encoding: str) -> str:
    """The name without UTF-8's mark."""
    return codecs.lookup(encoding).name.removesuffix("-sig") if encoding != "unknown-8bit" else ""


def _is_text_of_bytes(start: bytes) -> bool:
    """Say whether it has lines, as no text of two or four bytes a character has without NULs."""
    return b"\0" not in start and any(end in start for end in _LINE_ENDS)
