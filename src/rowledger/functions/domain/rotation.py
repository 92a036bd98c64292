"""Rotating the function's database login: two take turns, so that none is taken from who uses it.

While one login is in force, the other gets a new password and then takes its place. Who still holds
the earlier credentials can log in with them until the next rotation, and reads the secret again
whenever the database refuses what it holds.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rowledger.functions.domain.faults import FaultCode, FaultError


class Step(StrEnum):
    """The steps of one rotation, as Secrets Manager names them and asks for them, in order."""

    CREATE = "createSecret"
    SET = "setSecret"
    TEST = "testSecret"
    FINISH = "finishSecret"


@dataclass(frozen=True, slots=True)
class RotationRequest:
    """token: names the version of the secret that the rotation is to bring into force."""

    step: Step
    secret_id: str
    token: str


def read_rotation_request(event: Any) -> RotationRequest:  # noqa: ANN401 -- somebody else's JSON
    """Raise FaultError (MALFORMED_EVENT) for what is no request of Secrets Manager's."""
    match event:
        case {"Step": str(step), "SecretId": str(secret_id), "ClientRequestToken": str(token)} if (
            step in list(Step)
        ):
            return RotationRequest(Step(step), secret_id, token)
        case _:
            raise FaultError(
                FaultCode.MALFORMED_EVENT,
                "not a step of a rotation: Step, SecretId and ClientRequestToken",
            )


def next_login(logins: tuple[str, str], in_force: str | None) -> str:
    """Whose turn it is after the login that is in force, if any."""
    first, second = logins
    return second if in_force == first else first
