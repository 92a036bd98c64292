"""The twists: what files have that no writer means, or that no reader expects."""

import gzip
import random
from collections.abc import Callable

from bench.generated import writers
from bench.generated.cells import BY_HAND, Case, Maker, case
from bench.generated.tables import table

_NOT_CSV = {
    "HTML": "<!DOCTYPE html>\n<html><body><p>Sign in, please</p></body></html>\n",
    "XML": '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n',
    "JSON": '{"error": "not found",\n "status": 404}\n',
    "JSON lines": '{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n',
    "JSON array": '[\n  {"a": 1},\n  {"a": 2}\n]\n',
    "RTF": "{\\rtf1\\ansi id,name\\par\n1,Ann\\par\n}",
    "PGP": "-----BEGIN PGP MESSAGE-----\n\nhQEMA0abc\n=abcd\n-----END PGP MESSAGE-----\n",
    "LFS": "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    "mail": "From: a@b.example\nTo: c@d.example\nSubject: the file\nDate: today\n\nhere, it is\n",
    "SQL": "-- MySQL dump 10.13\nCREATE TABLE t (a int, b int);\nINSERT INTO t VALUES (1,2);\n",
    "error": "503 Service Unavailable\n",
}


def _rows(source: random.Random, *, nasty: bool = False) -> list[list[str]]:
    return table(source, nasty=nasty)


def _of_text(change: Callable[[str, str, int], str], *, extra: int = 0) -> Maker:
    """Make a maker that changes the text of a file. change: of text, delimiter and data rows."""

    def make(source: random.Random) -> Case:
        rows = _rows(source, nasty=True)
        delimiter = source.choice(",;\t|")
        text = source.choice(BY_HAND[:2])(rows, delimiter, "\n")
        text = text if text.endswith("\n") else text + "\n"
        return case(change(text, delimiter, len(rows) - 1), len(rows) - 1 + extra)

    return make


def _stray_pair(source: random.Random) -> Case:
    """Two fields begin with a quote that is text."""
    rows = table(source, rows=source.randint(30, 300), nasty=False)
    first, second = sorted(source.sample(range(2, len(rows) - 1), 2))
    if second - first < 3:
        second = min(first + 3, len(rows) - 1)
    for number in (first, second):
        rows[number][1] = '"' + rows[number][1]
    delimiter = source.choice(",;\t|")
    text = "".join(delimiter.join(row) + "\n" for row in rows)
    return Case("", text.encode(), len(rows) - 1, ("UNTERMINATED_QUOTE",))


def _ragged(source: random.Random) -> Case:
    rows = _rows(source, nasty=True)
    for row in rows[1:]:
        if source.random() < 0.3:
            row.append("more")
    return case(writers.minimal(rows, source.choice(",;\t|"), "\n"), len(rows) - 1)


def _preamble(source: random.Random) -> Case:
    rows = table(source, rows=source.randint(8, 40), nasty=False)
    above = source.randint(1, 4)
    text = "".join(f"Report of May {number}\n" for number in range(above))
    return case(text + writers.everything(rows, ";", "\n"), len(rows) - 1 + above)


def _late_escape(source: random.Random) -> Case:
    rows = [["id", "note"], *([str(number), "plain text"] for number in range(9000))]
    rows += [[str(number), 'he said "no"\nand left'] for number in range(source.randint(1, 9))]
    return case(writers.backslash(rows, ",", "\n"), len(rows) - 1)


def _late_delimiter(source: random.Random) -> Case:
    rows = [["a\n" * source.randint(35_000, 50_000), "x"], ["1", "two\nlines"], ["2", "y"]]
    return case(writers.everything(rows, source.choice(";|\t"), "\n"), 2)


def _one_column_then_table(source: random.Random) -> Case:
    lines = "value\n" + "".join(f"A{number:05}\n" for number in range(10_000))
    rows = [[str(number), "two\nlines"] for number in range(source.randint(5, 40))]
    return case(lines + writers.minimal(rows, ";", "\n"), 10_000 + len(rows))


def _lone_cr(source: random.Random) -> Case:
    rows = table(source, rows=source.randint(5, 40), nasty=False)
    source.choice(rows[1:])[1] = "a\rb"
    return case("".join(",".join(row) + "\n" for row in rows), len(rows) - 1)


def _wide_then_narrow(source: random.Random) -> Case:
    rows = _rows(source)
    text = writers.minimal(rows, "\t", "\r\n")
    more = "1\t2\r\n3\t4\r\n" if len(text) % 2 else "13\t2\r\n3\t4\r\n"
    return case(text.encode("utf-16") + more.encode(), None, "UNDECODABLE")


def _not_csv(text: str) -> Maker:
    return lambda source: case("\n" * source.randint(0, 1) + text, None, "NOT_CSV")


def _ebcdic(source: random.Random) -> Case:
    text = writers.minimal(_rows(source), ",", "%").replace("é", "e").replace("ß", "s")
    return case(text.replace("%", "\n").encode("cp037", "replace"), None, "NOT_CSV", "UNDECODABLE")


def _joined(mark: str) -> Maker:
    def make(source: random.Random) -> Case:
        rows = _rows(source, nasty=True)
        text = writers.everything(rows, ",", "\r\n") + "\r\n"
        times = source.randint(2, 4)
        return case((mark + text) * times, times * len(rows) - 1)

    return make


def _separators(source: random.Random) -> Case:
    rows = _rows(source)
    return case("".join("\x1f".join(row) + "\x1e" for row in rows), len(rows) - 1)


def _padded_gzip(source: random.Random) -> Case:
    rows = _rows(source)
    data = gzip.compress(writers.minimal(rows, ",", "\n").encode())
    return case(data + source.choice((b"\r\n", b"\n", b"\x1a", b"\0" * 100)), len(rows) - 1)


def _end_marked(source: random.Random) -> Case:
    rows = _rows(source, nasty=True)
    text = writers.everything(rows, ";", "\r\n") + "\r\n\x1a"
    return case(text * 2, 2 * len(rows) - 1)


TWISTS: dict[str, Maker] = {
    "sep= line": _of_text(lambda text, delimiter, _: f"sep={delimiter}\r\n{text}"),
    "quoted sep= line": _of_text(lambda text, delimiter, _: f'"sep={delimiter}"\n{text}'),
    "end-of-file mark": _of_text(lambda text, *_: text + "\x1a"),
    "form feed at the end": _of_text(lambda text, *_: text + "\f"),
    "blanks in the last line": _of_text(lambda text, *_: text + "   \n"),
    "blank lines at the end": _of_text(lambda text, *_: text + "\n\n"),
    "two byte-order marks": _of_text(lambda text, *_: "\ufeff\ufeff" + text),
    "# comment above": _of_text(lambda text, *_: "# exported in May\n" + text, extra=1),
    "line ends of CR CR LF": _of_text(lambda text, *_: text.replace("\n", "\r\r\n")),
    "joined files with marks": _joined("\ufeff"),
    "joined files with end marks": _end_marked,
    "two stray quotes": _stray_pair,
    "ragged records": _ragged,
    "lines above the table": _preamble,
    "first escape late": _late_escape,
    "first delimiter late": _late_delimiter,
    "one column, then a table": _one_column_then_table,
    "a CR in a field": _lone_cr,
    "UTF-16, then UTF-8": _wide_then_narrow,
    "EBCDIC": _ebcdic,
    "US and RS": _separators,
    "padding behind gzip": _padded_gzip,
} | {f"not CSV: {name}": _not_csv(text) for name, text in _NOT_CSV.items()}
