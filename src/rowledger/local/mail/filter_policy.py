"""Whether a subscription's filter lets a message pass, as SNS compares the two.

It knows filters by attribute with whole texts, which are those that the pipeline makes; any other
is refused, as a guess would show a mail that AWS does not send, or hide one that it sends.
"""

import json
from collections.abc import Mapping
from typing import Any


def passes(filter_policy: str | None, attributes: Mapping[str, Mapping[str, str]]) -> bool:
    """Say whether a message with these attributes, as in SNS's envelope, is delivered.

    Raises:
        ValueError: the filter has rules that are not known here.
    """
    if not filter_policy:
        return True
    policy: Any = json.loads(filter_policy)
    match policy:
        case dict():
            return all(
                not _wanted(name, wanted).isdisjoint(_values(attributes.get(name)))
                for name, wanted in policy.items()
            )
        case _:
            raise ValueError("the filter is no object")


def _wanted(name: str, wanted: object) -> frozenset[str]:
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise ValueError(f"the filter for {name} is no list of texts")
    return frozenset(wanted)


def _values(attribute: Mapping[str, str] | None) -> list[str]:
    """The values of an attribute, of which any may match: those in a list, or the one."""
    if attribute is None:
        return []
    value = attribute["Value"]
    if attribute["Type"] != "String.Array":
        return [value]
    return [each for each in json.loads(value) if isinstance(each, str)]
