"""Synchronous invocations that take minutes: nothing cuts them, and nothing invokes twice."""

import socket
from pathlib import Path
from typing import Any

import boto3
import pytest

from rowledger.deployment.domain.rollout import Release, Target
from rowledger.local.emulator_clients import EmulatorClients
from rowledger.operations.adapters.aws.environment import AwsEnvironment
from rowledger.wiring.rollout import build_rollout
from tests.unit.test_environments import kept

ROLES = ("administrator", "reconciler", "processor")
TARGETS = {name: Target(f"csv-{name}", "1") for name in ROLES}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def of_a_deployment() -> Any:  # noqa: ANN401 -- a boto3 client
    release = Release(alias="live", input_bucket="in", **TARGETS)
    return build_rollout(release, on_progress=print, session=boto3).functions.patient_client  # type: ignore[attr-defined]


def of_a_command_on_aws() -> Any:  # noqa: ANN401 -- as above
    return AwsEnvironment("prod", kept(), (".csv",))._made("lambda", patient=True)  # noqa: SLF001 -- client() asks AWS who one is


def of_a_command_on_the_local_stack() -> Any:  # noqa: ANN401 -- as above
    return EmulatorClients("http://127.0.0.1:9", "x", "x").client("lambda", patient=True)


@pytest.mark.parametrize(
    "made", [of_a_deployment, of_a_command_on_aws, of_a_command_on_the_local_stack]
)
def test_a_connection_that_waits_is_kept_alive_and_nothing_is_asked_twice(made: Any) -> None:  # noqa: ANN401 -- as above
    client = made()
    assert client.meta.config.retries["total_max_attempts"] == 1
    # No function may run longer than 900 s.
    assert client.meta.config.read_timeout > 900
    # What urllib3 gives each new connection.
    options = client._endpoint.http_session._manager.connection_pool_kw["socket_options"]  # noqa: SLF001 -- botocore shows it nowhere else
    assert (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1) in options
    idle = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None))
    (seconds,) = {value for level, name, value in options if (level, name) == (6, idle)}
    assert seconds < 240
