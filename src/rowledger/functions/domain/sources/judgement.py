"""Judging a file by its source: what was counted is compared with what is told and expected."""

from collections.abc import Iterator
from dataclasses import dataclass

from rowledger.functions.domain.counting.counter import Count
from rowledger.functions.domain.outcome import Content, Counted, Header, Rejected, Status
from rowledger.functions.domain.rejection import Rejection, RejectionCode
from rowledger.functions.domain.sources.column_changes import change_of, fields_agree
from rowledger.functions.domain.sources.earlier_files import (
    NO_EARLIER_FILES,
    EarlierFiles,
    EarlierUpload,
    UsualRows,
)
from rowledger.functions.domain.sources.sender_word import SenderWord
from rowledger.functions.domain.sources.source import (
    ColumnRules,
    FieldsMatch,
    Range,
    SenderFact,
    SenderRules,
    Severity,
    Source,
    Tolerance,
    name_fits,
)
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.warning import FileWarning, WarningCode

_EXPECTED = {
    FieldsMatch.EXACT: "the names that are told, in their order",
    FieldsMatch.EQUAL: "the names that are told, in any order",
    FieldsMatch.SUBSET: "all names that are told",
    FieldsMatch.SUPERSET: "no other names than those that are told",
    FieldsMatch.PARTIAL: "one of the names that are told at least",
}
_FACTS = {
    SenderFact.ROWS: "its number of rows",
    SenderFact.BYTES: "its size",
    SenderFact.SHA256: "its SHA-256",
}


_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a file stands by its source.

    rejection: why it is rejected, by the counter or by the source; None where it is accepted.
    warnings: all else that was found, be the file accepted or rejected.
    """

    rejection: Rejection | None
    warnings: tuple[FileWarning, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    warning: FileWarning
    rejects: bool


def judge(
    source: Source,
    key: str,
    outcome: Counted | Rejected,
    *,
    earlier: EarlierFiles = NO_EARLIER_FILES,
    word: SenderWord | None = None,
) -> Judgement:
    """Judge a file by its source.

    Args:
        source: the file's own.
        key: of the file, decoded.
        outcome: what the file came to under the source's dialect.
        earlier: the source's files before it.
        word: what the sender tells of the file; None where it tells nothing.
    """
    findings = list(_of_content(source, outcome.content, word or SenderWord()))
    if earlier.same_bytes and source.duplicates.severity is not Tolerance.ALLOW:
        findings.append(_of_duplicate(source.duplicates.severity, earlier.same_bytes))
    rejection = None
    if name_fits(key, source.names.forbidden):
        rejection = Rejection(
            RejectionCode.NAME_FORBIDDEN,
            f"The source {source.name} has no files of this name: it is a forbidden one.",
        )
    if isinstance(outcome, Rejected):
        rejection = rejection or outcome.rejection
    else:
        findings += _of_count(source, outcome, earlier, word or SenderWord())
    warnings = []
    for each in findings:
        if rejection is None and each.rejects:
            rejection = each.warning.rejected_by(f"The source {source.name}")
        else:
            warnings.append(each.warning)
    return Judgement(rejection, tuple(warnings))


def _finding(
    code: WarningCode, message: str, severity: Severity | Tolerance, count: int = 1
) -> _Finding:
    return _Finding(FileWarning(code, message, count), severity.value == Severity.REJECT.value)


def _of_content(source: Source, content: Content, word: SenderWord) -> Iterator[_Finding]:
    """Yield what is to be said of the bytes, readable or not."""
    yield from _of_word(source.sender, word)
    severity = source.sender.severity
    if word.bytes is not None and word.bytes != content.size_bytes:
        message = f"The sender tells {word.bytes:,} bytes; the file has {content.size_bytes:,}."
        yield _finding(WarningCode.SIZE_DIFFERS, message, severity)
    if word.sha256 is not None and word.sha256 != content.sha256:
        message = f"The sender tells the SHA-256 {word.sha256}; the file has {content.sha256}."
        yield _finding(WarningCode.DIGEST_DIFFERS, message, severity)
    if content.size_bytes not in source.bytes:
        message = f"The file has {content.size_bytes:,} bytes; {_expected(source.bytes)}."
        yield _finding(WarningCode.SIZE_OUT_OF_RANGE, message, source.bytes.severity)


def _of_word(rules: SenderRules, word: SenderWord) -> Iterator[_Finding]:
    missing = [_FACTS[fact] for fact in rules.required if fact not in word.told]
    if missing:
        message = f"The sender has to tell more of the file: {', '.join(missing)}."
        yield _finding(WarningCode.SENDER_WORD_MISSING, message, rules.severity, count=len(missing))
    unreadable = [_FACTS[fact] for fact in word.unreadable]
    if unreadable:
        message = f"What the sender tells of the file cannot be read: {', '.join(unreadable)}."
        yield _finding(
            WarningCode.SENDER_WORD_UNREADABLE, message, rules.severity, count=len(unreadable)
        )


def _of_count(
    source: Source, outcome: Counted, earlier: EarlierFiles, word: SenderWord
) -> Iterator[_Finding]:
    """Yield what is to be said of the rows and columns; the counter's own warnings first."""
    count = outcome.count
    for warning in count.warnings:
        yield _Finding(warning, warning.code in source.rejected_warnings)
    if word.rows is not None and word.rows != count.rows:
        message = f"The sender tells {word.rows:,} data rows; the file has {count.rows:,}."
        yield _finding(WarningCode.ROWS_DIFFER, message, source.sender.severity)
    if count.rows not in source.rows:
        message = f"The file has {_data_rows(count.rows)}; {_expected(source.rows)}."
        yield _finding(WarningCode.ROWS_OUT_OF_RANGE, message, source.rows.severity)
    usual = earlier.usual_rows
    if source.rows.unusual is not Tolerance.ALLOW and usual and count.rows not in usual:
        message = _unusual(count.rows, usual)
        yield _finding(WarningCode.ROWS_UNUSUAL, message, source.rows.unusual)
    names_kept = outcome.header is not None and outcome.header.names is not None
    yield from _of_fields(source.columns, count, names_kept=names_kept)
    if source.columns.drift is not Tolerance.ALLOW and earlier.last and outcome.header:
        yield from _of_drift(source.columns.drift, earlier.last, outcome.header)


def _of_fields(rules: ColumnRules, count: Count, *, names_kept: bool) -> Iterator[_Finding]:
    if rules.fields is None or not count.dialect.header:
        return
    if count.header is None:
        message = "The names of the columns could not be compared: the header is too long."
    elif fields_agree(count.header, rules.fields, rules.fields_match):
        return
    else:
        change = change_of(
            rules.fields,
            count.header,
            came="not told",
            went="missing",
            name_those_that_came=names_kept,
        )
        expected = _EXPECTED[rules.fields_match]
        message = f"The columns differ from what is told; expected are {expected} ({change})."
    yield _finding(WarningCode.COLUMNS_DIFFER, message, rules.severity)


def _of_drift(drift: Tolerance, previous: Header, header: Header) -> Iterator[_Finding]:
    if previous.sha256 == header.sha256:
        return
    message = "The columns are not those of the last good file"
    if previous.names is not None and header.names is not None:
        change = change_of(
            previous.names, header.names, came="new", went="gone", name_those_that_came=True
        )
        message = f"{message}: {change}"
    yield _finding(WarningCode.COLUMNS_CHANGED, f"{message}.", drift)


def _of_duplicate(severity: Tolerance, other: EarlierUpload) -> _Finding:
    """Say that another upload has the same bytes; one that was rejected may be sent again."""
    good = other.status is Status.SUCCESS
    message = (
        f"The file has the same bytes as another upload: {_shortened(printable(other.key))}"
        f" (version {other.version_id}, ledger id {other.file_id}{'' if good else ', rejected'})."
    )
    return _finding(WarningCode.DUPLICATE_CONTENT, message, severity if good else Tolerance.WARN)


def _unusual(rows: int, usual: UsualRows) -> str:
    return (
        f"The file has {rows:,} data rows; usual for the source are {usual.least:,} to"
        f" {usual.most:,} (median {usual.median:,g}), by the last {usual.files} good files"
        f"{'' if usual.day is None else f' of a {usual.day}'}."
    )


def _shortened(key: str) -> str:
    return key if len(key) <= _LONGEST_KEY else f"…{key[-_LONGEST_KEY:]}"


def _data_rows(number: int) -> str:
    return f"{number:,} data row{'' if number == 1 else 's'}"


def _expected(range_: Range) -> str:
    if range_.maximum is None:
        return f"expected are {range_.minimum:,} or more"
    if range_.minimum is None:
        return f"expected are {range_.maximum:,} at most"
    return f"expected are {range_.minimum:,} to {range_.maximum:,}"
