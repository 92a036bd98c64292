"""Each command once as it is installed, in a process of its own; other tests run them in theirs."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from rowledger.cli.main import cli
from rowledger.local.stack import Stack
from tests.e2e.cli import Result, invoke_in_a_process
from tests.e2e.pipeline import Pipeline, eventually

# test_commands.py runs the demo as it is installed: it takes longer than all others together.
COMMANDS = [name for name in cli.list_commands(click.Context(cli)) if name != "demo"]


@dataclass(frozen=True)
class World:
    """Where commands run: a local file, an upload with its outcome, a folder without a stack."""

    stack: Stack
    file: Path
    uploaded: str
    empty: Path

    def run(self, *arguments: str, input_text: str = "") -> Result:
        return invoke_in_a_process(
            *arguments, input_text=input_text, state_dir=self.stack.state_dir
        )

    def run_without_a_stack(self, *arguments: str) -> Result:
        return invoke_in_a_process(*arguments, state_dir=self.empty)


@pytest.fixture
def world(stack: Stack, pipeline: Pipeline, tmp_path: Path) -> World:
    file = tmp_path / "smoke ä.csv"
    file.write_bytes(b"a,b\n1,2\n3,4\n")
    record = pipeline.take("smoke/uploaded.csv", file.read_bytes())
    eventually("its mail", lambda: pipeline.mail_bodies(record.version_id))
    return World(stack, file, record.filename, tmp_path / "empty")


def migrated(world: World) -> Result:
    owner = world.stack.database.owner
    return world.run(
        *("migrate", owner.connection_string, "--username", owner.username, "--tls", "local"),
        "--dry-run",
        input_text=f"{owner.password}\n",
    )


def judged(world: World) -> Result:
    path = world.file.with_name("sources.yaml")
    path.write_text('version: 1\nsources: [{name: all, prefix: ""}]\n', encoding="utf-8")
    return world.run(
        *("sources", "test", str(world.file), "--as", "smoke.csv", "--sources", str(path))
    )


def on_a_taken_port(world: World) -> Result:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return world.run("console", "--no-browser", "--port", str(taken.getsockname()[1]))


# What is run, with which status it ends, and what it then says: on standard output where that is 0.
CALLS: dict[str, tuple[Callable[[World], Result], int, str]] = {
    # It runs until it is interrupted: tests/e2e/test_console.py.
    "console": (on_a_taken_port, 1, "is taken: choose another with --port"),
    "up": (lambda world: world.run("up"), 0, "answers"),
    "down": (lambda world: world.run_without_a_stack("down"), 0, "not running"),
    "reset": (
        lambda world: world.run_without_a_stack("reset", "--yes"),
        0,
        "there is no state to remove",
    ),
    "status": (lambda world: world.run("status"), 0, "emulator"),
    "upload": (
        lambda world: world.run("upload", str(world.file), "--prefix", "smoke/"),
        0,
        "SUCCESS  smoke/smoke ä.csv: 2 data rows",
    ),
    "files": (lambda world: world.run("files"), 0, "smoke/uploaded.csv"),
    "show": (lambda world: world.run("show", world.uploaded), 0, "smoke/uploaded.csv"),
    "versions": (lambda world: world.run("versions", world.uploaded), 0, "SUCCESS"),
    "summary": (lambda world: world.run("summary", "--by", "prefix"), 0, "smoke/"),
    "expectations": (
        lambda world: world.run("expectations", "--source", "nobody", "--json"),
        0,
        "",
    ),
    "incidents": (lambda world: world.run("incidents", "list", "--json"), 0, ""),
    "wait": (lambda world: world.run("wait", "nobody", "--timeout", "0"), 1, "nobody"),
    "get": (
        lambda world: world.run("get", world.uploaded, "--backup", "-o", "-"),
        0,
        "a,b\n1,2\n3,4\n",
    ),
    "export": (
        lambda world: world.run("export", "--prefix", "smoke/", "-o", "-"),
        0,
        "smoke/uploaded.csv",
    ),
    "env": (lambda world: world.run("env", "list"), 0, "local"),
    "dead-letters": (lambda world: world.run("dead-letters", "--json"), 0, ""),
    "replay": (
        lambda world: world.run("replay", "--key", world.uploaded, "--reason", "x", "--dry-run"),
        0,
        "would send  smoke/uploaded.csv",
    ),
    "inbox": (lambda world: world.run("inbox"), 0, "smoke/uploaded.csv"),
    "logs": (lambda world: world.run("logs"), 0, "smoke/uploaded.csv"),
    "count": (lambda world: world.run("count", str(world.file)), 0, "smoke ä.csv"),
    "sources": (judged, 0, "status   SUCCESS"),
    "reconcile": (lambda world: world.run("reconcile"), 0, "received "),
    "migrate": (migrated, 0, "the schema is up to date"),
    "deploy": (lambda world: world.run("deploy", "--outputs", "absent.json"), 2, "absent.json"),
    "rollback": (lambda world: world.run("rollback", "--outputs", "absent.json"), 2, "absent.json"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_it_runs_as_it_is_installed(command: str, world: World) -> None:
    call, status, said = CALLS[command]
    done = call(world)
    assert done.status == status, done
    assert said in (done.err if status else done.out)
