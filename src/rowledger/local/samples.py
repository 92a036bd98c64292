"""Sample files, good and bad, each with the outcome that it must reach."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLAIN = b"id,name,amount\n" + b"".join(b"%d,item %d,%d.50\n" % (n, n, n) for n in range(1, 10))
_QUOTED = (
    b'id,comment\n1,"two\nlines"\n2,"a ""quoted"" word, and a comma"\n3,"ends with a break\n"\n'
)


@dataclass(frozen=True, slots=True)
class Sample:
    """rows: the data rows of a good file. error: the code of a bad one.

    metadata: what its sender tells beside it. warnings: their codes; None where any may be.
    corrects: whether it takes the place of a rejected file of the same name.
    """

    name: str
    shows: str
    content: bytes
    rows: int | None = None
    error: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] | None = None
    corrects: bool = False

    @property
    def status(self) -> str:
        return "FAILED" if self.error else "SUCCESS"


SAMPLES = (
    Sample("orders.csv", "a plain file with 9 data rows", _PLAIN, rows=9),
    Sample("comments.csv", "line breaks and doubled quotes inside quotes", _QUOTED, rows=3),
    Sample(
        "windows.csv",
        "a byte order mark, CRLF and semicolons",
        "\ufeffcity;people\r\nKöln;1087353\r\nMünchen;1488202\r\n".encode(),
        rows=2,
    ),
    Sample("packed.csv.gz", "gzip", gzip.compress(_PLAIN, mtime=0), rows=9),
    Sample(
        "Größe + 日本 report.csv",
        "a name with spaces, + and letters beyond ASCII",
        b"size,count\nS,1\nM,2\n",
        rows=2,
    ),
    Sample("header-only.csv", "a header and no data rows", b"id,name,amount\n", rows=0),
    Sample("empty.csv", "no bytes at all", b"", error="EMPTY_FILE"),
    Sample(
        "broken-quote.csv",
        "a quote that is never closed",
        b'id,name\n1,first\n2,"second\n3,third\n',
        error="UNTERMINATED_QUOTE",
    ),
    Sample(
        "picture.csv",
        "a binary file under a CSV file's name",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        error="NOT_CSV",
    ),
)
