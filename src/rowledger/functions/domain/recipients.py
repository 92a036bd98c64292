"""Which recipients of a source a mail is for, as an attribute that their subscriptions filter by.

The attribute lists SOURCE:WANT of each want that the mail answers. One list, and not one attribute
for the source and one for the status: a digest is of many sources, and must reach who wants the
failures of one only where that one has a failure. It is of SNS's type String.Array, of which a
filter policy needs one value to match (Amazon SNS developer guide, message attributes).
"""

import json
from collections.abc import Iterable
from enum import StrEnum

ATTRIBUTE = "recipients"
# In JSON, each costs its quotes, a comma and a space.
_AROUND = 4


class Want(StrEnum):
    """What a recipient of a source wants, by the words of sources.yaml."""

    EACH = "each"
    FAILURES = "failures"
    DIGEST = "digest"
    MISSING = "missing"


def wanted(source: str, want: Want) -> str:
    """Return the value of the attribute, and of a filter for it: a source's name has no colon."""
    return f"{source}:{want.value}"


def of_outcome(source: str, *, is_failure: bool) -> frozenset[str]:
    """Return whom the mail about one outcome is for."""
    wants = [Want.EACH, Want.FAILURES] if is_failure else [Want.EACH]
    return frozenset(wanted(source, each) for each in wants)


def in_digest(source: str, *, is_failure: bool) -> frozenset[str]:
    """Return whom a digest is for that takes the place of such a mail."""
    return of_outcome(source, is_failure=is_failure) | {wanted(source, Want.DIGEST)}


def of_window(source: str) -> frozenset[str]:
    """Return whom the mail about a window is for that is not as expected."""
    return frozenset({wanted(source, Want.MISSING)})


def attributes_for(values: Iterable[str]) -> dict[str, str]:
    """Return the attribute with these values; none of it where there is no value."""
    listed = sorted(values)
    return {ATTRIBUTE: json.dumps(listed)} if listed else {}


def size_of(values: Iterable[str]) -> int:
    """Return how many bytes of a message these values take."""
    return sum(len(each) + _AROUND for each in values)
