"""Files of rows, for the function."""

from pathlib import Path

MB = 1_000_000
_HEADER = b"id,name,date,amount,other\n"
_LINE = b"1234567,a name of some length,2026-11-22,12.50,another column\n"
_AT_ONCE = 10_000


def write_csv(path: Path, size_bytes: int) -> None:
    """Write rows of about so many bytes."""
    rows = size_bytes // len(_LINE)
    with path.open("wb") as file:
        file.write(_HEADER)
        for _ in range(rows // _AT_ONCE):
            file.write(_LINE * _AT_ONCE)
        file.write(_LINE * (rows % _AT_ONCE))
