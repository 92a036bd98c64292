"""The Lambda function csv-processor. Built at import, so that a missing setting stops its start."""

import os

from rowledger.functions.config import ProcessorConfig
from rowledger.functions.handlers.processor import build_handler
from rowledger.functions.wiring import bootstrap

handler = build_handler(bootstrap(ProcessorConfig.from_environment(os.environ)))
