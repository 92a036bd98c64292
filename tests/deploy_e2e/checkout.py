"""A checkout of the project that a test may change, and the targets that a person makes in it."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rowledger.deployment.checkout import ROOT
from rowledger.local.emulator_clients import EmulatorClients
from tests.e2e.cli import Result

_PARTS = (
    *("Makefile", "bootstrap", "kernel", "pyproject.toml", "requirements", "scripts", "src"),
    "terraform",
)
_LEFT_OUT = shutil.ignore_patterns(".terraform", "*.tfstate*", "__pycache__")
# What the workflow carries from the job that plans to the one that applies.
_ARTIFACT = ("csv-processor.zip", "csv-processor.json", "deploy")
_SECONDS = 900


@dataclass(frozen=True)
class Checkout:
    """environment: what every command has, but for who runs it."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def create(cls, folder: Path, environment: Mapping[str, str]) -> "Checkout":
        """A copy of this checkout, with the programs of the one that the tests run from."""
        folder.mkdir()
        for name in _PARTS:
            part = ROOT / name
            if part.is_dir():
                shutil.copytree(part, folder / name, ignore=_LEFT_OUT)
            elif part.exists():
                shutil.copy2(part, folder / name)
        (folder / "build").mkdir()
        libraries = ROOT / "build" / "function"
        libraries.mkdir(parents=True, exist_ok=True)
        (folder / "build" / "function").symlink_to(libraries)
        _borrow_programs(Path(sys.prefix), folder / ".venv")
        if (ROOT / ".zig").is_dir():
            _borrow_programs(ROOT / ".zig", folder / ".zig")
        # The programs are installed for the other checkout: here this one's code comes first.
        return cls(folder, {**environment, "PYTHONPATH": str(folder / "src")})

    @property
    def bundle(self) -> Path:
        return self.folder / "build" / "deploy"

    @property
    def package(self) -> Path:
        return self.folder / "build" / "csv-processor.zip"

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has changed: {old!r} is not in it"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def carry_to(self, other: "Checkout") -> None:
        """Bring what was built and planned here to another machine, as an artifact is."""
        for name in _ARTIFACT:
            source, target = self.folder / "build" / name, other.folder / "build" / name
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy(source, target)

    def run(self, who: EmulatorClients, *command: str) -> Result:
        """What a command says that is run at the top of the checkout, by its name."""
        program = shutil.which(command[0])
        assert program, command[0]
        identity = {
            "AWS_ENDPOINT_URL": who.endpoint_url,
            "AWS_ACCESS_KEY_ID": who.access_key,
            "AWS_SECRET_ACCESS_KEY": who.secret_key,
            "AWS_SESSION_TOKEN": who.session_token or "",
        }
        done = subprocess.run(
            [program, *command[1:]],
            cwd=self.folder,
            env={**self.environment, **identity},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def make(self, who: EmulatorClients, *targets: str, **variables: str) -> Result:
        """The same for targets; variables are given to make on its command line."""
        given = [f"{name}={value}" for name, value in variables.items()]
        return self.run(who, "make", "--no-print-directory", *targets, *given)

    def must_make(self, who: EmulatorClients, *targets: str, **variables: str) -> Result:
        """The same; raise AssertionError where it fails."""
        done = self.make(who, *targets, **variables)
        said = f"{done.out[-3000:]}\n{done.err[-3000:]}"
        assert done.status == 0, f"make {' '.join(targets)} failed:\n{said}"
        return done


def _borrow_programs(installed: Path, venv: Path) -> None:
    venv.mkdir()
    for part in installed.iterdir():
        if part.name != ".installed":
            (venv / part.name).symlink_to(part)
    # Newer than what it is made from, and naming its folder: make has nothing to set up.
    (venv / ".installed").write_text(f"{venv.parent}\n", encoding="utf-8")
