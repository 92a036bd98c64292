"""The account of one upload: what csv-reconciler answers, and what whoever asked reads."""

from dataclasses import asdict, dataclass
from typing import Any


def account_request(key: str, version_id: str) -> dict[str, str]:
    """Make the event that asks csv-reconciler for the account of an upload."""
    return {"action": "account", "key": key, "version_id": version_id}


@dataclass(frozen=True, slots=True)
class AccountedRow:
    """What the ledger says.

    attempts: how many were begun.
    function_version: which version of which function made the latest of them; None where that was
        not recorded.
    says_version: whether whoever gave the account knows versions at all.
    """

    status: str
    rows_count: int | None
    attempts: int
    function_version: str | None
    says_version: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """What exists of one upload.

    row: None where the ledger has none. receipt, backup: whether they exist, of a final row alone.
    announced: whether its notification was sent.
    """

    key: str
    version_id: str
    row: AccountedRow | None
    receipt: bool
    backup: bool
    announced: bool

    def document(self) -> dict[str, Any]:
        """As JSON, which read_account reads."""
        document = asdict(self)
        if self.row:
            # Whether it is said shows in the document itself.
            del document["row"]["says_version"]
        return document


def read_account(document: Any) -> Account:  # noqa: ANN401 -- what a function of some version answered
    """Read an account; raise ValueError for what is none."""
    match document:
        case {
            "key": str(key),
            "version_id": str(version_id),
            "row": dict() | None as row,
            "receipt": bool(receipt),
            "backup": bool(backup),
            "announced": bool(announced),
        }:
            read = None if row is None else _read_row(row)
            return Account(key, version_id, read, receipt, backup, announced)
    raise ValueError("this is no account of an upload")


def _read_row(document: dict[str, Any]) -> AccountedRow:
    match document:
        case {
            "status": str(status),
            "rows_count": int() | None as rows_count,
            "attempts": int(attempts),
        }:
            match document.get("function_version"):
                case str() | None as version:
                    says = "function_version" in document
                    return AccountedRow(status, rows_count, attempts, version, says)
    raise ValueError("this is no account of a ledger row")
