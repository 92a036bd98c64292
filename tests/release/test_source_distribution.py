"""What is published as source holds what its README names and its tests need."""

import re
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder

ROOT = Path(__file__).parents[2]
LINKED = re.findall(r"\]\(([^):#]+)[^)]*\)", (ROOT / "README.md").read_text(encoding="utf-8"))
# What the README's commands and the tests work on.
WORKED_ON = [
    "Makefile",
    "requirements/dev.txt",
    "requirements/function.in",
    "requirements/function.txt",
    "terraform/main.tf",
    "bench/counting.py",
    "src/rowledger/deployment/release/assets.py",
    "scripts/terraform.sh",
    ".terraform-version",
    ".github/workflows/deploy.yml",
    "tests/conftest.py",
    "src/rowledger/functions/contract/pipeline.json",
]


@pytest.fixture(scope="module")
def included() -> set[str]:
    return {file.distribution_path for file in SdistBuilder(str(ROOT)).recurse_included_files()}


@pytest.mark.parametrize("name", sorted({*LINKED, *WORKED_ON}))
def test_it_is_included(name: str, included: set[str]) -> None:
    folder = f"{name.rstrip('/')}/"
    assert name in included or any(path.startswith(folder) for path in included)


def test_nothing_that_was_built_is_included(included: set[str]) -> None:
    built = (".venv", ".checkov", ".rowledger", "build", "dist")
    assert [path for path in included if path.startswith(built) or "/.terraform/" in path] == []
