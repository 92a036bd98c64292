"""The Lambda function csv-administrator. Built at import, so a missing setting stops its start."""

import os

from rowledger.functions.config import AdministratorConfig
from rowledger.functions.handlers.administrator import build_handler
from rowledger.functions.wiring import bootstrap_administration

_config = AdministratorConfig.from_environment(os.environ)
handler = build_handler(bootstrap_administration(_config), _config)
