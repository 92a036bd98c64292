"""Which local files are uploaded, and under which keys."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rowledger.functions.domain.event import ignored_key


@dataclass(frozen=True, slots=True)
class PlannedUpload:
    path: Path
    key: str


@dataclass(frozen=True, slots=True)
class UploadPlan:
    """hidden, others: files of a folder that are left out: hidden ones, and those with a name that
        the pipeline does not take.
    refused: files that were named and that the pipeline does not take.
    unnameable: files whose names are not UTF-8, which a key is.
    clashes: keys that several files would have, with those files.
    """

    uploads: tuple[PlannedUpload, ...]
    hidden: int
    others: int
    refused: tuple[Path, ...]
    unnameable: tuple[Path, ...]
    clashes: dict[str, tuple[Path, ...]]


def _is_utf8(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:  # the bytes of a name that are none are kept as surrogates
        return False
    return True


def join_prefix(prefix: str, name: str) -> str:
    """A key below a prefix, with exactly one slash between; the prefix may end in one."""
    return f"{prefix.rstrip('/')}/{name}" if prefix.strip("/") else name


def plan_uploads(
    named: Sequence[tuple[Path, Sequence[Path] | None]], prefix: str, suffixes: Sequence[str]
) -> UploadPlan:
    """Decide what is uploaded.

    Args:
        named: what the user named: a folder with the files below it, or a file with None.
        prefix: of every key.
        suffixes: the endings of the keys that the pipeline takes.
    """
    uploads: list[PlannedUpload] = []
    refused: list[Path] = []
    hidden = others = 0
    for path, below in named:
        if below is None:
            if ignored_key(join_prefix(prefix, path.name), suffixes):
                refused.append(path)
            else:
                uploads.append(PlannedUpload(path, join_prefix(prefix, path.name)))
            continue
        for each in below:
            relative = each.relative_to(path)
            key = join_prefix(prefix, relative.as_posix())
            if any(part.startswith(".") for part in relative.parts):
                hidden += 1
            elif ignored_key(key, suffixes):
                others += 1
            else:
                uploads.append(PlannedUpload(each, key))
    by_key: dict[str, list[Path]] = defaultdict(list)
    for upload in uploads:
        by_key[upload.key].append(upload.path)
    return UploadPlan(
        tuple(uploads),
        hidden,
        others,
        tuple(refused),
        tuple(each.path for each in uploads if not _is_utf8(each.key)),
        {key: tuple(paths) for key, paths in by_key.items() if len(paths) > 1},
    )
