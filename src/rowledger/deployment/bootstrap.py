"""Make an account ready for deployments, or bring it up to date.

`make bootstrap ENV=dev` runs this with the values of bootstrap/env/dev.tfvars. The state is kept in
the bucket that the configuration itself makes. Until the bucket exists it is a file in the
configuration's folder, from which an interrupted first apply continues; then it is moved.
Terraform asks before it changes anything, and runs as its environment says (AWS_…, TF_…).
"""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from rowledger.deployment.checkout import ROOT
from rowledger.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER = ROOT / "bootstrap"
KEY = "bootstrap/terraform.tfstate"
# Terraform reads it by its name's ending.
OVERRIDE = "first_apply_override.tf"
INIT = ("-input=false", "-lockfile=readonly")
# Every region of the partition knows the credentials' account and where a bucket is.
_ASKED = "us-east-1"


class BootstrapError(CommandError):
    """The account cannot be made ready."""


@dataclass(frozen=True)
class Bucket:
    """The account's state bucket, whether or not it exists yet."""

    name: str
    s3: "S3Client"

    @classmethod
    def of_this_account(cls) -> "Bucket":
        account = boto3.client("sts", region_name=_ASKED).get_caller_identity()["Account"]
        return cls(f"rowledger-state-{account}", boto3.client("s3", region_name=_ASKED))

    def exists(self) -> bool:
        """Raise ClientError if it belongs to another account."""
        return _found(lambda: self.s3.head_bucket(Bucket=self.name))

    def holds_state(self) -> bool:
        return self.exists() and _found(lambda: self.s3.head_object(Bucket=self.name, Key=KEY))

    def backend(self) -> list[str]:
        """Return the arguments of terraform init that say where the state is."""
        location = self.s3.get_bucket_location(Bucket=self.name).get("LocationConstraint")
        settings = {
            "bucket": self.name,
            "key": KEY,
            # S3 names no location for its first region.
            "region": location or "us-east-1",
            "encrypt": "true",
            "use_lockfile": "true",
        }
        return [f"-backend-config={name}={value}" for name, value in settings.items()]


def values_of(folder: Path, environment: str) -> str:
    """Return the file of the environment's values, relative to folder; raise BootstrapError."""
    values = f"env/{environment}.tfvars"
    if not re.fullmatch(r"[\w-]+", environment) or not (folder / values).is_file():
        raise BootstrapError(
            f"ENV names a file bootstrap/env/*.tfvars, and {environment!r} is none"
        )
    return values


def bootstrap(folder: Path, values: str, bucket: Bucket) -> None:
    """Apply the configuration and move its state into the bucket.

    Args:
        folder: The configuration's.
        values: The file of values, relative to folder.

    Raises:
        BootstrapError: The account cannot be made ready.
        ClientError: AWS refuses.
    """
    file = folder / Path(values).with_suffix(".tfstate").name
    # What a run that was killed left, of this environment or of another.
    (folder / OVERRIDE).unlink(missing_ok=True)
    if bucket.holds_state():
        _terraform(folder, "init", *INIT, "-reconfigure", *bucket.backend())
        _terraform(folder, "apply", f"-var-file={values}")
    elif file.exists() or not bucket.exists():
        with _state_in(file):
            _terraform(folder, "init", *INIT, "-reconfigure")
            _terraform(folder, "apply", f"-var-file={values}")
        _terraform(folder, "init", *INIT, "-migrate-state", "-force-copy", *bucket.backend())
    else:
        raise BootstrapError(
            f"the bucket {bucket.name} is there and holds no state of this configuration: "
            "docs/bootstrap.md says how it is adopted"
        )
    if not bucket.holds_state():
        raise BootstrapError(f"the state did not arrive in {bucket.name}; it is in {file}")
    # What an earlier run was interrupted before removing, too: the bucket's is the state.
    file.unlink(missing_ok=True)
    file.with_name(f"{file.name}.backup").unlink(missing_ok=True)


@contextmanager
def _state_in(file: Path) -> Iterator[None]:
    """Keep the state in a file, while there is no bucket for it."""
    override = file.with_name(OVERRIDE)
    override.write_text(f'terraform {{\n  backend "local" {{\n    path = "{file.name}"\n  }}\n}}\n')
    try:
        yield
    finally:
        override.unlink()


def _terraform(folder: Path, *arguments: str) -> None:
    """Raise BootstrapError where it fails; Terraform itself has printed why."""
    try:
        with _interrupts_left_to_the_child():
            done = subprocess.run(["terraform", *arguments], cwd=folder, check=False)  # noqa: S603, S607 -- the user's own
    except FileNotFoundError:
        raise BootstrapError(
            "Terraform is missing: install 1.11 or later, and have it on the PATH"
        ) from None
    if done.returncode:
        raise BootstrapError(f"terraform {arguments[0]} failed")


@contextmanager
def _interrupts_left_to_the_child() -> Iterator[None]:
    """A terminal interrupts both processes. Terraform then completes what it began and writes its
    state; if it were killed, no state would list what it had made.
    """
    # A handler, which a program that is run does not inherit, as it would SIG_IGN.
    known = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, known)


def _found(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket", "NoSuchKey"):
            return False
        raise
    return True


def main(arguments: list[str]) -> int:
    try:
        (environment,) = arguments
    except ValueError:
        print("usage: make bootstrap ENV=name, of bootstrap/env/name.tfvars", file=sys.stderr)
        return 2
    try:
        values = values_of(FOLDER, environment)
        bootstrap(FOLDER, values, Bucket.of_this_account())
    except (BootstrapError, BotoCoreError, ClientError) as error:
        print(f"bootstrap: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
