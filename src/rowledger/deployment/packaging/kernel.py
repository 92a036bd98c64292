"""The command `make kernel`: builds the counter's kernel for every system, the same bytes always.

It runs beside ziglang, a C compiler that brings all that it needs, and uses nothing else.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

# The oldest GNU C library and macOS that are served; the libraries need nothing of either.
_TARGETS = {
    "linux-x86_64.so": "x86_64-linux-gnu.2.17",
    "linux-aarch64.so": "aarch64-linux-gnu.2.17",
    "darwin-x86_64.dylib": "x86_64-macos.11.0",
    "darwin-aarch64.dylib": "aarch64-macos.11.0",
}
_OPTIONS = (
    *("-std=c11", "-O3", "-g0", "-shared", "-fPIC", "-s", "-fvisibility=hidden"),
    *(
        "-ffreestanding",
        "-nostdlib",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-fno-sanitize=all",
        "-fno-stack-protector",
    ),
)
_ROOT = Path(__file__).parents[4]
_SOURCE = "kernel/scan.c"
_FOLDER = _ROOT / "src/rowledger/functions/adapters/kernel"


def main() -> int:
    """Build each library; 1 where one fails."""
    # Under its own name, which gets into the signature that macOS wants.
    with tempfile.TemporaryDirectory(prefix=".building-", dir=_FOLDER) as folder:
        return _build(Path(folder))


def _build(folder: Path) -> int:
    for name, target in _TARGETS.items():
        library = folder / f"kernel-{name}"
        # By a relative path: no path of this machine gets into what is built.
        command = [sys.executable, "-m", "ziglang", "cc", "-target", target, *_OPTIONS]
        linked = "-Wl,-install_name," if "macos" in target else "-Wl,--build-id=none,-soname,"
        command += [linked + library.name, "-o", str(library), _SOURCE]
        failed = subprocess.run(command, cwd=_ROOT, check=False).returncode  # noqa: S603 -- ours
        if failed:
            print(f"make kernel: {library.name} was not built", file=sys.stderr)
            return 1
        library.chmod(0o644)
        library.replace(_FOLDER / library.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
