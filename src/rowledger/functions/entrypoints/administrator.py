"""The Lambda function csv-administrator. Built at import, so a missing setting stops its start."""

import os

from rowledger.functions.config import AdministratorConfig
from rowledger.functions.handlers.administrator import build_handler
from rowledger.functions.wiring.administrator import build_administrator

_config = AdministratorConfig.from_environment(os.environ)
_administrator = build_administrator(_config)
handler = build_handler(_administrator.administer, _administrator.rotate, _config)
