"""Makes the emulator keep the settings of a new database instance, where it answers with defaults.

Terraform takes such an answer for a change that it has to make, at every plan: 80 s each.
"""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

import ministack.services.rds as emulated

_WINDOW, _KEY = "PreferredBackupWindow", "PerformanceInsightsKMSKeyId"
_LOGS, _LOG = "EnabledCloudwatchLogsExports", "EnableCloudwatchLogsExports.member."

Parameters = Mapping[str, list[str]]
Answer = tuple[int, dict[str, str], bytes]


def apply_patch() -> None:
    """Keep the settings of every instance that is created from now on in this process."""
    create, show = emulated._create_db_instance, emulated._instance_xml  # noqa: SLF001 -- its only way

    def create_and_keep(parameters: Parameters) -> Answer:
        status, headers, body = create(parameters)
        if status == 200:  # noqa: PLR2004 -- HTTP's own number
            (name,) = parameters["DBInstanceIdentifier"]
            emulated._instances[name].update(settings(parameters))  # noqa: SLF001
        return status, headers, body

    emulated._ACTION_MAP["CreateDBInstance"] = create_and_keep  # noqa: SLF001
    emulated._instance_xml = lambda instance: with_settings(show(instance), instance)  # noqa: SLF001


def settings(parameters: Parameters) -> dict[str, Any]:
    """What a request asks for, as the emulator names it in an instance."""
    named = {name: parameters[name][0] for name in (_WINDOW, _KEY) if name in parameters}
    return named | {_LOGS: [parameters[key][0] for key in parameters if key.startswith(_LOG)]}


def with_settings(xml: str, instance: Mapping[str, Any]) -> str:
    """The emulator's answer about an instance, with what it always leaves empty or out."""
    logs = "".join(f"<member>{escape(name)}</member>" for name in instance.get(_LOGS, ()))
    text = f"<{_LOGS}>{logs}</{_LOGS}>"
    if instance.get(_KEY):
        text += f"<{_KEY}>{escape(instance[_KEY])}</{_KEY}>"
    return xml.replace(f"<{_LOGS}/>", text)
