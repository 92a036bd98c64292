"""make publish-release, with a gh on the PATH that answers as GitHub does and writes down what it
is asked to publish.
"""

import hashlib
import json
import os
import re
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.release.publish import CHECKS
from tests.workflows.files import GITHUB, load, make

COMMIT, OTHER = "a" * 40, "b" * 40
TAG = "v1.2.3"
GH = """#!{python}
import json, os, pathlib, sys
asked, folder = sys.argv[1:], pathlib.Path({folder!r})
if asked[0] == "release":
    (folder / "asked.json").write_text(json.dumps([asked, os.environ.get("GH_TOKEN")]))
    sys.exit()
assert asked[:3] == ["api", "--method", "GET"], asked
answers = json.loads((folder / "answers.json").read_text())
path = asked[3].removeprefix("repos/{{owner}}/{{repo}}/")
if path not in answers:
    sys.exit("gh: Not Found (HTTP 404)")
print(json.dumps(answers[path]))
"""


class World:
    """A folder with what was built, and what GitHub says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.assets = folder / "build/release/assets"
        self.assets.mkdir(parents=True)
        (folder / "src").symlink_to(ROOT / "src")
        program = folder / "bin/gh"
        program.parent.mkdir()
        program.write_text(GH.format(python=sys.executable, folder=str(folder)), encoding="utf-8")
        program.chmod(0o755)
        (self.assets / "csv-processor.zip").write_bytes(b"zip")
        digest = hashlib.sha256(b"zip").hexdigest()
        (self.assets / "SHA256SUMS").write_text(f"{digest}  csv-processor.zip\n", encoding="ascii")
        (self.assets.parent / "notes.md").write_text("### Added\n", encoding="utf-8")
        self.record(tag=TAG, commit=COMMIT)
        self.answers: dict[str, Any] = {
            f"commits/tags/{TAG}": {"sha": COMMIT},
            f"compare/main...{COMMIT}": {"status": "behind"},
            f"commits/{COMMIT}/check-runs": {"check_runs": [check(name) for name in CHECKS]},
        }

    def record(self, **built: str) -> None:
        sums = hashlib.sha256((self.assets / "SHA256SUMS").read_bytes()).hexdigest()
        file = self.assets.parent / "built-from.json"
        file.write_text(json.dumps({"sums": sums} | built), encoding="utf-8")

    def publish(self, version: str = TAG) -> CompletedProcess[str]:
        (self.folder / "answers.json").write_text(json.dumps(self.answers), encoding="utf-8")
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "VERSION": version, "GH_TOKEN": "a token"}
        python = f"PYTHON={sys.executable}"
        return make(
            "publish-release", python, cwd=self.folder, environment=os.environ | environment
        )

    def refuses(self, said: str, version: str = TAG) -> None:
        done = self.publish(version)
        assert done.returncode != 0
        assert said in done.stderr
        assert not (self.folder / "asked.json").exists()


def check(
    name: str, conclusion: str | None = "success", started: int = 1, app: str = "github-actions"
) -> dict[str, Any]:
    return {
        "name": name,
        "conclusion": conclusion,
        "status": "completed" if conclusion else "in_progress",
        "started_at": f"2026-11-26T10:00:{started:02}Z",
        "app": {"slug": app},
    }


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_everything_is_published_under_the_tag(world: World) -> None:
    done = world.publish()
    assert done.returncode == 0, done.stderr
    asked, token = json.loads((world.folder / "asked.json").read_text(encoding="utf-8"))
    assert token == "a token"
    assert asked == [
        *("release", "create", TAG, "--verify-tag", "--title", TAG),
        *("--notes-file", "build/release/notes.md"),
        *("build/release/assets/SHA256SUMS", "build/release/assets/csv-processor.zip"),
    ]


@pytest.mark.parametrize(
    "tag", ["v1$(shell${IFS}touch${IFS}run)`touch run`$(touch run)", "", "main", "v1.2.3/../x"]
)
def test_what_names_no_tag_is_refused_and_never_run(world: World, tag: str) -> None:
    world.refuses("VERSION names a tag", tag)
    assert not (world.folder / "run").exists()


def test_what_is_not_what_was_built_is_not_published(world: World) -> None:
    package = world.assets / "csv-processor.zip"
    package.write_bytes(b"another zip")
    world.refuses("is not what was built: csv-processor.zip")
    package.unlink()
    world.refuses("is not what was built: csv-processor.zip")
    package.write_bytes(b"zip")
    (world.assets / "lying-about.zip").write_bytes(b"more")
    world.refuses("is not what was built: lying-about.zip")


def test_what_was_built_for_another_tag_or_commit_is_not_published(world: World) -> None:
    world.record(tag="v1.2.2", commit=COMMIT)
    world.refuses("was built for v1.2.2, and not for v1.2.3")
    world.record(tag=TAG, commit=OTHER)
    world.refuses(f"was built from {OTHER}")
    world.record(tag=TAG, commit=COMMIT, sums="0" * 64)
    world.refuses("is about other files")
    (world.assets.parent / "built-from.json").unlink()
    world.refuses("does not say what was built")


def test_a_tag_that_github_does_not_have_is_not_published(world: World) -> None:
    del world.answers[f"commits/tags/{TAG}"]
    world.refuses("Not Found")


@pytest.mark.parametrize("status", ["ahead", "diverged"])
def test_a_commit_that_is_not_on_main_is_not_published(world: World, status: str) -> None:
    world.answers[f"compare/main...{COMMIT}"] = {"status": status}
    world.refuses("which is not on main")


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([], "it never ran"),
        ([("failure", 1)], "failure"),
        ([(None, 1)], "in_progress"),
        ([("success", 1), ("cancelled", 2)], "cancelled"),
    ],
)
def test_a_check_that_has_not_passed_stops_it(
    world: World, name: str, runs: list[tuple[str | None, int]], said: str
) -> None:
    found = world.answers[f"commits/{COMMIT}/check-runs"]["check_runs"]
    found[:] = [each for each in found if each["name"] != name]
    found += [check(name, *run) for run in runs]
    # Whoever may report checks may report this one.
    found.append(check(name, started=9, app="somebody"))
    world.refuses(said)


def test_the_newest_run_of_a_check_decides(world: World) -> None:
    found = world.answers[f"commits/{COMMIT}/check-runs"]["check_runs"]
    found.append(check(CHECKS[0], "failure", started=0))
    assert world.publish().returncode == 0


def test_the_checks_are_those_of_the_workflow() -> None:
    named = []
    for job in load(GITHUB / "workflows/checks.yml")["jobs"].values():
        values = job.get("strategy", {}).get("matrix", {}).get("python", [""])
        named += [re.sub(r"\$\{\{.*?\}\}", value, job["name"]) for value in values]
    assert [f"Checks / {name}" for name in named] == list(CHECKS)
    for caller in ("release.yml", "pull-request.yml"):
        calling = [
            job["name"]
            for job in load(GITHUB / "workflows" / caller)["jobs"].values()
            if job.get("uses") == "$/.github/workflows/checks.yml"
        ]
        assert calling == ["Checks"]
    publish = load(GITHUB / "workflows/release.yml")["jobs"]["publish"]
    assert set(publish["needs"]) == {"checks", "build"}
    assert publish["permissions"] == {"contents": "write", "checks": "read"}
