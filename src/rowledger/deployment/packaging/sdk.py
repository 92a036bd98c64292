"""What of AWS's SDK is packed: its code, and what its data says of the services that are called.

botocore's data describes every service of AWS, some 25 MB. What does not belong to one service
(endpoints, partitions, retries) is packed, and so are the CA certificates beside it. A new process
parses what its clients need: so the endpoints of other services are left out, and documentation,
and nothing is compressed.
"""

import gzip
import json
from typing import Any

# tests/unit/test_sdk.py compares them with the clients that the functions make.
SERVICES = ("s3", "secretsmanager", "sns")
_DATA = "botocore/data/"
_ENDPOINTS = f"{_DATA}endpoints.json"
_EXAMPLES = "examples-"
_COMPRESSED = ".gz"
# Its licence (Apache 2.0, 4b) asks for a word where files are changed, and JSON has no comments.
CHANGES_NAME = f"{_DATA}CHANGES.txt"
CHANGES = b"""The files in this folder and below are botocore's, changed: without
documentation, examples and blanks, without the services that Rowledger's functions
do not call, and not compressed.
"""
# Only people read it, and clients ask for it only where they are asked for help.
_DOCUMENTATION = "documentation"


def is_packed(name: str) -> bool:
    """Whether a library's file is packed.

    Args:
        name: Below the folder of libraries, such as "botocore/data/s3/2006-03-01/waiters-2.json".
    """
    if not name.startswith(_DATA):
        return True
    service, *within = name.removeprefix(_DATA).split("/")
    # Examples are for documentation alone.
    return not within or (service in SERVICES and not within[-1].startswith(_EXAMPLES))


def as_packed(name: str, content: bytes) -> tuple[str, bytes]:
    """Return the name and the content with which a library's file is packed.

    Args:
        name: As above.
        content: As it was installed.
    """
    if not name.startswith(_DATA):
        return name, content
    if name.endswith(_COMPRESSED):
        name, content = name.removesuffix(_COMPRESSED), gzip.decompress(content)
    data = _undocumented(json.loads(content))
    if name == _ENDPOINTS:
        for partition in data["partitions"]:
            services = partition["services"]
            partition["services"] = {each: services[each] for each in services if each in SERVICES}
    return name, json.dumps(data, separators=(",", ":")).encode()


def _undocumented(data: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Leave each text under that name empty, as some are looked for; a thing of that name stays."""
    if isinstance(data, dict):
        return {
            key: "" if key == _DOCUMENTATION and isinstance(value, str) else _undocumented(value)
            for key, value in data.items()
        }
    return [_undocumented(each) for each in data] if isinstance(data, list) else data
