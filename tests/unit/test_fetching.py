"""What is fetched is compared with the ledger; the lines around a rejection are found."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from rowledger.errors import CommandError
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Status
from rowledger.operations.services.context import MAX_LINE, around_rejection
from rowledger.operations.services.fetching import Fetching, Kept
from tests.unit.test_ledger_row import ROW

CONTENT = b"a,b\n1,2\n"
GOOD = replace(
    ROW,
    status=Status.SUCCESS,
    rows_count=1,
    error=None,
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    backup_version_id="b1",
)


@dataclass
class FakeObjects:
    content: bytes
    chunk_bytes: int = 3
    asked: tuple[str, str, str | None] | None = None

    def read(
        self, bucket: str, key: str, version_id: str | None = None, *, start: int = 0
    ) -> Iterator[bytes]:
        self.asked = (bucket, key, version_id)
        for offset in range(start, len(self.content), self.chunk_bytes):
            yield self.content[offset : offset + self.chunk_bytes]


def fetched(row: LedgerRow, kept: Kept, content: bytes) -> tuple[bytes, FakeObjects]:
    objects, written = FakeObjects(content), bytearray()
    size = Fetching(objects, "out", "back").fetch(row, kept, written.extend)
    assert size == len(written)
    return bytes(written), objects


def receipt(**changes: Any) -> bytes:  # noqa: ANN401 -- any JSON
    said = {
        "version_id": GOOD.version_id,
        "status": "SUCCESS",
        "rows_count": 1,
        "sha256": GOOD.sha256,
    }
    return json.dumps(said | changes).encode()


@pytest.mark.parametrize(
    ("kept", "where"),
    [
        (Kept.INPUT, (GOOD.bucket, GOOD.filename, GOOD.version_id)),
        (Kept.BACKUP, ("back", GOOD.backup_key, "b1")),
    ],
)
def test_exactly_the_version_that_was_counted_is_read(
    kept: Kept, where: tuple[str, str, str]
) -> None:
    content, objects = fetched(GOOD, kept, CONTENT)
    assert (content, objects.asked) == (CONTENT, where)


@pytest.mark.parametrize(
    ("kept", "content", "said"),
    [
        (Kept.BACKUP, b"something else", "is not what the ledger recorded"),
        (Kept.RECEIPT, b"{", "does not say what the ledger says"),
        (Kept.RECEIPT, receipt(rows_count=2), "does not say what the ledger says"),
    ],
)
def test_what_differs_from_the_ledger_is_an_error(kept: Kept, content: bytes, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        fetched(GOOD, kept, content)


def test_a_receipt_of_this_upload_is_given() -> None:
    assert fetched(GOOD, Kept.RECEIPT, receipt())[0] == receipt()


def test_there_is_no_backup_of_what_was_never_read() -> None:
    with pytest.raises(CommandError, match="has no backup: it was deleted"):
        fetched(replace(GOOD, sha256=None), Kept.BACKUP, b"")


def rejected(
    line: int | None,
    encoding: str = "utf-8",
    *,
    byte_offset: int | None = None,
    code: str = "UNTERMINATED_QUOTE",
) -> LedgerRow:
    error = {"code": code, "message": "m", "line": line, "byte_offset": byte_offset}
    return replace(
        GOOD, status=Status.FAILED, rows_count=None, error=error, dialect={"encoding": encoding}
    )


LINES = "".join(f"{number},ä\r\n" for number in range(1, 21))


@pytest.mark.parametrize("chunk_bytes", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (LINES.encode(), "utf-8"),
        (LINES.encode("utf-16"), "utf-16"),
        (gzip.compress(LINES[:60].encode()) + gzip.compress(LINES[60:].encode()), "utf-8"),
    ],
)
def test_the_lines_around_a_place_are_found(
    content: bytes, encoding: str, chunk_bytes: int
) -> None:
    objects = FakeObjects(content, max(chunk_bytes, 2))
    found = around_rejection(objects, rejected(10, encoding)).lines
    assert [(each.number, each.text) for each in found] == [
        (number, f"{number},ä") for number in range(7, 14)
    ]


def test_a_line_that_is_endless_is_cut_and_says_so() -> None:
    (line,) = around_rejection(FakeObjects(b"x" * 10_000, 1000), rejected(1)).lines
    assert (line.text, line.left_out) == ("x" * MAX_LINE, 10_000 - MAX_LINE)


@pytest.mark.parametrize("chunk_bytes", [7, 1000])
def test_of_a_long_line_the_place_itself_is_shown(chunk_bytes: int) -> None:
    content = b"a,b\n" + "ä".encode() * 3000 + b'"' + b"z" * 3000 + b"\nlast\n"
    offset = content.index(b'"')
    row = rejected(2, byte_offset=offset)
    first, line, last = around_rejection(FakeObjects(content, chunk_bytes), row).lines
    assert line.text == "ä" * 200 + '"' + "z" * 199
    assert (line.begins, line.left_out) == (2801, 6001 - 400)
    assert (first.text, last.text) == ("a,b", "last")


@pytest.mark.parametrize("chunk_bytes", [7, 1000])
def test_at_a_place_in_no_line_the_bytes_are_shown(chunk_bytes: int) -> None:
    content = bytes(range(256))
    row = rejected(None, byte_offset=130, code="NOT_CSV")
    found = around_rejection(FakeObjects(content, chunk_bytes), row).bytes
    assert [each.offset for each in found] == [80, 96, 112, 128, 144, 160, 176]
    assert b"".join(each.content for each in found) == content[80:192]


def test_the_place_in_what_is_not_gzip_is_among_the_compressed_bytes() -> None:
    content = gzip.compress(b"a\n" * 1000)[:-4] + b"ruin"
    row = rejected(None, byte_offset=len(content) - 4, code="CORRUPT_COMPRESSION")
    found = around_rejection(FakeObjects(content, 9), row).bytes
    assert found[-1].content.endswith(b"ruin")


@pytest.mark.parametrize(
    ("row", "said"), [(GOOD, "was not rejected"), (rejected(None), "as a whole")]
)
def test_without_a_place_it_is_said_why(row: LedgerRow, said: str) -> None:
    found = around_rejection(FakeObjects(b""), row)
    assert said in (found.note or "")
    assert not found.lines
    assert not found.bytes
