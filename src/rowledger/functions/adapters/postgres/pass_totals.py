"""A pass's totals as the JSON document that the ledger keeps of them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from rowledger.functions.domain.reconciliation import Heal, Offender, Totals, Verdict


def totals_document(totals: Totals) -> dict[str, Any]:
    """Plain JSON: kinds by name, times in ISO 8601."""
    document = asdict(totals)
    document["oldest_open"] = totals.oldest_open.isoformat() if totals.oldest_open else None
    return document


def totals_of(document: dict[str, Any]) -> Totals:
    """The totals of a document; raise KeyError or ValueError where it is none."""
    oldest = document["oldest_open"]
    return Totals(
        received=document["received"],
        ignored=document["ignored"],
        verdicts={kind: document["verdicts"][kind] for kind in Verdict},
        needed={kind: document["needed"][kind] for kind in Heal},
        healed={kind: document["healed"][kind] for kind in Heal},
        offender_count=document["offender_count"],
        offenders=[Offender(**each) for each in document["offenders"]],
        oldest_open=datetime.fromisoformat(oldest) if oldest else None,
    )
