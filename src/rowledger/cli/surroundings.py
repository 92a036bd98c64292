"""Shows what is around the place of a rejection."""

from dataclasses import asdict
from typing import Any

from rich.text import Text

from rowledger.cli.output import output
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import printable
from rowledger.operations.domain.row_texts import reason_text
from rowledger.operations.services.context import ByteLine, NumberedLine, Surroundings


def surroundings_document(around: Surroundings) -> dict[str, Any]:
    """As JSON: bytes in hexadecimal digits."""
    return {
        "context": [asdict(line) for line in around.lines],
        "context_bytes": [
            {"offset": each.offset, "hex": each.content.hex(" ")} for each in around.bytes
        ],
        "context_note": around.note,
    }


def print_surroundings(around: Surroundings, row: LedgerRow) -> None:
    """Print the lines or the bytes, the place marked, or why there are none."""
    if around.note is not None or row.error is None:
        output.print(Text(around.note or ""), soft_wrap=True)
        return
    what = "lines" if around.lines else "bytes"
    output.print(Text(f"the {what} around the place ({reason_text(row)}):"), soft_wrap=True)
    for line in around.lines:
        output.print(_line(line, row.error["line"]), soft_wrap=True)
    for each in around.bytes:
        output.print(_bytes(each, row.error["byte_offset"]), soft_wrap=True)


def _line(line: NumberedLine, at: int) -> Text:
    mark = ">" if line.number == at else " "
    before = f"… from character {line.begins:,}: " if line.begins > 1 else ""
    more = f" … {line.left_out:,} more characters" if line.left_out else ""
    return Text(f"{mark} {line.number:>6}  {before}{printable(line.text)}{more}")


def _bytes(each: ByteLine, at: int) -> Text:
    mark = ">" if each.offset <= at < each.offset + len(each.content) else " "
    shown = "".join(chr(code) if 0x20 <= code < 0x7F else "." for code in each.content)  # noqa: PLR2004 -- ASCII's own
    return Text(f"{mark} {each.offset:>9,}  {each.content.hex(' '):<47}  {shown}")
