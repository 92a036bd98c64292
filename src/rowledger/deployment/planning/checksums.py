"""Checksums of a plan and all that it deploys, in the format of sha256sum.

The files are carried from the machine that plans to the one that applies. The checksums prove that
what is applied is what was reviewed.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from rowledger.deployment.planning import PlanningError

FILE_NAME = "SHA256SUMS"


def write_checksums(folder: Path, files: Iterable[Path]) -> None:
    """Write SHA256SUMS into folder; the names in it are relative to the folder."""
    lines = [f"{digest(file)}  {_name(folder, file)}\n" for file in files]
    (folder / FILE_NAME).write_text("".join(lines), encoding="utf-8")


def check_checksums(folder: Path, files: Iterable[Path]) -> None:
    """Raise PlanningError unless SHA256SUMS lists exactly these files with their checksums."""
    try:
        text = (folder / FILE_NAME).read_text(encoding="utf-8")
    except OSError:
        raise PlanningError(f"there is no {FILE_NAME} in {folder}: nothing was planned") from None
    rows = (line.partition("  ") for line in text.splitlines())
    recorded = {name: sha256 for sha256, _, name in rows}
    found = {_name(folder, file): file for file in files}
    if recorded.keys() != found.keys():
        differing = ", ".join(sorted(recorded.keys() ^ found.keys()))
        raise PlanningError(f"{FILE_NAME} is not that of a plan's files: {differing}")
    for name, file in found.items():
        if not file.is_file():
            raise PlanningError(f"{name} is missing, which {FILE_NAME} lists")
        if digest(file) != recorded[name]:
            raise PlanningError(f"{name} is not what was planned with: its checksum differs")


def digest(file: Path) -> str:
    """SHA-256 in hex; raise PlanningError where the file cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise PlanningError(f"{file} cannot be read: {error.strerror}") from error


def _name(folder: Path, file: Path) -> str:
    return Path(os.path.relpath(file, folder)).as_posix()
