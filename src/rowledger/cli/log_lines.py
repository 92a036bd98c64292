"""How a function's log lines are read and shown: JSON of its own, and Lambda's lines around it."""

import json
from dataclasses import dataclass
from typing import Any

from rowledger.functions.domain.text import escaped
from rowledger.operations.ports.function_logs import LogLine

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Some are in Lambda's own lines.
_TAB = "\t"
# No line of a traceback can be taken for one of the log.
_INDENT = "    "
# Of a line's fields, those that say nothing to a reader, or are shown at a place of their own.
_LEFT_OUT = frozenset(
    {
        *("level", "location", "message", "timestamp", "service", "cold_start", "upload"),
        *("function_name", "function_memory_size", "function_arn", "function_request_id"),
        *("xray_trace_id", "exception", "exception_name", "stack_trace"),
    }
)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """level: None for a line that the function did not write itself. fields: as it wrote them."""

    line: LogLine
    level: str | None
    fields: dict[str, Any]

    @property
    def key(self) -> str | None:
        """Of the upload that it is about."""
        upload = self.fields.get("upload")
        return upload.get("key") if isinstance(upload, dict) else None

    def is_about(self, file: str) -> bool:
        """Whether it names this key or this ledger id."""
        return file in (self.key, str(self.fields.get("ledger_id")))

    def is_at_least(self, level: str) -> bool:
        """Whether it is as severe; a line without a level is not."""
        return self.level in LEVELS[LEVELS.index(level) :]

    def text(self) -> str:
        """For people: level, what happened, the file, the rest by name, and an exception's cause.

        Its traceback follows on lines of its own, indented.
        """
        if self.level is None:
            return escaped(self.line.message.rstrip("\n"), keep=_TAB)
        details = " ".join(
            f"{name}={_plain(value)}"
            for name, value in self.fields.items()
            if name not in _LEFT_OUT and value is not None
        )
        traceback = _lines_of(self.fields.get("exception"))
        parts = (
            f"{self.level:<7}",
            str(self.fields.get("message", "")),
            self.key or "",
            details,
            # Its last line names the exception and says what it says.
            traceback[-1].strip() if traceback else "",
        )
        line = escaped("  ".join(part for part in parts if part))
        return "\n".join([line, *(f"{_INDENT}{escaped(each)}" for each in traceback)])


def read_line(line: LogLine) -> ReadLine:
    """Read one line of a log, whatever it is."""
    try:
        fields = json.loads(line.message)
    except ValueError:
        return ReadLine(line, None, {})
    if not isinstance(fields, dict) or fields.get("level") not in LEVELS:
        # A metric in CloudWatch's embedded format, for example.
        return ReadLine(line, None, {})
    return ReadLine(line, str(fields["level"]), fields)


def _plain(value: Any) -> str:  # noqa: ANN401 -- any JSON
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines_of(text: object) -> list[str]:
    """The lines of a text that say something; none where there is no text."""
    return [line for line in str(text or "").splitlines() if line.strip()]
