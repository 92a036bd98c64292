"""What is no table of records, and in which encodings tables are read."""

import gzip
import random

import pytest

from rowledger.functions.domain.counting.counter import Count, Counter
from rowledger.functions.domain.rejection import RejectedError, Rejection, RejectionCode


def count(data: bytes) -> Count:
    counter = Counter()
    counter.feed(data)
    return counter.finish()


def rejected(data: bytes) -> Rejection:
    with pytest.raises(RejectedError) as caught:
        count(data)
    return caught.value.rejection


NOT_CSV = {
    "an HTML page": b"<!DOCTYPE html>\n<html><body>Sign in, please</body></html>\n",
    "XML": b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n',
    "JSON": b'{\n  "error": "not found",\n  "status": 404\n}\n',
    "a card or a calendar": b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n",
    "an RTF document": b"{\\rtf1\\ansi id,name\\par\n}",
    "PGP armour": b"-----BEGIN PGP MESSAGE-----\n\nhQEMA0abc\n-----END PGP MESSAGE-----\n",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1\n",
    "a mail message": b"From: a@b.example\nTo: c@d.example\nSubject: x\nDate: y\n\nhere, it is\n",
    "an SQL dump": b"-- MySQL dump 10.13\n\nCREATE TABLE t (a int, b int);\n",
    "the error of a server": b"503 Service Unavailable\n",
    "EBCDIC": "id,customer name\n1,Ann\n2,Bob\n".encode("cp037"),
    "without a line end": b"x" * 100_000,
}


@pytest.mark.parametrize("kind", NOT_CSV)
def test_says_what_a_text_is(kind: str) -> None:
    found = rejected(NOT_CSV[kind])
    assert found.code is RejectionCode.NOT_CSV
    assert kind in found.message


def test_a_list_on_each_line_is_json() -> None:
    assert "JSON" in rejected(b"[1, 2, 3]\n[4, 5, 6]\n").message
    assert count(b"[1, 2, 3]\n4,5,6\n").rows == 1


@pytest.mark.parametrize(
    "start",
    [
        b"<DATE>,<TIME>,<OPEN>\n",
        b"<script>x</script>,b,c\n",
        b"[id],[name],[note]\n",
        b"From,To,Subject\n",
        b"version,size,x\n",
        b'"{""a"": 1}",x,y\n',
        b"select,insert,create\n",
        b"error,not found,x\n",
    ],
)
def test_takes_a_header_that_resembles_another_kind(start: bytes) -> None:
    assert count(start + b"1,2,3\n").rows == 1


ENCODINGS = {
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-32": "utf-32-le",
    "utf-32-le": "utf-32-le",
    "utf-32-be": "utf-32-be",
    "iso2022_jp": "iso2022_jp_2",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_reads_encodings_without_a_mark_too(encoding: str) -> None:
    text = '番号,"名\n前"\n1,が◆\n'
    found = count(text.encode(encoding))
    assert (found.rows, found.dialect.encoding) == (1, ENCODINGS[encoding])
    assert found.header == ("番号", "名\n前")


def test_utf16_that_turns_into_utf8_is_undecodable_where_it_does() -> None:
    wide = "a\tb\r\n1\t2\r\n".encode("utf-16")
    found = rejected(wide + b"3\t4\r\n5\t6\r\n")
    assert (found.code, found.byte_offset, found.line) == (
        RejectionCode.UNDECODABLE,
        len(wide),
        3,
    )


@pytest.mark.parametrize("orders", [("le", "be"), ("be", "le")])
def test_utf16_that_turns_its_byte_order_is_undecodable_where_it_does(
    orders: tuple[str, str],
) -> None:
    first, second = ("\ufeffa,b\r\n1,2\r\n".encode(f"utf-16-{order}") for order in orders)
    found = rejected(first + second)
    assert (found.code, found.byte_offset, found.line) == (
        RejectionCode.UNDECODABLE,
        len(first),
        3,
    )


def test_chinese_in_utf16_is_no_utf8() -> None:
    text = "名,注\n" + "不上,下不上\n" * 100
    assert count(text.encode("utf-16")).rows == 100


def test_what_follows_gzip_and_is_no_gzip_is_named() -> None:
    found = rejected(gzip.compress(b"a,b\n1,2\n") + b"<html>")
    assert found.code is RejectionCode.CORRUPT_COMPRESSION
    assert "no gzip" in found.message


def two_members(text: bytes) -> tuple[bytes, bytes]:
    return gzip.compress(text[:200_000], mtime=0), gzip.compress(text[200_000:], mtime=0)


def numbers(nul: int | None = None) -> bytes:
    """Some 800 kB that gzip halves, with a NUL at an offset."""
    rng = random.Random(1)  # noqa: S311 -- chance, not secrecy
    rows = b"".join(
        b"%d,%d\n" % (rng.randrange(10**6), rng.randrange(10**6)) for _ in range(60_000)
    )
    text = bytearray(b"a,b\n" + rows)
    if nul is not None:
        text[nul] = 0
    return bytes(text)


def rejected_in_pieces(stored: bytes, size: int, limit: int | None) -> Rejection:
    counter = Counter(max_decompressed_bytes=limit)
    try:
        for start in range(0, len(stored), size):
            counter.feed(stored[start : start + size])
        counter.finish()
    except RejectedError as error:
        return error.rejection
    raise AssertionError("it was counted")


@pytest.mark.parametrize("nul", [420_000, 460_000])
def test_a_rejection_of_several_members_does_not_depend_on_the_cuts(nul: int) -> None:
    limited = two_members(numbers(nul))
    damaged = bytearray(limited[1])
    damaged[158_272:158_276] = b"\xff" * 4
    for stored, limit in ((b"".join(limited), nul + 90_000), (limited[0] + bytes(damaged), None)):
        found = {rejected_in_pieces(stored, size, limit) for size in (1 << 16, 77_777, 1 << 30)}
        assert len(found) == 1, found


def test_damage_in_a_later_member_is_called_damage() -> None:
    first, second = two_members(numbers())
    damaged = bytearray(second)
    damaged[len(damaged) // 2] ^= 85
    assert "is damaged" in rejected(first + bytes(damaged)).message


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_names_of_more_than_128_kib_are_not_kept_with_a_mark_either(mark: bytes) -> None:
    header = b",".join(b"c%06d" % each for each in range(20_000))
    assert count(mark + header + b"\n" + header + b"\n").header is None


DELIMITERS = ("~", "^", ":", "\x01", "\x14", "|~|", "::", "||", "¦", "#", "$", "\x1f")


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_finds_any_delimiter_that_the_text_offers(delimiter: str) -> None:
    rows = [["id", "note", "flag"], ["1", '"two\nlines"', "ok"], ["2", '"x"', "no"]]
    found = count("".join(delimiter.join(row) + "\n" for row in rows).encode())
    assert (found.rows, found.columns, found.dialect.delimiter) == (2, 3, delimiter)


def test_unit_and_record_separators_make_a_table() -> None:
    found = count(b"id\x1fname\x1e1\x1fAnn\x1e2\x1fBob\x1e")
    assert (found.rows, found.columns, found.dialect.newline) == (2, 2, "RS")


QUOTING = {
    "blanks before quotes": 'a, b\n1, "x\ny"\n',
    "apostrophes": "a;b\n1;'x\ny'\n2;'z'\n",
    "backslash before a line break": "a|b\n1|x\\\ny\n",
    "backslash before a quote": '"a","b"\n"1","x \\"\ny"\n',
}


@pytest.mark.parametrize("kind", QUOTING)
def test_finds_the_quoting(kind: str) -> None:
    text = QUOTING[kind]
    assert count(text.encode()).rows == text.count("\n") - 2
