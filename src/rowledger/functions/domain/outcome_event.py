"""The event for programs: one JSON message an outcome, as contract/event.schema.json describes it.

It has the facts of the receipt, and where receipt and backup are.
"""

from typing import Any

from rowledger.functions.domain.keys import receipt_key
from rowledger.functions.domain.outcome import Outcome
from rowledger.functions.domain.receipt import BackupLocation, facts_of, tells_of_source
from rowledger.functions.domain.sources.chosen import JudgedBy
from rowledger.functions.domain.text import json_text
from rowledger.functions.domain.upload import Upload

EVENT_VERSION = "1.0"
# As of receipts.
EVENT_VERSION_WITH_SOURCE = "1.1"
# SNS takes 256 KB (Amazon SNS quotas). Only the names of columns can be so long: what else is in an
# event is bounded. Their digest stays, and the receipt has them.
_MOST_BYTES = 200_000


def render_event(  # noqa: PLR0913 -- each is a fact of its own
    upload: Upload,
    outcome: Outcome,
    *,
    message_id: str,
    file_id: int,
    attempt: int,
    output_bucket: str,
    backup: BackupLocation | None,
    judged_by: JudgedBy | None = None,
) -> str:
    """Make the event of an outcome, on one line.

    output_bucket: where its receipt is. backup: None where the object was not read.
    judged_by: the source of the file; None where it has none.
    """
    facts = facts_of(upload, outcome, backup, judged_by)
    document: dict[str, Any] = {
        "schema_version": EVENT_VERSION_WITH_SOURCE if tells_of_source(facts) else EVENT_VERSION,
        "message_id": message_id,
        "ledger_id": file_id,
        "attempt": attempt,
        "receipt": {"bucket": output_bucket, "key": receipt_key(upload)},
        **facts,
    }
    text = json_text(document)
    if len(text.encode()) > _MOST_BYTES:
        document["header"] = None
        text = json_text(document)
    return text
