"""A burst of uploads with far more mails than may be sent, and an alarm in the middle of it."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING

import psutil

from rowledger.functions.domain.ledger import LedgerRow
from rowledger.functions.domain.ledger_requests import FindRows
from rowledger.functions.domain.mail import BURST
from rowledger.local.mail.inbox import mails
from rowledger.local.processes import emulator
from rowledger.local.stack import Stack
from rowledger.local.state import State
from rowledger.operations.services.following import follow
from tests.e2e.event_queue import EventQueue
from tests.e2e.pipeline import PIPELINE, Pipeline, eventually

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient

PROCESSOR = PIPELINE["functions"]["processor"]["name"]
MAILS_A_MINUTE = 30
# Two digests, each after a minute, and the schedule that has the last one sent.
DIGEST_SECONDS = 240.0
ALARM = "csv-reconciler-offenders"
_DIGEST = re.compile(r"Digest: ([\d,]+) rejected, ([\d,]+) succeeded$")
_LEDGER_ID = re.compile(r"^Ledger id: (\d+)\s*$", re.MULTILINE)
GOOD, BAD = b"id,name\n1,a\n2,b\n", b'id,name\n1,"never closed\n'


@dataclass(frozen=True)
class Burst:
    """What came of it.

    rows: of the uploads, all announced. singles: how many mails came about one outcome each, by
    ledger id. digests: those that came, by how many outcomes each is about.
    events: of the uploads, by message id. other_mails: the subjects of the rest.
    mails_a_minute: the budget that was in force.
    """

    rows: tuple[LedgerRow, ...]
    singles: Counter[int]
    digests: list[int]
    events: dict[str, list[str]]
    other_mails: list[str]
    mails_a_minute: int
    outcome_seconds: float
    seconds: float

    def check(self, files: int) -> None:
        """Raise AssertionError unless each outcome was told once, and people not too often."""
        assert len(self.rows) == files
        alone = {row.id for row in self.rows if row.digest is None}
        assert set(self.singles) == alone
        # In the last digest there may be outcomes of other uploads.
        assert sum(self.digests) >= files - len(alone)
        assert len({row.digest for row in self.rows} - {None}) == len(self.digests)
        assert {json.loads(each[0])["ledger_id"] for each in self.events.values()} == {
            row.id for row in self.rows
        }
        # One whose answer was lost comes again, and says the same.
        assert {len(set(each)) for each in self.events.values()} == {1}
        most = BURST + self.seconds * self.mails_a_minute / 60
        assert len(alone) + len(self.digests) <= most
        assert any(ALARM in subject for subject in self.other_mails)

    def figures(self) -> str:
        return (
            f"burst: {len(self.rows)} files in {self.outcome_seconds:.0f} s,"
            f" {len(self.events)} events, {len(self.singles)} mails,"
            f" {len(self.digests)} digest(s)"
            f" within {self.seconds:.0f} s, and the alarm's mail"
        )


@contextmanager
def few_mails(stack: Stack) -> Iterator[None]:
    """The budget that a pipeline on AWS has by default, where its alias is at the latest code.

    The local stack's is larger. A version that Terraform published keeps what it has.
    """
    client: LambdaClient = stack.client("lambda")
    known = client.get_function_configuration(FunctionName=PROCESSOR)["Environment"]["Variables"]
    changed = known | {"ROWLEDGER_MAILS_A_MINUTE": str(MAILS_A_MINUTE)}
    try:
        client.update_function_configuration(
            FunctionName=PROCESSOR, Environment={"Variables": changed}
        )
        _end_workers(stack)
        yield
    finally:
        client.update_function_configuration(
            FunctionName=PROCESSOR, Environment={"Variables": known}
        )
        _end_workers(stack)


def _end_workers(stack: Stack) -> None:
    """End the copies of csv-processor that still have the settings before; none is at work."""
    process = State.load(stack.layout).parts[emulator.NAME].process.find()
    for child in process.children(recursive=True) if process else ():
        with suppress(psutil.Error):
            if child.environ().get("AWS_LAMBDA_FUNCTION_NAME") == PROCESSOR:
                child.kill()


def run_burst(pipeline: Pipeline, prefix: str, files: int, *, timeout: float) -> Burst:
    """Upload so many files at once, one in ten of them bad, and wait until all is announced.

    timeout: seconds until each has its outcome.
    """
    stack = pipeline.stack
    cloudwatch: CloudWatchClient = stack.client("cloudwatch")
    # An alarm mails when it changes: another test may have left it red.
    cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="OK", StateReason="a test begins")
    before = {mail.number for mail in mails(stack.inbox_dir)}
    events = EventQueue(stack, "burst-events")
    events.open()
    began = time.monotonic()
    try:
        with ThreadPoolExecutor(16) as senders:
            sent = list(
                senders.map(
                    lambda n: pipeline.put(f"{prefix}{n:04d}.csv", GOOD if n % 10 else BAD),
                    range(files),
                )
            )
        cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="a test")
        for _ in follow(pipeline.ledger, sent, timeout=timeout):
            pass
        outcome_seconds = time.monotonic() - began

        def announced() -> tuple[LedgerRow, ...] | None:
            rows = pipeline.ledger.find_rows(FindRows(uploads=tuple(sent)))
            return rows if all(row.notified_at for row in rows) else None

        rows = eventually("the last digest", announced, DIGEST_SECONDS)
        seconds = time.monotonic() - began
        # The relay and the events need a moment.
        eventually("the events", lambda: len(events.drain()) >= files)
        eventually("the mails", lambda: _covered(_new(stack, before)) >= files)
    finally:
        cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="OK", StateReason="it is over")
        events.close()
    of_these = {row.id for row in rows}
    singles: Counter[int] = Counter()
    digests, others = [], []
    for mail in _new(stack, before):
        subject, body = str(mail["Subject"]), mail.get_content()
        if found := _DIGEST.match(subject):
            digests.append(sum(int(each.replace(",", "")) for each in found.groups()))
        elif found := _LEDGER_ID.search(body):
            if int(found[1]) in of_these:
                singles[int(found[1])] += 1
        else:
            others.append(subject)
    told = {
        message_id: texts
        for message_id, texts in events.received.items()
        if json.loads(texts[0])["ledger_id"] in of_these
    }
    rate = _mails_a_minute(stack)
    return Burst(rows, singles, digests, told, others, rate, outcome_seconds, seconds)


def _mails_a_minute(stack: Stack) -> int:
    client: LambdaClient = stack.client("lambda")
    serving = client.get_function_configuration(FunctionName=PROCESSOR, Qualifier=PIPELINE["alias"])
    return int(serving["Environment"]["Variables"]["ROWLEDGER_MAILS_A_MINUTE"])


def _new(stack: Stack, before: set[int]) -> list[EmailMessage]:
    return [mail.content for mail in mails(stack.inbox_dir) if mail.number not in before]


def _covered(arrived: list[EmailMessage]) -> int:
    """How many outcomes these mails are about."""
    covered = 0
    for mail in arrived:
        found = _DIGEST.match(str(mail["Subject"]))
        if found:
            covered += sum(int(each.replace(",", "")) for each in found.groups())
        else:
            covered += bool(_LEDGER_ID.search(mail.get_content()))
    return covered
