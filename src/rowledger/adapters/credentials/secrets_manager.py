"""Reads the database's credentials from AWS Secrets Manager and keeps them while warm."""

import json
from typing import TYPE_CHECKING

from rowledger.adapters.aws import translated
from rowledger.adapters.credentials import Credentials
from rowledger.errors import FaultCode, FaultError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretsManagerCredentials:
    """The secret is JSON: {"connection_string", "username", "password"}."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id
        self._credentials: Credentials | None = None

    def get(self) -> Credentials:
        return self._credentials or self.refresh()

    def refresh(self) -> Credentials:
        with translated(FaultCode.CREDENTIALS, f"reading the secret {self._secret_id}"):
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        self._credentials = self._parse(answer.get("SecretString", ""))
        return self._credentials

    def _parse(self, text: str) -> Credentials:
        try:
            secret = json.loads(text)
            return Credentials(
                str(secret["connection_string"]), str(secret["username"]), str(secret["password"])
            )
        except (ValueError, TypeError, KeyError):
            # Not chained: the cause would show the secret's text.
            raise FaultError(
                FaultCode.CREDENTIALS,
                f"the secret {self._secret_id} is not JSON with connection_string, username and"
                " password",
            ) from None
