"""What a sender tells of a file beside it, in the object's metadata or in a file of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.sources.source import SenderFact

_SHA256 = re.compile("[0-9a-f]{64}")
# Of a number that PostgreSQL's BIGINT holds.
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class SenderWord:
    """Each None is not told. rows: data rows. bytes: as stored. sha256: in small hex.

    unreadable: what is told, and is no such number or digest.
    """

    rows: int | None = None
    bytes: int | None = None
    sha256: str | None = None
    unreadable: tuple[SenderFact, ...] = ()

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "SenderWord":
        """Read the word from metadata, whose values are text, or from JSON.

        told: by name, in any case; other names are the sender's own, and ignored.
        """
        given = {str(name).lower(): value for name, value in told.items()}
        rows, rows_unreadable = _number(given.get("rows"))
        size, size_unreadable = _number(given.get("bytes"))
        digest, digest_unreadable = _digest(given.get("sha256"))
        unreadable = {
            SenderFact.ROWS: rows_unreadable,
            SenderFact.BYTES: size_unreadable,
            SenderFact.SHA256: digest_unreadable,
        }
        return cls(rows, size, digest, tuple(fact for fact, is_so in unreadable.items() if is_so))

    @property
    def told(self) -> frozenset[SenderFact]:
        """What is told, readable or not."""
        values = (self.rows, self.bytes, self.sha256)
        readable = (
            fact for fact, value in zip(SenderFact, values, strict=True) if value is not None
        )
        return frozenset((*readable, *self.unreadable))


def _number(value: object) -> tuple[int | None, bool]:
    """Return the number, and whether what is told is none."""
    if value is None:
        return None, False
    text = str(value).strip() if isinstance(value, str | int) else ""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text), False
    return None, True


def _digest(value: object) -> tuple[str | None, bool]:
    """Return the digest, and whether what is told is none."""
    if value is None:
        return None, False
    text = value.strip().lower() if isinstance(value, str) else ""
    return (text, False) if _SHA256.fullmatch(text) else (None, True)
