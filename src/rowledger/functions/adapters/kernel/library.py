"""The kernel's shared library, called through ctypes, which holds no lock of the interpreter."""

import ctypes
import logging
import os
import struct
import sys
from pathlib import Path

from rowledger.functions.domain.counting.kernel import Found, Kernel, Scanned, ScanRules, Why
from rowledger.functions.domain.counting.tally import Finding

_logger = logging.getLogger(__name__)

# Set to "off", it makes the patterns count: to compare, or where a processor is in doubt.
VARIABLE = "ROWLEDGER_KERNEL"
# As in kernel/scan.h.
_VERSION = 3
_WIDTHS = 64
_FINDINGS = (
    Finding.LITERAL_QUOTE,
    Finding.TEXT_AFTER_QUOTE,
    Finding.BLANK_LINE,
    Finding.EMPTY_RECORD,
    Finding.CONTROL,
    Finding.OTHER_LINE_END,
    Finding.RAGGED,
)
_NEWLINES = {b"": 0, b"\n": 1, b"\r\n": 2, b"\r": 3}
_MACHINES = {"arm64": "aarch64"}
_SUFFIXES = {"linux": "so", "darwin": "dylib"}


# The struct of kernel/scan.h is int64 throughout: first what is given, then what is found.
_GIVEN = 9
_FOUND = 9
_PLACES = len(_FINDINGS)
_FIXED = struct.Struct(f"={_GIVEN + _FOUND + len(_NEWLINES) + 3 * _PLACES + 1}q")
_WIDTH = _FIXED.size // 8
_TIMES = _WIDTH + _WIDTHS
_Scan = ctypes.c_int64 * (_TIMES + _WIDTHS)
_WHY = tuple(Why)


class LibraryKernel:
    """A kernel in a shared library."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where it cannot be loaded, and ValueError for another version's."""
        library = ctypes.CDLL(str(path))
        library.rowledger_version.restype = ctypes.c_int64
        version = library.rowledger_version()
        if version != _VERSION:
            raise ValueError(f"{path} is version {version} of the kernel, not {_VERSION}")
        self.name = path.name
        self._scan = library.rowledger_scan
        self._scan.restype = None
        self._scan.argtypes = (ctypes.c_char_p, ctypes.c_int64, ctypes.c_int64, _Scan)
        # Structs that no thread uses now.
        self._free: list[ctypes.Array[ctypes.c_int64]] = []

    def scan(self, text: bytes, start: int, end: int, rules: ScanRules) -> Scanned:
        scan = self._free.pop() if self._free else _Scan()
        scan[:_GIVEN] = [
            rules.delimiter,
            *rules.quoting,
            rules.usual_width,
            rules.columns,
            _NEWLINES[rules.newline],
            rules.plain,
            rules.regular,
            rules.first_block,
        ]
        self._scan(text, start, end, scan)
        found = _FIXED.unpack_from(scan)
        taken, why, lines, tail, quoted, longest, high, irregular, late, _, lf, crlf, cr = found[
            _GIVEN : _GIVEN + _FOUND + len(_NEWLINES)
        ]
        used = found[-1]
        widths = list(zip(scan[_WIDTH : _WIDTH + used], scan[_TIMES : _TIMES + used], strict=True))
        self._free.append(scan)
        if not widths[0][1]:
            del widths[0]
        return Scanned(
            taken,
            _WHY[why],
            widths,
            lf,
            crlf,
            cr,
            lines,
            tail,
            bool(quoted),
            longest,
            bool(high & 1),
            bool(high & 2),
            irregular,
            late,
            _findings(found[-3 * _PLACES - 1 : -1]),
        )


def _findings(found: tuple[int, ...]) -> dict[Finding, Found]:
    times = found[:_PLACES]
    if not any(times):
        return {}
    places = zip(times, found[_PLACES:], found[2 * _PLACES :], strict=False)
    return {
        finding: Found(*each) for finding, each in zip(_FINDINGS, places, strict=False) if each[0]
    }


def library_name(system: str, machine: str) -> str:
    """Name the library for a system, as sys.platform has it, and a machine, as uname says."""
    machine = _MACHINES.get(machine, machine)
    return f"kernel-{system}-{machine}.{_SUFFIXES.get(system, 'so')}"


def load_kernel(folder: Path = Path(__file__).parent) -> Kernel | None:
    """Return the kernel for this machine; None where there is none, or it is not wanted."""
    if os.environ.get(VARIABLE) == "off":
        return None
    path = folder / library_name(sys.platform, os.uname().machine)
    if not path.is_file():
        return None
    try:
        return LibraryKernel(path)
    except (OSError, ValueError) as error:
        # Another system's, or what an older checkout left: the patterns count the same.
        _logger.warning("counting without the kernel: %s", error)
        return None
