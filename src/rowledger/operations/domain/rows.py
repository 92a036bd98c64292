"""Ledger rows as programs read them: one flat line each, as CSV or JSON."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.text import json_text

# What a row says of the moment at which it was read.
_OF_THE_MOMENT = ("held_until", "unsent", "mail_waits")
COLUMNS = tuple(each.name for each in fields(LedgerRow) if each.name not in _OF_THE_MOMENT)


def row_document(row: LedgerRow) -> dict[str, Any]:
    """A ledger row as JSON: its columns by name."""
    document = asdict(row)
    return {name: document[name] for name in COLUMNS}


def flat_document(row: LedgerRow) -> dict[str, Any]:
    """The same with one plain value a column: what is JSON in the ledger is its text here."""
    document = row_document(row)
    error = document.pop("error")
    return {
        **{name: _flat(value) for name, value in document.items()},
        "error_code": error["code"] if error else None,
        "error_message": error["message"] if error else None,
        "error_line": error.get("line") if error else None,
    }


def csv_lines(documents: Iterable[dict[str, Any]], *, header: bool) -> str:
    """Flat documents as RFC 4180 has them; times in ISO 8601."""
    text = io.StringIO()
    writer: Any = None
    for document in documents:
        if writer is None:
            writer = csv.DictWriter(text, document)
            if header:
                writer.writeheader()
        writer.writerow(
            {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in document.items()
            }
        )
    return text.getvalue()


def json_line(document: Any) -> str:  # noqa: ANN401 -- any JSON
    """One line of JSON; times in ISO 8601."""
    return json_text(document, default=_json_default)


def _json_default(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _flat(value: Any) -> Any:  # noqa: ANN401 -- a column's value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
