"""What the local stack remembers between commands: addresses, processes and passwords."""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from rowledger.local import StackError
from rowledger.local.layout import Layout
from rowledger.local.private_files import open_private, read_json, write_json
from rowledger.local.processes.background import ProcessId

_POLL_SECONDS = 0.1
LOCK_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class PartProcess:
    """One background process and the port it listens on."""

    port: int
    process: ProcessId

    def alive(self) -> bool:
        return self.process.alive()


@dataclass
class State:
    """Which parts were started, where, and what was provisioned in them."""

    parts: dict[str, PartProcess] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    """The ROWLEDGER_* environment of processor and reconciler."""

    def port(self, part: str) -> int | None:
        process = self.parts.get(part)
        return process.port if process else None

    def save(self, layout: Layout) -> None:
        write_json(layout.state_file, asdict(self))

    @classmethod
    def load(cls, layout: Layout) -> "State":
        """The saved state; an empty one if none was saved or it cannot be read."""
        saved = read_json(layout.state_file) or {}
        try:
            parts = {name: _part(value) for name, value in saved.get("parts", {}).items()}
            return cls(parts, dict(saved.get("settings", {})))
        except (TypeError, KeyError, ValueError, AttributeError):
            return cls()


@dataclass(frozen=True)
class StackCredentials:
    """Passwords and keys of one state folder, made at random when it is created."""

    access_key: str
    secret_key: str
    superuser_password: str
    owner_password: str
    reader_password: str
    # Empty in a folder of an earlier version, until its next `up`.
    operator_password: str = ""
    master_password: str = ""

    @classmethod
    def load(cls, layout: Layout) -> "StackCredentials | None":
        saved = read_json(layout.credentials_file)
        names = {each.name for each in fields(cls)}
        try:
            # An earlier version kept more: the function's password, now in its secret alone.
            kept = {name: value for name, value in saved.items() if name in names} if saved else {}
            return cls(**kept)
        except (AttributeError, TypeError):
            return None

    @classmethod
    def load_or_create(cls, layout: Layout) -> "StackCredentials":
        """Raise StackError where a database exists whose passwords are lost."""
        known = cls.load(layout)
        if known:
            missing = [name for name, value in asdict(known).items() if not value]
            completed = replace(known, **{name: secrets.token_urlsafe(24) for name in missing})
            if missing:
                write_json(layout.credentials_file, asdict(completed))
            return completed
        if layout.postgres.exists():
            raise StackError(
                f"{layout.credentials_file} is missing or damaged, so nobody can log in to the "
                "database beside it; clear the state with: rowledger reset"
            )
        # The prefix is what AWS gives a long-lived key; sixteen characters follow it.
        created = cls(
            f"AKIA{secrets.token_hex(8).upper()}", *(secrets.token_urlsafe(24) for _ in range(6))
        )
        write_json(layout.credentials_file, asdict(created))
        return created


@contextmanager
def exclusive(layout: Layout, patience_seconds: float = LOCK_PATIENCE_SECONDS) -> Iterator[None]:
    """Keep the state folder's lock; the system releases it when the process ends, however it ends.

    Raise StackError if another command keeps it for longer than patience_seconds.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        with open_private(layout.lock_file, "a") as file:
            if _lock(file.fileno(), layout.lock_file):
                yield
                return
        if time.monotonic() > deadline:
            raise StackError("another rowledger command is still working on this stack")
        time.sleep(_POLL_SECONDS)


def _lock(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A reset removes the file: a lock on what is no longer under the name locks nothing.
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _part(value: dict[str, Any]) -> PartProcess:
    process = value["process"]
    return PartProcess(
        int(value["port"]), ProcessId(int(process["pid"]), float(process["started"]))
    )
