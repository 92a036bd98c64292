"""The Lambda function csv-processor. Built at import, so that a missing setting stops its start."""

import os

from rowledger.bootstrap import bootstrap
from rowledger.config import Config
from rowledger.entrypoints.event_handler import build_handler

handler = build_handler(bootstrap(Config.from_environment(os.environ)))
