"""One set of tests for the functions in Lambda and for their fake, and Lambda's own answers."""

import io
import secrets
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from rowledger.deployment.adapters.aws.alarms import CloudWatchAlarms
from rowledger.deployment.adapters.aws.canary import S3Canary
from rowledger.deployment.adapters.aws.function_versions import LambdaFunctionVersions
from rowledger.deployment.domain.rollout import Position, Target
from rowledger.deployment.ports.function_versions import FunctionVersions
from rowledger.functions.domain.faults import FaultCode, FaultError
from rowledger.local.stack import Stack
from tests.fakes.function_versions import FakeFunctionVersions

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client


def package(text: str) -> bytes:
    """A function that answers with this text and its event."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("f.py", f"def handler(event, _):\n    return [{text!r}, event]\n")
    return file.getvalue()


@dataclass
class Bench:
    """A function of versions 1 and 2, of different packages; the alias live is at version 1."""

    functions: FunctionVersions
    name: str

    @property
    def version_2(self) -> Target:
        return Target(self.name, "2")


@pytest.fixture(params=["memory", "lambda"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "memory":
        fake = FakeFunctionVersions()
        for text in ("one", "two"):
            fake.publish("f", text)
        fake.answers["f:2"] = lambda event: ["two", event]
        yield Bench(fake, "f")
        return
    stack: Stack = request.getfixturevalue("stack")
    client: LambdaClient = stack.client("lambda")
    name = f"test-{secrets.token_hex(4)}"
    client.create_function(
        FunctionName=name,
        Role=f"arn:aws:iam::{stack.account_id}:role/csv-processor",
        Runtime="python3.13",
        Handler="f.handler",
        Code={"ZipFile": package("one")},
        Publish=True,
    )
    try:
        client.update_function_code(FunctionName=name, ZipFile=package("two"), Publish=True)
        client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        yield Bench(LambdaFunctionVersions(client, client), name)
    finally:
        client.delete_function(FunctionName=name)


def test_versions_are_listed_with_their_packages(bench: Bench) -> None:
    one, two = sorted(bench.functions.versions(bench.name), key=lambda each: each.number)
    assert (one.number, two.number) == ("1", "2")
    assert one.code_sha256 != two.code_sha256
    assert one.published_at <= two.published_at


def test_an_alias_moves_and_shares(bench: Bench) -> None:
    first = bench.functions.alias(bench.name, "live")
    assert (first.function, first.name) == (bench.name, "live")
    assert first.position == Position("1")
    for position in (Position("1", "2", 0.07), Position("1", "2", 0.5), Position("2")):
        moved = bench.functions.move(bench.functions.alias(bench.name, "live"), position)
        assert moved.position == position
        assert bench.functions.alias(bench.name, "live") == moved
    assert moved.revision != first.revision


def test_an_alias_that_was_moved_meanwhile_is_not_moved(bench: Bench) -> None:
    seen = bench.functions.alias(bench.name, "live")
    there = bench.functions.move(seen, Position("2"))
    with pytest.raises(FaultError, match="somebody else has moved") as raised:
        bench.functions.move(seen, Position("1", "2", 0.5))
    assert raised.value.code is FaultCode.ALIAS_MOVED
    assert bench.functions.alias(bench.name, "live") == there
    back = bench.functions.move(there, Position("1"))
    assert back.position == Position("1")


def test_a_version_is_invoked_and_not_what_is_in_service(bench: Bench) -> None:
    bench.functions.await_active(bench.version_2)
    assert bench.functions.invoke(bench.version_2, {"a": "ä"}) == ["two", {"a": "ä"}]


@pytest.mark.parametrize(
    "call",
    [
        lambda bench: bench.functions.alias(bench.name, "dead"),
        lambda bench: bench.functions.await_active(Target(bench.name, "9")),
    ],
    ids=["alias", "version"],
)
def test_what_is_not_there_is_a_fault_that_names_it(
    bench: Bench, call: Callable[[Bench], object]
) -> None:
    with pytest.raises(FaultError, match=bench.name) as raised:
        call(bench)
    assert raised.value.code is FaultCode.FUNCTION


# What the emulator alone can show.


def test_a_function_that_fails_says_why(stack: Stack) -> None:
    client: LambdaClient = stack.client("lambda")
    functions = LambdaFunctionVersions(client, client)
    with pytest.raises(FaultError, match=r"csv-reconciler:\$LATEST failed: MALFORMED_EVENT"):
        functions.invoke(Target("csv-reconciler", "$LATEST"), {"action": "heal"})


def test_a_canary_has_a_version(stack: Stack) -> None:
    client: S3Client = stack.client("s3")
    bucket = stack.settings["ROWLEDGER_INPUT_BUCKET"]
    version_id = S3Canary(client, bucket).upload("rowledger-canary/ignored.txt", b"a\n")
    found = client.get_object(
        Bucket=bucket, Key="rowledger-canary/ignored.txt", VersionId=version_id
    )
    assert found["Body"].read() == b"a\n"


def test_an_alarm_is_on_or_off_or_missing(stack: Stack) -> None:
    client: CloudWatchClient = stack.client("cloudwatch")
    alarms = CloudWatchAlarms(client)
    name = f"test-{secrets.token_hex(4)}"
    with pytest.raises(FaultError, match=f"there is no alarm {name}"):
        alarms.in_alarm(name)
    client.put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName=name,
        Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
        Period=60,
        EvaluationPeriods=1,
    )
    try:
        for state, is_on in (("OK", False), ("ALARM", True), ("INSUFFICIENT_DATA", False)):
            client.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")  # type: ignore[arg-type]
            assert alarms.in_alarm(name) is is_on
            assert alarms.which_are_on([f"no-{name}", name]) == [name] * is_on
    finally:
        client.delete_alarms(AlarmNames=[name])
