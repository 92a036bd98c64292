"""The Lambda function csv-processor. Built at import, so that a missing setting stops its start."""

import os

from rowledger.functions.config import ProcessorConfig, running_version
from rowledger.functions.handlers.processor import build_handler
from rowledger.functions.wiring.processor import build_intake
from rowledger.functions.wiring.shared import RESERVE_SECONDS

_config = ProcessorConfig.from_environment(os.environ)
_intake = build_intake(_config, function_version=running_version(os.environ))
handler = build_handler(_intake, _config, reserve_seconds=RESERVE_SECONDS)
