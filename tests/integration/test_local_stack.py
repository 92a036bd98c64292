"""The stack's life: up, down, and up again after whatever happened to it."""

import json
import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from rowledger.functions import contract
from rowledger.local import StackError, health
from rowledger.local.layout import STATE_DIR_VARIABLE, Layout
from rowledger.local.mail import inbox
from rowledger.local.processes import background, postgres_server, tcp_ports
from rowledger.local.processes.background import ProcessId
from rowledger.local.processes.parts import PART_NAMES
from rowledger.local.provisioning.database_logins import superuser
from rowledger.local.stack import Stack, open_stack, reset, stop
from rowledger.local.state import StackCredentials, State
from rowledger.local.waiting import until
from rowledger.wiring.local_stack import start_local_stack
from tests.e2e.cli import PROGRAM, invoke

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

PIPELINE = contract.load("pipeline.json")
INPUT = PIPELINE["buckets"]["input"]
SECONDS = 30


def quiet(_step: str) -> None:
    pass


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layout]:
    """A stack of this module's own, as its tests kill it."""
    # Deep on purpose: a checkout's path may be longer than a Unix socket's may be.
    layout = Layout(tmp_path_factory.mktemp("stack") / ("deep" * 25) / "state")
    yield layout
    reset(quiet, layout)
    assert background.leftovers(layout.root) == []


@pytest.fixture
def running(layout: Layout) -> Stack:
    return start_local_stack(quiet, layout)


def account_for(stack: Stack, key: str) -> int:
    """Upload a file and wait for its row; return the rows counted."""
    s3: S3Client = stack.client("s3")
    version = s3.put_object(Bucket=INPUT, Key=key, Body=b"a,b\n1,2\n3,4\n")["VersionId"]
    counted: list[Any] = []

    def arrived() -> bool:
        connection = stack.database.reader.connect()
        try:
            counted[:] = connection.run(
                "SELECT rows_count FROM file_metadata WHERE version_id = :v AND status = 'SUCCESS'",
                v=version,
            )
        finally:
            connection.close()
        return bool(counted)

    assert until(arrived, SECONDS)
    return int(counted[0][0])


def identities(stack: Stack) -> dict[str, Any]:
    return {name: part.process for name, part in State.load(stack.layout).parts.items()}


def test_a_second_up_changes_nothing(running: Stack) -> None:
    client: LambdaClient = running.client("lambda")
    before = client.get_function_configuration(FunctionName="csv-processor")
    again = start_local_stack(quiet, running.layout)
    after = client.get_function_configuration(FunctionName="csv-processor")
    assert identities(again) == identities(running)
    assert before["RevisionId"] == after["RevisionId"]
    sns: SNSClient = running.client("sns")
    topic = running.settings["ROWLEDGER_TOPIC_ARN"]
    assert len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == 2


def test_an_up_deploys_a_changed_setting(running: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWLEDGER_LOG_LEVEL", "DEBUG")
    start_local_stack(quiet, running.layout)
    client: LambdaClient = running.client("lambda")
    deployed = client.get_function_configuration(FunctionName="csv-processor")
    assert deployed["Environment"]["Variables"]["ROWLEDGER_LOG_LEVEL"] == "DEBUG"


def test_everything_listens_on_loopback_only(running: Stack) -> None:
    for part in State.load(running.layout).parts.values():
        process = part.process.find()
        assert process is not None
        listening = [
            connection.laddr
            for member in (process, *process.children(recursive=True))
            for connection in member.net_connections()
            if connection.status == psutil.CONN_LISTEN
        ]
        assert [(address.ip, address.port) for address in listening] == [("127.0.0.1", part.port)]


def test_the_database_asks_everyone_for_a_password(running: Stack) -> None:
    rules = (running.layout.postgres / "pg_hba.conf").read_text().splitlines()
    methods = {line.split()[-1] for line in rules if line and not line.startswith("#")}
    assert methods == {"scram-sha-256"}


def test_secrets_are_for_their_owner_only(running: Stack) -> None:
    for path in (running.layout.credentials_file, running.layout.pgpass_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def outcome_mails(stack: Stack) -> list[Path]:
    """The mails about files: an alarm's may come at any time on a slow machine."""
    return [
        mail.path for mail in inbox.mails(stack.inbox_dir) if "X-Attribute-status" in mail.content
    ]


def test_state_survives_down_and_up(running: Stack) -> None:
    assert account_for(running, "kept.csv") == 2
    assert until(lambda: bool(outcome_mails(running)), SECONDS)
    mails = outcome_mails(running)
    assert stop(quiet, running.layout)
    with pytest.raises(StackError, match="rowledger up"):
        open_stack(running.layout)
    again = start_local_stack(quiet, running.layout)
    assert again.endpoint_url == running.endpoint_url
    s3: S3Client = again.client("s3")
    versions = s3.list_object_versions(Bucket=INPUT)["Versions"]
    assert "kept.csv" in [version["Key"] for version in versions]
    assert outcome_mails(again) == mails
    assert account_for(again, "after.csv") == 2


def family(identity: ProcessId) -> Iterator[ProcessId]:
    """A process and its children; PostgreSQL's may end while they are listed."""
    process = identity.find()
    if process is None:
        return
    for member in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            yield ProcessId.of(member.pid)


def test_down_leaves_no_process(running: Stack) -> None:
    account_for(running, "warm.csv")
    everyone = [member for part in identities(running).values() for member in family(part)]
    # Three parts, PostgreSQL's own helpers, and the warm function.
    assert len(everyone) > len(PART_NAMES)
    assert stop(quiet, running.layout)
    assert not [each for each in everyone if each.alive()]
    assert background.leftovers(running.layout.root) == []
    assert not stop(quiet, running.layout)


@pytest.mark.parametrize("victims", [*((part,) for part in PART_NAMES), PART_NAMES])
def test_up_repairs_what_was_killed(running: Stack, victims: tuple[str, ...]) -> None:
    for victim in victims:
        os.kill(identities(running)[victim].pid, signal.SIGKILL)
    assert until(lambda: not health.check(running.layout).healthy, SECONDS)
    repaired = start_local_stack(quiet, running.layout)
    assert health.check(running.layout).healthy
    assert account_for(repaired, f"after-{'-'.join(victims)}.csv") == 2


def test_up_finds_other_ports_when_its_own_are_taken(running: Stack) -> None:
    stop(quiet, running.layout)
    taken = [part.port for part in State.load(running.layout).parts.values()]
    others = [socket.create_server((tcp_ports.HOST, port)) for port in taken]
    try:
        moved = start_local_stack(quiet, running.layout)
        assert not set(taken) & {p.port for p in State.load(running.layout).parts.values()}
        assert account_for(moved, "moved.csv") == 2
    finally:
        for other in others:
            other.close()


def test_up_takes_in_processes_whose_record_was_lost(running: Stack) -> None:
    before = identities(running)
    running.layout.state_file.write_text("{")
    start_local_stack(quiet, running.layout)
    assert not any(identity.alive() for identity in before.values())
    assert health.check(running.layout).healthy


def test_a_half_initialised_database_is_initialised_anew(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "state")
    layout.create()
    layout.draft.mkdir()
    (layout.draft / "PG_VERSION").write_text("18\n")
    credentials = StackCredentials.load_or_create(layout)
    try:
        part = postgres_server.start(layout, credentials, None)
        assert superuser(part.port, credentials).answers()
    finally:
        postgres_server.stop(layout)
        layout.remove()
    assert not layout.root.exists()


def test_a_part_that_cannot_start_says_why_and_takes_nothing_with_it(
    layout: Layout, running: Stack
) -> None:
    stop(quiet, layout)
    configuration = layout.postgres / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(f"{good}\nno_such_setting = on\n")
    failed = invoke("up", state_dir=layout.root)
    assert failed.status == 1
    assert "no_such_setting" in failed.err
    assert str(layout.log_file("postgres")) in failed.err
    assert background.leftovers(layout.root) == []
    configuration.write_text(good)
    start_local_stack(quiet, layout)
    assert health.check(layout).healthy


def test_two_ups_at_once_make_one_stack(layout: Layout) -> None:
    stop(quiet, layout)
    environment = {**os.environ, STATE_DIR_VARIABLE: str(layout.root)}
    ups = [
        subprocess.Popen([PROGRAM, "up"], env=environment, stdout=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [up.wait(120) for up in ups] == [0, 0]
    mine = {identity.pid for identity in identities(open_stack(layout)).values()}
    servers = [each for each in background.leftovers(layout.root) if "-m" in each.cmdline()]
    assert {server.pid for server in servers} <= mine


def test_status_is_a_program_s_too(layout: Layout, running: Stack) -> None:
    healthy = invoke("status", "--json", state_dir=layout.root)
    assert healthy.status == 0
    assert json.loads(healthy.out)["healthy"] is True
    stop(quiet, layout)
    stopped = invoke("status", "--json", state_dir=layout.root)
    assert stopped.status == 1
    assert json.loads(stopped.out)["healthy"] is False
    for arguments in (("status",), ("inbox",), ("inbox", "--json"), ("down",)):
        assert "Traceback" not in invoke(*arguments, state_dir=layout.root).err


def test_what_needs_the_stack_says_so_in_one_line(layout: Layout) -> None:
    stop(quiet, layout)
    refused = invoke("logs", state_dir=layout.root)
    assert refused.status == 1
    assert refused.err == (
        "rowledger: the local stack is not running; start it with: rowledger up\n"
    )
    assert invoke("inbox", "0", state_dir=layout.root).status == 2


def test_reset_asks_first(layout: Layout, running: Stack) -> None:
    asked = invoke("reset", state_dir=layout.root, input_text="n\n")
    assert asked.status == 1
    assert health.check(layout).healthy
