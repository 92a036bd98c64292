import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator

import pytest

from rowledger.functions.domain.counting.blocks import BLOCK_SIZE
from rowledger.functions.domain.counting.counter import Count, Counter
from rowledger.functions.domain.rejection import RejectedError, Rejection, RejectionCode

MIB = 1 << 20


def count(*chunks: bytes, header: bool = True) -> Count:
    return counted(Counter(header=header), chunks)


def counted(counter: Counter, chunks: Iterable[bytes]) -> Count:
    for chunk in chunks:
        counter.feed(chunk)
    return counter.finish()


def rejection(*chunks: bytes, counter: Counter | None = None) -> Rejection:
    with pytest.raises(RejectedError) as caught:
        counted(counter or Counter(), chunks)
    return caught.value.rejection


BINARY = {
    "ZIP": b"PK\x03\x04\x14\x00",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "PDF": b"%PDF-1.7\n",
    "Parquet": b"PAR1\x15\x04",
    "Avro": b"Obj\x01\x04",
    "Arrow": b"ARROW1\x00\x00",
    "SQLite": b"SQLite format 3\x00",
    "Zstandard": b"\x28\xb5\x2f\xfd\x04",
    "bzip2": b"BZh91AY&SY",
    "xz": b"\xfd7zXZ\x00",
    "LZ4": b"\x04\x22\x4d\x18",
    "7-Zip": b"7z\xbc\xaf\x27\x1c",
    "RAR": b"Rar!\x1a\x07\x00",
    "tar": b"orders.csv".ljust(257, b"x") + b"ustar\x00",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "JPEG": b"\xff\xd8\xff\xe0",
    "GIF": b"GIF89a\x10\x00\x10\x00",
    "ELF": b"\x7fELF\x02",
}


@pytest.mark.parametrize("kind", BINARY)
def test_says_what_a_binary_file_is(kind: str) -> None:
    found = rejection(BINARY[kind])
    assert found.code is RejectionCode.NOT_CSV
    assert kind in found.message


def test_sees_a_binary_file_inside_gzip() -> None:
    found = rejection(gzip.compress(BINARY["Parquet"]))
    assert found.code is RejectionCode.NOT_CSV
    assert "Parquet" in found.message
    assert "gzip" in found.message


@pytest.mark.parametrize(
    "start",
    [
        b"PAR1,PAR2\n",
        b"PAR1\tPAR2\n",
        b"PAR1\r\n",
        b"%PDF-count,x\n",
        b"GIF89a,x\n",
        b"BZh91AY&SY,x\n",
        b"BZh9,x\n",
        b"Obj,x\n",
        b"7z,x\n",
        b"MZ,x\n",
    ],
)
def test_takes_a_header_that_resembles_a_signature(start: bytes) -> None:
    assert count(start + b"1,2\n").rows == 1


def test_gives_the_place_of_a_nul_far_into_a_file() -> None:
    text = b"a,b\n" * BLOCK_SIZE
    found = rejection(text + b"1,\0\n")
    assert (found.code, found.byte_offset) == (RejectionCode.NOT_CSV, len(text) + 2)


def test_counts_a_nul_in_compressed_text_by_its_decompressed_place() -> None:
    found = rejection(gzip.compress(b"a,b\n1,\0\n"))
    assert (found.code, found.byte_offset) == (RejectionCode.NOT_CSV, 6)


def test_rejects_a_nul_character_in_utf16() -> None:
    found = rejection("a,b\n1,\0\n".encode("utf-16"))
    assert (found.code, found.byte_offset) == (RejectionCode.NOT_CSV, 14)


def test_reports_the_first_of_two_faults() -> None:
    mark = b"\xef\xbb\xbf"
    assert rejection(mark + b"a\xff\0").code is RejectionCode.UNDECODABLE
    assert rejection(mark + b"a\xc3\0").code is RejectionCode.UNDECODABLE
    assert rejection(mark + b"a\0\xff").code is RejectionCode.NOT_CSV
    utf16_with_lone_surrogate = b"\xff\xfea\0\0\0\0\xd8x\0"
    assert rejection(utf16_with_lone_surrogate).code is RejectionCode.NOT_CSV


@pytest.mark.parametrize("place", range(BLOCK_SIZE - 4, BLOCK_SIZE + 2))
def test_decodes_characters_across_blocks(place: int) -> None:
    text = b"a,b\n1," + b"x" * (place - 6) + "𝄞\n2,é\n".encode()
    found = count(text)
    assert (found.rows, found.columns) == (2, 2)
    assert found.dialect == count(b"a,b\n1,2\n").dialect
    assert count(text + b"\xff").dialect.encoding != "utf-8"
    marked = rejection(b"\xef\xbb\xbf" + text + b"\xff")
    assert (marked.code, marked.byte_offset) == (RejectionCode.UNDECODABLE, 3 + len(text))
    assert marked.line == 4


def test_places_an_unterminated_quote_across_utf16_blocks() -> None:
    text = 'é,b\n1,"' + "x" * 3 * BLOCK_SIZE
    found = rejection(text.encode("utf-16"))
    assert (found.line, found.byte_offset) == (2, 2 + 2 * 6)


def test_places_an_unterminated_quote_behind_a_doubled_quote_at_a_block_end() -> None:
    opening = b'a,b\n1,"'
    filler = b"x" * (BLOCK_SIZE - len(opening) - 1)
    found = rejection(opening + filler + b'""' + b"y" * BLOCK_SIZE)
    assert (found.line, found.byte_offset) == (2, 6)


def test_counts_columns_of_a_first_record_larger_than_any_block() -> None:
    record = b",".join([b'"' + b"x," * BLOCK_SIZE + b'"'] * 3)
    found = count(record + b"\n1,2,3\n")
    assert (found.rows, found.columns) == (1, 3)


def test_tells_the_dialect_of_a_rejected_file() -> None:
    counter = Counter()
    assert counter.dialect is None
    rejection(b'a;b\r\n1;"x', counter=counter)
    assert counter.dialect is not None
    assert (counter.dialect.delimiter, counter.dialect.newline) == (";", "CRLF")


@pytest.mark.parametrize(
    ("encoding", "characters"),
    [
        ("utf-8", BLOCK_SIZE),
        ("utf-8-sig", BLOCK_SIZE - 3),
        ("utf-16", BLOCK_SIZE // 2 - 1),
    ],
)
def test_takes_no_first_block_for_a_whole_file(encoding: str, characters: int) -> None:
    # Were the block the file, its end would show that backslashes escape quotes.
    start, cut_here, rest = "a,b\n1,", '\n2,"a\\""', '\nb"\n3,4\n'
    filler = "x" * (characters - len(start) - len(cut_here))
    assert count((start + filler + cut_here + rest).encode(encoding)).rows == 3


def test_rejects_before_the_end_once_it_is_certain() -> None:
    counter = Counter()
    with pytest.raises(RejectedError):
        counter.feed(b"\0" * BLOCK_SIZE)


def test_never_quotes_content() -> None:
    secret = b"s3cret"
    files = [
        b'a,b\n1,"' + secret,
        b"\xef\xbb\xbf" + secret + b"\xff",
        secret + b"\0",
        b"%PDF-1.7\n" + secret,
    ]
    for file in files:
        assert secret.decode() not in rejection(file).message


class TestGzip:
    TEXT = b"a,b\n" + b"1,2\n" * 100_000

    def test_takes_any_cut_of_many_members(self) -> None:
        members = gzip.compress(self.TEXT) + gzip.compress(b"") + gzip.compress(b"3,4\n")
        for size in (1, 1000, len(members)):
            chunks = (members[start : start + size] for start in range(0, len(members), size))
            assert counted(Counter(), chunks).rows == 100_001

    def test_locates_damage_to_the_byte(self) -> None:
        data = bytearray(zlib.compress(self.TEXT, wbits=31))
        header_size = 10
        data[header_size] = 0xFF  # a deflate block type that does not exist
        found = rejection(bytes(data))
        assert (found.code, found.byte_offset) == (RejectionCode.CORRUPT_COMPRESSION, header_size)

    def test_locates_damage_far_into_the_file_to_the_byte(self) -> None:
        data = bytearray(zlib.compress(self.TEXT, 0, wbits=31))
        at = 10  # behind the header; each block that is only stored has its length behind its type
        for _ in range(5):
            at += 5 + int.from_bytes(data[at + 1 : at + 3], "little")
        data[at] = 0xFF
        found = rejection(bytes(data))
        assert (found.code, found.byte_offset) == (RejectionCode.CORRUPT_COMPRESSION, at)

    def test_prefers_what_is_wrong_with_the_text_before_the_damage(self) -> None:
        data = gzip.compress(bytes(BLOCK_SIZE)) + b"garbage"
        assert rejection(data).code is RejectionCode.NOT_CSV

    def test_rejects_what_expands_beyond_the_limit(self) -> None:
        data = gzip.compress(self.TEXT)
        at_limit = Counter(max_decompressed_bytes=len(self.TEXT))
        assert counted(at_limit, [data]).rows == 100_000
        found = rejection(data, counter=Counter(max_decompressed_bytes=len(self.TEXT) - 1))
        assert found.code is RejectionCode.TOO_LARGE

    def test_applies_the_limit_to_compressed_files_only(self) -> None:
        assert counted(Counter(max_decompressed_bytes=1), [self.TEXT]).rows == 100_000


def _bomb(pieces: int) -> Iterator[bytes]:
    yield gzip.compress(b"a,b\n" * (PIECE // 4 * pieces))


def _repeat(
    piece: bytes, before: bytes = b"", after: bytes = b""
) -> Callable[..., Iterator[bytes]]:
    def chunks(pieces: int) -> Iterator[bytes]:
        yield before
        for _ in range(pieces):
            yield piece * (PIECE // len(piece))
        yield after

    return chunks


PIECE = MIB // 2
HUGE: dict[str, tuple[Callable[[int], Iterator[bytes]], Callable[[int], int]]] = {
    "one quoted field": (_repeat(b"x", b'"', b'"'), lambda _: 1),
    "one unquoted field": (_repeat(b"x"), lambda _: 1),
    "one record": (_repeat(b"abc,"), lambda _: 1),
    "one-byte lines": (_repeat(b"a\n"), lambda pieces: pieces * PIECE // 2),
    "blank lines": (_repeat(b"\n", b"a"), lambda _: 1),
    "quotes": (_repeat(b'"'), lambda _: 1),
    "empty quoted fields": (_repeat(b'"",'), lambda _: 1),
    "gzip bomb": (_bomb, lambda pieces: pieces * PIECE // 4),
}


@pytest.mark.parametrize("kind", HUGE)
def test_memory_does_not_grow_with_the_file(kind: str) -> None:
    chunks, rows = HUGE[kind]

    def peak(pieces: int) -> int:
        counter = Counter(header=False)
        stream = chunks(pieces)
        counter.feed(next(stream))
        tracemalloc.start()
        try:
            assert counted(counter, stream).rows == rows(pieces)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small = peak(2)
    assert peak(6) < small + MIB // 4


@pytest.mark.parametrize("start", [bytes(range(1, 32)) * 20, random.Random(1).randbytes(3000)])  # noqa: S311 -- noise
def test_bytes_without_a_nul_that_are_no_text_are_rejected(start: bytes) -> None:
    assert rejection(start.replace(b"\0", b"\1")).code is RejectionCode.NOT_CSV


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (b"a,b\n\x80\x85,2\n", "windows-1252"),
        (b"a,b\n\x81\x8d,2\n", "unknown-8bit"),
        ("a,b\n、,2\n".encode("shift-jis"), "unknown-8bit"),
        ("a,b\nō,2\n".encode(), "utf-8"),
    ],
)
def test_an_encoding_is_not_claimed_that_the_file_cannot_have(text: bytes, encoding: str) -> None:
    assert count(text).dialect.encoding == encoding
