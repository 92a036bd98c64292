"""Rotation under load: the functions are warm, files keep coming, and each is accounted for."""

import json
import threading
import uuid
from typing import TYPE_CHECKING

from rowledger.functions import contract
from rowledger.functions.domain.rotation import Step
from rowledger.local.provisioning import administrator
from rowledger.local.stack import Stack
from tests.e2e.pipeline import Pipeline
from tests.function_logins import end_connections, login_in_force

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from rowledger.functions.domain.upload import UploadName

PIPELINE = contract.load("pipeline.json")
ROTATIONS = 3


def rotate(stack: Stack) -> None:
    """What Secrets Manager does; the emulator's RotateSecret asks no function."""
    client: SecretsManagerClient = stack.client("secretsmanager")
    arn = client.describe_secret(SecretId=PIPELINE["secret"])["ARN"]
    token = str(uuid.uuid4())
    client.put_secret_value(SecretId=arn, ClientRequestToken=token, VersionStages=["AWSPENDING"])
    for step in Step:
        event = {"Step": step, "SecretId": arn, "ClientRequestToken": token}
        assert administrator.invoke(stack.aws, event) is None


def test_files_flow_through_rotations(pipeline: Pipeline, stack: Stack) -> None:
    pipeline.take("rotation/warm.csv", b"a\n1\n")
    sent: list[UploadName] = []
    rotated = threading.Event()

    def upload() -> None:
        while not rotated.is_set():
            sent.append(pipeline.put(f"rotation/{len(sent)}.csv", b"a\n1\n2\n"))
            pipeline.outcome(sent[-1])

    uploads = threading.Thread(target=upload)
    uploads.start()
    logins = []
    try:
        for _ in range(ROTATIONS):
            rotate(stack)
            logins.append(login_in_force(stack).username)
    finally:
        rotated.set()
        uploads.join()
    assert len(set(logins)) == 2
    assert sent
    for each in sent:
        record = pipeline.outcome(each)
        assert (record.status, record.rows_count, record.attempt) == ("SUCCESS", 2, 1)


def test_who_is_warm_and_loses_its_connection_logs_in_anew(
    pipeline: Pipeline, stack: Stack
) -> None:
    pipeline.take("rotation/before.csv", b"a\n1\n")
    for _ in range(2):  # after which nothing that was read before is valid any more
        rotate(stack)
    end_connections(stack)
    record = pipeline.take("rotation/after.csv", b"a\n1\n")
    assert (record.status, record.attempt) == ("SUCCESS", 1)


def test_no_password_is_in_the_administrators_log(stack: Stack) -> None:
    rotate(stack)
    logs: CloudWatchLogsClient = stack.client("logs")
    group = PIPELINE["functions"]["administrator"]["log_group"]
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    text = "".join(
        event["message"]
        for stream in streams
        for event in logs.get_log_events(
            logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
        )["events"]
    )
    assert json.dumps("finishSecret") in text
    for login in (login_in_force(stack), stack.database.master):
        assert login.password not in text
