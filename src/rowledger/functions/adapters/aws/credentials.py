"""The database's credentials in AWS Secrets Manager."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from rowledger.functions.adapters.aws.clients import error_code, translated
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.functions.ports.credentials import Credentials, VersionState

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_IN_FORCE, _PROPOSED = "AWSCURRENT", "AWSPENDING"
_NO_VALUE = "ResourceNotFoundException"


class SecretsManagerCredentials:
    """Reads a secret and keeps it while warm.

    The secret is JSON: {"connection_string", "username", "password"}.
    """

    def __init__(
        self, client: "SecretsManagerClient", secret_id: str, connection_string: str | None = None
    ) -> None:
        """connection_string: of a secret that does not say where the database is."""
        self._client = client
        self._secret_id = secret_id
        self._connection_string = connection_string
        self._credentials: Credentials | None = None

    def get(self) -> Credentials:
        return self._credentials or self.refresh()

    def refresh(self) -> Credentials:
        with translated(FaultCode.CREDENTIALS, f"reading the secret {self._secret_id}"):
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        self._credentials = _parse(
            self._secret_id, answer.get("SecretString", ""), self._connection_string
        )
        return self._credentials


class SecretsManagerStore:
    """Replaces the credentials in a secret that SecretsManagerCredentials reads elsewhere."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id

    def holds(self, secret_id: str) -> bool:
        with translated(FaultCode.CREDENTIALS, f"looking at the secret {self._secret_id}"):
            described = self._client.describe_secret(SecretId=self._secret_id)
        return secret_id in (described["ARN"], described["Name"])

    def in_force(self) -> Credentials | None:
        text = self._text(VersionStage=_IN_FORCE)
        return _parse(self._secret_id, text) if text else None

    def enforce(self, credentials: Credentials) -> None:
        with translated(FaultCode.CREDENTIALS, f"writing the secret {self._secret_id}"):
            self._client.put_secret_value(
                SecretId=self._secret_id, SecretString=_document(credentials)
            )

    def version_state(self, token: str) -> VersionState:
        stages = self._stages().get(token, [])
        if _IN_FORCE in stages:
            return VersionState.IN_FORCE
        return VersionState.PROPOSED if _PROPOSED in stages else VersionState.UNKNOWN

    def proposed(self, token: str) -> Credentials | None:
        text = self._text(VersionId=token, VersionStage=_PROPOSED)
        return _parse(self._secret_id, text) if text else None

    def propose(self, token: str, credentials: Credentials) -> None:
        with translated(FaultCode.CREDENTIALS, f"writing the secret {self._secret_id}"):
            self._client.put_secret_value(
                SecretId=self._secret_id,
                ClientRequestToken=token,
                SecretString=_document(credentials),
                VersionStages=[_PROPOSED],
            )

    def promote(self, token: str) -> None:
        earlier = [version for version, stages in self._stages().items() if _IN_FORCE in stages]
        moved = {"RemoveFromVersionId": earlier[0]} if earlier else {}
        with translated(FaultCode.CREDENTIALS, f"rotating the secret {self._secret_id}"):
            self._client.update_secret_version_stage(
                SecretId=self._secret_id, VersionStage=_IN_FORCE, MoveToVersionId=token, **moved
            )

    def _stages(self) -> dict[str, list[str]]:
        with translated(FaultCode.CREDENTIALS, f"looking at the secret {self._secret_id}"):
            described = self._client.describe_secret(SecretId=self._secret_id)
        return described.get("VersionIdsToStages", {})

    def _text(self, **version: str) -> str:
        """A version's text; empty where it has none."""
        with translated(FaultCode.CREDENTIALS, f"reading the secret {self._secret_id}"):
            try:
                answer = self._client.get_secret_value(SecretId=self._secret_id, **version)
            except ClientError as error:
                # AWS's word for a version without a value, and for a secret that does not exist:
                # whoever writes to that one gets the error.
                if error_code(error) == _NO_VALUE:
                    return ""
                raise
        return answer.get("SecretString", "")


def _document(credentials: Credentials) -> str:
    return json.dumps(
        {
            "connection_string": credentials.connection_string,
            "username": credentials.username,
            "password": credentials.password,
        }
    )


def _parse(secret_id: str, text: str, connection_string: str | None = None) -> Credentials:
    needed = (
        "username and password"
        if connection_string
        else ("connection_string, username and password")
    )
    try:
        secret = json.loads(text)
        return Credentials(
            connection_string or str(secret["connection_string"]),
            str(secret["username"]),
            str(secret["password"]),
        )
    except (ValueError, TypeError, KeyError):
        # Not chained: the cause would show the secret's text.
        raise FaultError(
            FaultCode.CREDENTIALS, f"the secret {secret_id} is not JSON with {needed}"
        ) from None
