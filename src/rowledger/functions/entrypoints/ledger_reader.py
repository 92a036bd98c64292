"""The Lambda function csv-ledger-reader. Built at import, so a missing setting stops its start."""

import os

from rowledger.functions.config import LedgerAccessConfig
from rowledger.functions.domain.ledger_requests import READER_REQUESTS
from rowledger.functions.handlers.ledger_access import build_handler
from rowledger.functions.wiring.ledger_access import build_reader

_config = LedgerAccessConfig.from_environment(os.environ)
handler = build_handler("csv-ledger-reader", READER_REQUESTS, build_reader(_config), _config)
