"""Has the emulator unpack a package once, for all copies of the functions that run it.

It unpacks the package for each copy that it starts: half a second of one core, during which it
answers nobody else. AWS has the code ready before a copy begins.
"""

import hashlib
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

# As the emulator names the file that it unpacks for a copy.
_CODE = "code.zip"


class SharedZip(zipfile.ZipFile):
    """A package that is unpacked once: whoever wants it again gets a link to that folder.

    It is unpacked beside the copies' own folders, in the emulator's temporary ones, which are
    removed when it starts.
    """

    _unpacking = threading.Lock()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:  # noqa: ANN401 -- as zipfile has it
        """Put the files at path; that of a copy's code is an empty folder."""
        file = Path(self.filename or "")
        if file.name != _CODE:
            super().extractall(path, members, pwd)
            return
        shared = Path(
            tempfile.gettempdir(), f"code-{hashlib.sha256(file.read_bytes()).hexdigest()}"
        )
        with self._unpacking:
            if not shared.is_dir():
                draft = Path(tempfile.mkdtemp(prefix="code-", dir=shared.parent))
                super().extractall(draft)
                draft.replace(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared, target_is_directory=True)


class _Zipfile:
    """The module zipfile, as the emulator's workers see it."""

    def __getattr__(self, name: str) -> object:
        return SharedZip if name == "ZipFile" else getattr(zipfile, name)


def apply_patch() -> None:
    """For every copy that is started in this process from now on."""
    lambda_runtime.zipfile = _Zipfile()
