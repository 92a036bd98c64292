"""The kernel as a library: built without an error that sanitizers find, loaded, or left alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.functions.adapters.kernel import library
from rowledger.functions.adapters.kernel.library import VARIABLE, library_name, load_kernel
from rowledger.functions.domain.counting.kernel import Kernel

HERE = library_name(sys.platform, os.uname().machine)


def test_no_fuzzed_case_differs_or_reads_beside_the_text(tmp_path: Path) -> None:
    """What make fuzz does, in short."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    sanitized = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    fuzz = tmp_path / "fuzz"
    (tmp_path / "empty.c").write_text("int main(void) { return 0; }\n", encoding="ascii")
    links = [compiler, *sanitized, "-o", str(fuzz), str(tmp_path / "empty.c")]
    if subprocess.run(links, capture_output=True, check=False).returncode:
        pytest.skip("the C compiler has no sanitizers")
    built = [compiler, "-std=c11", *sanitized, "-o", str(fuzz), str(ROOT / "kernel" / "fuzz.c")]
    subprocess.run(built, check=True)
    done = subprocess.run([fuzz, "20000"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_can_be_switched_off(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kernel.name == HERE
    monkeypatch.setenv(VARIABLE, "off")
    assert load_kernel() is None


def test_without_one_python_counts(tmp_path: Path) -> None:
    assert load_kernel(tmp_path) is None


def test_what_is_no_library_is_as_none(tmp_path: Path) -> None:
    (tmp_path / HERE).write_bytes(b"no library")
    assert load_kernel(tmp_path) is None


def test_a_kernel_of_another_version_is_as_none(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(Path(library.__file__).with_name(HERE), tmp_path)
    assert load_kernel(tmp_path) is not None
    monkeypatch.setattr(library, "_VERSION", 0)
    assert load_kernel(tmp_path) is None
