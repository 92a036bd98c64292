"""Proposes a source from what the ledger knows of the files under a prefix.

What is proposed was so in every file; what was not is a comment, with how often. It says what was,
and not what should be: a person looks at each line.
"""

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.operations.domain.learned_times import UsualTimes, clock, usual_times

# From fewer good files nothing is learned.
LEAST_FILES = 3
_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", None: "none"}
# What sources.yaml calls a part of the dialect, and what the ledger calls it.
_DIALECT = {"delimiter": "delimiter", "quoteChar": "quote", "escapeChar": "escape"}
_TOLD = {**_DIALECT, "encoding": "encoding", "header": "header"}
# What no file used may be used by the next one.
_OPTIONAL = ("quoteChar", "escapeChar")


class TooFewFilesError(ValueError):
    """There are too few good files to learn from."""


def propose_source(
    prefix: str, files: Sequence[LedgerRow], header: Sequence[str] | None, zone: ZoneInfo
) -> str:
    """Return the text of a file of sources.

    Args:
        prefix: What the keys of the files begin with.
        files: All that came, the newest first.
        header: The columns of the newest good file; None where they are not kept.
        zone: In which the times of the day are told.

    Raises:
        TooFewFilesError: There are fewer than LEAST_FILES good files.
    """
    good = [each for each in files if each.rows_count is not None]
    if len(good) < LEAST_FILES:
        raise TooFewFilesError(
            f"{len(good)} good file{'' if len(good) == 1 else 's'} came under {prefix!r}; at least"
            f" {LEAST_FILES} are needed"
        )
    begin, end = (_day(each.received_at, zone) for each in (files[-1], files[0]))
    lines = [
        f"# Learned from {len(good):,} good files of {len(files):,}, from {begin} to {end}.",
        "# It says what was, not what should be: look at each line before you apply it.",
        "version: 1",
        "sources:",
        f"  - name: {_text(_name(prefix))}",
        f"    prefix: {_text(prefix)}",
        *_dialect([each.dialect or {} for each in good]),
        *_columns(good, header),
        *_rows([each.rows_count or 0 for each in good]),
        *_expectations(good, zone),
    ]
    return "\n".join((*lines, ""))


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"


def _name(prefix: str) -> str:
    words = re.findall(r"[a-z0-9]+", prefix.lower())
    return "-".join(words) or "all-files"


def _text(value: str) -> str:
    """Write a text as YAML reads it between double quotes."""
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 1 << 16 else f"\\U{code:08x}"


def _dialect(dialects: Sequence[dict[str, Any]]) -> Iterator[str]:
    told, doubtful = [], []
    for name, kept in _TOLD.items():
        found = Counter(each.get(kept) for each in dialects)
        if len(found) > 1:
            times = ", ".join(f"{_told(name, value)} in {n:,}" for value, n in found.most_common())
            doubtful.append(f"    # {name} is not told, as it differs: {times}")
            continue
        (value,) = found
        if value is not None or name not in _OPTIONAL:
            told.append(f"      {name}: {_told(name, value)}")
    if told:
        yield f"    # in each of the {len(dialects):,} files; another is rejected"
        yield "    dialect:"
        yield from told
    yield from doubtful


def _told(name: str, value: Any) -> str:  # noqa: ANN401 -- as the ledger has it
    if name == "delimiter":
        return _WORDS.get(value) or _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else _text(value)


def _columns(good: Sequence[LedgerRow], header: Sequence[str] | None) -> Iterator[str]:
    newest = good[0].header_sha256
    if newest is None:
        yield "    # columns are not told: the newest file has no header"
        return
    same = next((n for n, each in enumerate(good) if each.header_sha256 != newest), len(good))
    if header is None:
        yield f"    # columns are not told: their names are not kept; {same:,} files have the same"
    elif same < LEAST_FILES:
        yield f"    # columns are not told: those of the newest are new, {same:,} of {len(good):,}"
    else:
        yield f"    # those of the newest {same:,} of {len(good):,} files; others are a warning"
        yield "    columns:"
        yield f"      fields: [{', '.join(map(_text, header))}]"
        yield "      severity: warn"


def _rows(counts: Sequence[int]) -> Iterator[str]:
    least, most = min(counts), max(counts)
    middle = round(statistics.median(counts))
    yield f"    # {least:,} to {most:,} data rows, median {middle:,}; told is half of the fewest"
    yield (
        f"    rows: {{minimum: {least // 2}}}"
        if least > 1
        else "    # rows are not told: it is none"
    )


def _expectations(good: Sequence[LedgerRow], zone: ZoneInfo) -> Iterator[str]:
    found = usual_times((each.received_at for each in good), zone)
    if not isinstance(found, UsualTimes):
        yield f"    # no expectation: {found}"
        return
    yield (
        f"    # the first file of each of {found.days:,} days came between {clock(found.earliest)}"
        f" and {clock(found.latest)}"
    )
    yield "    expectations:"
    yield "      - name: daily"
    yield f"        schedule: {_text(found.schedule)}"
    yield f"        timeZone: {_text(str(zone))}"
    yield f"        grace: {found.grace}m"
