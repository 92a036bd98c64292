"""The function csv-processor as the suite deploys it: the product's, wired with the points."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rowledger.functions.adapters.aws.clients import make_client
from rowledger.functions.adapters.aws.credentials import SecretsManagerCredentials
from rowledger.functions.adapters.aws.storage import READ_SECONDS
from rowledger.functions.adapters.postgres.database import Tls
from rowledger.functions.config import ProcessorConfig
from rowledger.functions.handlers.processor import Handler, build_handler
from rowledger.functions.handlers.waiting_mails import WaitingMails
from rowledger.functions.wiring.intake import (
    RESERVE_SECONDS,
    build_notifier,
    intake_over,
    outbox_over,
)
from rowledger.functions.wiring.shared import monotonic
from tests.faults.injected.parts import (
    WITHOUT_FENCE,
    HastyLedger,
    MarkedDatabase,
    MarkedLedger,
    MarkedQueue,
    MarkedStorage,
    OnceNotifier,
)
from tests.faults.injected.points import (
    BREAK_VARIABLE,
    FOLDER_VARIABLE,
    Points,
    mark_of_rest,
    mark_of_work,
)

if TYPE_CHECKING:
    from rowledger.functions.ports.notifier import Notifier


def _wired() -> Handler:
    config = ProcessorConfig.from_environment(os.environ)
    broken = os.environ.get(BREAK_VARIABLE, "")
    points = Points(Path(os.environ[FOLDER_VARIABLE]))
    storage = MarkedStorage(
        make_client("s3", read_timeout=READ_SECONDS),
        config.output_bucket,
        config.backup_bucket,
        points=points,
    )
    tls = Tls.from_setting(config.database_tls, config.database_ca_file)
    credentials = SecretsManagerCredentials(
        make_client("secretsmanager", read_timeout=5), config.database_secret_id
    )
    database = MarkedDatabase(credentials, tls, points)
    ledger = MarkedLedger(database, config.lease_seconds, points=points)
    notifier: Notifier = build_notifier(config)
    match broken:
        case "":
            pass
        case "fence":
            ledger = MarkedLedger(
                database, config.lease_seconds, queries=WITHOUT_FENCE, points=points
            )
        case "outbox":
            once = OnceNotifier(notifier)
            ledger = HastyLedger(database, config.lease_seconds, points=points, notifier=once)
            notifier = once
        case _:
            raise ValueError(f"no such way to break the build: {broken}")
    queue = MarkedQueue(database, config.mails_a_minute, points=points)
    outbox = outbox_over(config, ledger=ledger, queue=queue, notifier=notifier)
    intake = intake_over(config, ledger=ledger, storage=storage, outbox=outbox)
    mails = WaitingMails(outbox, queue, monotonic)
    return build_handler(intake, mails, config, reserve_seconds=RESERVE_SECONDS)


_handle = _wired()
_resting = mark_of_rest(Path(os.environ[FOLDER_VARIABLE]), os.getpid())
_working = mark_of_work(Path(os.environ[FOLDER_VARIABLE]), os.getpid())


def handler(event: Any, context: LambdaContext) -> None:  # noqa: ANN401 -- somebody else's JSON
    _resting.unlink(missing_ok=True)
    _working.touch()
    try:
        _handle(event, context)
    finally:
        _working.unlink()
        _resting.touch()
