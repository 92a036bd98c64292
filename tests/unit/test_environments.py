"""Named environments: what is kept, which one is chosen, and whom AWS says that we are."""

import json
import os
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from click.testing import CliRunner, Result

from rowledger.cli.environment import ENVIRONMENT_VARIABLE
from rowledger.cli.main import cli
from rowledger.errors import CommandError
from rowledger.functions import contract
from rowledger.local.layout import STATE_DIR_VARIABLE
from rowledger.operations.adapters.aws.environment import AwsEnvironment
from rowledger.operations.adapters.environment_files import CONFIG_DIR_VARIABLE, EnvironmentFiles
from rowledger.operations.domain.environments import KeptEnvironment, by_hand
from rowledger.wiring.environments import open_environment

PIPELINE = contract.load("pipeline.json")
ACCOUNT = "444455556666"


def kept(**changes: Any) -> KeptEnvironment:  # noqa: ANN401 -- its fields
    given: dict[str, Any] = {
        "region": "eu-central-1",
        "account_id": ACCOUNT,
        "bucket_suffix": "-acme",
        "alias": "live",
        "profile": None,
    }
    return by_hand(PIPELINE, **(given | changes))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CONFIG_DIR_VARIABLE, str(tmp_path / "kept"))
    monkeypatch.delenv(STATE_DIR_VARIABLE, raising=False)
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    return tmp_path / "kept"


def env(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["env", *arguments])


def add(name: str = "prod", *options: str) -> Result:
    by_hand_options = ("--region", "eu-central-1", "--account", ACCOUNT, "--bucket-suffix", "-acme")
    return env("add", name, *by_hand_options, *options)


def test_an_environment_is_added_shown_used_and_forgotten(folder: Path) -> None:
    assert add("prod", "--profile", "p").exit_code == 0
    listed = json.loads(env("list", "--json").output)
    assert [(each["name"], each["in_use"]) for each in listed] == [("local", True), ("prod", False)]
    shown = json.loads(env("show", "prod").output)
    assert shown["buckets"]["input"] == "candidate-test-input-acme"
    assert (shown["account_id"], shown["profile"]) == (ACCOUNT, "p")
    assert env("use", "prod").output == "in use: prod\n"
    assert open_environment().name == "prod"
    assert env("remove", "prod", "--yes").output == "forgot prod\n"
    assert open_environment().name == "local"
    # For its user alone.
    assert (folder / "environments.json").stat().st_mode & 0o077 == 0


def test_terraforms_outputs_are_read(tmp_path: Path) -> None:
    document = {
        "region": "us-east-1",
        "account_id": ACCOUNT,
        "alias": "live",
        "buckets": PIPELINE["buckets"],
        "functions": {use: each["name"] for use, each in PIPELINE["functions"].items()},
        "log_groups": {use: each["log_group"] for use, each in PIPELINE["functions"].items()},
        "failure_queue": "csv-processor-failures",
        "alarms": ["csv-processor-errors"],
    }
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({"environment": {"value": document}, "alias": {"value": "live"}}))
    assert env("add", "dev", "--outputs", str(path)).exit_code == 0
    assert json.loads(env("show", "dev").output)["region"] == "us-east-1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "outputs.json: "),
        ("{}", "it has no output `environment`"),
        ('{"environment": {"value": {"region": 1}}}', "the environment"),
    ],
)
def test_what_is_no_output_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(content)
    done = env("add", "dev", "--outputs", str(path))
    assert isinstance(done.exception, CommandError)
    assert said in str(done.exception)


@pytest.mark.parametrize(
    ("name", "said"), [("local", "the stack on this machine"), ("Prod", "is no name")]
)
def test_a_name_that_cannot_be_is_refused(name: str, said: str) -> None:
    assert said in str(add(name).exception)


def test_an_environment_is_replaced_only_where_that_is_said() -> None:
    add()
    assert "--force" in str(add().exception)
    assert add("prod", "--force").exit_code == 0


def test_how_it_is_described_must_be_said_once() -> None:
    assert env("add", "x").exit_code == 2
    assert env("add", "x", "--region", "eu-central-1").exit_code == 2


def test_an_environment_without_an_alias_is_refused() -> None:
    """A command would run whatever version is newest, in service or not."""
    hand = ("--region", "eu-central-1", "--account", "123456789012")
    done = env("add", "dev", *hand, "--alias", "")
    assert isinstance(done.exception, CommandError)
    assert "the alias is empty" in str(done.exception)


def test_a_name_that_is_not_known_gets_a_suggestion() -> None:
    add("production")
    with pytest.raises(CommandError, match="did you mean production"):
        open_environment("prodution")
    with pytest.raises(CommandError, match="there is local, production"):
        open_environment("x")


@pytest.mark.parametrize("content", ["{", '{"environments": 3}', '{"version": 2}'])
def test_a_file_that_cannot_be_read_is_named_and_left(folder: Path, content: str) -> None:
    folder.mkdir()
    path = folder / "environments.json"
    path.write_text(content)
    assert str(path) in str(add().exception)
    assert path.read_text() == content


def test_the_stack_that_a_variable_names_comes_before_the_one_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add()
    env("use", "prod")
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(tmp_path / "state"))
    assert open_environment().location == str(tmp_path / "state")
    assert open_environment("prod").location == f"account {ACCOUNT}, eu-central-1"


class Session:
    """A session of boto3, whose caller is somebody."""

    def __init__(self, account: str = ACCOUNT, error: Exception | None = None) -> None:
        self.identity = Mock()
        self.identity.get_caller_identity.return_value = {
            "Account": account,
            "Arn": f"arn:aws:iam::{account}:user/ada",
        }
        self.identity.get_caller_identity.side_effect = error
        self.made: list[str] = []
        self.others: dict[str, Any] = defaultdict(MagicMock)

    def client(self, service: str, **_options: object) -> object:
        self.made.append(service)
        return self.identity if service == "sts" else self.others[service]


def environment_with(session: Session, monkeypatch: pytest.MonkeyPatch) -> AwsEnvironment:
    monkeypatch.setattr("boto3.Session", lambda **_options: session)
    return AwsEnvironment("prod", kept(), (".csv",))


def test_nothing_is_asked_before_the_account_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    environment = environment_with(session, monkeypatch)
    assert environment.client("s3") is session.others["s3"]
    assert environment.client("lambda", patient=True) is session.others["lambda"]
    assert session.made == ["sts", "s3", "lambda"]
    assert environment.identity() == f"arn:aws:iam::{ACCOUNT}:user/ada"
    assert environment.names.invoked("csv-processor") == "csv-processor:live"


EXPIRED = ClientError({"Error": {"Code": "ExpiredToken"}}, "GetCallerIdentity")


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (Session(account="1" * 12), "your credentials are of account 111111111111"),
        (Session(error=NoCredentialsError()), "no credentials for prod.*aws sso login"),
        (Session(error=EXPIRED), "not accepted: .*ExpiredToken.*aws sso login"),
    ],
)
def test_whom_it_is_not_meant_for_gets_no_client(
    session: Session, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = environment_with(session, monkeypatch)
    with pytest.raises(CommandError, match=said):
        environment.client("s3")
    assert session.made == ["sts"]


def test_a_broken_write_leaves_what_was_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add()
    store = EnvironmentFiles(folder)
    before = store.load()

    def fail(*_arguments: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        store.note_local_stack(folder)
    assert store.load() == before
    assert [path.name for path in folder.iterdir()] == ["environments.json"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--region", "no such"), "no region"),
        (("--alias", "a b"), "no alias"),
        (("--alias", "7"), "no alias"),
    ],
)
def test_what_can_be_no_region_or_alias_is_refused(options: tuple[str, str], said: str) -> None:
    done = add("prod", *options)
    assert isinstance(done.exception, CommandError)
    assert said in str(done.exception)


def test_the_profile_of_a_kept_environment_is_changed_alone() -> None:
    """As the errors about credentials advise."""
    add("prod", "--profile", "old")
    before = EnvironmentFiles(Path(os.environ[CONFIG_DIR_VARIABLE])).load().get("prod")
    assert env("add", "prod", "--profile", "new").output == "changed prod: profile new\n"
    after = EnvironmentFiles(Path(os.environ[CONFIG_DIR_VARIABLE])).load().get("prod")
    assert after == replace(before, profile="new")
    assert "no profile" in env("add", "prod", "--profile", "").output
    # With anything else it is another description, which must be whole.
    assert "--force" in str(env("add", "prod", "--profile", "p", "--alias", "live").exception)
    assert env("add", "other", "--profile", "p").exit_code == 2


def test_the_local_stack_cannot_be_forgotten() -> None:
    assert "rowledger reset" in str(env("remove", "local", "--yes").exception)


@pytest.mark.parametrize("command", [("use", "prod"), ("list",), ("list", "--json"), ("show",)])
@pytest.mark.parametrize(
    ("variable", "value", "name"),
    [(STATE_DIR_VARIABLE, "/state", "local"), (ENVIRONMENT_VARIABLE, "dev", "dev")],
)
def test_a_variable_that_decides_is_said(
    command: tuple[str, ...],
    variable: str,
    value: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add()
    add("dev")
    assert env("use", "prod").stderr == ""
    monkeypatch.setenv(variable, value)
    done = env(*command)
    assert f"{variable} is set to {value}: without --env, commands work on {name}" in done.stderr
    if command == ("list",):
        (marked,) = [line for line in done.stdout.splitlines() if line.startswith("*")]
        assert marked.split()[1] == name


def test_a_variable_that_names_the_one_in_use_needs_no_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add()
    env("use", "prod")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "prod")
    assert env("list").stderr == ""
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    env("use", "local")
    monkeypatch.setenv(STATE_DIR_VARIABLE, "/state")
    assert env("list").stderr == ""
