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

from rowledger.deployment.packaging.libraries import CACHE

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
# PEP 552: by the source's hash, which is not compared: nothing changes a package's sources.
_UNCHECKED = (0b01).to_bytes(4, "little")
# Later formats mark what is referred to again, and count the references that a whole process holds.
# A slice, which may be a constant from Python 3.14 on, is in none of the earlier ones.
_FORMAT = 2 if sys.version_info < (3, 14) else marshal.version


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
    """
    key = hashlib.sha256(f"{sys.version}\0{module}\0".encode() + source).hexdigest()
    kept = CACHE / "bytecode" / key[:2] / key
    if kept.is_file():
        return kept.read_bytes()
    code = compile(source, module, "exec", dont_inherit=True, optimize=0)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source)
    made = head + marshal.dumps(code, _FORMAT)
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{key}.{os.getpid()}")
    partial.write_bytes(made)
    partial.replace(kept)
    return made
