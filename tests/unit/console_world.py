"""The console over fakes, and a browser without a browser."""

import html
import re
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.testclient import TestClient

from rowledger.console.application import application
from rowledger.console.pipeline import Connection, OpenPipeline
from rowledger.console.security import Admission
from rowledger.functions.adapters.cron import CronSchedules
from rowledger.functions.domain.history import UploadHistory
from rowledger.functions.domain.ledger_requests import ShowUpload
from rowledger.functions.domain.outcome import examine
from rowledger.functions.domain.upload import Upload
from rowledger.functions.domain.window_requests import Windows
from rowledger.operations.domain.service_state import ServiceState
from rowledger.operations.ports.environment import PipelineNames
from rowledger.operations.services.fetching import Fetching
from tests.fakes.archive import FakeArchive
from tests.fakes.incidents import FakeIncidents
from tests.fakes.ledger_access import FakeLedgerQueries
from tests.fakes.links import FakeLinks
from tests.fakes.uploader import FakeUploader
from tests.unit.builders import BUCKET, RECEIVED, SUFFIXES, an_upload
from tests.unit.test_fetching import FakeObjects
from tests.unit.test_replay import World

GOOD = examine([b"a,b\n1,2\n3,4\n"], header=True)
BAD = examine([b'a\n"1\n'], header=True)
RAGGED = examine([b"a,b\n1,2\n3\n"], header=True)
PORT = 8484
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"
NAMES = PipelineNames(
    input_bucket=BUCKET,
    output_bucket="out",
    backup_bucket="back",
    processor="csv-processor",
    reconciler="csv-reconciler",
    administrator="csv-administrator",
    ledger_reader="csv-ledger-reader",
    ledger_operator="csv-ledger-operator",
    alias="live",
    log_groups={},
    failure_queue="failures",
    topic_arn="arn:aws:sns:us-east-1:123456789012:people",
    alarms=(),
    suffixes=SUFFIXES,
)


class TimedLedgerQueries(FakeLedgerQueries):
    """The fake, whose attempts and replays have times, as PostgreSQL's do."""

    def show_upload(self, request: ShowUpload) -> UploadHistory | None:
        found = super().show_upload(request)
        if found is None:
            return None
        moment = RECEIVED.isoformat()
        times = {"started_at": moment, "ended_at": moment, "request_id": "r1"}
        return replace(
            found,
            attempts=[times | each for each in found.attempts],
            replays=[{"requested_at": moment} | each for each in found.replays],
        )


class ConsoleWorld:
    """A console, what it is over, and who has its session.

    opened: how often the pipeline was opened. fault: what opening it raises, where it is away.
    """

    def __init__(self, *, may_act: bool = True) -> None:
        self.world = World()
        self.archive = FakeArchive()
        self.objects = FakeObjects(b'a\n"1\n')
        self.incidents = FakeIncidents()
        self.uploader = FakeUploader()
        self.windows = Windows(RECEIVED, (), (), cut=False)
        self.may_act = may_act
        self.opened = 0
        self.state = ServiceState((), {}, 0, 0, None, None)
        self.fault: Exception | None = None
        self.admission = Admission(PORT)
        self.connection = Connection(self.open)
        make = partial(
            application, self.connection, self.admission, environment="dev", location="a <place>"
        )
        self.stranger = TestClient(
            make(by="ada"), base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False
        )
        self.browser = self.stranger

    def open(self) -> OpenPipeline:
        self.opened += 1
        if self.fault:
            raise self.fault
        return OpenPipeline(
            names=NAMES,
            ledger=TimedLedgerQueries(
                self.world.ledger, incidents=self.incidents.lines, windows=self.windows
            ),
            archive=self.archive,
            objects=self.objects,
            fetching=Fetching(self.objects, "out", "back"),
            links=FakeLinks(),
            may_act=lambda: self.may_act,
            replay=self.world.replay,
            uploader=self.uploader,
            schedules=CronSchedules(),
            change_incident=self.incidents.change,
            service_state=lambda: self.state,
            identity=lambda: "arn:aws:iam::1:user/ada",
        )

    def admitted(self) -> TestClient:
        """The browser that opened the address."""
        self.browser.get(self.admission.address.removeprefix(ORIGIN))
        return self.browser

    def has(self, key: str, outcome: Any = GOOD, **changes: Any) -> Upload:  # noqa: ANN401 -- an outcome; an upload's fields
        upload = an_upload(key, **changes)
        self.world.account_for(upload, outcome)
        return upload


def shown(text: str) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
