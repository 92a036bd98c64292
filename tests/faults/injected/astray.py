"""The function csv-processor on machines whose clocks are wrong, each by another number of days."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rowledger.functions.config import ProcessorConfig
from rowledger.functions.handlers.processor import build_handler
from rowledger.functions.wiring.intake import RESERVE_SECONDS
from rowledger.functions.wiring.processor import build_processor

_days = (os.getpid() % 100 + 1) * (-1) ** os.getpid()
_config = ProcessorConfig.from_environment(os.environ)
_processor = build_processor(_config)
_intake = replace(_processor.intake, now=lambda: datetime.now(UTC) + timedelta(days=_days))
handler = build_handler(_intake, _processor.mails, _config, reserve_seconds=RESERVE_SECONDS)
