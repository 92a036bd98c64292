"""The README's tree and CONTRIBUTING name what is there, and no file says one noun twice."""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/rowledger"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

# A path in backquotes; <name> stands for what is to be added.
NAMED = sorted(set(re.findall(r"`([\w.<>-]+/[\w./<>-]*|[\w-]+\.(?:md|toml))`", CONTRIBUTING)))
FOLDERS = (ROOT, SOURCE, SOURCE / "functions")
# Between the tree's first line and its end: "  folder/   what it is for".
TREE = re.search(r"```\nsrc/rowledger/\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("path", NAMED)
def test_a_path_that_contributing_names_exists(path: str) -> None:
    known = path.split("<", maxsplit=1)[0]
    assert any((folder / known).exists() for folder in FOLDERS)


@pytest.mark.parametrize("layer", ["domain", "ports", "services"])
def test_a_pure_layer_imports_the_standard_library_and_the_pure_layers_only(layer: str) -> None:
    pure = tuple(f"rowledger.functions.{each}." for each in ("domain", "ports", "services"))
    for path in (SOURCE / "functions" / layer).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                imported = [f"{node.module}."]
            else:
                continue
            for name in imported:
                standard = name.split(".")[0] in sys.stdlib_module_names
                assert standard or name.startswith(pure), f"{path}: {name}"


def rooms() -> list[str]:
    """The paths of the README's tree."""
    assert TREE is not None
    found, parents = [], ["src/rowledger"]
    for line in TREE[1].splitlines():
        entry = re.match(r"( *)([\w.]+/?)\s", line)
        if entry is None:
            continue  # the sentence of the line before goes on
        depth = len(entry[1]) // 2
        parents[depth:] = [entry[2].rstrip("/")] if depth else []
        if depth == 0:
            found.append(entry[2].rstrip("/"))
            parents = [""]
            continue
        found.append("/".join(["src/rowledger", *parents[1 : depth + 1]]))
    return found


def test_every_room_has_its_line_in_the_readme_and_no_line_is_about_nothing() -> None:
    named = {room for room in rooms() if room.startswith("src/rowledger/")}
    assert [room for room in named if not (ROOT / room).exists()] == []
    folders = {
        f"src/rowledger/{path.name}"
        for path in SOURCE.iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert folders - named == set()


def test_no_class_name_has_two_meanings() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_a_file_that_passes_300_lines_is_split() -> None:
    long = {
        path.relative_to(ROOT).as_posix()
        for folder in ("src", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if len(path.read_text(encoding="utf-8").splitlines()) > 300
    }
    assert long == set()
