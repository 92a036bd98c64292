"""What is on this machine's disk."""

from pathlib import Path


def linked_folders_below(path: Path) -> int:
    """How many links to folders are below a folder: files_below does not follow them."""
    return sum(each.is_symlink() and each.is_dir() for each in path.rglob("*"))


def files_below(path: Path) -> list[Path] | None:
    """Every file below a folder, by name; None for a file."""
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else None
