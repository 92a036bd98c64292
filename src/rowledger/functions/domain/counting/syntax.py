"""The grammar of records in canonical text, as regular expressions for one delimiter.

Canonical text quotes with `"`, doubles a quote to make it literal, and has a delimiter of one byte;
`canonical.py` brings every other dialect into this form. The rules are RFC 4180 section 2; where it
is silent, those of Python's csv.reader: a quote opens a quoted section only at the very start of a
field, is literal elsewhere in an unquoted field, and whatever follows a closing quote is literal up
to the delimiter. A line of no bytes is no record.
"""

import re
from functools import lru_cache

QUOTE = b'"'
# What stands for the delimiter where a text has none: no text holds a NUL.
NO_DELIMITER = b"\0"
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
    junk: in masked text, a section that text follows.
    structure: the bytes that skeleton() deletes are all but these.
    """

    def __init__(self, delimiter: bytes) -> None:
        self.delimiter = delimiter
        escaped = re.escape(delimiter)
        ends = b"[" + escaped + rb"\r\n]"
        inner = b"[^" + escaped + rb"\r\n]"
        plain = b'[^"' + escaped + rb"\r\n]" + inner + b"*+"
        field = b"(?:" + _SECTION + inner + b"*+|" + plain + b")?+"
        blank = b"[ \t]" if delimiter != b"\t" else b" "
        junk = blank + b"*+(?:(?P<junk>[^ \t" + escaped + rb"\r\n])" + inner + b"*+)?+"
        marked = b"(?:" + _SECTION + junk + b"|" + plain + b")?+"
        self.whole_records = re.compile(
            b"(?:" + field + b"(?:" + escaped + field + b")*+" + _LINE_END + b")*+"
        )
        self.record = re.compile(
            marked
            + b"(?:"
            + escaped
            + marked.replace(b"?P<junk>", b"?P<more>")
            + b")*+(?P<end>"
            + _LINE_END
            + b")"
        )
        self.fields = re.compile(b"(?:" + field + escaped + b")*+")
        self.quoted_field = re.compile(_SECTION + b"(?P<junk>" + inner + b"*+)")
        self.section = re.compile(b'"(?<=' + ends + rb'")[^"]*+(?:""[^"]*+)*+("|\Z)')
        self.junk = re.compile(b'"(?<=' + ends + b'")' + b"(?=[^ \t" + escaped + rb'\r\n"])')
        self.empty_record = re.compile(rb"(?<=[\r\n])" + escaped + rb"++(?=[\r\n])")
        self.boundaries = frozenset({delimiter, b"\n", b"\r"})
        self.controls = bytes(set(_CONTROLS) - set(delimiter))
        self._no_structure = bytes(set(range(256)) - set(delimiter + b"\r\n" + self.controls))
        # Where a quote that closes a section may really open one: see recovery.py.
        self.doubtful_closing = re.compile(b'"(?<=' + escaped + b'")(?=' + ends + b"|\\Z)")

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
