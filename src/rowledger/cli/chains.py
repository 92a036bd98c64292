"""By what a file was judged, and the uploads of its key, one after the other."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from rowledger.cli.times import shown_time
from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.outcome import Status
from rowledger.operations.domain.row_texts import rows_text


def source_text(row: LedgerRow) -> str:
    """Name the source and the version of the sources."""
    return f"{row.source} (version {row.sources_version:,} of the sources)"


def chain_text(chain: Sequence[dict[str, Any]], row: LedgerRow) -> Text:
    """Tell the story of a key: a line for each upload, the oldest first, and how they follow."""
    lines = ["uploads of this key, the oldest first:"]
    before: dict[str, Any] | None = None
    for each in chain:
        told = [
            f"{'>' if each['id'] == row.id else ' '} {each['id']}",
            shown_time(each["received_at"]),
            f"{each['status']}{_said(each)}{_followed(before, each)}",
            f"version {each['version_id']}",
        ]
        lines.append("  ".join(told))
        before = each
    return Text("\n".join(lines))


def _said(each: dict[str, Any]) -> str:
    if each["code"]:
        return f" {each['code']}"
    return "" if each["rows_count"] is None else f", {rows_text(each['rows_count'])}"


def _followed(before: dict[str, Any] | None, each: dict[str, Any]) -> str:
    """Say how an upload stands to the one before."""
    if before is None or each["status"] == Status.PROCESSING:
        return ""
    corrects = before["status"] == Status.FAILED and each["status"] == Status.SUCCESS
    return f", {'corrects' if corrects else 'replaces'} {before['id']}"
