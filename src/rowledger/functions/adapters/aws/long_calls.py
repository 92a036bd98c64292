"""Calls of functions that may take minutes: one try each, over connections that stay open.

A NAT on the way (a CI runner's, an office's) forgets a connection over which nothing was said for
some minutes. The answer is then lost, and a client that tried again would invoke the function anew.
"""

import socket
from typing import Any

from botocore.config import Config

# Seconds. No function may run longer than 900 s (AWS Lambda quotas).
_LONGEST = 910
LONG_CALL = Config(
    read_timeout=_LONGEST,
    tcp_keepalive=True,
    retries={"mode": "standard", "total_max_attempts": 1},
)

# Well below the 350 s of AWS's NAT gateways and the four minutes of others.
_KEEPALIVE_SECONDS = 60
# As Linux and macOS call it: when the first probe is sent, and how long after it the next.
_PROBES = ("TCP_KEEPIDLE", "TCP_KEEPALIVE", "TCP_KEEPINTVL")


def kept_alive(client: Any) -> Any:  # noqa: ANN401 -- a client of any service
    """Return a client of LONG_CALL whose new connections send a probe every minute.

    botocore turns keep-alive on or off only, and systems wait two hours before the first probe.
    The list is botocore's own and is read at each connection: a test looks at a real client's.
    """
    options: list[tuple[int, int, int]] = client._endpoint.http_session._socket_options  # noqa: SLF001 -- see above
    options.extend(
        (socket.IPPROTO_TCP, getattr(socket, name), _KEEPALIVE_SECONDS)
        for name in _PROBES
        if hasattr(socket, name)
    )
    return client
