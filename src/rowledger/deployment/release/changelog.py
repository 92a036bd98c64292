"""A version's section of the changelog, which becomes the notes of its release."""

import re

from rowledger.deployment.release import ReleaseError

# Keep a Changelog: ## 1.2.3 - 2026-11-23
_HEADING = re.compile(r"^## (?P<version>\S+)(?: - (?P<date>\S+))?[ \t]*$", re.MULTILINE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def section_of(version: str, changelog: str) -> str:
    """Return the text under a version's heading; raise ReleaseError if it is missing or empty."""
    headings = list(_HEADING.finditer(changelog))
    found = [at for at, heading in enumerate(headings) if heading["version"] == version]
    if len(found) != 1:
        raise ReleaseError(f"CHANGELOG.md has {len(found) or 'no'} sections ## {version} - DATE")
    at = found[0]
    if not _DATE.fullmatch(headings[at]["date"] or ""):
        raise ReleaseError(f"CHANGELOG.md must say when: ## {version} - YYYY-MM-DD")
    end = headings[at + 1].start() if at + 1 < len(headings) else len(changelog)
    section = changelog[headings[at].end() : end].strip()
    if not section:
        raise ReleaseError(f"CHANGELOG.md says nothing about {version}")
    return section + "\n"
