"""The demo's files that are due: waits for their time, and shows what became of their windows."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rowledger.cli.output import output, print_rows
from rowledger.cli.parameters import login_name
from rowledger.cli.times import shown_time
from rowledger.errors import CommandError
from rowledger.functions import contract
from rowledger.functions.domain.text import printable
from rowledger.functions.domain.window_requests import (
    ChangeIncident,
    IncidentChange,
    ListIncidents,
    ListWindows,
)
from rowledger.local.mail.inbox import mails
from rowledger.local.source_samples import is_of_a_run
from rowledger.local.stack import Stack
from rowledger.local.waiting import until
from rowledger.local.window_samples import WINDOW_SAMPLES, WindowSample
from rowledger.operations.domain.window_views import WindowView, window_views
from rowledger.operations.ports.environment import Environment
from rowledger.wiring.operations import ledger_actions, ledger_queries, schedules

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_PIPELINE = contract.load("pipeline.json")
_RECONCILER = _PIPELINE["functions"]["reconciler"]
_MAIL_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class DueWindows:
    """The windows of one run. run: names it. due: by when its files are due."""

    stack: Stack
    environment: Environment
    run: str
    due: datetime

    def wait(self) -> None:
        """Wait until the windows can be evaluated, and evaluate them."""
        settle = int(self.stack.settings["ROWLEDGER_WINDOW_SETTLE_SECONDS"])
        # The database's clock decides, which is this machine's.
        left = self.due + timedelta(seconds=settle + 1) - datetime.now(UTC)
        output.print(
            f"· files are due at {shown_time(self.due)}: {max(0, round(left.total_seconds()))} s"
            " until their windows are evaluated"
        )
        time.sleep(max(0.0, left.total_seconds()))
        self.check()

    def check(self) -> None:
        """Have csv-reconciler evaluate what can be, as its schedule does every five minutes."""
        client: LambdaClient = self.stack.client("lambda")
        answer = client.invoke(
            FunctionName=_RECONCILER["name"],
            Qualifier=_PIPELINE["alias"],
            Payload=json.dumps(_RECONCILER["expectations_schedule"]["input"]).encode(),
        )
        if "FunctionError" in answer:
            said = answer["Payload"].read().decode(errors="replace")
            raise CommandError(f"the check of the windows failed: {printable(said)}")

    def show(self) -> None:
        """Print what became of each, as `rowledger expectations` does."""
        rows = [
            (
                view.source,
                shown_time(view.due_at),
                view.state.value,
                shown_time(view.completed_late) if view.completed_late else "",
            )
            for sample in WINDOW_SAMPLES
            for view in self._views(sample)
        ]
        print_rows(("source", "due", "state", "came late"), rows)

    def problems(self) -> dict[str, list[str]]:
        """Return what is not as expected, by source."""
        return {sample.source: self._problems(sample) for sample in WINDOW_SAMPLES}

    def _problems(self, sample: WindowSample) -> list[str]:
        views = self._views(sample)
        if len(views) != 1:
            return [f"it has {len(views)} windows, not one"]
        (view,) = views
        found = []
        if view.state is not sample.state:
            found.append(f"expected {sample.state}, not {view.state}")
        if (view.completed_late is not None) is not sample.late:
            found.append("its file is recorded as late, or is not, as it should not be")
        if view.is_missing and not until(lambda: self._is_told(sample), _MAIL_SECONDS):
            found.append("no mail tells of it")
        return found

    def _views(self, sample: WindowSample) -> Sequence[WindowView]:
        end = self.due + timedelta(minutes=1)
        request = ListWindows(since=self.due, until=end, source=f"{sample.source}-{self.run}")
        found = ledger_queries(self.environment).list_windows(request)
        return window_views(found, schedules(), self.due, end)

    def _is_told(self, sample: WindowSample) -> bool:
        begin = f"{sample.state}: {sample.source}-{self.run}"
        subjects = (mail.content["Subject"] for mail in mails(self.stack.inbox_dir))
        # A long one is folded, which leaves spaces.
        return any("".join(each.split()).startswith("".join(begin.split())) for each in subjects)


def close_earlier_incidents(environment: Environment) -> None:
    """Close what earlier runs of the demo have open: nobody waits for their files any more."""
    for incident in ledger_queries(environment).list_incidents(ListIncidents()):
        if is_of_a_run(incident.source):
            ledger_actions(environment).change_incident(
                ChangeIncident(
                    id=incident.id,
                    change=IncidentChange.CLOSE,
                    by=login_name(),
                    why="the demo runs again",
                    identity=environment.identity(),
                )
            )
