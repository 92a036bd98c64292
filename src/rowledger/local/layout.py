"""Where the local stack keeps its files."""

import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from rowledger.local import StackError
from rowledger.local.private_files import OWNER_ONLY, read_json
from rowledger.operations.adapters.environment_files import environment_files

STATE_DIR_VARIABLE = "ROWLEDGER_STATE_DIR"
_STATE_DIR_NAME = ".rowledger"

# In every state folder from its beginning: without it nothing there is stopped or removed.
MARKER_NAME = "rowledger-state"
_MARKER_TEXT = "A local stack of Rowledger keeps its state here. `rowledger reset` removes it.\n"
# What a state file of a version without the marker has.
_STATE_NAMES = {"parts", "settings"}

# Under root the database server runs as another user, who must pass through to its data. This mode
# allows no more than that: the folder still cannot be listed.
_PRIVATE = 0o700
_PASSABLE = 0o711


@dataclass(frozen=True)
class Layout:
    """The paths inside one state folder."""

    root: Path

    @property
    def marker(self) -> Path:
        return self.root / MARKER_NAME

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

    def is_ours(self) -> bool:
        """Whether a local stack made this folder, or began to use it when it was empty."""
        if self.marker.is_file():
            return True
        # A version before this one left no marker.
        saved = read_json(self.state_file) or {}
        return set(saved) == _STATE_NAMES and isinstance(saved["parts"], dict)

    def require_ours(self) -> None:
        """Raise StackError where the folder is not a stack's, with nothing changed in it."""
        if not self.is_ours():
            raise StackError(
                f"{self.root} is not the state folder of a local stack (it has no {MARKER_NAME} "
                "file), so nothing in it was stopped or removed"
            )

    def create(self) -> None:
        """Make the folders that are missing, and close all of them to other users.

        Raise StackError where other things are in the folder, with nothing changed in it.
        """
        shared = _PASSABLE if os.geteuid() == 0 else _PRIVATE
        self.root.parent.mkdir(parents=True, exist_ok=True)
        _make(self.root, shared)
        if not self.is_ours() and any(self.root.iterdir()):
            raise StackError(
                f"{self.root} has other things in it and no state of a local stack; empty it, or "
                f"name another folder in {STATE_DIR_VARIABLE}"
            )
        if not self.marker.exists():
            self.marker.write_text(_MARKER_TEXT)
        for folder, mode in (
            (self.logs, shared),
            (self.emulator, _PRIVATE),
            (self.scratch, _PRIVATE),
            (self.inbox, _PRIVATE),
        ):
            _make(folder, mode)
        # Earlier versions left these open to others.
        for file in (*self.logs.iterdir(), self.package, self.lock_file, self.marker):
            if file.is_file() and file.stat().st_mode & ~OWNER_ONLY & 0o777:
                file.chmod(OWNER_ONLY)

    def remove(self) -> None:
        """Remove what the stack made, and the folder itself if nothing else is in it.

        Raise StackError where the folder is not a stack's.
        """
        self.require_ours()
        # Goes last, so that a removal that is interrupted can be repeated.
        self.marker.touch(mode=OWNER_ONLY)
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
        self.marker.unlink(missing_ok=True)
        if not any(self.root.iterdir()):
            self.root.rmdir()


def _make(folder: Path, mode: int) -> None:
    """Make a folder of that mode, unless it is there."""
    try:
        folder.mkdir(mode=mode)
        folder.chmod(mode)
    except FileExistsError:
        if not folder.is_dir():
            raise StackError(f"{folder} is no folder") from None


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
