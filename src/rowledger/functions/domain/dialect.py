"""How a CSV file is written: what a reader must know before it can split records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect found in a file, as result.json has it.

    delimiter: one or more characters, or None where the file has one column and shows none.
    quote: the quote character, or None where the file has none.
    escape: the backslash where it, and not a second quote, makes a quote literal; else None.
    newline: "LF", "CRLF", "CR", "RS" (U+001E) or "mixed"; None where the file has no line end.
    encoding: "utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be" or one of
        ISO 2022 ("iso2022_jp_2"); where a file declares nothing and is none of these,
        "windows-1252" if it can be that, the usual guess, else "unknown-8bit" (a name of RFC 1428).
    compression: "gzip" or None.
    header: whether the first record was taken as the header.
    """

    delimiter: str | None
    quote: str | None
    escape: str | None
    newline: str | None
    encoding: str
    compression: str | None
    header: bool
