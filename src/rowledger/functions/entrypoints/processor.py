"""The Lambda function csv-processor. Built at import, so that a missing setting stops its start."""

import os

from rowledger.functions.config import ProcessorConfig, running_version
from rowledger.functions.handlers.processor import build_handler
from rowledger.functions.wiring.intake import RESERVE_SECONDS
from rowledger.functions.wiring.processor import build_processor

_config = ProcessorConfig.from_environment(os.environ)
_processor = build_processor(_config, function_version=running_version(os.environ))
handler = build_handler(
    _processor.intake,
    _processor.mails,
    _config,
    reserve_seconds=RESERVE_SECONDS,
)
