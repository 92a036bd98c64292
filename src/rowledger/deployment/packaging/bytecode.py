"""The bytecode of a package's modules: a cold start, which cannot write any, need not compile.

It is for the Python that builds the package; another one passes it by and compiles the sources.
The same source and the same Python give the same bytes: PEP 552's files by hash, with no time in
them and no path of a machine.
"""

import hashlib
import importlib.util
import marshal
import os
import sys
from pathlib import PurePosixPath
from types import CodeType

from rowledger.deployment.packaging import PackagingError
from rowledger.deployment.packaging.libraries import CACHE

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# PEP 552: by the source's hash, which is not compared: nothing changes a package's sources.
_UNCHECKED = (0b01).to_bytes(4, "little")
# Later formats mark what is referred to again, by the references that a whole process holds.
_FORMAT_WITHOUT_MARKS = 2


def bytecode_name(module: str) -> str:
    """Return where Python looks for the bytecode of a module, such as "a/__pycache__/b.….pyc"."""
    path = PurePosixPath(module)
    tag = sys.implementation.cache_tag
    return str(path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc")


def compiled(module: str, source: bytes) -> bytes:
    """Compile a module, or take what an earlier build compiled.

    Args:
        module: Its path in the package, such as "botocore/client.py".
        source: What is in it.

    Raises:
        PackagingError: This Python is told to leave something out of bytecode.
    """
    key = hashlib.sha256(f"{sys.version}\0{module}\0".encode() + source).hexdigest()
    kept = CACHE / "bytecode" / key[:2] / key
    if kept.is_file():
        return kept.read_bytes()
    code = compile(source, module, "exec", dont_inherit=True, optimize=0)
    if not any(column is not None for *_, column in code.co_positions()):
        raise PackagingError(
            "this Python leaves columns out of bytecode, so that the package would have other bytes"
            " than elsewhere: unset PYTHONNODEBUGRANGES"
        )
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source)
    made = head + _marshalled(code)
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{key}.{os.getpid()}")
    partial.write_bytes(made)
    partial.replace(kept)
    return made


def _marshalled(code: CodeType) -> bytes:
    try:
        return marshal.dumps(code, _FORMAT_WITHOUT_MARKS)
    except ValueError:
        # A constant slice, which Python has from 3.14 on: such a module may differ between builds.
        return marshal.dumps(code)
