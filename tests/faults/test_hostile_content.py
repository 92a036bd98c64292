"""What a file contains is counted and kept, and shown to nobody.

Nothing of it may reach a receipt, a mail, a log line or the ledger, where a spreadsheet, a browser
or a terminal could take it for more than text. Content that is merely broken is in tests/unit.
"""

import gzip
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import pytest

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.local.mail.inbox import mails
from rowledger.local.stack import Stack
from rowledger.operations.adapters.aws.function_logs import CloudWatchFunctionLogs
from rowledger.wiring.environments import local_environment
from rowledger.wiring.operations import ledger_queries
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually

MARK = "BEWARE"
_FORMULA = f'=HYPERLINK("http://{MARK}.example";"{MARK}")'


def _gzip_under_the_name(name: str) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=packed, mtime=0) as file:
        file.write(b"a\n1\n")
    return packed.getvalue()


CONTENT = {
    "formulas": (f"a,b\n{_FORMULA},+{MARK}\n@{MARK},-{MARK}|' /C calc'!A0\n".encode(), 2, None),
    "a header of HTML": (f"<script>{MARK}</script>,b\n1,2\n".encode(), 1, None),
    "mail headers": (f"a\nBcc: {MARK}@example.com\n\n{MARK}\n".encode(), 2, None),
    "terminal commands": (f"a\n\x1b]0;{MARK}\x07\x1b[2J\x9b\n".encode(), 1, None),
    "an open quote": (f'a\n"{MARK}\n'.encode(), None, "UNTERMINATED_QUOTE"),
    "a NUL": (f"a\n{MARK}\0{MARK}\n".encode(), None, "NOT_CSV"),
    "no UTF-8": (f"\ufeffa\n{MARK}".encode() + b"\xff\n", None, "UNDECODABLE"),
    "a name inside gzip": (_gzip_under_the_name(f"../../{MARK}\n.csv"), 1, None),
    "corrupt gzip": (_gzip_under_the_name(MARK)[:-2], None, "CORRUPT_COMPRESSION"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    pipeline: Pipeline
    records: dict[str, LedgerRow]
    log: str


@pytest.fixture(scope="module")
def taken(stack: Stack) -> Taken:
    began = int(datetime.now(UTC).timestamp() * 1000)
    ledger = ledger_queries(local_environment(stack.layout))
    pipeline = Pipeline(stack, ledger)
    records = {
        name: pipeline.take_with_mail(f"content/{name}.csv", content)
        for name, (content, _, _) in CONTENT.items()
    }

    def log() -> str:
        # On a busy machine the emulator gives an invocation's last lines to the next one.
        pipeline.take("content/next.csv", b"a\n")
        group = PIPELINE["functions"]["processor"]["log_group"]
        said = CloudWatchFunctionLogs(stack.client("logs"), group, None).read(began)
        text = "\n".join(line.message for line in said)
        return text if all(each.version_id in text for each in records.values()) else ""

    return Taken(pipeline, records, eventually("every log line", log))


@pytest.mark.parametrize("name", CONTENT)
def test_it_is_counted_and_kept(taken: Taken, name: str) -> None:
    content, rows, error = CONTENT[name]
    record = taken.records[name]
    assert (record.rows_count, (record.error or {}).get("code")) == (rows, error)
    assert taken.pipeline.backup(record) == content


def test_nothing_of_it_is_shown(taken: Taken) -> None:
    pipeline = taken.pipeline
    for record in taken.records.values():
        (body,) = eventually("its mail", partial(pipeline.mail_bodies, record.version_id))
        assert MARK not in body
        receipt = pipeline.receipt(record)
        # The names of columns are kept, as data; ROWLEDGER_HEADER_NAMES keeps their digest alone.
        del receipt["header"]
        assert MARK not in json.dumps(receipt)
        assert MARK not in repr(record)
    assert MARK not in taken.log
    for mail in mails(pipeline.stack.inbox_dir):
        assert MARK not in mail.path.read_text()
