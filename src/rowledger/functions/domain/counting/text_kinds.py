"""Text that is no table of records, known by how it begins."""

import json
import re
from collections.abc import Callable

from rowledger.functions.domain.counting.ebcdic import is_ebcdic

_BLANK = b" \t\r\n\f\v"
_STARTS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), name)
    for pattern, name in (
        (
            rb"(<!--.*?-->\s*)?<(!DOCTYPE html|html|head|body)\b",
            "an HTML page",
        ),
        (rb"<\?xml\b|<!DOCTYPE\b|<!\[CDATA\[", "XML"),
        (rb"\{\\rtf\d?", "an RTF document"),
        (rb"-----BEGIN PGP ", "a message in PGP armour"),
        (rb"-----BEGIN [A-Z0-9 ]+-----", "a key or certificate in PEM form"),
        (
            rb"version https://(git-lfs|hawser)\.github\.com/spec/",
            "a Git LFS pointer, not the file itself",
        ),
        (rb"HTTP/\d(\.\d)? \d{3}\b", "an HTTP response"),
        (rb"From \S+@?\S* +(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ", "a mailbox of mail"),
        (rb"BEGIN:V(CARD|CALENDAR)\s", "a card or a calendar"),
        (rb"%!PS-Adobe", "a PostScript document"),
        (rb"\\documentclass\b", "a LaTeX document"),
        (rb"diff --git |Index: \S+\s+={20}", "a patch"),
        (rb"#!\s*/\S+|#!/usr/bin/env ", "a script"),
        (rb"Traceback \(most recent call last\):", "the error of a program"),
    )
)
_MAIL_HEADER = re.compile(
    rb"(?im)^(?:From|To|Cc|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|"
    rb"Content-Type|Content-Transfer-Encoding|Reply-To|X-[\w-]+): \S"
)
_HEADER_BLOCK = re.compile(rb"\A(?:[!-9;-~]+:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n)+")
_SQL = re.compile(
    rb"(?:(?:--[^\r\n]*|/\*.*?\*/;?)\s*)*+"
    rb"(?:CREATE (?:TABLE|DATABASE|SCHEMA)|INSERT INTO|DROP TABLE|ALTER TABLE|LOCK TABLES|"
    rb"PRAGMA \w+|SET (?:NAMES|SQL_MODE|statement_timeout|@)|USE \W?\w+\W?;|"
    rb"BEGIN(?: TRANSACTION)?;|START TRANSACTION;)",
    re.IGNORECASE | re.DOTALL,
)
_SQL_COMMENT = re.compile(
    rb"\s*(?:--\s*)*-- (?:MySQL|MariaDB|PostgreSQL|SQLite|phpMyAdmin)[^\r\n]*dump", re.IGNORECASE
)
_HTML_PART = re.compile(rb"<(script|title|meta|div|table|p|h1)\b[^<>]*>", re.IGNORECASE)
_ELEMENT = re.compile(rb"<([A-Za-z_][\w:.-]*)(?:\s[^<>]*)?(?:/>|>\s*(?:<|[^<>]*</\1>|[^<>]*\r?\n))")
_OBJECT = re.compile(rb'\{\s*(?:\}|"(?:[^"\\]|\\.)*+"\s*:)')
_ERROR_PAGE = re.compile(
    rb"\s*(?:(?:error|http)?[ :]*[45]\d\d[ :-]+)?(?:error:? )?(?:access denied|"
    rb"forbidden|not found|unauthori[sz]ed|"
    rb"internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|"
    rb"request timed? ?out|too many requests|bad request|no such key|session expired|"
    rb"permission denied|an error (?:has )?occurred[^\r\n]{0,80})[.!]?\s*\Z",
    re.IGNORECASE,
)
_ERROR_PAGE_SIZE = 400
_MAIL_HEADERS = 3


def recognise_text(start: bytes, *, complete: bool) -> str | None:
    """Name what a text is, given its beginning, where it is a known kind that is not CSV.

    complete: there is no more of it.
    """
    if is_ebcdic(start):
        return "EBCDIC text; convert it to UTF-8"
    text = start.lstrip(_BLANK + b"\xef\xbb\xbf")
    known = next((name for pattern, name in _STARTS if pattern.match(text)), None)
    return known or next((name for name, applies in _KINDS if applies(text, complete)), None)


def _is_html(text: bytes, complete: bool) -> bool:  # noqa: ARG001, FBT001 -- as each of _KINDS
    return bool(_HTML_PART.match(text)) and not _is_delimited(text)


def _is_xml(text: bytes, complete: bool) -> bool:  # noqa: FBT001 -- as each of _KINDS
    element = _ELEMENT.match(text)
    return bool(element) and (b"</" in text or complete) and not _is_delimited(text)


def _is_mail(text: bytes, complete: bool) -> bool:  # noqa: ARG001, FBT001 -- as each of _KINDS
    headers = _HEADER_BLOCK.match(text)
    return headers is not None and len(_MAIL_HEADER.findall(headers[0])) >= _MAIL_HEADERS


def _is_sql(text: bytes, complete: bool) -> bool:  # noqa: ARG001, FBT001 -- as each of _KINDS
    return bool(_SQL_COMMENT.match(text) or (_SQL.match(text) and b";" in text))


def _is_error_page(text: bytes, complete: bool) -> bool:  # noqa: FBT001 -- as each of _KINDS
    return complete and len(text) <= _ERROR_PAGE_SIZE and bool(_ERROR_PAGE.match(text))


def _is_delimited(text: bytes) -> bool:
    """Say whether the first line is a header such as <DATE>,<TIME> or <b>x</b>,y."""
    return bool(re.search(rb">\s*[,;\t|]", text.splitlines()[0]))


def _is_json(text: bytes, complete: bool) -> bool:  # noqa: FBT001 -- as each of _KINDS
    if _OBJECT.match(text):
        return True
    if not text.startswith(b"["):
        return False
    if re.match(rb'\[\s*\{\s*(?:\}|"(?:[^"\\]|\\.)*+"\s*:)', text):
        return True
    if complete and text.rstrip().endswith(b"]") and _is_list(text):
        return True
    if re.match(rb'\[\s*\r?\n\s*[\[{"]', text):
        return True
    lines = text.split(b"\n", 2)
    return len(lines) > 2 and all(map(_is_list, lines[:2]))  # noqa: PLR2004 -- two whole lines


def _is_list(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


_KINDS: tuple[tuple[str, Callable[[bytes, bool], bool]], ...] = (
    ("JSON", _is_json),
    ("an HTML page", _is_html),
    ("XML", _is_xml),
    ("a mail message", _is_mail),
    ("an SQL dump", _is_sql),
    ("the error of a server", _is_error_page),
)
