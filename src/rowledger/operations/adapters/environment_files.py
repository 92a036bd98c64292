"""Named environments in files of the user's configuration folder."""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from rowledger.errors import CommandError
from rowledger.functions.domain.typed_json import document_of, read
from rowledger.operations.domain.environments import KeptEnvironments

# In place of the user's configuration folder.
CONFIG_DIR_VARIABLE = "ROWLEDGER_CONFIG_DIR"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class EnvironmentFiles:
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "environments.json"

    @property
    def _last_stack(self) -> Path:
        return self.folder / "last-local-stack"

    def load(self) -> KeptEnvironments:
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return KeptEnvironments(environments={})
        except ValueError as error:
            raise CommandError(f"{self.path} is no JSON ({error}): correct or remove it") from error
        if isinstance(document, dict) and document.get("version", _VERSION) != _VERSION:
            raise CommandError(
                f"{self.path} is of version {document['version']}, and this is for {_VERSION}:"
                " a newer rowledger wrote it"
            )
        try:
            return read(KeptEnvironments, document, str(self.path))
        except ValueError as error:
            raise CommandError(f"{error}: correct or remove {self.path}") from error

    def save(self, kept: KeptEnvironments) -> None:
        self._write(self.path, json.dumps(document_of(kept), indent=2) + "\n")

    def last_local_stack(self) -> Path | None:
        try:
            return Path(self._last_stack.read_text(encoding="utf-8").rstrip("\n"))
        except FileNotFoundError:
            return None

    def note_local_stack(self, state_dir: Path | None) -> None:
        if state_dir is None:
            self._last_stack.unlink(missing_ok=True)
        else:
            self._write(self._last_stack, f"{state_dir}\n")

    def _write(self, path: Path, text: str) -> None:
        """In one step, so that nobody reads half of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=self.folder, prefix=f".{path.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(part).replace(path)
        except BaseException:
            # Whatever ended it, an interrupt too: what was kept stays, and no half of the new.
            Path(part).unlink(missing_ok=True)
            raise


def environment_files() -> EnvironmentFiles:
    """Those of this user, or of the folder that the variable names."""
    named = os.environ.get(CONFIG_DIR_VARIABLE)
    return EnvironmentFiles(Path(named) if named else platformdirs.user_config_path("rowledger"))
