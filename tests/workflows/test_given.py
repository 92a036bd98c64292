"""What make is given is data: nothing in it is run, by make or by a shell, in any target."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rowledger.deployment.checkout import ROOT
from tests.workflows.files import make

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Each target that is given something, and what.
TAKEN = {
    "plan": ("ENV", "PLAN_ARGS"),
    "apply": ("ENV",),
    "deploy": ("ENV", "DEPLOY_ARGS"),
    "rollback": ("ENV", "TO", "DEPLOY_ARGS"),
    "bootstrap": ("ENV",),
    "package": ("RDS_CA",),
    "rds-ca": ("RDS_CA", "RDS_CA_URL", "RDS_CA_SHA256"),
    "release-assets": ("VERSION", "RDS_CA"),
    "publish-release": ("VERSION",),
    "conformance": ("CORPUS",),
    "faults": ("BREAK",),
}
EVIL = [
    "x; touch pwned",
    "x && touch pwned #",
    "$(touch pwned)`touch pwned`",
    "$(shell touch pwned)${shell touch pwned}",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "x\ntouch pwned",
    "$$(touch pwned)",
]
# Stands in for every program that a recipe runs, and writes down what it gets.
RECORDER = """#!/bin/sh
for each in "$0" "$@"; do printf '%s\\0' "$each"; done >> "$RECORD"
env >> "$RECORD"
"""
PROGRAMS = ("bin/python", "bin/rowledger", "bin/pytest", "scripts/terraform.sh", "path/gh")


@pytest.fixture
def world(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody in a folder where every program is a recorder."""
    for name in PROGRAMS:
        program = tmp_path / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(RECORDER, encoding="utf-8")
        program.chmod(0o755)
    path = f"{tmp_path / 'path'}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "RECORD": str(tmp_path / "record")}


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "environment"])
@pytest.mark.parametrize(
    ("target", "name"), [(target, name) for target, names in TAKEN.items() for name in names]
)
def test_it_reaches_the_program_and_runs_nothing(
    tmp_path: Path, world: dict[str, str], target: str, name: str, *, typed: bool
) -> None:
    for evil in EVIL:
        given = dict.fromkeys(TAKEN[target], "x") | {name: evil}
        # Through the environment each $ is itself; typed, too.
        words = [f"{each}={value}" for each, value in given.items()] if typed else []
        environment = world if typed else world | given
        for dry in (["-n"], []):
            make(
                *dry,
                *(
                    "-o",
                    "setup",
                    "-o",
                    "peers",
                    "-o",
                    "kernel",
                    target,
                    "BIN=bin",
                    "PYTHON=bin/python",
                    *words,
                ),
                cwd=tmp_path,
                environment=environment,
            )
            assert not (tmp_path / "pwned").exists(), evil
        recorded = (tmp_path / "record").read_text(encoding="utf-8")
        assert evil in recorded
        (tmp_path / "record").unlink()


def test_every_variable_that_a_recipe_takes_is_tried() -> None:
    recipes = re.findall(r"^([a-z-]+):.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    given = re.search(r"^GIVEN := (.*)$", MAKEFILE, re.MULTILINE)
    assert given
    names = set(given[1].split()) - {"PYTHON"}
    taken = {
        target: {name for name in names if re.search(rf"\b{name}\b", text)}
        for target, text in recipes
    }
    assert {target: found for target, found in taken.items() if found} == {
        target: set(found) for target, found in TAKEN.items()
    }


def test_no_recipe_has_make_write_what_it_was_given() -> None:
    recipes = "".join(re.findall(r"^\t.*\n", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"\$[({](\w+)", recipes)) - set(re.findall(r"\$\$[({](\w+)", recipes))
    assert named == {"BIN", "VENV", "CHECKOV", "PEERS", "ZIG", "CURDIR", "MAKE", "MAKEFILE_LIST"}


@pytest.mark.parametrize("name", ["BIN", "VENV", "CHECKOV", "PEERS", "ZIG"])
def test_a_folder_is_a_plain_path(tmp_path: Path, name: str) -> None:
    for evil in (*EVIL, "", "two words", "a*(b)"):
        done = make("help", f"{name}={evil}", cwd=tmp_path, environment=os.environ)
        assert done.returncode != 0, evil
        assert f"{name} must be a path" in done.stderr
    assert not (tmp_path / "pwned").exists()


def test_python_is_one_program(tmp_path: Path) -> None:
    done = make(
        ".venv/.installed", "PYTHON=true; touch pwned", cwd=tmp_path, environment=os.environ
    )
    assert done.returncode != 0
    assert not (tmp_path / "pwned").exists()


def listed(text: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "import sys; print(sys.argv[1:])", "first"]
    return subprocess.run(
        [sys.executable, "-m", "rowledger.deployment.argument_list", "WORDS", *program],
        env=os.environ | {"WORDS": text},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("--steps 10,50 --interval 300", ["--steps", "10,50", "--interval", "300"]),
        ("-var='tags={a=\"b c\"}' --list", ['-var=tags={a="b c"}', "--list"]),
        ("x; touch pwned", ["x;", "touch", "pwned"]),
        ("$(touch pwned) `touch pwned` *", ["$(touch", "pwned)", "`touch", "pwned`", "*"]),
    ],
)
def test_a_list_of_arguments_is_words(text: str, words: list[str]) -> None:
    done = listed(text)
    assert (done.returncode, done.stdout) == (0, f"{['first', *words]}\n"), done.stderr


def test_a_quote_that_is_not_closed_is_said() -> None:
    done = listed("--reason 'x")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be given WORDS: No closing quotation" in done.stderr
