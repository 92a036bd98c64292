"""What was found in a local file, for people."""

from rich.text import Text

from rowledger.functions.domain.counting.reading import shown
from rowledger.functions.domain.dialect import Dialect
from rowledger.functions.domain.rejection import Rejection
from rowledger.functions.domain.warning import FileWarning
from rowledger.operations.domain.row_texts import place


def warning_text(warning: FileWarning) -> Text:
    """A warning, with the place of the first."""
    return _coded(warning, "yellow")


def rejection_text(rejection: Rejection) -> Text:
    """Why a file is rejected, with the place."""
    return _coded(rejection, "red")


def _coded(found: FileWarning | Rejection, style: str) -> Text:
    where = place(found.line, found.byte_offset)
    where = f" ({where})" if where else ""
    return Text.assemble((found.code, style), f"{where}: {found.message}")


def dialect_text(dialect: Dialect | None) -> Text:
    """How a file is written, on one line."""
    if dialect is None:
        return Text()
    delimiter = dialect.delimiter
    words = [
        "one column" if delimiter is None else shown(delimiter.encode()),
        f"{dialect.quote} quotes" if dialect.quote else "no quotes",
        dialect.newline or "no line end",
        dialect.encoding,
        *([dialect.compression] if dialect.compression else []),
        "header" if dialect.header else "no header",
    ]
    return Text("  ".join(words))
