"""What releases are built from: a repository with a commit, and libraries that are not fetched."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rowledger import __version__
from rowledger.deployment.checkout import ROOT
from rowledger.deployment.packaging.package import build_package
from rowledger.deployment.release import assets
from tests.release.commits import TAG, git


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a release builds from, as it is in this checkout, with a section of the changelog."""
    folder = tmp_path_factory.mktemp("repository")
    for name in ("src", "kernel", "tests", "docs", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copyfile(ROOT / name, folder / name)
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    section = f"## Unreleased\n\n## {__version__} - 2026-11-23\n"
    changelog = text if f"## {__version__} - " in text else text.replace("## Unreleased", section)
    (folder / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Release")
    git(folder, "tag", TAG)
    return folder


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed libraries of the package: they need not be fetched for each build."""
    build_package(tmp_path_factory.mktemp("package") / "function.zip")
    return ROOT / "build" / "function"


@pytest.fixture(scope="module")
def offline(libraries: Path) -> Callable[[Path, Path, int], None]:
    export = assets.export

    def exported(root: Path, folder: Path, umask: int) -> None:
        export(root, folder, umask)
        shutil.copytree(libraries, folder / "build" / "function")

    return exported
