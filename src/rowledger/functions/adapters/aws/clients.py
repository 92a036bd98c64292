"""What the AWS adapters share: client settings, and botocore's errors turned into faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError, ClientError

# botocore itself requires urllib3, and lets its errors through while a body is read.
from urllib3.exceptions import HTTPError

from rowledger.functions.domain.faults import FaultCode, FaultError

MISSING = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})

_CONNECT_SECONDS = 3
_TRIES = 3


def client_config(*, read_timeout: int, tries: int = _TRIES) -> ClientConfig:
    """Settings of a client.

    Args:
        read_timeout: seconds without a byte before a call is given up.
        tries: how often a call is made until one of them is answered.
    """
    return ClientConfig(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": tries},
        # The function digests what it reads itself and compares it with the backup's checksum.
        response_checksum_validation="when_required",
    )


def make_client(service: str, *, read_timeout: int, tries: int = _TRIES) -> Any:  # noqa: ANN401 -- narrowed by whom it is for
    """Make a client of botocore's own: boto3 would load its transfer manager with it.

    Args:
        service: such as "s3".
        read_timeout: seconds without a byte before a call is given up.
        tries: how often a call is made until one of them is answered.
    """
    config = client_config(read_timeout=read_timeout, tries=tries)
    return _session().create_client(service, config=config)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def longest_call(read_timeout: int) -> int:
    """Seconds until a call that nobody answers is given up, with its retries and their pauses."""
    # botocore's standard mode waits 1 s at most after the first try, 2 s after the second.
    pauses = sum(1 << pause for pause in range(_TRIES - 1))
    return _TRIES * (_CONNECT_SECONDS + read_timeout) + pauses


@contextmanager
def translated(code: FaultCode, what: str) -> Iterator[None]:
    """Raise FaultError(code) for AWS's errors; a missing object is OBJECT_MISSING.

    what: the thing that was being done, such as "reading 'orders.csv'".
    """
    try:
        yield
    except ClientError as error:
        reason = error_code(error)
        if reason in MISSING and code is FaultCode.STORAGE:
            raise FaultError(FaultCode.OBJECT_MISSING, f"{what}: {reason}") from error
        raise FaultError(code, f"{what}: {reason}") from error
    except (BotoCoreError, HTTPError, OSError) as error:
        raise FaultError(code, f"{what}: {type(error).__name__}") from error


def error_code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
