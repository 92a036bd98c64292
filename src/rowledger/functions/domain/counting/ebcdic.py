"""Telling EBCDIC text from text in an encoding that extends ASCII."""

# Letters, digits, blank, punctuation and line ends of EBCDIC.
_EBCDIC = bytes(
    [
        *b"\x40\x4b\x6b\x5e\x4f\x60\x61\x7a\x7d\x7f\x15\x25\x0d\x05\x6d",
        *range(0x81, 0x8A),
        *range(0x91, 0x9A),
        *range(0xA2, 0xAA),
        *range(0xC1, 0xCA),
        *range(0xD1, 0xDA),
        *range(0xE2, 0xEA),
        *range(0xF0, 0xFA),
    ]
)
_EBCDIC_SHARE = 0.9
# What text of ASCII's kind cannot do without: line end, blank, delimiters, digits.
_ASCII_TEXT = b"\n\t ,;0123456789"
_ASCII_SHARE = 0.02
_HIGH = bytes(range(0x80, 0x100))
_HIGH_SHARE = 0.5
_LEAST = 8


def is_ebcdic(start: bytes) -> bool:
    """Say whether bytes are EBCDIC: of its letters and digits, and of none of ASCII's signs."""
    size = len(start)
    if size < _LEAST or start.isascii():
        return False

    def share(signs: bytes) -> float:
        return 1 - len(start.translate(None, signs)) / size

    return (
        share(_EBCDIC) > _EBCDIC_SHARE
        and share(_ASCII_TEXT) < _ASCII_SHARE
        and share(_HIGH) > _HIGH_SHARE
    )
