"""The wheel in an environment of its own, with what it asks for and nothing else.

No index is asked: each distribution that the wheel needs, found from its metadata, is linked from
the environment that the tests run in.
"""

import os
import subprocess
import sys
import tomllib
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rowledger.deployment.checkout import ROOT
from rowledger.wiring import console_extra, local_extra

# Prints the modules of the extra that no command may load, and what commands there are.
EVERY_COMMAND = """
import click
from rowledger.cli.main import cli
names = cli.list_commands(click.Context(cli))
for name in names:
    assert cli.get_command(click.Context(cli), name) is not None, name
print(*names)
"""
# What builds the functions' package in an installed wheel.
PACKAGING = """
from rowledger.deployment.packaging.libraries import CACHE, REQUIREMENTS
from rowledger.deployment.packaging.package import SOURCE, shipped_files
names = [name for name, path in shipped_files(SOURCE) if path.is_file()]
assert "rowledger/functions/entrypoints/processor.py" in names, names
print(REQUIREMENTS, CACHE, sep="\\n")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's programs, with the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin/python"), "--quiet"]
    install = [*pip, "install", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*install, str(next(folder.glob("*.whl")))], check=True, capture_output=True)
    (site,) = environment.glob("lib/python*/site-packages")
    _link_requirements(_metadata_of(site), site)
    subprocess.run([*pip, "check"], check=True, capture_output=True)
    return environment / "bin"


def _metadata_of(site: Path) -> Message:
    (found,) = metadata.distributions(name="rowledger", path=[str(site)])
    return found.metadata  # type: ignore[return-value]  # an email.message.Message


def _link_requirements(described: Message, site: Path) -> None:
    for line in described.get_all("Requires-Dist", []):
        asked = Requirement(line)
        if asked.marker is not None and not asked.marker.evaluate({"extra": ""}):
            continue
        found = metadata.distribution(asked.name)
        tops = {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", ".")}
        for top in tops - {"__pycache__"}:
            link = site / top
            if not link.exists():
                link.symlink_to(str(found.locate_file(top)))
        _link_requirements(found.metadata, site)  # type: ignore[arg-type]  # as above


def run(
    installed: Path, folder: Path, program: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment, as somebody who has nothing set up."""
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [str(installed / program), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_command_is_there(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "rowledger", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    listed = run(installed, tmp_path, "python", "-c", EVERY_COMMAND)
    assert listed.returncode == 0, listed.stderr
    assert [name for name in listed.stdout.split() if f"  {name} " not in done.stdout] == []


def test_it_counts(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,amount\n1,2\n3,4\n", encoding="utf-8")
    done = run(installed, tmp_path, "rowledger", "count", "orders.csv", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert '"rows": 2' in done.stdout


def test_environments_on_aws_are_kept_and_asked(installed: Path, tmp_path: Path) -> None:
    by_hand = ("--region", "eu-central-1", "--account", "123456789012")
    added = run(installed, tmp_path, "rowledger", "env", "add", "prod", *by_hand)
    assert (added.returncode, added.stderr) == (0, "")
    listed = run(installed, tmp_path, "rowledger", "env", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "prod" in listed.stdout
    asked = run(installed, tmp_path, "rowledger", "files", "--env", "prod")
    assert asked.returncode == 1
    said = asked.stderr.splitlines()
    assert said[0].startswith("environment: prod (account 123456789012")
    assert said[1].startswith("rowledger: no credentials for prod")
    assert len(said) == 2


@pytest.mark.parametrize("command", [["up", "--terraform"], ["down"], ["inbox"], ["files"]])
def test_without_the_local_stack_one_line_says_what_to_install(
    installed: Path, tmp_path: Path, command: list[str]
) -> None:
    done = run(installed, tmp_path, "rowledger", *command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"rowledger: {local_extra.HOW_TO_INSTALL}\n"


def test_the_console_says_what_to_install(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "rowledger", "console", "--no-browser")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"rowledger: {console_extra.HOW_TO_INSTALL_CONSOLE}\n"


def test_the_local_stack_finds_what_the_functions_ship(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "python", "-c", PACKAGING)
    assert done.returncode == 0, done.stderr
    lock, cache = map(Path, done.stdout.splitlines())
    assert lock.read_bytes() == (ROOT / "requirements/function.txt").read_bytes()
    assert cache.is_relative_to(tmp_path)


def test_the_extra_is_what_its_check_looks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    standard = {canonicalize_name(Requirement(each).name) for each in project["dependencies"]}
    extra = {Requirement(each).name for each in project["optional-dependencies"]["local"]}
    # botocore comes with boto3: here they are pinned.
    beyond = {canonicalize_name(name) for name in extra} - standard - {"botocore"}
    assert {canonicalize_name(name) for name in local_extra.LIBRARIES} == beyond
    console = {Requirement(each).name for each in project["optional-dependencies"]["console"]}
    assert set(console_extra.LIBRARIES) == console


@pytest.mark.parametrize(
    "lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_a_lock_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    pinned = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert pinned
    assert [line for line in pinned if not line.endswith("\\")] == []
    assert text.count("--hash=sha256:") >= len(pinned)
    for word in ("://", "index-url", "find-links"):
        assert word not in text
