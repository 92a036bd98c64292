"""A selection without the ledger, as a replay of dead letters makes it."""

import pytest

from rowledger.functions.domain.selection import Selection, name_matches
from tests.unit.builders import RECEIVED, an_upload


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(since=RECEIVED), True),
        (Selection(until=RECEIVED), False),
        (Selection(key="orders.csv", version_id="v1"), True),
        (Selection(key="orders"), False),
        (Selection(prefix="orders"), True),
        (Selection(name="*.csv"), True),
        (Selection(name="*.gz"), False),
    ],
)
def test_what_a_selection_takes(selection: Selection, *, taken: bool) -> None:
    assert selection.takes(an_upload()) is taken


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("[ab].csv", "a.csv", False),
        ("[ab].csv", "[ab].csv", True),
        ("*", "", True),
        ("a?c", "a\nc", True),
        ("a?c", "ac", False),
        ("*.CSV", "a.csv", False),
        ("a.c", "abc", False),
        ("*.csv", "a.csv\n", False),
    ],
)
def test_a_name_is_matched_as_the_ledger_does_it(pattern: str, name: str, *, matches: bool) -> None:
    assert name_matches(pattern, name) is matches
    assert Selection(name=pattern).takes(an_upload(f"in/{name}")) is matches
