"""The stack's third process: the mail inbox, and the patches that work beside the emulator."""

import argparse
import logging
import signal
import smtplib
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from rowledger.functions import contract
from rowledger.functions.domain.faults import FaultError
from rowledger.local import StackError
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.local.emulator_patches.alarm_recovery import AlarmRecovery
from rowledger.local.emulator_patches.invocation_metrics import InvocationMetrics
from rowledger.local.emulator_patches.queue_metrics import QueueMetrics
from rowledger.local.layout import Layout
from rowledger.local.mail import inbox
from rowledger.local.mail.relay import MailRelay
from rowledger.local.private_files import tail
from rowledger.local.processes import background, emulator, tcp_ports
from rowledger.local.state import PartProcess, StackCredentials
from rowledger.local.waiting import until

NAME = "inbox"

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_METRICS_EVERY_SECONDS = 1.0
_ALARMS_EVERY_SECONDS = 5.0
_PAUSE_AFTER_FAULT_SECONDS = 1.0

_logger = logging.getLogger(__name__)


def start(layout: Layout, emulator_port: int, preferred_port: int | None) -> PartProcess:
    """Start the process and wait until its mail server greets; raise StackError."""
    return tcp_ports.on_a_free_port(
        preferred_port, lambda port: _start_on(layout, emulator_port, port)
    )


def _start_on(layout: Layout, emulator_port: int, port: int) -> PartProcess:
    log_file = layout.log_file(NAME)
    log_begin = background.begin_log(log_file)
    process = background.spawn(
        [sys.executable, "-m", __name__, str(layout.root), str(emulator_port), str(port)],
        environment=background.marked_environment(layout.root),
        cwd=layout.root,
        log_file=log_file,
    )
    until(lambda: not process.alive() or inbox.greets(tcp_ports.HOST, port), _START_SECONDS)
    if process.alive() and inbox.greets(tcp_ports.HOST, port):
        return PartProcess(port, process)
    stop(PartProcess(port, process))
    raise StackError(f"{NAME} did not start; {log_file} ends:\n{tail(log_file, begin=log_begin)}")


def stop(part: PartProcess) -> None:
    running = part.process.find()
    if running is not None:
        background.stop([running], _STOP_SECONDS)


def main() -> int:
    """Serve until SIGTERM; 0 if that is what ended it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state_dir", type=Path)
    parser.add_argument("emulator_port", type=int)
    parser.add_argument("port", type=int)
    arguments = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    # The mail server logs each line of each session.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    return _serve(Layout(arguments.state_dir), arguments.emulator_port, arguments.port)


def _serve(layout: Layout, emulator_port: int, port: int) -> int:
    credentials = StackCredentials.load(layout)
    if credentials is None:
        raise StackError(f"{layout.credentials_file} is missing")
    aws = EmulatorClients(
        emulator.endpoint_url(emulator_port), credentials.access_key, credentials.secret_key
    )
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    server = inbox.serve(layout.inbox, tcp_ports.HOST, port)
    relay = MailRelay(aws, tcp_ports.HOST, port)
    update = _metrics_and_alarms(aws, layout)
    tasks = [
        # The relay waits for messages by itself.
        _Task("mail relay", relay.run_once, 0, stopped),
        _Task("metrics", update, _METRICS_EVERY_SECONDS, stopped),
    ]
    for task in tasks:
        task.start()
    stopped.wait()
    for task in tasks:
        task.join()
    server.stop()
    return 1 if any(task.died for task in tasks) else 0


def _metrics_and_alarms(aws: EmulatorClients, layout: Layout) -> Callable[[], None]:
    # One after the other in one thread: a recovery that overlapped a new bad datapoint would
    # turn the alarm that this datapoint had just raised back to OK.
    pipeline = contract.load("pipeline.json")
    processor = pipeline["functions"]["processor"]
    metrics = InvocationMetrics(aws, processor["name"], processor["log_group"], layout.metrics_file)
    queue = QueueMetrics(aws, pipeline["failure_queue"]["name"])
    reconciler = pipeline["functions"]["reconciler"]
    reconciler_metrics = InvocationMetrics(
        aws, reconciler["name"], reconciler["log_group"], layout.reconciler_metrics_file
    )
    alarms = AlarmRecovery(aws)
    due = 0.0

    def run() -> None:
        nonlocal due
        metrics.run_once()
        reconciler_metrics.run_once()
        if time.monotonic() >= due:
            queue.run_once()
            alarms.run_once()
            due = time.monotonic() + _ALARMS_EVERY_SECONDS

    return run


class _Task(threading.Thread):
    """Repeats an action until stopped is set.

    A temporary error is logged and the action is repeated; any other ends the whole process, so
    that `status` shows it.
    """

    def __init__(
        self, name: str, action: Callable[[], None], every_seconds: float, stopped: threading.Event
    ) -> None:
        super().__init__(name=name)
        self.died = True
        self._action = action
        self._every_seconds = every_seconds
        self._stopped = stopped

    def run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._stopped.wait(self._run_once())
            self.died = False
        finally:
            self._stopped.set()

    def _run_once(self) -> float:
        """Seconds to pause before the next time."""
        try:
            self._action()
        except (FaultError, BotoCoreError, ClientError, smtplib.SMTPException, OSError) as error:
            _logger.warning("%s: %s", self.name, error)
            return _PAUSE_AFTER_FAULT_SECONDS
        return self._every_seconds


if __name__ == "__main__":
    sys.exit(main())
