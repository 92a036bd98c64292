"""From what the readings found to the warnings of a file."""

import re
from collections.abc import Callable, Iterator

from rowledger.functions.domain.counting.cleaning import Cleaner
from rowledger.functions.domain.counting.encoding import Decoder
from rowledger.functions.domain.counting.evidence import main_width
from rowledger.functions.domain.counting.reading_counter import ReadingCounter
from rowledger.functions.domain.counting.readings import Readings
from rowledger.functions.domain.counting.tally import Finding, Place, Tally
from rowledger.functions.domain.warning import FileWarning, WarningCode

# U+0085 as one byte, too, in encodings of one byte a character.
_SEPARATORS = re.compile(rb"\xc2\x85|\xe2\x80[\xa8\xa9]|(?<![\x80-\xff])\x85")

Locate = Callable[[Place | None], tuple[int | None, int | None]]


def warnings_of_reading(
    counter: ReadingCounter, locate: Locate, *, header: bool
) -> Iterator[FileWarning]:
    """Yield what is to be said of a reading's records.

    locate: maps a place in the text to a line and an offset into the file.
    """
    tally = counter.tally
    rows = tally.records - header

    def warning(code: WarningCode, message: str, count: int, *findings: Finding) -> FileWarning:
        places = [tally.first[each] for each in findings if each in tally.first]
        first = min(places, key=lambda place: place.offset, default=None)
        return FileWarning(code, message, count, *locate(first))

    ragged = tally.found[Finding.RAGGED]
    if ragged:
        yield warning(
            WarningCode.RAGGED_RECORDS,
            f"{ragged:,} of {rows:,} records have another number of fields than the first record,"
            f" which has {counter.columns:,}.",
            ragged,
            Finding.RAGGED,
        )
    yield from _of_quotes(tally, warning)
    if counter.columns == 1 and main_width(tally) is None:
        yield FileWarning(
            WarningCode.NO_DELIMITER, "No delimiter was found: each record is one field.", 1
        )
    yield from _of_lines(tally, warning)


def _of_quotes(tally: Tally, warning: Callable[..., FileWarning]) -> Iterator[FileWarning]:
    swallowed, behind = tally.found[Finding.SWALLOWED], tally.found[Finding.TEXT_AFTER_QUOTE]
    doubtful = tally.found[Finding.DOUBTFUL]
    # In a file without quoted fields, a quote inside a field is plain text.
    literal = tally.found[Finding.LITERAL_QUOTE] if tally.sections else 0
    parts = []
    if swallowed:
        parts.append(f"{swallowed:,} lines inside quotes were counted as records")
    if doubtful:
        parts.append(f"{doubtful:,} quoted fields hold lines that look like whole records")
    if behind:
        parts.append(f"{behind:,} fields go on behind their closing quote")
    if literal:
        parts.append(f"{literal:,} quotes are inside fields that are not quoted")
    if parts:
        yield warning(
            WarningCode.STRAY_QUOTES,
            "; ".join(parts)[:1].upper() + "; ".join(parts)[1:] + ".",
            swallowed + doubtful + behind + literal,
            Finding.SWALLOWED,
            Finding.DOUBTFUL,
            Finding.TEXT_AFTER_QUOTE,
            Finding.LITERAL_QUOTE,
        )


def _of_lines(tally: Tally, warning: Callable[..., FileWarning]) -> Iterator[FileWarning]:
    kinds = {"LF": tally.lf, "CRLF": tally.crlf, "CR": tally.cr}
    used = sorted(filter(None, kinds.values()))
    if len(used) > 1:
        listed = ", ".join(f"{times:,} {kind}" for kind, times in kinds.items() if times)
        yield warning(
            WarningCode.MIXED_NEWLINES,
            f"Records end in several ways: {listed}.",
            sum(used[:-1]),
            Finding.OTHER_LINE_END,
        )
    blank, empty = tally.found[Finding.BLANK_LINE], tally.found[Finding.EMPTY_RECORD]
    if blank or empty:
        parts = [f"{blank:,} blank lines between records are not counted"] if blank else []
        if empty:
            parts.append(f"{empty:,} records whose fields are all empty are counted")
        message = "; ".join(parts)
        yield warning(
            WarningCode.BLANK_RECORDS,
            message[:1].upper() + message[1:] + ".",
            blank + empty,
            Finding.BLANK_LINE,
            Finding.EMPTY_RECORD,
        )
    if controls := tally.found[Finding.CONTROL]:
        yield warning(
            WarningCode.CONTROL_CHARACTERS,
            f"There are {controls:,} control characters in fields.",
            controls,
            Finding.CONTROL,
        )


def warnings_of_dialect(
    readings: Readings, locate: Locate, *, header: bool
) -> Iterator[FileWarning]:
    """Yield what is to be said of the choice between readings."""
    primary = readings.primary
    if primary is None:
        return
    if readings.late is not None:
        line, offset = locate(readings.late)
        yield FileWarning(
            WarningCode.LATE_DIALECT,
            f"The rest of the file contradicts its beginning; it was read with"
            f" {primary.reading.words}.",
            1,
            line,
            offset,
        )
    if (other := readings.undecided) is not None:
        yield FileWarning(
            WarningCode.UNDECIDED_DIALECT,
            f"Two readings fit: {primary.tally.records - header:,} rows with"
            f" {primary.reading.words}, {other.tally.records - header:,} with"
            f" {other.reading.words}.",
            1,
        )


def warnings_of_marks(cleaner: Cleaner, decoder: Decoder) -> Iterator[FileWarning]:
    """Yield what was left out because it stands between records and is none."""
    for removed, what in (
        (cleaner.marks, "byte-order marks inside the file, as joined files have them"),
        (cleaner.feeds, "form feeds"),
        (cleaner.ends, "end-of-file marks of DOS"),
        (cleaner.blank_lines, "lines of blanks at the end"),
    ):
        if removed.times:
            offset = None if removed.first is None else decoder.source_offset(removed.first)
            message = f"Left out: {removed.times:,} {what}."
            yield FileWarning(WarningCode.IGNORED_LINES, message, removed.times, None, offset)


def warnings_of_separators(head: bytes) -> Iterator[FileWarning]:
    """Yield what else may end the lines of a text without line ends. head: its beginning."""
    if found := len(_SEPARATORS.findall(head)):
        message = (
            f"There is no line end, but {found:,} line separators (U+0085, U+2028, U+2029), which"
            " end no record."
        )
        yield FileWarning(WarningCode.CONTROL_CHARACTERS, message, found)
