"""A pass as the ledger keeps it, and its totals as a JSON document.

Its keys stay as they are: the version before reads the same documents.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from rowledger.functions.domain.reconciliation import RepairKind, Verdict
from rowledger.functions.domain.reconciliation_pass import (
    Cursor,
    Pass,
    PassRequest,
    Problem,
    Totals,
)
from rowledger.functions.domain.typed_json import read


def totals_document(totals: Totals) -> dict[str, Any]:
    """Plain JSON: kinds by name, times in ISO 8601."""
    return {
        "received": totals.received,
        "ignored": totals.ignored,
        "verdicts": totals.verdicts,
        "needed": totals.needed,
        "healed": totals.repaired,
        "offender_count": totals.problem_count,
        "offenders": [asdict(problem) for problem in totals.problems],
        "oldest_open": totals.oldest_open.isoformat() if totals.oldest_open else None,
    }


def totals_of(document: dict[str, Any]) -> Totals:
    """Read such a document; raise KeyError or ValueError where it is none."""
    oldest = document["oldest_open"]
    return Totals(
        received=document["received"],
        ignored=document["ignored"],
        verdicts={kind: document["verdicts"][kind] for kind in Verdict},
        needed={kind: document["needed"][kind] for kind in RepairKind},
        repaired={kind: document["healed"][kind] for kind in RepairKind},
        problem_count=document["offender_count"],
        problems=[Problem(**each) for each in document["offenders"]],
        oldest_open=datetime.fromisoformat(oldest) if oldest else None,
    )


def pass_of(columns: dict[str, Any]) -> Pass:
    """Make the pass of a row's columns; end, claim and requests may be left out of them."""
    return Pass(
        columns["id"],
        columns["began_at"],
        columns["run"],
        Cursor(unquote(columns["key_marker"]), columns["version_marker"]),
        columns["swept"],
        totals_of(columns["totals"]),
        ended_at=columns.get("ended_at"),
        complete_through=columns.get("complete_through"),
        requests=tuple(read(PassRequest, each) for each in columns.get("requests", ())),
    )
