"""Where the local stack keeps its files."""

import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from rowledger.operations.adapters.environment_files import environment_files

STATE_DIR_VARIABLE = "ROWLEDGER_STATE_DIR"
_STATE_DIR_NAME = ".rowledger"

# Under root the database server runs as another user, who must pass through to its data. This mode
# allows no more than that: the folder still cannot be listed.
_PRIVATE = 0o700
_PASSABLE = 0o711


@dataclass(frozen=True)
class Layout:
    """The paths inside one state folder."""

    root: Path

    @property
    def state_file(self) -> Path:
        return self.root / "state.json"

    @property
    def credentials_file(self) -> Path:
        return self.root / "credentials.json"

    @property
    def pgpass_file(self) -> Path:
        return self.root / "pgpass"

    @property
    def aws_config_file(self) -> Path:
        return self.root / "aws-config"

    @property
    def aws_credentials_file(self) -> Path:
        return self.root / "aws-credentials"

    @property
    def lock_file(self) -> Path:
        return self.root / "lock"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def draft(self) -> Path:
        """The database's data folder while it is being initialised."""
        return self.root / "postgres.draft"

    @property
    def metrics_file(self) -> Path:
        return self.root / "metrics.json"

    @property
    def reconciler_metrics_file(self) -> Path:
        return self.root / "reconciler-metrics.json"

    @property
    def emulator(self) -> Path:
        return self.root / "emulator"

    @property
    def terraform(self) -> Path:
        """Terraform's state and copy of the configuration; exists if it provisioned the stack."""
        return self.root / "terraform"

    @property
    def scratch(self) -> Path:
        """The emulator's temporary files: unpacked functions and the like."""
        return self.emulator / "tmp"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def package(self) -> Path:
        return self.root / "function.zip"

    def log_file(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def create(self) -> None:
        """Make the folders that are missing, closed to other users."""
        shared = _PASSABLE if os.geteuid() == 0 else _PRIVATE
        self.root.parent.mkdir(parents=True, exist_ok=True)
        for folder, mode in (
            (self.root, shared),
            (self.logs, shared),
            (self.emulator, _PRIVATE),
            (self.scratch, _PRIVATE),
            (self.inbox, _PRIVATE),
        ):
            if not folder.exists():
                folder.mkdir(mode=mode)
                folder.chmod(mode)

    def remove(self) -> None:
        """Remove what the stack made, and the folder itself if nothing else is in it."""
        # By name: other files in a folder that the variable names are somebody's own.
        for folder in (
            self.postgres,
            self.draft,
            self.emulator,
            self.terraform,
            self.inbox,
            self.logs,
        ):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (
            self.state_file,
            self.credentials_file,
            self.pgpass_file,
            self.aws_config_file,
            self.aws_credentials_file,
            self.metrics_file,
            self.reconciler_metrics_file,
            self.package,
            self.lock_file,
        ):
            file.unlink(missing_ok=True)
        if not any(self.root.iterdir()):
            self.root.rmdir()


def find_layout() -> Layout:
    """The state folder of the stack to look at, to stop or to clear.

    It is ROWLEDGER_STATE_DIR, else that of the stack that was started last, wherever one stands;
    else where `up` would start one.
    """
    named = os.environ.get(STATE_DIR_VARIABLE)
    if named:
        return Layout(Path(named).resolve())
    last = environment_files().last_local_stack()
    return Layout(last) if last is not None and last.exists() else layout_to_start()


def layout_to_start() -> Layout:
    """The state folder of the stack to start.

    It is ROWLEDGER_STATE_DIR, else .rowledger in the checkout around the current directory; outside
    any checkout that of the stack that was started last, or one in the user's data folder: never a
    second, empty stack in whatever folder one stands in.
    """
    named = os.environ.get(STATE_DIR_VARIABLE)
    if named:
        return Layout(Path(named).resolve())
    checkout = _checkout(Path.cwd())
    if checkout is not None:
        return Layout(checkout / _STATE_DIR_NAME)
    last = environment_files().last_local_stack()
    if last is not None and last.exists():
        return Layout(last)
    return Layout(platformdirs.user_data_path("rowledger") / "local-stack")


def _checkout(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if _is_rowledger(folder / "pyproject.toml"):
            return folder.resolve()
    return None


def _is_rowledger(pyproject: Path) -> bool:
    try:
        project = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return bool(project.get("project", {}).get("name") == "rowledger")
