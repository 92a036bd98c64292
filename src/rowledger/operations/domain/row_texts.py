"""What a ledger row says, in words for people: why, where, and what to do."""

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.rejection import RejectionCode


def warning_lines(row: LedgerRow) -> list[str]:
    """What its owner should know of an accepted file, a line each."""
    lines = []
    for warning in row.warnings or ():
        where = place(warning["line"], warning["byte_offset"])
        lines.append(f"{warning['code']}: {warning['message']}" + (f" ({where})" if where else ""))
    return lines


def reason_text(row: LedgerRow) -> str:
    """Why a file was rejected, and where in it; empty where it was not."""
    if row.error is None:
        return ""
    where = place(row.error.get("line"), row.error.get("byte_offset"))
    return f"{row.error['message']} ({where})" if where else str(row.error["message"])


def remedy_text(row: LedgerRow) -> str:
    """What to do about a rejection; empty where there is nothing to say beyond its reason."""
    code = row.error["code"] if row.error else ""
    # A newer function may know a code that this command does not.
    known = RejectionCode.__members__.get(code)
    return (known.remedy if known else None) or ""


def rows_text(rows: int) -> str:
    return f"{rows:,} data row{'' if rows == 1 else 's'}"


def place(line: int | None, byte_offset: int | None) -> str:
    """Where in a file, in words; empty where that has no meaning."""
    parts = (("line", line), ("byte", byte_offset))
    return ", ".join(f"{name} {at:,}" for name, at in parts if at is not None)
