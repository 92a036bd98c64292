"""The filter of the page of files, as its address has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from rowledger.functions.domain.file_pages import FileOrder, read_cursor
from rowledger.functions.domain.outcome import Status
from rowledger.functions.domain.selection import Selection

_TEXTS = ("key", "prefix", "name", "code", "source")
_TIMES = ("since", "until")
# Of every value that an address may hold; what it does not know is ignored.
NAMES = (*_TEXTS, "status", *_TIMES, "warned", "sort", "after")


@dataclass(frozen=True, slots=True)
class FileFilter:
    """given: the values as the address has them. mistakes: what is wrong with a value, by name."""

    given: Mapping[str, str]
    selection: Selection
    order: FileOrder
    after: str | None
    mistakes: Mapping[str, str] = field(default_factory=dict)

    @property
    def narrows(self) -> bool:
        return self.selection != Selection()

    def local(self, name: str) -> str:
        """A time as its field shows it, in this machine's zone; what is none, as it was given."""
        moment: datetime | None = getattr(self.selection, name)
        if moment is None:
            return self.given.get(name, "")
        return moment.astimezone().replace(tzinfo=None).isoformat(timespec="seconds")

    def query(self, **changes: str | None) -> str:
        """The part of an address behind its question mark; None takes a value away."""
        values = {**self.given, **changes}
        return urlencode({name: value for name, value in values.items() if value})

    @property
    def without_cursor(self) -> str:
        """The same from the beginning."""
        return self.query(after=None)


def read_filter(given: Mapping[str, str]) -> FileFilter:
    """Read the values of an address; what is wrong with them is part of the answer."""
    values = {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}
    mistakes: dict[str, str] = {}
    times = {name: _time(name, values.get(name), mistakes) for name in _TIMES}
    status = _status(values.get("status"), mistakes)
    order = _order(values.get("sort"), mistakes)
    since, until = times["since"], times["until"]
    if since and until and since >= until:
        mistakes["until"] = "the end is not after the beginning: nothing is between them"
    if (after := values.get("after")) is not None:
        try:
            read_cursor(order, after)
        except ValueError:
            mistakes["after"] = (
                "the place to go on from is of another list: begin with the first page"
            )
    texts = {name: values.get(name) for name in _TEXTS}
    for name, text in texts.items():
        if text is not None and "\0" in text:
            mistakes[name] = "it holds a character that no key has"
    selection = Selection(
        key=texts["key"],
        prefix=texts["prefix"],
        name=texts["name"],
        code=texts["code"],
        source=texts["source"],
        status=status,
        since=since,
        until=until,
        warned="warned" in values,
    )
    return FileFilter(values, selection, order, after, mistakes)


def _status(value: str | None, mistakes: dict[str, str]) -> Status | None:
    try:
        return Status(value.upper()) if value else None
    except ValueError:
        mistakes["status"] = f"the status is one of {', '.join(Status)}"
        return None


def _order(value: str | None, mistakes: dict[str, str]) -> FileOrder:
    try:
        return FileOrder(value) if value else FileOrder.NEWEST
    except ValueError:
        mistakes["sort"] = f"the order is one of {', '.join(FileOrder)}"
        return FileOrder.NEWEST


def _time(name: str, value: str | None, mistakes: dict[str, str]) -> datetime | None:
    """A time without an offset is in this machine's zone."""
    try:
        moment = datetime.fromisoformat(value).astimezone() if value else None
    except (ValueError, OverflowError):
        mistakes[name] = "it is no time such as 2026-11-26T08:00"
        return None
    return moment
