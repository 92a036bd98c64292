"""What is on this machine's disk."""

from pathlib import Path


def files_below(path: Path) -> list[Path] | None:
    """Every file below a folder, by name; None for a file."""
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else None
