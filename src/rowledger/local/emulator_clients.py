"""Clients for the local emulator, which ignore the user's own AWS profile and proxies."""

import os
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from rowledger.functions.adapters.aws.long_calls import LONG_CALL, kept_alive

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"
# What the AWS CLI is told to use, see docs/local-stack.md.
PROFILE = "rowledger-local"

_IGNORED = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_CONFIG = Config(
    proxies={},
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    s3={"addressing_style": "path"},
)

_PATIENT = _CONFIG.merge(LONG_CALL)
# A session may make one client at a time.
_making = threading.Lock()


@dataclass(frozen=True)
class EmulatorClients:
    """One identity's clients at one endpoint."""

    endpoint_url: str
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    region: str = REGION
    _clients: dict[tuple[str, bool], Any] = field(default_factory=dict, repr=False, compare=False)

    def client(self, service: str, *, patient: bool = False) -> Any:  # noqa: ANN401 -- the caller's annotation narrows it
        """A boto3 client of the service, made once. patient: as Environment's."""
        if (service, patient) not in self._clients:
            with _making:
                made = _session().client(  # type: ignore[call-overload]
                    service,
                    region_name=self.region,
                    endpoint_url=self.endpoint_url,
                    aws_access_key_id=self.access_key,
                    aws_secret_access_key=self.secret_key,
                    aws_session_token=self.session_token,
                    config=_PATIENT if patient else _CONFIG,
                )
            self._clients[service, patient] = kept_alive(made) if patient else made
        return self._clients[service, patient]

    def profile_files(self) -> dict[str, str]:
        """The files that lead the AWS CLI and SDKs here, by name: configuration and credentials."""
        config = (
            f"[profile {PROFILE}]\nregion = {self.region}\nendpoint_url = {self.endpoint_url}\n"
            "s3 =\n    addressing_style = path\n"
        )
        credentials = (
            f"[{PROFILE}]\naws_access_key_id = {self.access_key}\n"
            f"aws_secret_access_key = {self.secret_key}\n"
        )
        return {"aws-config": config, "aws-credentials": credentials}


@cache
def _session() -> boto3.Session:
    """The one session of this process: each would read the SDK's service descriptions again."""
    return boto3.Session(botocore_session=botocore.session.Session(session_vars=_IGNORED))
