"""A package is unpacked once for all copies of a function, and each copy sees the whole of it."""

import shutil
import tempfile
import zipfile
from pathlib import Path

import pytest

from rowledger.local.emulator_patches.unpacked_code import SharedZip


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def copy_of(folder: Path, name: str, content: str, file: str = "code.zip") -> Path:
    """What a copy of a function gets: its own folder, with the package's code in it."""
    code = folder / name / "code"
    code.mkdir(parents=True)
    package = code.with_name(file)
    with zipfile.ZipFile(package, "w") as written:
        written.writestr("package/module.py", content)
    with SharedZip(package) as read:
        read.extractall(code)
    return code


def test_copies_of_one_package_share_its_code(temporary: Path) -> None:
    first, second = (copy_of(temporary, name, "x = 1") for name in ("a", "b"))
    assert first.resolve() == second.resolve()
    assert (second / "package" / "module.py").read_text() == "x = 1"


def test_another_package_is_another_folder(temporary: Path) -> None:
    first, second = copy_of(temporary, "a", "x = 1"), copy_of(temporary, "b", "x = 2")
    assert (first / "package" / "module.py").read_text() == "x = 1"
    assert (second / "package" / "module.py").read_text() == "x = 2"


def test_the_end_of_a_copy_takes_nothing_from_the_others(temporary: Path) -> None:
    first, second = (copy_of(temporary, name, "x = 1") for name in ("a", "b"))
    shutil.rmtree(first.parent)
    assert (second / "package" / "module.py").read_text() == "x = 1"


def test_what_is_no_copys_code_is_unpacked_where_it_should_be(temporary: Path) -> None:
    layer = copy_of(temporary, "a", "x = 1", file="layer_0.zip")
    assert not layer.is_symlink()
    assert (layer / "package" / "module.py").read_text() == "x = 1"
