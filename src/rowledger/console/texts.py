"""How values are shown on the pages."""

from datetime import datetime

from rowledger.functions.domain.ledger import LedgerRow

_STEP = 1000
_UNITS = ("kB", "MB", "GB", "TB")


def local_time(moment: datetime | str) -> str:
    """To the second, in this machine's zone, with the offset: 2026-11-26 08:15:03 +01:00."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    local = moment.astimezone()
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"


def iso(moment: datetime | str) -> str:
    """For programs that read the page, in ISO 8601."""
    return moment if isinstance(moment, str) else moment.isoformat()


def duration(begin: datetime | str, end: datetime | str) -> str:
    """How long it was between two times."""
    seconds = (_moment(end) - _moment(begin)).total_seconds()
    return f"{seconds:.3f} s" if seconds < 60 else f"{seconds / 60:.1f} min"  # noqa: PLR2004 -- a minute


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def number(value: float | None) -> str:
    """With commas; nothing where there is none."""
    return "" if value is None else f"{value:,}"


def size(count: int) -> str:
    """Bytes, in the unit that fits."""
    if count < _STEP:
        return f"{count} B"
    power = min(len(str(count)) - 1, 3 * len(_UNITS)) // 3
    return f"{count / _STEP**power:.1f} {_UNITS[power - 1]}"


def kind(row: LedgerRow) -> str:
    """The class of a row's mark: success, warned, failed or processing."""
    if row.status == "SUCCESS":
        return "warned" if row.warnings else "success"
    return str(row.status).lower()


def label(row: LedgerRow) -> str:
    """The status in words: with the code of a rejection, or how many warnings there are."""
    if row.error:
        return f"{row.status} {row.error['code']}"
    if row.warnings:
        many = len(row.warnings)
        return f"{row.status}, {many} warning{'' if many == 1 else 's'}"
    return str(row.status)
