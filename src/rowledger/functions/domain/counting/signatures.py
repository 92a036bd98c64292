"""Files that are no text at all, known by their first bytes."""

import re

# How many bytes `recognise` may look at.
SIGNATURE_SIZE = 512

_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), name)
    for pattern, name in (
        (rb"PK(\x03\x04|\x05\x06|\x07\x08)", "a ZIP archive (an .xlsx workbook is one)"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (an .xls workbook is one)"),
        (rb"%PDF-\d\.\d[\r\n]", "a PDF document"),
        (rb"PAR1[\x00-\x08\x0e-\x1f]", "a Parquet file"),
        (rb"Obj\x01", "an Avro file"),
        (rb"ARROW1\x00\x00", "an Arrow file"),
        (rb"SQLite format 3\x00", "an SQLite database"),
        (rb"\x28\xb5\x2f\xfd", "compressed with Zstandard (gzip is supported)"),
        (
            rb"BZh[1-9](1AY&SY(?![,;|\s])|\x17rE8P\x90)",
            "compressed with bzip2 (gzip is supported)",
        ),
        (rb"\xfd7zXZ\x00", "compressed with xz (gzip is supported)"),
        (rb"\x04\x22\x4d\x18", "compressed with LZ4 (gzip is supported)"),
        (rb"\x1f\x9d", "compressed with compress (gzip is supported)"),
        (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (rb"Rar!\x1a\x07", "a RAR archive"),
        (rb".{257}ustar[\x00 ]", "a tar archive"),
        (rb"\x89PNG\r\n\x1a\n", "a PNG image"),
        (rb"\xff\xd8\xff[\xc0-\xfe]", "a JPEG image"),
        (rb"GIF8[79]a.{0,6}[\x00-\x08\x0e-\x1f\x80-\xff]", "a GIF image"),
        (rb"\x7fELF", "an ELF program"),
    )
)


# Control characters that text does not hold: not TAB, LF, VT, FF, CR, SUB (the end of old DOS
# files), ESC and the four separators.
_CONTROLS = bytes(set(range(0x20)) - {*range(0x09, 0x0E), 0x1A, 0x1B, *range(0x1C, 0x20)})
_FEW = 8
_SHARE = 20
_DELIMITERS = 3


def looks_binary(start: bytes) -> bool:
    """Say whether more than one byte in twenty is a control character, and not just a few.

    The commonest of them may be delimiters.
    """
    controls = [start.count(bytes([code])) for code in _CONTROLS]
    controls.sort()
    return sum(controls[:-_DELIMITERS]) > max(_FEW, len(start) // _SHARE)


def recognise(start: bytes) -> str | None:
    """Name what a file is, given its first bytes, where it is a known kind that is not CSV."""
    return next((name for pattern, name in _SIGNATURES if pattern.match(start)), None)
