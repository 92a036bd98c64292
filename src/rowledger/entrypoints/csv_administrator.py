"""The Lambda function csv-administrator. Built at import, so a missing setting stops its start."""

import os

from rowledger.bootstrap import bootstrap_administration
from rowledger.config import AdministratorConfig
from rowledger.entrypoints.administration_handler import build_handler

_config = AdministratorConfig.from_environment(os.environ)
handler = build_handler(bootstrap_administration(_config), _config)
