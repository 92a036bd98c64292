"""Terraform: found with its provider, and run on a copy of the configuration.

The provider comes from a file-system mirror where this machine has one, else from the registry. The
copy keeps what Terraform writes (state, plans, its own folder) out of the checkout, and takes files
that override parts of the configuration, such as where the state is.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rowledger.deployment.checkout import ROOT, is_checkout
from rowledger.errors import CommandError

# What everything here is tested with; terraform/terraform.tf says what else it may run with.
PROVIDER_VERSION = "5.100.0"
_MINIMUM = (1, 11)
_HOST = "registry.terraform.io"
_PROVIDER = "hashicorp/aws"
# How deep below the root a mirror is looked for, and where it never is.
_DEPTH = 4
_SKIPPED = frozenset({"proc", "sys", "dev", "run", ".terraform", "node_modules"})

# The state lies next to the copy, whatever the backend, and so is kept when the copy is replaced;
# and the provider is the one that was tested.
LOCAL_STATE = f"""
terraform {{
  required_providers {{
    aws = {{
      source  = "{_PROVIDER}"
      version = "{PROVIDER_VERSION}"
    }}
  }}
  backend "local" {{
    path = "../terraform.tfstate"
  }}
}}
"""
# A provider that calls no AWS API: plans are made without an account.
OFFLINE = """
provider "aws" {
  access_key                  = "offline"
  secret_key                  = "offline"
  allowed_account_ids         = null
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
"""


class TerraformError(CommandError):
    """Terraform cannot be had, or refused what it was asked."""


@dataclass(frozen=True)
class Terraform:
    """The program.

    Args:
        mirror: The folder that holds registry.terraform.io/…, if there is one.
    """

    binary: Path
    platform: str
    mirror: Path | None

    def settings(self) -> str:
        """Terraform's own settings: where the provider comes from."""
        if self.mirror is None:
            cache = ROOT / "build" / "terraform-providers"
            cache.mkdir(parents=True, exist_ok=True)
            return f"plugin_cache_dir = {json.dumps(str(cache))}\n"
        mirror = json.dumps(str(self.mirror))
        return f"provider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n"


def find_terraform() -> Terraform:
    """Find Terraform on the PATH; raise TerraformError where it is missing or too old."""
    binary = shutil.which("terraform")
    if binary is None:
        raise TerraformError("Terraform is missing: install 1.11 or later, and have it on the PATH")
    answer = subprocess.run(  # noqa: S603 -- the program that which() found
        [binary, "version", "-json"],
        capture_output=True,
        text=True,
        check=False,
        env=blind(os.environ),
    )
    try:
        found = json.loads(answer.stdout)
        version, platform = str(found["terraform_version"]), str(found["platform"])
    except (ValueError, KeyError):
        raise TerraformError(
            f"{binary} does not say its version: {answer.stderr.strip()}"
        ) from None
    major, minor = version.split(".")[:2]
    if (int(major), int(minor)) < _MINIMUM:
        raise TerraformError(f"Terraform {version} is too old: install 1.11 or later")
    return Terraform(Path(binary), platform, find_mirror(platform))


def find_mirror(platform: str, *, home: Path | None = None, root: Path = Path("/")) -> Path | None:
    """Find a file-system mirror with the provider; None where there is none.

    First where Terraform itself would look, then anywhere, a few folders deep below root.
    """
    home = home or Path.home()
    usual = (home / ".terraform.d/plugins", root / "usr/local/share/terraform/plugins")
    for folder in (*usual, *_holders(root, _DEPTH)):
        if _holds_provider(folder / _HOST / _PROVIDER, platform):
            return folder
    return None


def _holders(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the folders, at most so deep, that hold one named like the registry."""
    try:
        names = sorted(
            entry.name
            for entry in os.scandir(folder)
            if entry.is_dir(follow_symlinks=False) and entry.name not in _SKIPPED
        )
    except OSError:
        return  # a folder that this user may not read
    if _HOST in names:
        yield folder
    elif depth > 1:
        for name in names:
            yield from _holders(folder / name, depth - 1)


def _holds_provider(folder: Path, platform: str) -> bool:
    unpacked = folder / PROVIDER_VERSION / platform
    packed = folder / f"terraform-provider-aws_{PROVIDER_VERSION}_{platform}.zip"
    return unpacked.is_dir() or packed.is_file()


def blind(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what changes Terraform's answers or has it ask for updates."""
    kept = {
        name: value for name, value in environment.items() if not name.startswith(("TF_", "AWS_"))
    }
    return kept | {
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "TF_CLI_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@dataclass(frozen=True)
class Workspace:
    """A copy of a configuration in a folder.

    Args:
        overrides: Files that override parts of it, by name without _override.tf.
        environment: Variables for Terraform, such as TF_VAR_… and AWS_….
        name: The configuration's folder in the checkout.
    """

    terraform: Terraform
    folder: Path
    overrides: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = "terraform"

    @property
    def configuration(self) -> Path:
        return self.folder / self.name

    def create(self) -> None:
        """Copy the configuration and install its provider; raise TerraformError where that fails.

        An earlier copy is replaced; its state, which is not in the copy, stays.
        """
        if not is_checkout():
            raise TerraformError(
                "Terraform's configuration is not in the installed package: run this in a checkout"
                " of the project, after make setup"
            )
        shutil.rmtree(self.configuration, ignore_errors=True)
        shutil.copytree(
            ROOT / self.name,
            self.configuration,
            ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"),
        )
        # The configuration reads the contract from here.
        contract = self.folder / "src"
        contract.unlink(missing_ok=True)
        contract.symlink_to(ROOT / "src", target_is_directory=True)
        for name, text in self.overrides.items():
            (self.configuration / f"{name}_override.tf").write_text(text, encoding="utf-8")
        (self.folder / "cli.tfrc").write_text(self.terraform.settings(), encoding="utf-8")
        done = self.run("init", "-no-color")
        if done.returncode:
            raise TerraformError(
                f"the provider {_PROVIDER} {PROVIDER_VERSION} can be had neither from a file-system"
                f" mirror nor from the registry: {_first_error(done.stderr)}"
            )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command and capture its output."""
        return subprocess.run(  # noqa: S603 -- Terraform, with arguments of this project's own
            self._command(*arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env=self._environment(),
        )

    def follow(self, on_message: Callable[[dict[str, Any]], None], *arguments: str) -> None:
        """Run a command that changes things, and report each of its messages as it comes.

        Interrupted, it may finish what it is doing, so that its state holds everything it has made.

        Raises:
            TerraformError: The command fails.
        """
        errors: list[str] = []
        with subprocess.Popen(  # noqa: S603 -- as above
            self._command(*arguments, "-auto-approve", "-json"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment(),
            # A terminal's interrupt would reach it too, and a second one has it drop everything.
            start_new_session=True,
        ) as process:
            try:
                for line in process.stdout or ():
                    message = _message(line)
                    if message.get("@level") == "error":
                        errors.append(_error_text(message))
                    on_message(message)
            except BaseException:
                process.terminate()
                process.wait()
                raise
        if process.returncode:
            raise TerraformError(f"terraform {arguments[0]} failed: {'; '.join(errors[:3])}")

    def plan(self, *arguments: str) -> Any:  # noqa: ANN401 -- JSON has no narrower type
        """Return the plan in the form of `terraform show -json`; raise TerraformError."""
        self.checked("plan", "-no-color", "-out=plan.bin", *arguments)
        return json.loads(self.checked("show", "-json", "plan.bin"))

    def checked(self, *arguments: str) -> str:
        """Return a command's output; raise TerraformError where it fails."""
        done = self.run(*arguments)
        if done.returncode:
            raise TerraformError(f"terraform {arguments[0]} failed: {_first_error(done.stderr)}")
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        return [str(self.terraform.binary), f"-chdir={self.configuration}", *arguments]

    def _environment(self) -> dict[str, str]:
        own = {"TF_CLI_CONFIG_FILE": str(self.folder / "cli.tfrc")}
        return blind(os.environ) | own | dict(self.environment)


def _message(line: str) -> dict[str, Any]:
    """Parse one line of Terraform's -json output; other text is an error from before the JSON."""
    try:
        message = json.loads(line)
    except ValueError:
        return {"@level": "error", "@message": line.strip()}
    return dict(message)


def _error_text(message: Mapping[str, Any]) -> str:
    diagnostic = message.get("diagnostic", {})
    parts = (diagnostic.get(name) for name in ("address", "summary", "detail"))
    return ": ".join(filter(None, parts)) or str(message["@message"])


def _first_error(text: str) -> str:
    """Return the first error of Terraform's many lines, as one line."""
    stripped = [line.strip("│╷╵ ").strip() for line in text.splitlines()]
    lines = [line for line in stripped if line]
    start = next((at for at, line in enumerate(lines) if line.startswith("Error:")), 0)
    return " ".join(lines[start : start + 6]) or "it says nothing"
