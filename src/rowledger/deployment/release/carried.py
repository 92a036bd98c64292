"""What the package's libraries carry inside them: other projects' code, and what is no code.

carried.json says, once, what each of these is. A copied folder or a file that it does not know, or
one that has changed since somebody looked at it, ends the release: the bill would be silent on it.
"""

import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from rowledger.deployment.release import ReleaseError
from rowledger.functions import contract

KNOWN = Path(__file__).with_name("carried.json")
_DATABASE_CA: str = contract.load("pipeline.json")["package"]["database_ca_file"]
# Folders that hold other projects' code, as libraries name them.
_COPIES = re.compile(r"_?vendor(ed)?|third[-_]?party|_?extern(al|als)?|_?bundled")
# The libraries' own, and the product's: the bill names them by their distribution.
_OWN = ("rowledger/", "botocore/data/", "tzdata/")
_ABOUT_ITSELF = re.compile(r"[^/]+\.dist-info/")
_CODE = ".py"
# The package's own, of the code beside it: no library brings any.
_BYTECODE = ".pyc"
# Says that a library has types (PEP 561), and nothing more.
_MARKER = "py.typed"


@dataclass(frozen=True, slots=True)
class Carried:
    """Something that a library carries.

    Args:
        carrier: The library's name, as distributions have it.
        type: As CycloneDX has it.
        version: None where nothing says it.
        purl: Without a version; None for a file of the library's own.
        licence: None as well.
        files: What it is in, as the package names them.
        sha256: Hex, of its file; None where it has several, or is within one.
        inside: What it is made of, as far as its file says so.
    """

    carrier: NormalizedName
    name: str
    type: str
    version: str | None
    purl: str | None
    licence: str | None
    files: tuple[str, ...]
    sha256: str | None
    inside: tuple["Carried", ...]


def carried_in(
    package: Path, libraries: Collection[NormalizedName], known: Path = KNOWN
) -> list[Carried]:
    """Return what the libraries of a package carry.

    Args:
        libraries: Those in the package.
        known: As carried.json.

    Raises:
        ReleaseError: There is something that `known` does not know, or knows otherwise; it names
            each, and says what to do.
    """
    entries: list[dict[str, Any]] = json.loads(known.read_text("utf-8"))
    with zipfile.ZipFile(package) as archive:
        found = {each.filename: archive.read(each) for each in archive.infolist() if _asks(each)}
    expected = {name for entry in entries for name in _files(entry)}
    wrong = [
        f"{name} is of no library's own, or no code: look at what it is, and where it is from"
        for name in sorted(found.keys() - expected)
    ]
    wrong += [
        f"{name} is no longer packed: remove it there" for name in sorted(expected - found.keys())
    ]
    carried = []
    for entry in entries:
        files = {name: found[name] for name in _files(entry) if name in found}
        if len(files) == len(_files(entry)):
            wrong += _changed(files, entry["version"].get("sha256"))
            try:
                carried.append(_carried(entry, canonicalize_name(entry["carrier"]), files))
            except ReleaseError as error:
                wrong.append(str(error))
    wrong += [
        f"{each.carrier} carries {each.name}, and is not packed"
        for each in carried
        if each.carrier not in libraries
    ]
    if wrong:
        raise ReleaseError(f"{known.name} must say what is packed:\n  " + "\n  ".join(wrong))
    return carried


def _asks(entry: zipfile.ZipInfo) -> bool:
    """Whether a file of the package asks for an answer."""
    folder, _, name = entry.filename.rpartition("/")
    if entry.filename.startswith(_OWN) or entry.filename == _DATABASE_CA:
        return False
    if _ABOUT_ITSELF.match(entry.filename) or name == _MARKER or not entry.file_size:
        return False
    if name.endswith(_BYTECODE):
        return False
    copied = any(map(_COPIES.fullmatch, (*folder.split("/"), name.removesuffix(_CODE))))
    return copied or not name.endswith(_CODE)


def _files(entry: Mapping[str, Any]) -> Collection[str]:
    """Which files an entry is about; those whose digest it has are written once."""
    files: list[str] = entry.get("files") or list(entry["version"]["sha256"])
    return files


def _changed(files: Mapping[str, bytes], digests: Mapping[str, str] | None) -> Iterator[str]:
    if digests is None:
        return
    for name, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        if digests.get(name) != digest:
            yield (
                f"{name} has changed: look at what it is now, and put its version and its sha256"
                f" there, {digest}"
            )


def _carried(
    entry: Mapping[str, Any], carrier: NormalizedName, files: Mapping[str, bytes]
) -> Carried:
    # What is within a file has no digest of its own.
    only = next(iter(files.values())) if len(files) == 1 and "carrier" in entry else None
    return Carried(
        carrier=carrier,
        name=entry["name"],
        type=entry.get("type", "library"),
        version=_version(entry, files),
        purl=entry.get("purl"),
        licence=entry.get("licence"),
        files=tuple(files),
        sha256=hashlib.sha256(only).hexdigest() if only is not None else None,
        inside=tuple(_carried(each, carrier, files) for each in entry.get("inside", ())),
    )


def _version(entry: Mapping[str, Any], files: Mapping[str, bytes]) -> str | None:
    version: Mapping[str, Any] = entry["version"]
    if "pattern" not in version:
        stated: str | None = version.get("is")
        return stated
    pattern = re.compile(version["pattern"])
    found = {
        match[1]
        for name, content in files.items()
        for match in pattern.finditer(_text(name, content, version.get("member")))
    }
    if len(found) != 1:
        said = f"these versions: {', '.join(sorted(found))}" if found else "no version"
        raise ReleaseError(
            f"{next(iter(files))} says {said} of {entry['name']} where {version['pattern']!r} is"
            " expected: look at what it is now, and correct the pattern"
        )
    return found.pop()


def _text(name: str, content: bytes, member: str | None) -> str:
    """The text of a file, or of one in it where it is an archive."""
    if member is not None:
        try:
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                inner = archive.extractfile(member)
                content = inner.read() if inner else b""
        except (KeyError, tarfile.TarError) as error:
            raise ReleaseError(
                f"{name} has no {member} that says its version: look at what it is now ({error})"
            ) from error
    return content.decode("utf-8", errors="replace")
