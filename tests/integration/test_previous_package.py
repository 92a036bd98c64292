"""The package of the version before works on the schema of this one.

A deployment migrates before it moves an alias, and a rollback moves the alias alone: in both the
code before meets the schema after. That code is taken from the history, and its handlers are run as
Lambda runs them, as the functions' role on a database that this version migrated.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rowledger.deployment.checkout import ROOT
from rowledger.functions import contract
from rowledger.functions.adapters.postgres.migrations import available
from rowledger.functions.domain.event import to_event
from rowledger.local.provisioning.database_logins import Login
from rowledger.local.stack import Stack
from tests.integration.ledger_bench import LEASE_SECONDS, WholeLedger, on_postgres
from tests.unit.builders import an_upload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

MIGRATIONS = "src/rowledger/functions/adapters/postgres/migrations"
RELEASES = "v[0-9]*"
# What the schedule of this version sends, whichever package is in service.
SCHEDULED = contract.load("pipeline.json")["functions"]["reconciler"]["schedule"]["input"]

# Run with the source of the version before as the only rowledger there is. Each line that it is
# given is an event; each line that it prints, what came of it.
DRIVER = """
import importlib, json, os, pathlib, sys, time, types
import rowledger
source = pathlib.Path(sys.argv[1])
assert pathlib.Path(rowledger.__file__).is_relative_to(source), rowledger.__file__
real, sys.stdout = sys.stdout, sys.stderr

def context(name, number):
    return types.SimpleNamespace(
        function_name=name, memory_limit_in_mb=1024, invoked_function_arn=f"arn:{name}",
        aws_request_id=f"r{number}", get_remaining_time_in_millis=lambda: 300_000)

# Its own contract says where its handlers are.
(pipeline,) = source.glob("rowledger/**/pipeline.json")
contract = json.loads(pipeline.read_text())
functions = contract.get("functions", contract).values()
handlers = {
    each["name"]: each["handler"].rpartition(".")[0]
    for each in functions if isinstance(each, dict) and "handler" in each
}

for number, line in enumerate(sys.stdin):
    name, event = json.loads(line)
    if name not in handlers:
        outcome = "absent"
    else:
        if name == "csv-reconciler":
            time.sleep(1)  # its grace: what is younger is left to its event
        try:
            handler = importlib.import_module(handlers[name]).handler
            outcome = handler(event, context(name, number))
        except Exception as error:
            outcome = str(error)
    print(json.dumps(outcome), file=real, flush=True)
"""


def git(*arguments: str) -> bytes:
    """What git says of this checkout; skip where there is no history to ask."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("the previous package was not tried: there is no git to take it from")
    done = subprocess.run([program, "-C", str(ROOT), *arguments], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(
            "the previous package was not tried: this is no clone with a history"
            f" (git {arguments[0]}: {done.stderr.decode().strip()})"
        )
    return done.stdout


def asked(*arguments: str) -> str:
    return git(*arguments).decode().strip()


def previous_commits() -> dict[str, str]:
    """The last release, and what stood before the newest migration; skip in a shallow clone."""
    if Path(asked("rev-parse", "--show-toplevel")).resolve() != ROOT.resolve():
        pytest.skip("the previous package was not tried: this is an unpacked archive, not a clone")
    if asked("rev-parse", "--is-shallow-repository") == "true":
        pytest.skip(
            "the previous package was not tried: this clone is shallow, and does not reach back"
            " to it (git fetch --unshallow --tags)"
        )
    newest = f"{MIGRATIONS}/{available()[-1].name}.sql"
    came_with = asked("log", "--follow", "--diff-filter=A", "--format=%H", "-1", "--", newest)
    # One that is not committed yet came after everything that is.
    commits = {f"before {newest}": f"{came_with}^" if came_with else "HEAD"}
    release = asked("tag", "--list", RELEASES, "--merged", "HEAD", "--sort=-version:refname")
    if release:
        tag = release.splitlines()[0]
        commits[tag] = tag
    return commits


@dataclass
class Previous:
    """The version before, with a bucket and a database of this version's of its own."""

    source: Path
    bucket: str
    environment: dict[str, str] = field(repr=False)

    def run(self, *calls: tuple[str, Any], **settings: str) -> list[Any]:
        """What its handlers answer to these events, or say where they fail; "absent": none such."""
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, str(self.source)],
            input="".join(json.dumps(call) + "\n" for call in calls).encode(),
            env={**self.environment, **settings},
            cwd=self.source,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def previous(
    stack: Stack, fresh_database: Login, tmp_path: Path
) -> Iterator[list[tuple[str, Previous]]]:
    """Each version before, with what it is."""
    commits = previous_commits()
    s3: S3Client = stack.client("s3")
    secret_store: SecretsManagerClient = stack.client("secretsmanager")
    # One without a notification: nobody but the version before is to take what is in it.
    bucket = name = f"test-previous-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    login = fresh_database.credentials
    secret = {
        "connection_string": login.connection_string,
        "username": login.username,
        "password": login.password,
    }
    secret_store.create_secret(Name=name, SecretString=json.dumps(secret))
    environment = {
        **stack.settings,
        "ROWLEDGER_INPUT_BUCKET": bucket,
        "ROWLEDGER_DATABASE_SECRET_ID": name,
        "ROWLEDGER_RECONCILE_GRACE_SECONDS": "1",
        "AWS_ENDPOINT_URL": stack.endpoint_url,
        "AWS_ACCESS_KEY_ID": stack.aws.access_key,
        "AWS_SECRET_ACCESS_KEY": stack.aws.secret_key,
        "AWS_DEFAULT_REGION": stack.aws.region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "PATH": os.environ["PATH"],
    }
    found = []
    for number, (what, commit) in enumerate(commits.items()):
        folder = tmp_path / str(number)
        with tarfile.open(fileobj=BytesIO(git("archive", commit, "src/rowledger"))) as archive:
            archive.extractall(folder, filter="data")
        source = folder / "src"
        found.append((what, Previous(source, bucket, environment | {"PYTHONPATH": str(source)})))
    try:
        yield found
    finally:
        secret_store.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_the_package_of_the_version_before_works_on_this_schema(
    previous: list[tuple[str, Previous]], stack: Stack, fresh_database: Login
) -> None:
    database = on_postgres(fresh_database)
    ledger = WholeLedger(database, LEASE_SECONDS)
    s3: S3Client = stack.client("s3")

    def put(key: str, content: bytes) -> tuple[str, Any]:
        bucket = previous[0][1].bucket
        version_id = s3.put_object(Bucket=bucket, Key=key, Body=content)["VersionId"]
        upload = an_upload(key, version_id, bucket=bucket, size_bytes=len(content))
        return "csv-processor", to_event([upload])

    try:
        for what, package in previous:
            good, bad, late = (
                put(f"{what}/{name}", content)
                for name, content in (
                    ("good.csv", b"a\n1\n2\n"),
                    ("bad.csv", b""),
                    ("late.csv", b"a\n"),
                )
            )
            put(f"{what}/unheard.csv", b"a\n1\n")
            # The outcome is committed, and its notification is left for a later event.
            topic = stack.settings["ROWLEDGER_TOPIC_ARN"]
            (refused,) = package.run(late, ROWLEDGER_TOPIC_ARN=f"{topic}-none")
            assert "NOTIFICATION" in refused, what
            *processed, reconciled = package.run(
                good, good, bad, late, ("csv-reconciler", SCHEDULED)
            )
            assert processed == [None] * 4, what
            found = [each.row for each in ledger.histories(limit=4)]
            rows = {row.filename.rpartition("/")[2]: row for row in found}
            assert {name: (row.status, row.rows_count) for name, row in rows.items()} == {
                "good.csv": ("SUCCESS", 2),
                "bad.csv": ("FAILED", None),
                "late.csv": ("SUCCESS", 0),
                **({} if reconciled == "absent" else {"unheard.csv": ("SUCCESS", 1)}),
            }, what
            assert all(row.notified_at for row in rows.values()), what
            assert reconciled in (None, "absent"), what
    finally:
        database.close()
