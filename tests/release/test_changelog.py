"""A version's section of the changelog."""

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.release import ReleaseError
from rowledger.deployment.release.changelog import section_of

TEXT = """# Changelog

## Unreleased

## 1.1.0 - 2026-11-23

### Added

- Two ## of 1.0.0 in a line.

## 1.0.0 - 2026-10-01

- One.
"""


def test_it_ends_where_the_next_begins() -> None:
    assert section_of("1.1.0", TEXT) == "### Added\n\n- Two ## of 1.0.0 in a line.\n"
    assert section_of("1.0.0", TEXT) == "- One.\n"


@pytest.mark.parametrize(
    ("version", "text", "said"),
    [
        ("1.2.0", TEXT, "no sections"),
        ("1.1", TEXT, "no sections"),
        ("1.0.0", TEXT + "\n## 1.0.0 - 2026-10-02\n", "2 sections"),
        ("1.0.0", "## 1.0.0\n\n- One.\n", "must say when"),
        ("1.0.0", "## 1.0.0 - soon\n\n- One.\n", "must say when"),
        ("1.0.0", "## 1.0.0 - 2026-10-01\n\n## 0.9.0 - 2026-09-01\n\n- Zero.\n", "says nothing"),
        ("Unreleased", TEXT, "must say when"),
    ],
)
def test_without_one_there_is_no_release(version: str, text: str, said: str) -> None:
    with pytest.raises(ReleaseError, match=said):
        section_of(version, text)


def test_the_projects_own_is_written_as_it_is_read() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = changelog.replace("## Unreleased", "## 9.9.9 - 2026-11-23", 1)
    assert section_of("9.9.9", released).startswith("### ")
