"""What make bootstrap does in which order, and what becomes of one that was interrupted."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rowledger.deployment.bootstrap import BootstrapError, Bucket, bootstrap
from tests.fakes.folder_s3 import FolderS3

STATE = "dev.tfstate"
BACKEND = [
    "-backend-config=bucket=rowledger-state-1",
    "-backend-config=key=bootstrap/terraform.tfstate",
    "-backend-config=region=us-east-1",
    "-backend-config=encrypt=true",
    "-backend-config=use_lockfile=true",
]


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    folder = tmp_path / "bootstrap"
    (folder / "env").mkdir(parents=True)
    (folder / "env" / "dev.tfvars").touch()
    return folder


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    return Bucket("rowledger-state-1", FolderS3(tmp_path / "bucket"))  # type: ignore[arg-type]


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A terraform that notes what it is asked, and with which backend, and does what is given."""
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    def does(script: str) -> None:
        note = f'echo "$(ls *_override.tf 2>/dev/null)" "$@" >> {tmp_path}/asked'
        program.write_text(f"#!/bin/sh\n{note}\n{script}\n")
        program.chmod(0o755)

    return does


def asked(tmp_path: Path) -> list[list[str]]:
    return [line.split() for line in (tmp_path / "asked").read_text().splitlines()]


def making(tmp_path: Path) -> str:
    """Makes the bucket with its state in a file, and moves that when asked to."""
    there = tmp_path / "bucket"
    return f"""case "$*" in
    apply*) mkdir -p {there}; echo made > {STATE};;
    *-migrate-state*) cp {STATE} {there}/state; touch {STATE}.backup;;
    esac"""


def test_the_first_time_the_state_is_a_file_and_then_in_the_bucket(
    tmp_path: Path, configuration: Path, bucket: Bucket, terraform: Callable[[str], None]
) -> None:
    terraform(making(tmp_path))
    bootstrap(configuration, "env/dev.tfvars", bucket)
    local = "first_apply_override.tf"
    assert asked(tmp_path) == [
        [local, "init", "-input=false", "-lockfile=readonly", "-reconfigure"],
        [local, "apply", "-var-file=env/dev.tfvars"],
        ["init", "-input=false", "-lockfile=readonly", "-migrate-state", "-force-copy", *BACKEND],
    ]
    assert (tmp_path / "bucket" / "state").read_text() == "made\n"
    assert sorted(path.name for path in configuration.iterdir()) == ["env"]


def test_later_the_state_is_in_the_bucket(
    tmp_path: Path, configuration: Path, bucket: Bucket, terraform: Callable[[str], None]
) -> None:
    terraform("true")
    (tmp_path / "bucket").mkdir()
    (tmp_path / "bucket" / "state").touch()
    # Of a run that was interrupted after it had moved the state.
    (configuration / STATE).write_text("old")
    # Of a first run for another account, which was killed.
    (configuration / "first_apply_override.tf").touch()
    bootstrap(configuration, "env/dev.tfvars", bucket)
    assert asked(tmp_path) == [
        ["init", "-input=false", "-lockfile=readonly", "-reconfigure", *BACKEND],
        ["apply", "-var-file=env/dev.tfvars"],
    ]
    assert not (configuration / STATE).exists()


def test_an_interrupted_first_apply_goes_on_from_its_file(
    tmp_path: Path, configuration: Path, bucket: Bucket, terraform: Callable[[str], None]
) -> None:
    made_and_failed = f"[ $1 = apply ] && mkdir -p {tmp_path}/bucket && echo half > {STATE}; exit 1"
    terraform(f"[ $1 = init ] && exit 0; {made_and_failed}")
    with pytest.raises(BootstrapError, match="terraform apply failed"):
        bootstrap(configuration, "env/dev.tfvars", bucket)
    assert sorted(path.name for path in configuration.iterdir()) == [STATE, "env"]
    terraform(making(tmp_path))
    bootstrap(configuration, "env/dev.tfvars", bucket)
    assert (tmp_path / "bucket" / "state").exists()
    assert not (configuration / STATE).exists()


# The command in a process of its own, which a terminal's Ctrl-C meets together with Terraform.
INTERRUPTED = """
import sys
from pathlib import Path
from rowledger.deployment.bootstrap import Bucket, BootstrapError, bootstrap

class Missing(Bucket):
    def exists(self):
        return False

try:
    bootstrap(Path(sys.argv[1]), "env/dev.tfvars", Missing("rowledger-state-1", None))
except BootstrapError as error:
    print(error)
"""


def test_an_interrupted_terraform_is_left_to_write_its_state(
    tmp_path: Path, configuration: Path, terraform: Callable[[str], None]
) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    # What Terraform does: it ends what it began, and takes its time for that.
    end = f"sleep 1; echo half > {STATE}; exit 1"
    terraform(
        f"[ $1 = init ] && exit 0; trap '{end}' INT; echo > {ready}; while :; do sleep .1; done"
    )
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(configuration)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        ready.read_text()
        os.killpg(command.pid, signal.SIGINT)
        said, trouble = command.communicate(timeout=30)
    assert (said, trouble) == ("terraform apply failed\n", "")
    assert sorted(path.name for path in configuration.iterdir()) == [STATE, "env"]
    assert (configuration / STATE).read_text() == "half\n"


def test_a_state_that_did_not_arrive_stays_where_it_is(
    tmp_path: Path, configuration: Path, bucket: Bucket, terraform: Callable[[str], None]
) -> None:
    terraform(f"[ $1 = apply ] && mkdir -p {tmp_path}/bucket && echo made > {STATE}; true")
    with pytest.raises(BootstrapError, match="did not arrive in rowledger-state-1; it is in"):
        bootstrap(configuration, "env/dev.tfvars", bucket)
    assert (configuration / STATE).read_text() == "made\n"


def test_a_bucket_without_its_state_is_not_created_again(
    tmp_path: Path, configuration: Path, bucket: Bucket, terraform: Callable[[str], None]
) -> None:
    terraform("true")
    (tmp_path / "bucket").mkdir()
    with pytest.raises(BootstrapError, match=r"docs/bootstrap\.md says how it is adopted"):
        bootstrap(configuration, "env/dev.tfvars", bucket)
    assert not (tmp_path / "asked").exists()


def test_a_missing_terraform_is_said(
    configuration: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BootstrapError, match="Terraform is missing: install"):
        bootstrap(configuration, "env/dev.tfvars", bucket)
