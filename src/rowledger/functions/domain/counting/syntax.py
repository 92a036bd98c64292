"""The grammar of records in canonical text, as regular expressions for one delimiter.

Canonical text quotes with `"`, doubles a quote to make it literal, and has a delimiter of one byte;
`canonical.py` brings every other dialect into this form. The rules are RFC 4180 section 2; where it
is silent, those of Python's csv.reader: a quote opens a quoted section only at the very start of a
field, is literal elsewhere in an unquoted field, and whatever follows a closing quote is literal up
to the delimiter. A line of no bytes is no record.
"""

import re
from functools import cached_property, lru_cache

QUOTE = b'"'
# What stands for the delimiter or the quote where a text has none: no text holds a NUL.
NO_DELIMITER = b"\0"
NO_QUOTE = b"\0"
_SECTION = rb'"[^"]*+(?:""[^"]*+)*+"'
_LINE_END = rb"(?:\r\n|\n|\r)"
# Control characters that CSV text has no use for: all but TAB, LF and CR.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r\0")) + b"\x7f"


class Syntax:
    """The patterns for one delimiter, a single byte.

    whole_records: as many whole records, with their line ends, as follow from a record's start.
    record: one record with its line end; group "junk" is text behind a closing quote.
    fields: as many whole fields, with their delimiters, as follow from a field's start.
    section: a quoted section behind a boundary, or its part up to the end of the text.
    junk: in masked text, a section that text follows; followed: be it blanks.
    doubtful_closing: where a quote that closes a section may really open one: see recovery.py.
    """

    def __init__(self, delimiter: bytes) -> None:
        self.delimiter = delimiter
        self.boundaries = frozenset({delimiter, b"\n", b"\r"})
        self.controls = bytes(set(_CONTROLS) - set(delimiter))
        self.no_lines = bytes(set(range(256)) - set(delimiter + b'"\r\n'))
        self._no_structure = bytes(set(range(256)) - set(delimiter + b"\r\n" + self.controls))
        self._escaped = escaped = re.escape(delimiter)
        self._ends = b"[" + escaped + rb"\r\n]"
        self._inner = b"[^" + escaped + rb"\r\n]"
        self._plain = b'[^"' + escaped + rb"\r\n]" + self._inner + b"*+"
        self._field = b"(?:" + _SECTION + self._inner + b"*+|" + self._plain + b")?+"

    # Each is compiled where it is first asked for: beside a kernel, hardly any is.
    @cached_property
    def whole_records(self) -> re.Pattern[bytes]:
        others = b"(?:" + self._escaped + self._field + b")*+"
        return re.compile(b"(?:" + self._field + others + _LINE_END + b")*+")

    @cached_property
    def record(self) -> re.Pattern[bytes]:
        blanks = b"[" + b" \t".replace(self.delimiter, b"") + b"]*+"
        junk = b"(?:(?P<junk>[^ \t" + self._escaped + rb"\r\n])" + self._inner + b"*+)?+"
        field = b"(?:" + _SECTION + blanks + junk + b"|" + self._plain + b")?+"
        others = b"(?:" + self._escaped + field.replace(b"?P<junk>", b"?P<more>") + b")*+"
        return re.compile(field + others + b"(?P<end>" + _LINE_END + b")")

    @cached_property
    def fields(self) -> re.Pattern[bytes]:
        return re.compile(b"(?:" + self._field + self._escaped + b")*+")

    @cached_property
    def quoted_field(self) -> re.Pattern[bytes]:
        return re.compile(_SECTION + b"(?P<junk>" + self._inner + b"*+)")

    @cached_property
    def section(self) -> re.Pattern[bytes]:
        return re.compile(b'"(?<=' + self._ends + rb'")[^"]*+(?:""[^"]*+)*+("|\Z)')

    @cached_property
    def junk(self) -> re.Pattern[bytes]:
        return self._section_before(rb' \t"')

    @cached_property
    def followed(self) -> re.Pattern[bytes]:
        return self._section_before(b'"')

    @cached_property
    def empty_record(self) -> re.Pattern[bytes]:
        return re.compile(rb"[\r\n]" + self._escaped + rb"++(?=[\r\n])")

    @cached_property
    def doubtful_closing(self) -> re.Pattern[bytes]:
        before, behind = b"(?<=" + self._escaped + b'")', b"(?=" + self._ends + b"|\\Z)"
        return re.compile(QUOTE + before + behind)

    def _section_before(self, others: bytes) -> re.Pattern[bytes]:
        """Return a pattern for a section in masked text that neither ends nor `others` follow."""
        behind = b"(?=[^" + self._escaped + rb"\r\n" + others + b"])"
        return re.compile(b'"(?<=' + self._ends + b'")' + behind)

    def skeleton(self, masked: bytes) -> bytes:
        """Delete all but delimiters, line ends and control characters."""
        return masked.translate(None, self._no_structure)

    def mask(self, text: bytes) -> tuple[bytes, int]:
        """Replace each quoted section of whole records by one quote; return how many there were."""
        masked, sections = self.section.subn(QUOTE, b"\n" + text)
        return masked[1:], sections

    def without_quotes(self, lines: bytes) -> bytes:
        """Replace sections and quotes of lines that are records by themselves."""
        return b"".join(
            self._closed.sub(b"_", b"\n" + line)[1:].replace(QUOTE, b"_")
            for line in lines.splitlines(keepends=True)
        )

    def width(self, record: bytes) -> int:
        """Count the fields of a record, or of a line of it: a quote that is not closed is text."""
        if QUOTE not in record:
            return record.count(self.delimiter) + 1
        masked, _ = self._closed_sections(record)
        return masked.count(self.delimiter) + 1

    def _closed_sections(self, record: bytes) -> tuple[bytes, int]:
        return self._closed.subn(QUOTE, b"\n" + record)

    @property
    def _closed(self) -> re.Pattern[bytes]:
        return _closed_section(self.delimiter)


@lru_cache(maxsize=64)
def _closed_section(delimiter: bytes) -> re.Pattern[bytes]:
    return re.compile(b"(?<=[" + re.escape(delimiter) + rb"\r\n])" + _SECTION)


@lru_cache(maxsize=64)
def syntax_of(delimiter: bytes) -> Syntax:
    """Return the patterns for a delimiter."""
    return Syntax(delimiter)
