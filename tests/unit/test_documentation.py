"""docs/guarantees.md names tests: each must exist, or the page promises what nobody shows.

docs/counting.md names tests, too, and every warning. docs/runbook.md has a section for each alarm,
and for no other.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from rowledger.functions import contract
from rowledger.functions.domain.warning import OF_SOURCES, WarningCode

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))


@cache
def functions_in(path: Path) -> frozenset[str]:
    """The names of the test functions in a file, of its classes too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("named", NAMED)
def test_a_test_that_is_named_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / path).is_file()
    assert not name or name in functions_in(ROOT / path)


COUNTING = (ROOT / "docs/counting.md").read_text(encoding="utf-8")
SHOWN = sorted(set(re.findall(r"`(test_[^`]+)`", COUNTING)))


@pytest.mark.parametrize("named", SHOWN)
def test_a_test_that_the_page_about_counting_names_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / "tests/unit" / path).is_file()
    assert not name or name in functions_in(ROOT / "tests/unit" / path)


def test_the_page_about_counting_explains_every_warning_of_the_counter() -> None:
    counted = [code for code in WarningCode if code not in OF_SOURCES]
    assert [code for code in counted if f"`{code}`" not in COUNTING] == []


def test_every_guarantee_names_what_shows_it() -> None:
    section = PAGE.partition("## Guarantees\n")[2].partition("\n## ")[0]
    rows = [row for row in section.splitlines() if row.startswith("|")]
    promises = [row for row in rows if not row.startswith(("| it is guaranteed", "| under", "| -"))]
    assert promises
    assert [row for row in promises if "`tests/" not in row] == []


def test_every_alarm_has_a_section_in_the_runbook() -> None:
    # The page that the alarms' descriptions name.
    runbook = (ROOT / contract.load("pipeline.json")["runbook"]).read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", runbook, re.MULTILINE) == list(
        contract.load("pipeline.json")["alarms"]
    )
