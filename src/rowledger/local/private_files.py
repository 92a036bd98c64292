"""Files that are either whole or absent, whatever happens while they are written."""

import json
import os
from pathlib import Path
from typing import IO, Any

OWNER_ONLY = 0o600


def open_private(path: Path, mode: str) -> IO[Any]:
    """Open a file; one that is new can be read by its owner only. mode: as for open()."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, OWNER_ONLY))


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    write_private(path, json.dumps(value, indent=2).encode() + b"\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None if the file is missing or has no JSON object in it."""
    try:
        value = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def tail(path: Path, lines: int = 12, begin: int = 0) -> str:
    """The last lines of a text file from a byte on, or an empty string if it is missing."""
    try:
        text = path.read_bytes()[begin:].decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
