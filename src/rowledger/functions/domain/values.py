"""Values of a request that PostgreSQL, or whoever reads the record later, can do something with."""

from collections.abc import Mapping
from datetime import datetime

# PostgreSQL's INTEGER: ledger ids, and what is kept in such a column.
MAX_INTEGER = 2**31 - 1
MAX_BIGINT = 2**63 - 1
# A day's room at both ends for offsets: a time in UTC is a date still.
_YEARS = range(2, 9999)


def check_number(where: str, number: int | None, least: int, most: int = MAX_INTEGER) -> None:
    """Raise ValueError where a number is outside its limits; None is no number."""
    if number is not None and not least <= number <= most:
        raise ValueError(f"{where} must be from {least} to {most}, not {_shortened(number)}")


def check_filled(where: str, text: str | None) -> None:
    """Raise ValueError where there is no text, or nothing but white space."""
    if text is None or not text.strip():
        raise ValueError(f"{where} must not be blank")


def check_moment(where: str, moment: datetime | None) -> None:
    """Raise ValueError for a time that not every time zone has a date for."""
    if moment is not None and moment.year not in _YEARS:
        raise ValueError(f"{where} must be of the years {_YEARS[0]} to {_YEARS[-1]}")


def check_texts(where: str, document: object) -> None:
    """Raise ValueError for a text, anywhere in a JSON document, that PostgreSQL has no room for."""
    match document:
        case str():
            if "\0" in document:
                raise ValueError(f"{where} has a character U+0000")
            if any("\ud800" <= each <= "\udfff" for each in document):
                raise ValueError(f"{where} has half of a surrogate pair")
        case Mapping():
            for key, each in document.items():
                check_texts(f"{where}.{key}", each)
        case list():
            for number, each in enumerate(document):
                check_texts(f"{where}[{number}]", each)


def _shortened(number: int) -> str:
    return str(number) if abs(number) <= MAX_BIGINT else "a number beyond 64 bits"
