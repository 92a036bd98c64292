from pathlib import Path

import pytest

from rowledger.cli.whole_files import whole_file
from rowledger.errors import CommandError


def test_a_file_appears_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with whole_file(path, force=False) as file:
        file.write(b"whole")
        assert not path.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
    assert path.read_bytes() == b"whole"


def test_what_was_there_stays_unless_it_may_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")
    with pytest.raises(CommandError, match="--force"), whole_file(path, force=False):
        pass
    with pytest.raises(OSError, match="full"):
        write_half(path)
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def write_half(path: Path) -> None:
    with whole_file(path, force=True) as file:
        file.write(b"half")
        raise OSError("full")
