"""A pipeline in an AWS account as the environment that commands work on."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from rowledger.errors import CommandError
from rowledger.functions import contract
from rowledger.functions.adapters.aws.long_calls import LONG_CALL, kept_alive
from rowledger.operations.domain.environments import KeptEnvironment
from rowledger.operations.ports.environment import Health, PipelineNames

_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
)
_PATIENT = _CONFIG.merge(LONG_CALL)


@dataclass(frozen=True)
class AwsEnvironment:
    """suffixes: the endings of the keys that the pipeline takes."""

    kept_name: str
    kept: KeptEnvironment
    suffixes: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.kept_name

    @property
    def location(self) -> str:
        return f"account {self.kept.account_id}, {self.kept.region}"

    @property
    def is_local(self) -> bool:
        return False

    @property
    def names(self) -> PipelineNames:
        kept = self.kept
        return PipelineNames(
            input_bucket=kept.buckets["input"],
            output_bucket=kept.buckets["output"],
            backup_bucket=kept.buckets["backup"],
            processor=kept.functions["processor"],
            reconciler=kept.functions["reconciler"],
            administrator=kept.functions["administrator"],
            ledger_reader=kept.functions["ledger_reader"],
            ledger_operator=kept.functions["ledger_operator"],
            alias=kept.alias,
            log_groups=kept.log_groups,
            failure_queue=kept.failure_queue,
            topic_arn=f"arn:aws:sns:{kept.region}:{kept.account_id}:{_topic()}",
            alarms=kept.alarms,
            suffixes=self.suffixes,
        )

    def client(self, service: str, *, patient: bool = False) -> Any:  # noqa: ANN401 -- the caller's annotation narrows it
        # Before anything is asked or changed: the same names may exist in another account.
        _ = self._identity
        return self._made(service, patient=patient)

    def session(self) -> boto3.Session:
        """Whose credentials are of this account."""
        _ = self._identity
        return self._session

    def identity(self) -> str:
        return self._identity

    def health(self) -> Health:
        return Health([], {}, None)

    def _made(self, service: str, *, patient: bool = False) -> Any:  # noqa: ANN401 -- as above
        if patient:
            return kept_alive(self._session.client(service, config=_PATIENT))  # type: ignore[call-overload]
        return self._session.client(service, config=_CONFIG)  # type: ignore[call-overload]

    @cached_property
    def _session(self) -> boto3.Session:
        try:
            return boto3.Session(profile_name=self.kept.profile, region_name=self.kept.region)
        except ProfileNotFound as error:
            raise CommandError(
                f"{error}: log in as that profile, or name another:"
                f" rowledger env add {self.name} --profile …"
            ) from error

    @cached_property
    def _identity(self) -> str:
        try:
            answer = self._made("sts").get_caller_identity()
        except (NoCredentialsError, SSOTokenLoadError, UnauthorizedSSOTokenError) as error:
            raise CommandError(f"no credentials for {self.name}: {error}{self._log_in}") from error
        except (TokenRetrievalError, ClientError) as error:
            raise CommandError(
                f"the credentials for {self.name} are not accepted: {error}{self._log_in}"
            ) from error
        except BotoCoreError as error:
            raise CommandError(f"AWS cannot be asked who you are: {error}") from error
        if answer["Account"] != self.kept.account_id:
            raise CommandError(
                f"{self.name} is in account {self.kept.account_id}, and your credentials are of"
                f" account {answer['Account']}: use another profile (AWS_PROFILE, or"
                f" rowledger env add {self.name} --profile …)"
            )
        identity: str = answer["Arn"]
        return identity

    @property
    def _log_in(self) -> str:
        profile = f" --profile {self.kept.profile}" if self.kept.profile else ""
        return f"; log in, such as with: aws sso login{profile}"


def _topic() -> str:
    """The name of the topic for people, which is the same in every account."""
    name: str = contract.load("pipeline.json")["topic"]
    return name
