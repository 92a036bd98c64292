"""What is packed of the product: one folder, whole, and nothing beside it."""

from pathlib import Path

from rowledger.deployment.checkout import ROOT
from rowledger.deployment.packaging.package import shipped_files


def test_the_functions_folder_is_shipped_whole_and_alone() -> None:
    folder = ROOT / "src" / "rowledger" / "functions"
    files = {
        path.relative_to(ROOT / "src").as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".dylib"
    }
    assert dict(shipped_files(ROOT / "src")).keys() == files | {"rowledger/__init__.py"}


def test_leftovers_are_not_shipped(tmp_path: Path) -> None:
    folder = tmp_path / "rowledger" / "functions"
    (folder / "__pycache__").mkdir(parents=True)
    for name in ("config.py", "config.py~", ".config.py.swp", "__pycache__/config.pyc"):
        (folder / name).touch()
    assert list(dict(shipped_files(tmp_path))) == [
        "rowledger/__init__.py",
        "rowledger/functions/config.py",
    ]
