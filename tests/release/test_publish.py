"""make publish-release, with a gh on the PATH that writes down what it is asked for."""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.workflows.files import make

pytestmark = pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is missing")

GH = """#!{python}
import json, os, pathlib, sys
asked = {{"arguments": sys.argv[1:], "token": os.environ.get("GH_TOKEN")}}
pathlib.Path({recorded!r}).write_text(json.dumps(asked))
"""


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Where the stand-in for gh writes."""
    program, record = tmp_path / "bin/gh", tmp_path / "asked.json"
    program.parent.mkdir()
    program.write_text(GH.format(python=sys.executable, recorded=str(record)), encoding="utf-8")
    program.chmod(0o755)
    return record


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    folder = tmp_path / "build/release/assets"
    folder.mkdir(parents=True)
    (folder / "csv-processor.zip").write_bytes(b"zip")
    digest = hashlib.sha256(b"zip").hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  csv-processor.zip\n", encoding="ascii")
    (folder.parent / "notes.md").write_text("### Added\n", encoding="utf-8")
    return folder


def publish(folder: Path, version: str) -> CompletedProcess[str]:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "VERSION": version, "GH_TOKEN": "a token"}
    return make("publish-release", cwd=folder, environment=os.environ | environment)


def test_everything_is_published_under_the_tag(
    tmp_path: Path, recorded: Path, assets: Path
) -> None:
    done = publish(tmp_path, "v1.2.3")
    assert done.returncode == 0, done.stderr
    asked = json.loads(recorded.read_text(encoding="utf-8"))
    assert asked["token"] == "a token"
    assert asked["arguments"] == [
        *("release", "create", "v1.2.3", "--verify-tag", "--title", "v1.2.3"),
        *("--notes-file", "build/release/notes.md"),
        *("build/release/assets/SHA256SUMS", "build/release/assets/csv-processor.zip"),
    ]


def test_the_name_of_a_tag_is_never_run(tmp_path: Path, recorded: Path, assets: Path) -> None:
    tag = "v1$(shell${IFS}touch${IFS}run)`touch run`$(touch run)"
    assert publish(tmp_path, tag).returncode == 0
    assert json.loads(recorded.read_text(encoding="utf-8"))["arguments"][2] == tag
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("problem", ["another", "missing"])
def test_what_is_not_what_was_built_is_not_published(
    tmp_path: Path, recorded: Path, assets: Path, problem: str
) -> None:
    if problem == "another":
        (assets / "csv-processor.zip").write_bytes(b"another zip")
    else:
        (assets / "csv-processor.zip").unlink()
    assert publish(tmp_path, "v1.2.3").returncode != 0
    assert not recorded.exists()
