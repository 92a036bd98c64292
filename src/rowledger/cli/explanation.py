"""What `rowledger count --explain` shows of a file."""

import shlex
from itertools import islice

from rich.console import Group
from rich.table import Table
from rich.text import Text

from rowledger.cli.output import table_of
from rowledger.functions.domain.counting.detection import Detection, Hypothesis
from rowledger.functions.domain.counting.kernel import in_use
from rowledger.functions.domain.counting.reading import ReadingRules, as_text
from rowledger.functions.domain.text import printable

_SHOWN = 12


def explanation(path: str, detection: Detection | None, *, header: bool) -> Group | Text:
    """Show the readings that were tried on a file's beginning, and the options that lock one.

    header: the first record is no data row.
    """
    if detection is None:
        return Text(f"{printable(path)}: no text was looked at.")
    best = detection.best
    lines = [
        f"{printable(path)}: read with {best.reading.words}; confidence {detection.confidence:.0%}",
        f"to lock it: rowledger count {options_of(best.reading)} {shlex.quote(path)}",
    ]
    if detection.rival is not None:
        rival = detection.rival
        lines.insert(
            1, f"not ruled out: {rival.records - header:,} rows with {rival.reading.words}"
        )
    return Group(_table(detection, header=header), *map(Text, lines))


def means_of_counting() -> Text:
    """Say what counts on this machine."""
    kernel = in_use()
    means = f"the kernel {kernel.name}" if kernel else "Python alone; make kernel builds the kernel"
    return Text(f"counted by {means}")


def options_of(rules: ReadingRules) -> str:
    """Return the options of `rowledger count` that tell a reading."""
    delimiter = "none" if rules.delimiter is None else _typed(as_text(rules.delimiter))
    quote = "none" if rules.quote is None else _typed(as_text(rules.quote))
    escape = "\\" if rules.escapes else "none"
    told = {"--delimiter": delimiter, "--quote": quote, "--escape": escape}
    return " ".join(f"{option} {shlex.quote(value)}" for option, value in told.items())


def _typed(characters: str) -> str:
    if characters.isprintable() and characters.isascii():
        return characters
    return "tab" if characters == "\t" else characters.encode("unicode_escape").decode("ascii")


def _table(detection: Detection, *, header: bool) -> Table:
    table = table_of("reading", "rows in the sample", "fields", "table", "cost")
    for column in table.columns[1:]:
        column.justify = "right"
    for each in islice(detection.ranked, _SHOWN):
        table.add_row(*_cells(each, header=header))
    return table


def _cells(each: Hypothesis, *, header: bool) -> tuple[Text, str, str, str, str]:
    return (
        Text(printable(each.reading.words)),
        f"{max(each.records - header, 0):,}",
        str(each.usual_width or 1),
        f"{each.evidence.table:.2f}",
        f"{each.evidence.cost:g}",
    )
