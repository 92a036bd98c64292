"""The function csv-processor on machines whose clocks are wrong, each by another number of days."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rowledger.functions.config import ProcessorConfig
from rowledger.functions.handlers.processor import build_handler
from rowledger.functions.wiring import bootstrap

_days = (os.getpid() % 100 + 1) * (-1) ** os.getpid()
_app = bootstrap(ProcessorConfig.from_environment(os.environ))
_intake = replace(_app.intake, now=lambda: datetime.now(UTC) + timedelta(days=_days))
handler = build_handler(replace(_app, intake=_intake))
